"""Ratings, commitments, honours."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvaluationsConfig(AppConfig):
    """星级评定、双向承诺和荣誉。"""

    name = "evaluations"
    verbose_name = "星级评定"

    def ready(self) -> None:
        from common import trace  # noqa: PLC0415 -- models need ready apps
        from evaluations import (  # noqa: PLC0415
            activity_formulas,  # noqa: F401
            commitment_formulas,  # noqa: F401
            finders,  # noqa: F401
            models,
            reach,  # noqa: F401
            record_formulas,  # noqa: F401
            shipping,
        )

        post_migrate.connect(lambda **_signal: shipping.ship(), sender=self, weak=False)

        for model in (
            models.RatingScheme, models.SchemeVersion, models.Criterion, models.Veto, models.Band,
            models.RatingCycle,
        ):
            trace.track(model)
        trace.track(models.Review, "id", "organization_id|town_id|department_id")
        trace.track(models.Score, "review_id")
        trace.track(models.Evidence, "review_id")
        trace.track(models.Finding, "review_id")
        trace.track(models.Objection, "review_id")
        trace.track(models.StarGrant, "id", "organization_id|town_id|department_id")
        trace.track(models.Commitment, "organization_id", "entity_id")
        trace.track(models.CommitmentItem, "commitment_id")
        trace.track(models.CommitmentAppraisal, "commitment_id")
        trace.track(models.Honour, "id", "organization_id|entity_id")
        self._ratings()

    def _ratings(self) -> None:
        """Cycles, sheets, stars: the navigation and what waits."""
        from common import navigation  # noqa: PLC0415 -- models need ready apps
        from evaluations import inbox  # noqa: PLC0415

        navigation.register(navigation.Item(
            "星级评定", "evaluations:cycle_list", navigation.SERVICE, 10,
            count=inbox.waiting_reviews,
        ))
