"""The ledger 授星: stars and grades that organizations held before the portal rated them, or that
somebody else granted. Key 党组织 + 评定方案 + 授予日期.

What a cycle of the portal has granted is exported, read back without a change, and changed by the
yearly re-check on its page only. Stars of towns and departments have no ledger.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from common.cells import name_key
from common.dated import FOREVER
from common.ledgers.columns import ChoiceCell, Column, DateCell, TextCell
from common.ledgers.export import suggestion
from common.ledgers.facets import Plain, rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_repeated
from evaluations.choices import GrantChange, GrantLevel, RatedKind
from evaluations.models import Band, RatingScheme, StarGrant
from evaluations.references import ReferenceCell
from organizations.facets import find_organization
from organizations.finder import OrganizationFinder
from organizations.models import PartyOrganization

RATED_HERE = "这个星级是在系统里评定的，请在它的页面上复核，不用导入修改。"
_KEY = ("id", "organization_id", "scheme_id", "starts_on", "ends_on", "label", "review_id")


@suggestion("rating_schemes")
def scheme_names(_scope: Any, _argument: str) -> list[str]:
    """Names of the schemes that rate organizations."""
    rows = RatingScheme.objects.filter(rated=RatedKind.ORGANIZATION).order_by("name")
    return list(rows.values_list("name", flat=True))


class UntilCell(DateCell):
    """The day from which something holds no longer; empty while it holds."""

    nothing = FOREVER

    def render(self, value, obj=None, **kwargs):
        return "" if value == FOREVER else super().render(value, obj, **kwargs)


class Bands:
    """Stars and grades by the words that ledgers use, and the schemes of organizations by name."""

    def __init__(self) -> None:
        self.schemes = list(
            RatingScheme.objects.filter(rated=RatedKind.ORGANIZATION).order_by("name")
        )
        self.names = {scheme.pk: scheme.name for scheme in self.schemes}
        self._by_name = {name_key(scheme.name): scheme for scheme in self.schemes}
        self._bands: dict[Any, Band] = {}
        found = Band.objects.filter(version__scheme__in=self.schemes)
        for band in found.select_related("version__scheme").order_by("version__number"):
            scheme, words = band.version.scheme, [band.label, f"{band.label}级"]
            words += [str(band.rank), f"{band.rank}星"] if scheme.has_stars else []
            for word in words:
                self._bands[scheme.pk, name_key(word)] = band

    def scheme(self, text: str) -> RatingScheme | None:
        """The scheme of this name; without a name the one that grants stars."""
        if text:
            return self._by_name.get(name_key(text))
        stars = [scheme for scheme in self.schemes if scheme.has_stars]
        return stars[0] if len(stars) == 1 else None

    def get(self, scheme: Any, text: str) -> Band | None:
        """五星, 五星级, 5 of a scheme, as its newest version says."""
        return self._bands.get((scheme, name_key(text)))

    def words(self, scheme: Any) -> str:
        """What a scheme grants, in words."""
        rows = {band.label: -band.rank for (of, _), band in self._bands.items() if of == scheme}
        return "、".join(sorted(rows, key=rows.__getitem__))


class Granted(Plain):
    """A star with the organization and the scheme that ``identify`` left in ``row.facts``."""

    REFERENCES = ("organization_id", "scheme_id")

    def load(self, ids, options):
        super().load(ids, options)
        rated = rows_of(StarGrant, "id", ids, ["id", "review_id"])
        self.rated_here = {row["id"] for row in rated if row["review_id"]}

    def plan(self, row, options):
        if row.errors:
            return
        for column in self.columns:
            if column.attribute in self.REFERENCES:
                row.cells[column.column_name] = row.facts[column.attribute]
        known = self.found.get(row.record)
        row.facts["moved"] = bool(known) and (
            known["organization_id"] != row.facts["organization_id"]
        )
        super().plan(row, options)
        if row.diff and row.record in self.rated_here:
            row.error(row.diff[0][0], RATED_HERE)


class StarLedger(Ledger):
    """授星."""

    kind = "stars"
    title = "授星"
    unit = "条"
    model = StarGrant
    read_right = "read_ratings"
    edit_right = "run_cycles"
    name_path = "organization__name"
    preview = ("星级", "审定层级", "授予日期", "文号")

    organization = Column(
        "党组织", "organization_id", ReferenceCell(200), required=True,
        suggestions="organizations", synonyms=["党组织名称", "获评党组织"],
        help="全称或党组织代码",
    )
    scheme = Column(
        "评定方案", "scheme_id", ReferenceCell(100), synonyms=["方案", "评定办法"],
        suggestions="rating_schemes", help="空着就是授星的方案；堡垒指数等要写明",
    )
    label_column = Column(
        "星级", "label", TextCell(20), required=True, synonyms=["等次", "评定等次", "评定结果"],
        help="五星、四星、三星；堡垒指数填 A、B、C、D",
    )
    granted_by = Column(
        "审定层级", "granted_by",
        ChoiceCell(
            GrantLevel.choices,
            {
                "市级": GrantLevel.CITY, "区级": GrantLevel.DISTRICT, "县": GrantLevel.DISTRICT,
                "县级": GrantLevel.DISTRICT, "区县": GrantLevel.DISTRICT, "镇": GrantLevel.TOWN,
                "街道": GrantLevel.TOWN, "乡镇": GrantLevel.TOWN, "镇街级": GrantLevel.TOWN,
            },
        ),
        synonyms=["授予级别", "授予层级", "审定级别"], help="空着就按方案里这一星级的审定层级",
    )
    document = Column(
        "文号", "document", TextCell(60), required=True, synonyms=["授予文号", "文件号", "批文"]
    )
    starts_on = Column(
        "授予日期", "starts_on", DateCell(), required=True,
        synonyms=["授星日期", "授牌日期", "评定日期"],
    )
    ends_on = Column(
        "终止日期", "ends_on", UntilCell(), synonyms=["摘牌日期", "取消日期"],
        help="从这一天起不再有效；现在有效的空着",
    )
    ended_reason = Column(
        "终止原因", "ended_reason", TextCell(300), synonyms=["摘牌原因", "取消原因"]
    )
    ended_document = Column("终止文号", "ended_document", TextCell(60), synonyms=["摘牌文号"])

    def make_facets(self):
        own = [column for name, column in self.fields.items() if name != "record_number"]
        self.held = Granted(StarGrant, own, derive=self._derived)
        return [self.held]

    def _derived(self, values: dict[str, Any]) -> dict[str, Any]:
        """The rank that goes with the label; what is not said of who granted it."""
        band = self.bands.get(values["scheme_id"], values["label"])
        if band is None:  # a label that the scheme has no longer stays as it is
            return {}
        level = values["granted_by"] or band.granted_by
        return {"rank": band.rank, "granted_by": level, "change": GrantChange.RATED}

    def load(self, ids, options):
        self._find(options)
        super().load(ids, options)

    def _find(self, options: Options) -> OrganizationFinder:
        if not hasattr(self, "_organizations"):
            self._organizations, self.bands = OrganizationFinder(options), Bands()
            self.fields["organization"].cell.names = self._organizations.name
            self.fields["scheme"].cell.names = lambda pk: self.bands.names.get(pk, "")
        return self._organizations

    # Which star a row is -------------------------------------------------------------------------

    def identify(self, rows, options):
        finder = self._find(options)
        numbered = {row.record for row in rows} - {None}
        known = {one["id"]: one for one in rows_of(StarGrant, "id", numbered, _KEY)}
        for row in rows:
            self._refer(row, known.get(row.record), finder)
        keys = {id(row): self._key(row) for row in rows}
        self.stored = _stored({key[0] for key in keys.values() if key})
        for row in rows:
            self._settle(row, self.stored.get(keys[id(row)]))
        refuse_repeated(rows, self.fields["starts_on"], lambda row: keys[id(row)])

    def _refer(self, row: Row, known: dict[str, Any] | None, finder: OrganizationFinder) -> None:
        """Organization, scheme and band of a row, or why there is none."""
        f = self.fields
        stored = known and known["organization_id"]
        found = find_organization(row, f["organization"], finder, stored)
        row.facts["organization_id"] = found or None
        scheme = self._scheme_of(row, known)
        row.facts["scheme_id"] = scheme
        text = row.get(f["label_column"])
        if not (scheme and text):
            return
        if band := self.bands.get(scheme, text):
            row.cells[f["label_column"].column_name] = band.label
        else:
            words = self.bands.words(scheme)
            row.error(f["label_column"], f"{self.bands.names[scheme]}没有“{text}”，可填{words}。")

    def _scheme_of(self, row: Row, known: dict[str, Any] | None) -> Any:
        column = self.fields["scheme"]
        text = row.get(column) or ""
        if known and not text:
            return known["scheme_id"]
        scheme = self.bands.scheme(text)
        if scheme is None:
            names = "、".join(self.bands.names.values()) or "先在评定方案里建一个"
            row.error(column, f"请写明评定方案：{names}。")
        return scheme and scheme.pk

    def _key(self, row: Row) -> tuple | None:
        day = row.get(self.fields["starts_on"])
        whose = row.facts["organization_id"], row.facts["scheme_id"]
        return (*whose, day) if day and all(whose) and not row.errors else None

    def _settle(self, row: Row, found: dict[str, Any] | None) -> None:
        if found is None:
            return
        if row.record is None:
            row.record, row.is_new = found["id"], False
        elif found["id"] != row.record:
            row.error(self.fields["starts_on"], "这个星级已有另一条记录，请核对。")

    def label(self, row):
        f = self.fields
        return f"{row.get(f['organization'])} {row.get(f['label_column'])}".strip()

    def named(self, record):
        return str(record)

    # What a row says -----------------------------------------------------------------------------

    def check_row(self, row, options):
        f = self.fields
        first, last = self.as_they_will_stand(row, ("starts_on", "ends_on"), options)
        if not first:
            return
        if last <= first:
            row.error(f["ends_on"], f"终止日期应晚于授予日期 {first}。")
        if first > options.day:
            row.warn(f["starts_on"], "授予日期在数据截止日之后，请核对。")

    def finish(self, rows, options):
        """Two stars of one scheme never hold on the same day."""
        periods: dict[tuple, list[tuple]] = {}
        renewed = {row.record for row in rows if row.record and not row.errors}
        for one in self.stored.values():
            if one["id"] not in renewed:
                _put(periods, one, one["label"], None)
        for row in rows:
            if not row.errors:
                _put(periods, self._as_it_will_stand(row, options), "", row)
        for found in periods.values():
            for row, sentence in _overlaps(found):
                row.error(self.fields["starts_on"], sentence)

    def _as_it_will_stand(self, row: Row, options: Options) -> dict[str, Any]:
        starts_on, ends_on = (
            row.get(self.fields[name]) if row.is_new else self.after(row, name, options)
            for name in ("starts_on", "ends_on")
        )
        return {
            "organization_id": row.facts["organization_id"], "scheme_id": row.facts["scheme_id"],
            "starts_on": starts_on, "ends_on": ends_on,
        }

    def in_scope(self, row, options):
        """An organization above the scope may be named, but gets no stars from there."""
        if not hasattr(self, "_visible"):
            within = PartyOrganization.objects.within(options.scope)
            self._visible = set(within.values_list("pk", flat=True))
        return row.facts.get("organization_id") in self._visible

    def absent(self, batch_records, scope):
        """What was imported before of the schemes that the file is about."""
        of_file = StarGrant.objects.filter(pk__in=batch_records).values("scheme")
        rows = super().absent(batch_records, scope).select_related("organization")
        return rows.filter(organization__isnull=False, review=None, scheme__in=of_file)


def _stored(organizations: set[Any]) -> dict[tuple, dict[str, Any]]:
    """Stars of these organizations by their key."""
    rows = rows_of(StarGrant, "organization_id", organizations, _KEY)
    return {(one["organization_id"], one["scheme_id"], one["starts_on"]): one for one in rows}


def _put(
    periods: dict[tuple, list[tuple]], one: dict[str, Any], label: str, row: Row | None
) -> None:
    key = one["organization_id"], one["scheme_id"]
    if one["starts_on"] and all(key):
        periods.setdefault(key, []).append((one["starts_on"], one["ends_on"], label, row))


def _overlaps(found: list[tuple]) -> Iterable[tuple[Row, str]]:
    """Rows whose star holds on a day on which another one does, with what is to be done."""
    found = sorted(found, key=lambda one: one[0])
    for (first, ends, label, row), (begins, _ends, _label, later) in pairwise(found):
        if ends <= begins:
            continue
        if later is not None:
            which = f"{first} 授予的{label}" if row is None else f"第 {row.number} 行"
            yield later, f"{which}还有效，请先给它填终止日期。"
        else:
            yield row, f"{begins} 又授了星，请填终止日期。"
