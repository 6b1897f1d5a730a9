"""工作台: what waits for the user, by role."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.choices import ADMIN_ROLES, Role
from accounts.scope import RIGHTS, Scope
from common.access import ANYONE
from common.digests import opened_by
from common.inbox import boxes_for, remember
from common.views import PageView
from reports.conditions import Conditions, Places, main_kind
from reports.dashboard import Board

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Step:
    """A page that the user works with."""

    label: str
    url: str
    note: str


# role or right → where its people go next, the first for an empty inbox.
_STEPS: tuple[tuple[frozenset[str], str, str, str], ...] = (
    (RIGHTS["read_figures"], "reports:coverage", "覆盖情况", "覆盖率、缺口和变化原因"),
    (RIGHTS["build_reports"], "reports:run_list", "统计报告", "PDF 报告和数据表"),
    (RIGHTS["import"], "imports:batch_create", "导入台账", "上传 Excel 台账，检查后入库"),
    (frozenset({Role.SECRETARY}), "organizations:organization_list", "我的党组织",
     "任职、届次、覆盖的主体"),
    (frozenset({Role.SECRETARY}), "members:member_list", "本组织党员", "花名册和流动情况"),
    (frozenset({Role.INSTRUCTOR}), "activities:visit_create", "记一次走访", "见到谁、谈了什么"),
    (frozenset({Role.DEPARTMENT}), "services:ticket_list", "企业诉求", "交办给本部门的和协办的"),
    (frozenset({Role.SECRETARY, Role.INSTRUCTOR}), "services:ticket_create", "提诉求",
     "企业要办的事，办到哪一步都看得到"),
    (frozenset({Role.SECRETARY, Role.INSTRUCTOR}), "enterprises:entity_list", "市场主体",
     "您覆盖或联系的主体"),
    (frozenset({Role.IMPORTER}), "enterprises:entity_list", "市场主体", "查找、核对、更正"),
)


class HomeView(PageView):
    """The home page of whoever is signed in."""

    roles = ANYONE
    template_name = "home/home.html"

    def get_template_names(self) -> list[str]:
        roles = self.request.scope.roles
        if not roles:
            return ["home/nobody.html"]
        return ["home/admin.html" if roles <= ADMIN_ROLES else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        context = super().get_context_data(
            title="工作台", today=today, weekday=_WEEKDAYS[today.weekday()], **kwargs
        )
        scope = self.request.scope
        if scope.roles <= ADMIN_ROLES:
            return context | {"admin_roles": [Role(role) for role in sorted(scope.roles)]}
        boxes = boxes_for(self.request)
        remember(self.request, boxes)
        return context | {
            "boxes": boxes,
            "digest": opened_by(self.request.user),
            "steps": steps_for(scope),
            "board": coverage_of(self.request),
        }


def steps_for(scope: Scope) -> list[Step]:
    """The pages of the user's roles, each once."""
    found: dict[str, Step] = {}
    for roles, name, label, note in _STEPS:
        if roles & scope.roles and name not in found:
            try:
                found[name] = Step(label, reverse(name), note)
            except NoReverseMatch:  # the page is not part of this installation
                continue
    return list(found.values())


def coverage_of(request: HttpRequest) -> Board | None:
    """The key figures of today, for those who read figures."""
    scope = request.scope.only(RIGHTS["read_figures"])
    if not scope.may("read_figures"):
        return None
    today = timezone.localdate()
    return Board(Conditions(Places(scope), today, None, None, main_kind(today)))
