"""Party organizations and instructors."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """党组织与指导员。"""

    name = "organizations"
    verbose_name = "党组织与指导员"

    def ready(self) -> None:
        from common import ledgers, navigation, trace  # noqa: PLC0415 -- models need ready apps
        from common.ledgers import related  # noqa: PLC0415
        from organizations import (  # noqa: PLC0415
            area_pages,  # noqa: F401
            coverage_facet,
            entity_filters,  # noqa: F401
            entity_pages,  # noqa: F401
            models,
            offices,  # noqa: F401
            reach,  # noqa: F401
            references,  # noqa: F401
            resources,
            search,  # noqa: F401
            suggestions,  # noqa: F401
            tracks,  # noqa: F401
        )

        trace.track(models.PartyOrganization)
        trace.track(models.OrganizationState, "organization_id")
        trace.track(models.ParentLink, "organization_id", "parent_id")
        trace.track(models.Post, "organization_id")
        trace.track(models.Term, "organization_id")
        trace.track(models.PendingUnit, "organization_id")
        trace.track(models.CoverageLink, "entity_id", "organization_id")
        trace.track(models.Instructor)
        trace.track(models.Appointment, "instructor_id")
        trace.track(models.Assignment, "instructor_id", "entity_id|organization_id")
        ledgers.register(resources.OrganizationLedger)
        related.show_on(
            "organizations.PartyOrganization", related.Naming("about_organization", "党组织")
        )
        ledgers.register(resources.InstructorLedger)
        ledgers.extend("enterprises", coverage_facet.facets_of_entities)
        navigation.register(
            navigation.Item(
                "党组织", "organizations:organization_list", navigation.LEDGERS, 20
            )
        )
        navigation.register(
            navigation.Item("指导员", "organizations:instructor_list", navigation.LEDGERS, 40)
        )
