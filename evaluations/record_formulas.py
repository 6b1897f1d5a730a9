"""Formulas from the ledgers: posts, terms, members, dues, coverage, instructors' visits."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from activities.models import Visit
from common import parameters
from common.dated import BEGINNING, holding
from common.periods import Span
from evaluations.formulas import ORGANIZATION, Results, formula, parts, yes
from members.models import Member
from organizations.coverage import valid_links
from organizations.models import Post, Term
from organizations.rules import election_due


@formula("secretary_filled", "书记配备", ORGANIZATION)
def secretary_filled(ids: Collection[UUID], span: Span) -> Results:
    """A secretary is in post on the last day."""
    held = set(_ids(Post.objects.at(span.last), ids))
    return {pk: yes(pk in held, "书记在任", "书记空缺") for pk in ids}


@formula("election_on_time", "按期换届", ORGANIZATION)
def election_on_time(ids: Collection[UUID], span: Span) -> Results:
    """The latest term that began by the last day has not run out; unknown terms are for people."""
    rows = (
        Term.objects.filter(organization__in=ids, starts_on__lte=span.last, years__isnull=False)
        .exclude(starts_on=BEGINNING).order_by("organization_id", "-starts_on")
        .distinct("organization_id").values_list("organization_id", "starts_on", "years")
    )
    found = {}
    for pk, starts_on, years in rows:
        due = election_due(starts_on, years)
        found[pk] = yes(span.last < due, f"任期到 {due:%Y-%m-%d}", f"{due:%Y-%m-%d} 已届满")
    return found


@formula("enough_full_members", "正式党员人数合规", ORGANIZATION)
def enough_full_members(ids: Collection[UUID], span: Span) -> Results:
    """At least as many 正式党员 as a branch needs (setting eligible.full_members)."""
    needed = parameters.value("eligible.full_members", on=span.last)
    counted = _members(Member.objects.full(span.last), ids, span.last)
    return {
        pk: yes(counted.get(pk, 0) >= needed, f"正式党员 {counted.get(pk, 0)} 名",
                f"正式党员 {counted.get(pk, 0)} 名，不足 {needed} 名")
        for pk in ids
    }


@formula("affiliated_members", "党员组织关系在本组织", ORGANIZATION)
def affiliated_members(ids: Collection[UUID], span: Span) -> Results:
    """The share of the members who take part whose affiliation is here as well."""
    rows = _managed(Member.objects.counting(span.last), span.last).filter(managed_by__in=ids)
    counted = rows.order_by().values("managed_by").annotate(
        total=Count("pk"), met=Count("pk", filter=Q(affiliated_with=F("managed_by")))
    )
    return _shares((row["managed_by"], row["met"], row["total"]) for row in counted)


@formula("dues_paid", "党费按时交纳", ORGANIZATION)
def dues_paid(ids: Collection[UUID], span: Span) -> Results:
    """The share of the members who have paid dues up to the month of the last day."""
    month = span.last.replace(day=1)
    return _of_members(ids, span.last, Q(dues_paid_until__gte=month))


@formula("roster_complete", "党员信息完整", ORGANIZATION)
def roster_complete(ids: Collection[UUID], span: Span) -> Results:
    """The share of the members of whom 学历, 民族, 工作岗位 and 出生日期 are known."""
    known = Q(born_on__isnull=False) & ~Q(education="") & ~Q(ethnicity="") & ~Q(position="")
    return _of_members(ids, span.last, known)


@formula("admissions", "发展党员", ORGANIZATION)
def admissions(ids: Collection[UUID], span: Span) -> Results:
    """At least one member joined within the days that count."""
    joined = Q(joined_on__gte=span.first, joined_on__lte=span.last)
    counted = _members(Member.objects.counting(span.last).filter(joined), ids, span.last)
    return {
        pk: yes(pk in counted, f"发展 {counted.get(pk)} 名", "考核期内没有发展党员") for pk in ids
    }


@formula("units_covered", "有覆盖的主体", ORGANIZATION)
def units_covered(ids: Collection[UUID], span: Span) -> Results:
    """Covers at least one entity on the last day."""
    links = valid_links(span.last).filter(organization__in=ids).order_by()
    counted = dict(links.values("organization").annotate(n=Count("entity", distinct=True))
                   .values_list("organization", "n"))
    return {
        pk: yes(pk in counted, f"覆盖 {counted.get(pk)} 家", "没有覆盖的主体") for pk in ids
    }


@formula("visited", "指导员走访", ORGANIZATION)
def visited(ids: Collection[UUID], span: Span) -> Results:
    """The share of the quarters in which an instructor visited the organization or an entity that
    it covers on the last day."""
    days = Q(visited_on__gte=span.first, visited_on__lte=span.last)
    own = Visit.objects.filter(days, organization__in=ids)
    seen = set(own.values_list("organization", "visited_on"))
    links = valid_links(span.last).filter(organization__in=ids)
    covered: dict[UUID, set[UUID]] = {}
    for entity, organization in links.values_list("entity", "organization"):
        covered.setdefault(entity, set()).add(organization)
    for entity, day in Visit.objects.filter(days, entity__in=covered).values_list(
        "entity", "visited_on"
    ):
        seen |= {(pk, day) for pk in covered[entity]}
    return of_quarters(ids, span, seen)


def of_quarters(ids: Iterable[UUID], span: Span, seen: Iterable[tuple[UUID, date]]) -> Results:
    """The share of the span's quarters in which each id has a day."""
    quarters = {_quarter(month) for month in span.months}
    hit: dict[UUID, set[tuple[int, int]]] = {}
    for pk, day in seen:
        hit.setdefault(pk, set()).add(_quarter(day))
    return {pk: parts(len(hit.get(pk, set()) & quarters), len(quarters), "个季度") for pk in ids}


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def _ids(rows: QuerySet, ids: Collection[UUID]) -> Iterable[UUID]:
    return rows.filter(organization__in=ids).values_list("organization", flat=True)


def _managed(members: QuerySet, day: date) -> QuerySet:
    """Members with ``managed_by`` and ``affiliated_with`` on a day."""
    return members.annotate(
        affiliation=FilteredRelation("affiliations", condition=holding(day, "affiliations__")),
        management=FilteredRelation("managements", condition=holding(day, "managements__")),
        affiliated_with=F("affiliation__organization"),
        managed_by=Coalesce("management__organization", "affiliation__organization"),
    )


def _members(members: QuerySet, ids: Collection[UUID], day: date) -> dict[UUID, int]:
    """How many of ``members`` take part in each organization."""
    rows = _managed(members, day).filter(managed_by__in=ids).order_by()
    return dict(rows.values("managed_by").annotate(n=Count("pk")).values_list("managed_by", "n"))


def _of_members(ids: Collection[UUID], day: date, met: Q) -> Results:
    rows = _managed(Member.objects.counting(day), day).filter(managed_by__in=ids).order_by()
    counted = rows.values("managed_by").annotate(total=Count("pk"), met=Count("pk", filter=met))
    return _shares((row["managed_by"], row["met"], row["total"]) for row in counted)


def _shares(rows: Iterable[tuple[UUID, int, int]]) -> Results:
    found = {pk: parts(met, total, "名党员") for pk, met, total in rows}
    return {pk: result for pk, result in found.items() if result}

