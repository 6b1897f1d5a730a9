"""What organizations add to the pages of areas: how many there are, with their list."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

from areas.choices import AreaLevel
from areas.models import Area
from common.additions import Figure, figures
from organizations.models import PartyOrganization

# The value of an organization that an area of the level is, and the filter of the list.
_COLUMNS = {AreaLevel.TOWN: "town", AreaLevel.PARK: "park"}


@figures("areas.Area", order=20)
def organizations_in_area(request: HttpRequest, area: Area, day: date) -> Sequence[Figure]:
    """党组织 in the ledger, of towns, parks and what lies above; others have none."""
    rows = PartyOrganization.objects.within(request.scope).at(day)
    query = f"as_of={day}"
    if column := _COLUMNS.get(area.level):
        rows = rows.filter(**{f"state__{column}": area})
        query = f"{column}={area.pk}&{query}"
    elif area.level in (AreaLevel.COMMUNITY, AreaLevel.GRID):
        return []
    number = rows.count()
    url = f"{reverse('organizations:organization_list')}?{query}" if number else ""
    return [Figure("党组织", number, "个", url)]
