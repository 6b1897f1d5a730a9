"""Levels and kinds of areas (区划台账)."""

from django.db.models import TextChoices


class AreaLevel(TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    DISTRICT = "district", "区县"
    TOWN = "town", "镇街"
    PARK = "park", "园区"
    COMMUNITY = "community", "村社区"
    GRID = "grid", "网格"


class GridType(TextChoices):
    PLACE = "place", "地域"
    INDUSTRY = "industry", "行业"
    CHAIN = "chain", "产业链"
