"""佐证: attached once to a review, counting for as many criteria as it proves: a picture or a PDF
that was sent, or a record of the portal."""

import hashlib
import uuid
from collections.abc import Collection, Iterable
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.scope import Scope
from common.documents.reader import harmless, is_pdf
from common.guarded.errors import Unreadable
from common.models import Via
from common.pictures.reader import reencode
from common.refusals import Refused
from common.trace import recording
from evaluations.actions import turn_of
from evaluations.models import Criterion, Evidence, Review
from evaluations.records import Record

MOST = 60  # pieces of a review
TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf"}


def attach_file(
    *, review: Review, file: BinaryIO, title: str, criteria: Collection[Criterion], by: User,
    scope: Scope,
) -> Evidence:
    """Keep a picture (as a plain JPEG) or a PDF for ``criteria``. The same file again is the one
    that is there, and counts for these criteria too.

    Raises Refused with one sentence: not this user's turn, no such file, too many.
    """
    turn_of(review, scope)  # asked again under the lock; what would be refused is not opened
    content, ending = _taken(file)
    digest = hashlib.sha256(content).hexdigest()
    with recording(by=by, via=Via.PAGE):
        fresh = _locked(review, scope)
        piece = fresh.evidence.filter(digest=digest).first()
        if piece is None:
            _has_room(fresh)
            piece = Evidence(review=fresh, title=_titled(title), digest=digest, added_by=by)
            # The file is there before its row; one whose row never comes is purged.
            name = f"{uuid.uuid4().hex}.{ending}"
            piece.file.save(name, ContentFile(content), save=False)
            piece.save()
        piece.criteria.add(*_of(fresh, criteria))
    return piece


def attach_records(
    *, review: Review, records: Iterable[Record], criteria: Collection[Criterion], by: User,
    scope: Scope,
) -> list[Evidence]:
    """Let records of the portal (records.records_of) count for ``criteria``."""
    with recording(by=by, via=Via.PAGE):
        fresh = _locked(review, scope)
        pieces = []
        for record in records:
            _has_room(fresh)
            piece, _is_new = Evidence.objects.get_or_create(
                review=fresh, row=record.row,
                defaults={"table": record.table, "title": record.words, "added_by": by},
            )
            piece.criteria.add(*_of(fresh, criteria))
            pieces.append(piece)
    return pieces


def count_for(
    *, piece: Evidence, title: str, criteria: Collection[Criterion], by: User, scope: Scope
) -> None:
    """Say anew what a piece is called and which criteria it proves; none: it is taken away."""
    with recording(by=by, via=Via.PAGE):
        fresh = _locked(piece.review, scope)
        if not criteria:
            _removed(piece)
            return
        piece.title = _titled(title)
        piece.save(update_fields=["title"])
        piece.criteria.set(_of(fresh, criteria))


def _taken(file: BinaryIO) -> tuple[bytes, str]:
    """The bytes to keep, and their ending."""
    try:
        if is_pdf(file):
            return harmless(file), "pdf"
        return reencode(file).data, "jpg"
    except Unreadable as error:
        raise Refused(error.sentence) from error


def _locked(review: Review, scope: Scope) -> Review:
    """The review, held until the end; Refused when it is not this user's turn."""
    fresh = (
        Review.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=review.pk)
    )
    turn_of(fresh, scope)
    return fresh


def _has_room(review: Review) -> None:
    if review.evidence.count() >= MOST:
        raise Refused(f"一份评定最多 {MOST} 件佐证，先去掉用不着的。")


def _titled(title: str) -> str:
    if not title.strip():
        raise Refused("请写明佐证的名称，如：换届批复。")
    return title.strip()[:100]


def _of(review: Review, criteria: Collection[Criterion]) -> list[Criterion]:
    """Those of the version of this cycle."""
    mine = [one for one in criteria if one.version_id == review.cycle.version_id]
    if not mine:
        raise Refused("请写明用于第几项指标。")
    return mine


def _removed(piece: Evidence) -> None:
    name, storage = piece.file.name, piece.file.storage
    piece.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
