"""How ledgers refer to trainings, campaigns, sites, teams and mass organizations, and to hosts."""

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from common.ledgers.export import suggestion
from common.ledgers.references import NameFinder, Reference, refer, reference_to
from common.ledgers.rows import Options
from registers.hosts import HOSTS
from registers.models import Campaign, MassOrganization, Site, Team, Training


def by_name(model, second: str = "", *, also: Q | None = None) -> Reference:
    """A small table, by name or name+``second``; ``also``: rows that everybody may name."""
    return Reference(
        lambda options, _name: NameFinder(options, model, second=second, also=also),
        suggestions=lambda _name: f"records:{model._meta.label}",
        choices=lambda scope, _name: model.objects.within(scope),
    )


# A town names the trainings, campaigns and teams of the district, which it cannot change; those of
# another town are none of its business.
_DISTRICT = Q(town__isnull=True)
REFERENCES = {
    Training: by_name(Training, "starts_on", also=_DISTRICT),
    Campaign: by_name(Campaign, "starts_on", also=_DISTRICT),
    Team: by_name(Team, also=_DISTRICT),
    Site: by_name(Site, "kind"),
    MassOrganization: by_name(MassOrganization, "kind"),
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
