"""The offices that grants hang on: the post of a secretary, the 聘期 of an instructor."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from accounts.choices import Role
from accounts.offices import Holder, Office, register
from common.secrets import mark_of
from organizations.models import Appointment, Post


def _secretary_counts(day: date) -> Q:
    """In post on the day. A grant that names nobody was given to a helper, for its own time."""
    posts = Post.objects.at(day).filter(
        organization=OuterRef("organization"), person=OuterRef("person")
    )
    return Q(person="") | Exists(posts)


def _secretaries(day: date) -> list[Holder]:
    """Secretaries in post of organizations that are active on the day."""
    posts = Post.objects.at(day).exclude(person="").select_related("organization")
    active = posts.filter(organization__in=_active(day))
    return [
        Holder(
            post.person, {"organization_id": post.organization_id}, str(post.organization),
            mark_of(post.phone),
        )
        for post in active.order_by("organization__name", "organization_id")
    ]


def _active(day: date):
    organization = Post._meta.get_field("organization").related_model
    return organization.objects.active(day).values("pk")


def _instructor_counts(day: date) -> Q:
    """Serving on the day."""
    return Exists(Appointment.objects.at(day).filter(instructor=OuterRef("instructor")))


def _instructors(day: date) -> list[Holder]:
    """Instructors who serve on the day."""
    found = Appointment.objects.at(day).select_related("instructor")
    return [
        Holder(
            row.instructor.name, {"instructor_id": row.instructor_id}, row.instructor.workplace,
            mark_of(row.instructor.phone),
        )
        for row in found.order_by("instructor__name", "instructor_id")
    ]


register(Role.SECRETARY, Office("书记", _secretary_counts, _secretaries))
register(Role.INSTRUCTOR, Office("指导员", _instructor_counts, _instructors))
