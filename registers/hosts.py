"""Who hosts an activity, a training or a help: a Party organization, a mass organization, a
department or a named team. One column in ledgers (主办单位), four keys of which one is filled."""

from itertools import combinations

from django.db import models
from django.db.models import Q

HOSTS = ("host_organization", "host_mass_organization", "host_department", "host_team")


def at_most_one(*fields: str) -> Q:
    """The condition that at most one of several keys is filled."""
    condition = Q()
    for one, other in combinations(fields, 2):
        condition &= Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True})
    return condition


class Hosted(models.Model):
    """主办: something that has a host."""

    either = {"hosted_by": ("主办单位", HOSTS)}
    words = {
        "host_organization": "党组织", "host_mass_organization": "群团",
        "host_department": "部门", "host_team": "队伍",
    }
    suggested = {"hosted_by": "hosts"}
    helps = {"hosted_by": "党组织、群团、部门或宣讲团等队伍的名称；重名的写成“群团：名称”"}

    host_organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, null=True, blank=True,
        related_name="+", verbose_name="主办党组织",
    )
    host_mass_organization = models.ForeignKey(
        "registers.MassOrganization", models.PROTECT, null=True, blank=True,
        related_name="+", verbose_name="主办群团",
    )
    host_department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, blank=True,
        related_name="+", verbose_name="主办部门",
    )
    host_team = models.ForeignKey(
        "registers.Team", models.PROTECT, null=True, blank=True,
        related_name="+", verbose_name="主办队伍",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=at_most_one(*HOSTS), name="%(class)s_one_host",
                violation_error_message="主办单位只能有一个。",
            )
        ]

    @property
    def hosted_by(self) -> models.Model | None:
        """The host, or None."""
        return next((found for name in HOSTS if (found := getattr(self, name))), None)
