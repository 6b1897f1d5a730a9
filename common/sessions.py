"""The database session of a process that does a job: named, so that it can be cut off.

A process that falls silent (frozen, swapped out, cut off) leaves its session open, and with it the
locks of its transaction. PostgreSQL ends a session that is idle in a transaction, but not one that
waits for the rest of a COPY or for somebody to read its rows. So whoever takes a silent job over
ends the session of the one before: nobody waits, and nothing that was begun can still be committed.
"""

import logging
import uuid

from django.db import ProgrammingError, connection, transaction

logger = logging.getLogger(__name__)

_NAMED = "SELECT set_config('application_name', %s, false)"
# A role may end the sessions of its own; but not of a superuser, if that is who signed in.
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = %s AND pid <> pg_backend_pid()"
)


def name(token: uuid.UUID) -> None:
    """Call the session of this thread by the claim that it works under; tokens are never used
    twice, so a name that stays behind does no harm."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [_called(token)])


def cut_off(token: uuid.UUID) -> int:
    """End the sessions that work under a claim; their number. Where the database does not allow
    it, the limits on locks and idle transactions do in the end."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_END, [_called(token)])
            return len(cursor.fetchall())
    except ProgrammingError as error:
        logger.warning("a silent session was not ended: %s", type(error.__cause__).__name__)
        return 0


def _called(token: uuid.UUID) -> str:
    return f"portal job {token}"
