"""Guards by statement (common/guards.py): as firm as foreign keys and exclusion constraints."""

import threading
import time
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.db import (
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    connection,
    transaction,
)

from activities.models import Visit
from areas.models import Area
from common import guards
from common.constraints import sentence_of
from common.dated import BEGINNING, FOREVER
from common.models import ImportRow
from enterprises.models import Entity, EntityState
from evaluations.models import Commitment, Honour
from members.models import MemberState
from organizations.models import Assignment, CoverageLink, PartyOrganization
from registers.models import (
    CampaignClaim,
    ContactFirm,
    EnterpriseYear,
    FirmPlan,
    Fund,
    MassOrganization,
    MeetingFirm,
    ModelPost,
    NewEmployment,
)
from services.models import HelpBeneficiary, Ticket
from tests.factories import cover, make_area, make_entity, make_organization

committing = pytest.mark.django_db(transaction=True)

# The small ledgers that name an enterprise.
SMALL = (
    CampaignClaim, ContactFirm, EnterpriseYear, FirmPlan, Fund, HelpBeneficiary,
    MassOrganization, MeetingFirm, ModelPost, NewEmployment,
)


def settle() -> None:
    """Let deferred guards look now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def delete(model, pk) -> None:
    """Delete as bare SQL does, past the PROTECT and CASCADE of Django."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [pk])


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


def test_which_keys_are_guarded_by_statement():
    assert {(field.model, field.name) for field in guards.references()} == {
        (EntityState, "entity"), (EntityState, "town"), (EntityState, "community"),
        (EntityState, "park"), (EntityState, "grid"), (CoverageLink, "entity"),
        (CoverageLink, "organization"), (Assignment, "entity"), (MemberState, "workplace"),
        (Visit, "entity"), (Ticket, "entity"), (Commitment, "entity"), (Honour, "entity"),
    } | {(model, "entity") for model in SMALL}
    assert {model for model in apps.get_models() if not getattr(model, "guarded", True)} == {
        ImportRow  # written by one action for a batch that it holds
    }
    assert {model for model, _ in guards.overlaps()} == {EntityState, CoverageLink}


@pytest.mark.django_db
def test_every_guarded_column_has_an_index_that_finds_its_rows():
    """Whether a deleted row is still named is looked up for each: a scan would be quadratic."""
    with connection.cursor() as cursor:
        for field in guards.references():
            cursor.execute(
                "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
                "AND a.attnum = i.indkey[0] WHERE i.indrelid = %s::regclass AND a.attname = %s",
                [field.model._meta.db_table, field.column],
            )
            assert cursor.fetchone()[0], field


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["town", "community", "park", "grid", "entity"])
def test_a_state_names_what_exists(column):
    state = make_entity().states.get()
    settle()
    setattr(state, f"{column}_id", uuid.uuid4())
    with refused(f"enterprises_entitystate_{column}_id_fk|missing row"), transaction.atomic():
        state.save()
        settle()


@pytest.mark.django_db
def test_a_key_may_be_wrong_until_the_transaction_ends():
    state = make_entity().states.get()
    town = Area(code="990101999", name="新镇", level="town")
    state.town_id = town.pk
    state.save()
    town.save()
    settle()


@pytest.mark.django_db
def test_what_is_named_stays():
    link = cover(make_entity(town=make_area()), make_organization())
    for model, pk in (
        (Area, link.entity.states.get().town_id), (Entity, link.entity_id),
        (PartyOrganization, link.organization_id),
    ):
        with refused("missing row"), transaction.atomic():
            if model is Entity:
                EntityState.objects.filter(entity=pk).delete()
            if model is PartyOrganization:
                link.organization.states.all().delete()
            delete(model, pk)
            settle()


@pytest.mark.django_db
def test_what_is_named_no_longer_may_go_in_either_order():
    link = cover(make_entity(), make_organization())
    delete(Entity, link.entity_id)
    delete(CoverageLink, link.pk)
    EntityState.objects.filter(entity=link.entity_id).delete()
    settle()


@pytest.mark.django_db
def test_an_id_never_changes():
    entity = make_entity()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Entity.objects.filter(pk=entity.pk).update(id=uuid.uuid4())


