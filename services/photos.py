"""Photos of a ticket: taken, put away, deleted. Decoding is common/pictures' business."""

import hashlib
import uuid
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.scope import Scope
from common import parameters
from common.models import Via
from common.pictures.reader import Unreadable, reencode
from common.refusals import Refused
from common.trace import recording
from services.models import Ticket, TicketPhoto
from services.ticket_rights import Standing

CLOSED = "这件诉求已经结束，不能再传附件。"


def may_add(ticket: Ticket, user: User, scope: Scope) -> bool:
    """Whether the user has something to do with an open ticket."""
    standing = Standing(ticket, user, scope)
    return not ticket.is_ended and (
        standing.handles or standing.helps or standing.is_enterprise or standing.is_office
    )


def add_photo(
    *, ticket: Ticket, file: BinaryIO, caption: str, by: User, scope: Scope
) -> TicketPhoto:
    """Keep a photo with the ticket; the same one again is the one that is there. Raises Refused
    with one sentence: no photo, too large, too many, not this user's ticket."""
    _check(ticket, by, scope)
    try:
        picture = reencode(file)
    except Unreadable as error:
        raise Refused(error.sentence) from error
    digest = hashlib.sha256(picture.data).hexdigest()
    with recording(by=by, via=Via.PAGE):
        fresh = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if same := TicketPhoto.objects.filter(ticket=fresh, digest=digest).first():
            return same
        _check(fresh, by, scope)
        photo = TicketPhoto(
            ticket=fresh, size=len(picture.data), digest=digest, added_by=by,
            caption=caption.strip()[:100],
        )
        # The file is there before its row; one whose row never comes is purged.
        photo.file.save(f"{uuid.uuid4().hex}.jpg", ContentFile(picture.data), save=False)
        photo.save()
    return photo


def _check(ticket: Ticket, by: User, scope: Scope) -> None:
    if not may_add(ticket, by, scope):
        raise Refused(CLOSED if ticket.is_ended else "您不能给这件诉求传附件。")
    most = parameters.value("ticket.files")
    if TicketPhoto.objects.filter(ticket=ticket).count() >= most:
        raise Refused(f"一件诉求最多 {most} 张附件。")


def delete_photo(*, photo: TicketPhoto, by: User) -> None:
    """Take one's own photo away while the ticket is open. Raises Refused otherwise."""
    with recording(by=by, via=Via.PAGE):
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=photo.ticket_id)
        if ticket.is_ended:
            raise Refused("这件诉求已经结束，附件不能再删。")
        if photo.added_by_id != by.pk:
            raise Refused("只有上传的人可以删除附件。")
        name, storage = photo.file.name, photo.file.storage
        photo.delete()
        transaction.on_commit(lambda: storage.delete(name))
