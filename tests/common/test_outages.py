"""A full disk and a database that does not answer are told as what they are."""

import errno

import psycopg
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.db import IntegrityError, InterfaceError, OperationalError
from django.urls import reverse
from django.utils import timezone
from xlsxwriter.exceptions import FileCreateError

from accounts.lockout import SEEN
from accounts.middleware import NOTED
from accounts.sessions import SessionStore
from common import outages
from common.commands import PortalCommand, Refused


def database_error(cause, kind=OperationalError):
    error = kind("a person's data")
    error.__cause__ = cause
    return error


def wrapped(error):
    try:
        try:
            raise error
        except OSError as inner:
            raise FileCreateError(inner)  # noqa: B904 -- as xlsxwriter does it
    except FileCreateError as outer:
        return outer


@pytest.mark.parametrize(("error", "sentence"), [
    (OSError(errno.ENOSPC, "No space left on device"), outages.FULL),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), outages.FULL),
    (OSError(errno.ENOENT, "No such file"), ""),
    (wrapped(OSError(errno.ENOSPC, "No space left on device")), outages.FULL),
    (wrapped(OSError(errno.EACCES, "Permission denied")), ""),
    (database_error(psycopg.errors.DiskFull()), outages.FULL),
    (database_error(psycopg.errors.AdminShutdown()), outages.AWAY),
    (database_error(psycopg.errors.CannotConnectNow()), outages.AWAY),
    (database_error(psycopg.OperationalError("connection refused")), outages.AWAY),
    (database_error(psycopg.InterfaceError("closed"), InterfaceError), outages.AWAY),
    (database_error(psycopg.errors.LockNotAvailable()), ""),
    (database_error(psycopg.errors.UniqueViolation(), IntegrityError), ""),
    (ValueError(), ""),
    (None, ""),
])
def test_errors_and_their_sentences(error, sentence):
    assert outages.sentence_of(error) == sentence


@pytest.fixture
def breaking(monkeypatch, client):
    """The page of the sign-in, opened while something breaks."""
    client.raise_request_exception = False

    def open_with(error):
        def fail(*_args, **_more):
            raise error

        monkeypatch.setattr("accounts.views.LoginView.get_context_data", fail)
        return client.get(reverse("accounts:login"))

    return open_with


def test_a_page_says_what_is_out(breaking):
    answer = breaking(database_error(psycopg.OperationalError("connection refused")))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert outages.AWAY in answer.text
    assert "person" not in answer.text


def test_another_error_is_an_error(breaking):
    answer = breaking(ValueError("a person's data"))
    assert answer.status_code == 500
    assert "系统出错" in answer.text
    assert "person" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "status"), [
    (database_error(psycopg.OperationalError("connection refused")), 503),
    (UpdateError(), 400),  # signed out meanwhile
])
def test_a_session_that_cannot_be_saved(cast, client, monkeypatch, error, status):
    client.force_login(cast.town_a_staff)
    client.raise_request_exception = False
    session = client.session
    session[SEEN] = timezone.now().timestamp() - 2 * NOTED  # being here has to be noted
    session.save()

    def save(*_args, **_more):
        raise error

    monkeypatch.setattr(SessionStore, "save", save)
    answer = client.get(reverse("accounts:me"))
    assert answer.status_code == status
    assert (outages.AWAY in answer.text) == (status == 503)


@pytest.mark.django_db
def test_a_database_lost_before_the_view(cast, client, monkeypatch):
    """Between two layers of middleware; the outer ones still see a whole answer."""
    client.force_login(cast.town_a_staff)
    client.raise_request_exception = False

    def lost(_request):
        raise database_error(psycopg.OperationalError("connection refused"))

    monkeypatch.setattr("accounts.middleware._keep_limits", lost)
    answer = client.get(reverse("accounts:me"))
    assert answer.status_code == 503
    assert outages.AWAY in answer.text


class Breaking(PortalCommand):
    """A command that meets an outage."""

    error: Exception

    def handle(self, *_args, **_options):
        raise self.error


@pytest.mark.parametrize("error", [
    OSError(errno.ENOSPC, "No space left on device"),
    wrapped(OSError(errno.ENOSPC, "No space left on device")),
])
def test_a_command_says_what_is_out(error):
    command = Breaking()
    command.error = error
    with pytest.raises(Refused, match="磁盘已满"):
        call_command(command)


def test_a_command_that_is_broken_says_so():
    command = Breaking()
    command.error = ValueError()
    with pytest.raises(ValueError):  # noqa: PT011 -- any
        call_command(command)
