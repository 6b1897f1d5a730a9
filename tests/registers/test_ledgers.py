"""Every small ledger: same file twice, round trip, undo; who sees its rows; its pages."""

import io
from pathlib import Path

import pytest
from django.conf import settings

from accounts.scope import acting_scope, scope_for
from common.ledgers import ledger_of
from common.ledgers.declared import declared_ledgers
from common.ledgers.export import write_export
from common.ledgers.rows import RECORD_NUMBER, Options
from tests import digest
from tests.extent import few
from tests.ledgers.desk import counts, load, messages, undo
from tests.registers.samples import CHANGED, DAY, ROWS, prepare

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
KINDS = [one.kind for one in declared_ledgers() if one.model._meta.app_label != "reports"]


def bring(kind, *rows, **choices):
    return load(kind, rows, day=DAY, **choices)


def export(kind, user=None, *, identity=True):
    ledger, target = ledger_of(kind), io.BytesIO()
    scope = acting_scope(user)
    ids = ledger.model.objects.within(scope).values_list("pk", flat=True)
    write_export(target, ledger(), ids, Options(DAY, scope), identity=identity, by="")
    target.seek(0)
    return target


@pytest.mark.parametrize("kind", few(KINDS, most=6))
def test_import_properties(cast, kind):
    prepare(kind)
    ledger = ledger_of(kind)
    models = (ledger.model, *(model for model, *_ in ledger.links.values()))
    tables = [model._meta.db_table for model in models]
    before = digest.digest(tables)
    row, (header, value) = ROWS[kind], CHANGED[kind]
    first = bring(kind, row)
    assert counts(first) == (1, 0, 0, 0), messages(first)
    assert counts(bring(kind, row)) == (0, 0, 1, 0)
    number = ledger.model.objects.count()
    for identity in (True, False):
        assert counts(load(kind, export(kind, identity=identity), day=DAY)) == (0, 0, number, 0)
    created = digest.digest(tables)
    second = bring(kind, {**row, header: value})
    assert counts(second) == (0, 1, 0, 0), messages(second)
    assert undo(second) == {"undone": 1, "kept": []}
    assert digest.digest(tables) == created
    assert undo(first) == {"undone": 1, "kept": []}
    assert digest.digest(tables) == before


@pytest.mark.parametrize("kind", few([one for one in KINDS if one != "help_categories"], most=6))
def test_scope(cast, kind):
    """甲镇 brings and sees its row; 乙街道 does not see it and may not bring it."""
    prepare(kind)
    foreign = bring(kind, ROWS[kind], user=cast.town_b_staff)
    assert counts(foreign) == (0, 0, 0, 1)
    own = bring(kind, ROWS[kind], user=cast.town_a_staff)
    assert counts(own) == (1, 0, 0, 0), messages(own)
    model = ledger_of(kind).model
    users = ("district_staff", "town_a_staff", "town_b_staff", "no_grant", "department_staff")
    seen = {name: model.objects.within(scope_for(cast.user(name))).count() for name in users}
    assert seen == {
        "district_staff": 1,
        "town_a_staff": 1,
        "town_b_staff": 0,
        "no_grant": 0,
        "department_staff": 0,
    }


def documented(ledger) -> str:
    """The line of a ledger in docs/ledgers.md."""
    made = ledger()
    own = [column for column in made.columns if column.column_name != RECORD_NUMBER]
    key = " + ".join(made.fields[name].column_name for name in ledger.key)
    if ledger.first_key:
        key = f"{made.fields[ledger.first_key].column_name}, else {key}"
    columns = " · ".join(column.header for column in own)
    return f"| {ledger.kind} | {ledger.title} | {key} | {columns} |"


def test_the_document_lists_the_columns():
    lines = (Path(settings.BASE_DIR) / "docs/ledgers.md").read_text().splitlines()
    assert [one for ledger in declared_ledgers() if (one := documented(ledger)) not in lines] == []
