"""How ledgers refer to departments: by name, every user may name each."""

from accounts.models import Department
from common.ledgers.export import suggestion
from common.ledgers.references import EVERY, NameFinder, Reference, refer

refer(
    "accounts.Department",
    Reference(
        lambda options, _name: NameFinder(options, Department, also=EVERY),
        suggestions=lambda _name: "departments",
    ),
)


@suggestion("departments")
def departments(_scope, _argument: str) -> list[str]:
    """Names of all departments."""
    return list(Department.objects.values_list("name", flat=True))
