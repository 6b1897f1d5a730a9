"""Other keys than the database's are found when the portal starts, not when a page fails."""

import pytest
from django.core.checks import run_checks

from members.models import Member

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [message.id for message in run_checks(databases=["default"])]


def test_keys_of_the_database(cast, django_assert_max_num_queries):
    assert Member.objects.exclude(id_number="").exists()
    with django_assert_max_num_queries(12):
        assert found() == []


@pytest.mark.parametrize("name", ["FIELD_KEY", "FINGERPRINT_KEY"])
def test_other_keys(cast, settings, name):
    setattr(settings, name, "another")
    assert found() == ["common.E001"]


def test_empty_database_takes_any_keys(settings):
    settings.FIELD_KEY = "another"
    assert found() == []
