"""The small ledgers: mass organizations, funds, trainings, sites, alliances and their like."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """群团、经费、培训、阵地等其他台账。"""

    name = "registers"
    verbose_name = "其他台账"

    def ready(self) -> None:
        from common import navigation, trace  # noqa: PLC0415 -- models need ready apps
        from common.ledgers import declared  # noqa: PLC0415
        from registers import models, references, resources  # noqa: F401, PLC0415

        for ledger in resources.LEDGERS:
            trace.track(ledger.model)
            declared.register(ledger)
        trace.track(models.AllianceMember, "alliance_id", "organization_id")
        trace.track(models.MeetingFirm, "meeting_id", "entity_id")
        trace.track(models.ContactFirm, "group_id", "entity_id")
        trace.track(models.ContactBranch, "group_id", "organization_id")
        navigation.register(
            navigation.Item("其他台账", "ledgers:index", navigation.LEDGERS, 90)
        )
