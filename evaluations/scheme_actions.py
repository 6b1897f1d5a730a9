"""Schemes: a version is edited while it is a draft; once a cycle has opened with it, it never
changes, and a new version begins as a copy."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.scope import Scope
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from evaluations.models_schemes import RatingScheme, SchemeVersion
from evaluations.scheme_parts import PARTS, Part

FROZEN = "这个版本已经用于评定，不能再改。要改，请另编一个新版本。"


def new_scheme(
    *, name: str, rated: str, has_stars: bool, by: User, scope: Scope
) -> SchemeVersion:
    """A scheme with an empty first version. Raises Refused for a name that is taken."""
    _may_edit(scope)
    if not name.strip():
        raise Refused("请填写方案名称。")
    if RatingScheme.objects.filter(name=name.strip()).exists():
        raise Refused("已经有这个名称的方案，请换一个。")
    with recording(by=by, via=Via.PAGE):
        scheme = RatingScheme.objects.create(
            name=name.strip(), rated=rated, has_stars=has_stars
        )
        return SchemeVersion.objects.create(scheme=scheme, number=1)


def new_version(*, scheme: RatingScheme, by: User, scope: Scope) -> SchemeVersion:
    """A draft that begins as the newest version is. Raises Refused while there is a draft."""
    _may_edit(scope)
    with recording(by=by, via=Via.PAGE):
        RatingScheme.objects.select_for_update().get(pk=scheme.pk)
        newest = scheme.versions.order_by("-number").first()
        if newest and not newest.is_frozen:
            raise Refused(f"第 {newest.number} 版还在编制，直接改它就行。")
        version = SchemeVersion.objects.create(
            scheme=scheme, number=newest.number + 1 if newest else 1,
            bonus_cap=newest.bonus_cap if newest else 0, notes=newest.notes if newest else "",
        )
        for part in PARTS.values() if newest else ():
            _fill(part, version, [_values_of(part, row) for row in part.rows(newest)])
    return version


def _values_of(part: Part, row: Any) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in part.fields}


def save_version(
    *, version: SchemeVersion, bonus_cap: Decimal, notes: str, by: User, scope: Scope
) -> None:
    """The values of the version itself."""
    with recording(by=by, via=Via.PAGE):
        fresh = _draft(version, scope)
        fresh.bonus_cap, fresh.notes = bonus_cap, notes.strip()
        fresh.save(update_fields=["bonus_cap", "notes"])


def save_row(
    *, version: SchemeVersion, part: Part, pk: UUID | None, values: Mapping[str, Any], by: User,
    scope: Scope,
) -> None:
    """One criterion, veto or band: changed (``pk``) or added. Raises Refused when its number is
    taken, or the table as a whole would not hold."""
    with recording(by=by, via=Via.PAGE):
        fresh = _draft(version, scope)
        others = [_values_of(part, row) for row in part.rows(fresh) if row.pk != pk]
        _holds(part, [*others, dict(values)])
        if pk is None:
            part.model._default_manager.create(version=fresh, **values)
            return
        row = part.rows(fresh).filter(pk=pk).first()
        if row is None:
            raise Refused("这一行刚被别人删去，请看最新内容。")
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def delete_row(
    *, version: SchemeVersion, part: Part, pk: UUID, by: User, scope: Scope
) -> None:
    """Take a row out of a draft."""
    with recording(by=by, via=Via.PAGE):
        part.rows(_draft(version, scope)).filter(pk=pk).delete()


def replace(
    *, version: SchemeVersion, part: Part, rows: Sequence[Mapping[str, Any]], by: User,
    scope: Scope,
) -> int:
    """Put ``rows`` in place of the whole table; all of them or none. Returns their number."""
    with recording(by=by, via=Via.PAGE):
        fresh = _draft(version, scope)
        _holds(part, [dict(row) for row in rows])
        part.rows(fresh).delete()
        return _fill(part, fresh, rows)


def _fill(part: Part, version: SchemeVersion, rows: Sequence[Mapping[str, Any]]) -> int:
    made = [part.model(version=version, **row) for row in rows]
    try:
        with transaction.atomic():
            part.model._default_manager.bulk_create(made)
    except IntegrityError as error:
        raise Refused("有的行互相矛盾，请核对后再传。") from error
    return len(made)


def _holds(part: Part, rows: Sequence[dict[str, Any]]) -> None:
    """Raise Refused when rows have the same number, or do not go together."""
    seen: set[Any] = set()
    for row in rows:
        if row[part.unique] in seen:
            header = next(one.header for one in part.fields if one.name == part.unique)
            raise Refused(f"{header} {row[part.unique]} 有两行，请改成不同的。")
        seen.add(row[part.unique])
    if sentence := part.of_all(rows):
        raise Refused(sentence)


def _draft(version: SchemeVersion, scope: Scope) -> SchemeVersion:
    """The version, held until the end: opening a cycle waits, or has frozen it."""
    _may_edit(scope)
    fresh = SchemeVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if fresh.is_frozen:
        raise Refused(FROZEN)
    return fresh


def _may_edit(scope: Scope) -> None:
    if not scope.may("edit_schemes"):
        raise Refused("您没有编制方案的权限。")
