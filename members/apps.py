"""Party members."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """党员。"""

    name = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from common import ledgers, navigation, trace  # noqa: PLC0415 -- models need ready apps
        from members import (  # noqa: PLC0415
            entity_pages,  # noqa: F401
            facets,
            models,
            organization_pages,  # noqa: F401
            reach,  # noqa: F401
            resources,
            search,  # noqa: F401
            tracks,  # noqa: F401
        )

        trace.track(models.Member)
        trace.track(models.MemberState, "member_id")
        trace.track(models.Affiliation, "member_id", "organization_id")
        trace.track(models.Management, "member_id", "organization_id")
        ledgers.register(resources.MemberLedger)
        ledgers.extend("enterprises", facets.facets_of_entities)
        navigation.register(
            navigation.Item("党员", "members:member_list", navigation.LEDGERS, 30)
        )
