"""A small site on the page frame: one list, one record, one form, one verb. Tests use it as
ROOT_URLCONF, so that the frame is tested without any app's own pages."""

import django_filters
from django import forms
from django.urls import include, path

from accounts.choices import STAFF_ROLES, Role
from areas.models import Area
from common.access import ANYONE, access
from common.filters import ScopedFilterSet, scoped
from common.forms import DayInput, ScopedForm
from common.lists import ScopedListView, Sort
from common.refusals import Refused
from common.tables import Column
from common.views import ActionView, ScopedDetailView, ScopedFormView, ScopedUpdateView
from enterprises.choices import EntityKind
from enterprises.models import Entity

COLUMNS = (
    Column(
        "name", "名称", link=Entity.get_absolute_url, sort=("name", "-name"), fixed=True,
        sub=Column("uscc", "统一社会信用代码"),
    ),
    Column("kind", "主体类型", value="get_kind_display"),
    Column("members", "党员", value="stated_member_count", kind="number", sort=("-members",)),
    Column(
        "state", "经营状态", value=lambda row: "注销" if row.closed_on else "正常",
        kind="state", tones={"正常": "ok", "注销": "bad"}, up=True,
    ),
    Column("founded", "成立日期", value="founded_on", kind="date", wide=True),
    Column("representative", "法定代表人", value="legal_representative", shown=False),
)


class SampleFilter(ScopedFilterSet):
    search_fields = ("name_key__contains", "uscc__istartswith", "initials__istartswith")
    search_hint = "名称、信用代码或拼音首字母，如 hyjm"
    folded = ("founded",)

    kind = django_filters.ChoiceFilter(label="主体类型", choices=EntityKind)
    town = django_filters.ModelChoiceFilter(
        label="所属镇街", queryset=scoped(Area), field_name="states__town"
    )
    founded = django_filters.DateFromToRangeFilter(label="成立日期", field_name="founded_on")


class SampleList(ScopedListView):
    roles = STAFF_ROLES
    model = Entity
    title, noun, crumbs = "市场主体", "主体", "明川区 / 台账"
    filterset_class = SampleFilter
    columns = COLUMNS
    is_dated = True
    export_roles = frozenset({Role.DISTRICT, Role.TOWN})
    sorts = (
        Sort("name", "按名称", "name"),
        Sort("-name", "按名称倒序", "-name"),
        Sort("-members", "党员多的在前", "-stated_member_count"),
    )


class SampleDetail(ScopedDetailView):
    roles = STAFF_ROLES
    model = Entity
    template_name = "base_detail.html"


class SampleForm(ScopedForm):
    marks_required = True

    name = forms.CharField(label="名称", max_length=200, help_text="与营业执照一致")
    kind = forms.ChoiceField(label="主体类型", choices=EntityKind, widget=forms.RadioSelect)
    founded_on = forms.DateField(
        label="成立日期", required=False, widget=DayInput
    )
    is_member_run = forms.BooleanField(label="三亮经营户", required=False)
    remarks = forms.CharField(label="备注", required=False, widget=forms.Textarea)

    def save(self) -> Entity:
        Entity.objects.filter(pk=self.instance.pk).update(name=self.cleaned_data["name"])
        return self.instance


class GroupedForm(SampleForm):
    groups = (("基本信息", ("name", "kind", "founded_on")), ("情况", ("is_member_run",)))


class SampleEdit(ScopedUpdateView):
    roles = frozenset({Role.DISTRICT})
    model = Entity
    form_class = SampleForm
    title = "修改主体"


class SampleUpload(ScopedFormView):
    roles = frozenset({Role.DISTRICT})
    form_class = GroupedForm
    title = "登记主体"


class SampleClose(ActionView):
    roles = frozenset({Role.DISTRICT, Role.TOWN})
    model = Entity
    success_message = "已注销。"

    def act(self, obj: Entity) -> None:
        if obj.remarks == "locked":
            raise Refused("这条记录刚被别人锁定，请看最新内容。")
        Entity.objects.filter(pk=obj.pk).update(remarks="closed")


@access(roles=ANYONE)
def crash(request):
    raise RuntimeError("boom")


entity_patterns = (
    [
        path("", SampleList.as_view(), name="entity_list"),
        path("new/", SampleUpload.as_view(), name="entity_create"),
        path("<uuid:pk>/", SampleDetail.as_view(), name="entity_detail"),
        path("<uuid:pk>/edit/", SampleEdit.as_view(), name="entity_edit"),
        path("<uuid:pk>/close/", SampleClose.as_view(), name="entity_close"),
    ],
    "enterprises",
)

urlpatterns = [
    path("entities/", include(entity_patterns)),
    path("crash/", crash, name="crash"),
    path("", include("accounts.urls")),
]
