"""Drop-downs of organizations in ledger templates and forms."""

from django.utils import timezone

from common.ledgers.export import suggestion
from common.ledgers.rows import Options
from organizations.finder import OrganizationFinder


@suggestion("organizations")
def organizations_in_scope(scope, _argument: str) -> list[str]:
    """Printed names of the organizations that the user may name."""
    return OrganizationFinder(Options(day=timezone.localdate(), scope=scope)).names()