@pytest.mark.django_db
def test_states_of_an_entity_never_overlap():
    state = make_entity().states.get()
    other = EntityState.objects.get(pk=state.pk)
    other.pk, other.starts_on = uuid.uuid4(), date(2024, 1, 1)
    other._state.adding = True
    with refused("entity_state_no_overlap") as caught, transaction.atomic():
        other.save()
        settle()
    assert "时间与已有记录重叠" in sentence_of(caught.value)
    # Closing one and beginning the next may come in either order.
    other.save()
    EntityState.objects.filter(pk=state.pk).update(ends_on=date(2024, 1, 1))
    settle()
    with refused("entity_state_no_overlap"), transaction.atomic():
        EntityState.objects.filter(pk=state.pk).update(ends_on=date(2024, 1, 2))
        settle()


@pytest.mark.django_db
def test_links_of_a_pair_never_overlap_and_those_of_two_organizations_may():
    entity, organization = make_entity(), make_organization()
    cover(entity, organization)
    cover(entity, make_organization())
    settle()
    with refused("coverage_no_overlap"), transaction.atomic():
        CoverageLink.objects.create(
            entity=entity, organization=organization, mode="single",
            starts_on=BEGINNING, ends_on=FOREVER,
        )
        settle()


@pytest.mark.django_db
def test_the_application_cannot_take_a_note_away():
    make_entity()
    for verb in (f"DELETE FROM {guards.TABLE}", f"UPDATE {guards.TABLE} SET ids = '{{}}'"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(verb)


# --- Two transactions at a time ------------------------------------------------------------------


class Other(threading.Thread):
    """What another transaction does meanwhile: ``work``, then its commit; ``error`` as it ends."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.error = work, None
        self.start()

    def run(self):
        try:
            with transaction.atomic():
                self.work()
        except IntegrityError as error:
            self.error = error
        finally:
            connection.close()

    def ended(self) -> IntegrityError | None:
        self.join(20)
        assert not self.is_alive()
        return self.error


def _until_it_waits(thread: Other) -> None:
    """Until the other transaction waits for a lock, or has ended."""
    limit = time.monotonic() + 10
    while thread.is_alive() and time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


@committing
def test_who_deletes_an_area_waits_for_who_names_it():
    area, state = make_area(), make_entity().states.get()
    with transaction.atomic():
        EntityState.objects.filter(pk=state.pk).update(town=area)
        settle()
        other = Other(lambda: delete(Area, area.pk))
        _until_it_waits(other)
        assert other.is_alive()
    assert "missing row" in str(other.ended())
    assert Area.objects.filter(pk=area.pk).exists()


@committing
def test_who_names_an_area_waits_for_who_deletes_it():
    area, state = make_area(), make_entity().states.get()
    with transaction.atomic():
        delete(Area, area.pk)
        settle()
        other = Other(lambda: EntityState.objects.filter(pk=state.pk).update(town=area))
        _until_it_waits(other)
        assert other.is_alive()
    assert "missing row" in str(other.ended())
    assert not EntityState.objects.filter(town=area).exists()


@committing
def test_an_entity_that_both_import_and_delete_touch_is_never_left_behind():
    """The delete is made first and committed last, and the other way round."""
    entity, organization = make_entity(), make_organization()
    EntityState.objects.filter(entity=entity).delete()
    link = {"entity_id": entity.pk, "organization_id": organization.pk, "mode": "single"}
    with transaction.atomic():
        CoverageLink.objects.create(**link)
        other = Other(lambda: delete(Entity, entity.pk))
        assert other.ended() is None  # nothing was named for others to see
        with refused("missing row"), transaction.atomic():
            settle()
        transaction.set_rollback(True)
    assert not CoverageLink.objects.exists()


@committing
def test_two_transactions_do_not_make_rows_that_overlap():
    entity, organization = make_entity(), make_organization()
    link = {"entity": entity, "organization": organization, "mode": "single"}
    with transaction.atomic():
        CoverageLink.objects.create(**link)
        settle()
        other = Other(lambda: CoverageLink.objects.create(**link))
        _until_it_waits(other)
        assert other.is_alive()
    assert "coverage_no_overlap" in str(other.ended())
    assert CoverageLink.objects.count() == 1


@committing
def test_guarded_tables_are_written_with_the_latest_view_only():
    """A transaction that sees the past cannot look for what others have committed since."""
    entity, organization = make_entity(), make_organization()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        CoverageLink.objects.create(entity=entity, organization=organization, mode="single")
        with pytest.raises(NotSupportedError, match="read committed"):
            settle()
