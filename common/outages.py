"""What a person is told when the ground gives way: the disk is full, the database does not answer.

Jobs end with these sentences (common/jobs.py); pages answer with them (``handler500`` in
config/urls.py), because such an error may come at any point of a request, even before the view.
"""

import errno
import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error

FULL = "服务器磁盘已满，没有保存，已有的数据没有改动。请联系系统管理员清理磁盘，然后再做一次。"
AWAY = "数据库暂时连不上，没有保存。请过一两分钟再做一次；一直这样，请联系系统管理员。"

# What the page of a job says while it waits for its next attempt.
AGAIN = {
    FULL: "服务器磁盘已满，请联系系统管理员清理；半分钟后自动再试。",
    AWAY: "数据库刚才中断，半分钟后自动再试。",
    "": "刚才被打断，半分钟后自动再试。",
}

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_DISK_FULL = "53100"
# Connection failures, too many connections, a server that stops or is not up yet.
_GONE = ("08", "53300", "57P")
RETRY_AFTER = 30  # seconds


def sentence_of(error: BaseException | None) -> str:
    """The sentence of an outage; "" when the error is none."""
    if any(_is_no_space(one) for one in _chain(error)):
        return FULL
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    state = getattr(error.__cause__, "sqlstate", None)
    if state == _DISK_FULL:
        return FULL
    return AWAY if state is None or state.startswith(_GONE) else ""


def _is_no_space(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _NO_SPACE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that it was raised for: libraries wrap what the system says."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def answer(request: HttpRequest) -> HttpResponse:
    """The page of an error: what the outage means for the person, or that something is broken.
    Nothing is asked of the database; it may be what is missing."""
    sentence = sentence_of(sys.exc_info()[1])
    if not sentence:
        return server_error(request)
    page = loader.render_to_string("outage.html", {"sentence": sentence})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
