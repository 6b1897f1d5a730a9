"""The shipped schemes come with the migration; tests that empty all tables take them along."""

import pytest

from evaluations.shipping import ship


@pytest.fixture(autouse=True)
def shipped(request):
    """For tests that use the database."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        ship()
