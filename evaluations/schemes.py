"""Questions to schemes: what the pages list and open."""

from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404

from evaluations.models_schemes import RatingScheme, SchemeVersion


def all_schemes() -> QuerySet[RatingScheme]:
    """Schemes with their versions, each with the number of its criteria and cycles."""
    versions = SchemeVersion.objects.annotate(
        size=Count("criteria", distinct=True), used=Count("cycles", distinct=True)
    )
    return RatingScheme.objects.prefetch_related(Prefetch("versions", versions))


def scheme_or_404(pk: UUID) -> RatingScheme:
    """A scheme."""
    found = RatingScheme.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def version_or_404(pk: UUID) -> SchemeVersion:
    """A version with its scheme."""
    found = SchemeVersion.objects.select_related("scheme").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
