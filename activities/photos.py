"""Photos of a log: taken, put away, deleted. Decoding is common/pictures' business."""

import hashlib
import uuid
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.scope import Scope
from activities.actions import may_write
from activities.models import ActivityLog, LogPhoto
from common import parameters
from common.models import Via
from common.pictures.reader import Picture, Unreadable, reencode
from common.refusals import Refused
from common.trace import recording


def add_photo(*, log: ActivityLog, file: BinaryIO, by: User, scope: Scope) -> LogPhoto:
    """Keep a photo with the log; the same one again is the one that is there.

    Raises Refused with one sentence: no photo, too large, too many, the log cannot be written.
    """
    may_write(log, scope)
    _has_room(log)  # asked again under the lock; what would be refused anyway is not decoded
    try:
        picture = reencode(file)
    except Unreadable as error:
        raise Refused(error.sentence) from error
    digest = hashlib.sha256(picture.data).hexdigest()
    with recording(by=by, via=Via.PAGE):
        fresh = ActivityLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
        may_write(fresh, scope)
        if same := LogPhoto.objects.filter(log=fresh, digest=digest).first():
            return same
        _has_room(fresh)
        return _kept(fresh, picture, digest, by)


def _has_room(log: ActivityLog) -> None:
    most = parameters.value("log.photos")
    if LogPhoto.objects.filter(log=log).count() >= most:
        raise Refused(f"一份日志最多 {most} 张照片。")


def _kept(log: ActivityLog, picture: Picture, digest: str, by: User) -> LogPhoto:
    photo = LogPhoto(
        log=log, width=picture.width, height=picture.height, size=len(picture.data),
        digest=digest, added_by=by,
    )
    # The file is there before its row; one whose row never comes is purged (common/leftovers.py).
    photo.file.save(f"{uuid.uuid4().hex}.jpg", ContentFile(picture.data), save=False)
    photo.save()
    return photo


def delete_photo(*, photo: LogPhoto, by: User, scope: Scope) -> None:
    """Take a photo away, while the log is open. Raises Refused otherwise."""
    with recording(by=by, via=Via.PAGE):
        log = ActivityLog.objects.select_for_update(of=("self",)).get(pk=photo.log_id)
        may_write(log, scope)
        name, storage = photo.file.name, photo.file.storage
        photo.delete()
        transaction.on_commit(lambda: storage.delete(name))
