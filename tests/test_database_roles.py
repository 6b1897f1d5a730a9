"""The application's role reads and writes rows; tables and the trace are out of its reach."""

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from tests.database import as_owner

pytestmark = pytest.mark.django_db


def run(sql: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_tests_run_as_the_application():
    assert run("SELECT current_user") == [(settings.DATABASE_APPLICATION_ROLE,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE common_history",
        "TRUNCATE areas_area CASCADE",
        "INSERT INTO common_history SELECT * FROM common_history",
        "UPDATE common_history SET after = NULL",
        "DELETE FROM common_history",
        "TRUNCATE common_history",
        "UPDATE common_read SET reason = ''",
        "DELETE FROM common_read",
        "ALTER TABLE areas_area DISABLE TRIGGER ALL",
    ],
)
def test_statement_is_refused(statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, transaction.atomic():
        run(statement)


def test_temporary_tables_are_allowed():
    run("CREATE TEMP TABLE staged (id int) ON COMMIT DROP")
    assert run("SELECT count(*) FROM staged") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_owner_is_another_role():
    with as_owner():
        assert run("SELECT current_user") == [(settings.DATABASE_OWNER_ROLE,)]
    assert run("SELECT current_user") == [(settings.DATABASE_APPLICATION_ROLE,)]
