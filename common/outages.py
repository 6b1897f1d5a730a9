"""What a person is told when the ground gives way: the disk is full, the database does not answer.

Jobs end with these sentences (common/jobs.py); pages answer with them (the handlers of errors in
config/urls.py), because such an error may come at any point of a request, even before the view.
"""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import bad_request, server_error

FULL = "服务器磁盘已满，没有保存，已有的数据没有改动。请联系系统管理员清理磁盘，然后再做一次。"
# Whoever loses the database at the moment of a commit cannot know whether it was made.
AWAY = (
    "数据库暂时连不上，刚才的操作不一定保存了。请过一两分钟查看，没有就再做一次；"
    "一直这样，请联系系统管理员。"
)

# What a job ends with, of which the row says for certain that it was not done.
ENDED = {
    FULL: FULL,
    AWAY: "数据库几次中断，任务没有完成，数据没有变动。请过几分钟再试；仍不行，请联系系统管理员。",
}
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
    """The sentence of an outage; "" when the error is none. Libraries wrap what the system says,
    so the errors that this one was raised for are asked as well."""
    while error is not None:
        if sentence := _sentence(error):
            return sentence
        error = error.__cause__ or error.__context__
    return ""


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError):
        return FULL if error.errno in _NO_SPACE else ""
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    state = getattr(error.__cause__, "sqlstate", None)
    if state == _DISK_FULL:
        return FULL
    return AWAY if state is None or state.startswith(_GONE) else ""


def answer(request: HttpRequest) -> HttpResponse:
    """The page of an error (``handler500``): what the outage means for the person, or that
    something is broken."""
    return _page(sys.exc_info()[1]) or server_error(request)


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of ``handler400``: to Django, a session that could not be saved is a bad request."""
    return _page(exception) or bad_request(request, exception)


def _page(error: BaseException | None) -> HttpResponse | None:
    """Nothing is asked of the database here; it may be what is missing."""
    sentence = sentence_of(error)
    if not sentence:
        return None
    page = loader.render_to_string("outage.html", {"sentence": sentence})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
