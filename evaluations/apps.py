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
        trace.track(models.Commitment)
        trace.track(models.CommitmentItem, "commitment_id")
        trace.track(models.CommitmentAppraisal, "commitment_id")
        trace.track(models.Honour)
        trace.track(models.Nomination)
        self._ratings()
        self._commitments()

    def _ratings(self) -> None:
        """Cycles, sheets, stars: the navigation and what waits."""
        from common import navigation  # noqa: PLC0415 -- models need ready apps
        from evaluations import inbox  # noqa: PLC0415

        navigation.register(navigation.Item(
            "星级评定", "evaluations:cycle_list", navigation.SERVICE, 10,
            count=inbox.waiting_reviews,
        ))

    def _commitments(self) -> None:
        """Commitments, honours and stars: ledgers, pages, what waits."""
        from common import ledgers, navigation  # noqa: PLC0415 -- models need ready apps
        from evaluations import (  # noqa: PLC0415
            commitment_inbox,  # noqa: F401
            commitment_ledger,
            honour_inbox,  # noqa: F401
            honour_ledger,
            record_pages,  # noqa: F401
            search,  # noqa: F401
            star_ledger,
        )

        ledgers.register(commitment_ledger.CommitmentLedger)
        ledgers.register(honour_ledger.HonourLedger)
        ledgers.register(star_ledger.StarLedger)
        for order, label, name in (
            (30, "双向承诺", "commitments:commitment_list"),
            (40, "三好评选", "honours:nomination_list"),
        ):
            navigation.register(navigation.Item(label, name, navigation.SERVICE, order))
        navigation.register(
            navigation.Item("荣誉", "honours:honour_list", navigation.LEDGERS, 70)
        )
