"""An office with the areas loaded."""

import pytest

from tests.acceptance.office import AREAS, Office


@pytest.fixture
def bare_office(tmp_path, db):
    """An office over an empty database."""
    return Office(tmp_path)


@pytest.fixture
def office(bare_office):
    """An office whose areas are loaded."""
    bare_office.bring("areas", AREAS)
    return bare_office
