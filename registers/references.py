"""How ledgers refer to trainings, campaigns, sites, teams and mass organizations, and to hosts."""

from django.apps import apps
from django.utils import timezone

from common.ledgers.export import suggestion
from common.ledgers.references import NameFinder, Reference, refer, reference_to
from common.ledgers.rows import Options
from registers.hosts import HOSTS
from registers.models import Campaign, MassOrganization, Site, Team, Training


def by_name(model, second: str = "", *, is_open: bool) -> Reference:
    """A small table, by name or name+``second``; ``is_open``: whoever may see the rows."""
    return Reference(
        lambda options, _name: NameFinder(options, model, second=second, is_open=is_open),
        suggestions=lambda _name: f"records:{model._meta.label}",
        choices=lambda scope, _name: model.objects.within(scope),
    )


# A town names the trainings and campaigns of the district, which it cannot change.
REFERENCES = {
    Training: by_name(Training, "starts_on", is_open=True),
    Campaign: by_name(Campaign, "starts_on", is_open=True),
    Team: by_name(Team, is_open=True),
    Site: by_name(Site, "kind", is_open=False),
    MassOrganization: by_name(MassOrganization, "kind", is_open=False),
}
for _model, _reference in REFERENCES.items():
    refer(_model._meta.label, _reference)


@suggestion("records")
def records(scope, label: str) -> list[str]:
    """Names of the records of a model that the user may name."""
    return _names(apps.get_model(label), scope, "")


@suggestion("hosts")
def hosts(scope, _argument: str) -> list[str]:
    """Names of everything that may be a host."""
    models = [Training._meta.get_field(name).related_model for name in HOSTS]
    return [text for model in models for text in _names(model, scope, "")]


def _names(model, scope, name: str) -> list[str]:
    options = Options(day=timezone.localdate(), scope=scope)
    return reference_to(model).finder(options, name).names()
