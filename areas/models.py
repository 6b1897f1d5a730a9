"""The territorial tree: district → town / park → community → grid."""

import uuid

from django.db import models
from django.urls import reverse

from areas.choices import AreaLevel, GridType
from common.scoping import ScopedQuerySet


class AreaQuerySet(ScopedQuerySet):
    """Areas."""

    def in_use(self, day) -> "AreaQuerySet":
        """Areas that are in use on ``day`` (启用日期 ≤ day < 停用日期)."""
        return self.filter(
            models.Q(opened_on__isnull=True) | models.Q(opened_on__lte=day),
            models.Q(closed_on__isnull=True) | models.Q(closed_on__gt=day),
        )


class Area(models.Model):
    """区划: a district, town or subdistrict, park, community or grid."""

    # Names of places are public: a record that came from elsewhere says from where.
    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("区划代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("层级", max_length=10, choices=AreaLevel)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级",
    )
    grid_type = models.CharField("网格类型", max_length=10, choices=GridType, blank=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = "区划"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("areas:area_detail", args=[self.pk])
