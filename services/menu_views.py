"""服务清单: items and policies that enterprises browse and apply for; the tree of categories."""

from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.scope import RIGHTS
from common.lists import ScopedListView, Sort
from common.refusals import Refused
from common.tables import Column
from common.views import ScopedDetailView, ScopedFormView, ScopedUpdateView
from services.filters import CategoryFilter, ItemFilter
from services.menu_forms import CategoryForm, ItemForm
from services.models import ServiceItem, Ticket, TicketCategory

ITEM_COLUMNS = (
    Column("name", "事项", fixed=True, link=lambda row: row.get_absolute_url(),
           sub=Column("summary", "说明"), sort=("name", "-name")),
    Column("kind", "类型", value="get_kind_display", kind="state", up=True),
    Column("provider", "谁提供", value=lambda row: row.provider or str(row.department or "")),
    Column("days", "几个工作日办好", kind="number", short="工作日"),
    Column("ends_on", "截止日期", kind="date", short="截止"),
)
CATEGORY_COLUMNS = (
    Column("name", "类别", fixed=True, link=lambda row: row.get_absolute_url()),
    Column("parent", "上级类别"),
    Column("order", "次序", kind="number"),
    Column("used", "可选", value=lambda row: "可选" if row.is_used else "停用", kind="state",
           tones={"可选": "ok"}),
    Column("number", "诉求", value="ticket_count", kind="number"),
)


class ItemList(ScopedListView):
    """服务清单."""

    roles = RIGHTS["read_menu"]
    model = ServiceItem
    template_name = "services/item_list.html"
    title, noun, unit, crumbs = "服务清单", "服务事项", "项", "评定与服务"
    filterset_class = ItemFilter
    columns = ITEM_COLUMNS
    sorts = (
        Sort("kind", "按类型", "kind", "name"), Sort("name", "按名称", "name"),
        Sort("-name", "按名称倒排", "-name"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("department")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_edit=self.request.scope.may("edit_menu"), **kwargs)


class ItemDetail(ScopedDetailView):
    """One item: how to apply, and for those who see tickets how often it was used."""

    roles = RIGHTS["read_menu"]
    model = ServiceItem
    template_name = "services/item_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("department", "category")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, scope = self.object, self.request.scope
        used = Ticket.objects.within(scope).filter(item=item).order_by()
        offered = ServiceItem.objects.offered(timezone.localdate()).filter(pk=item.pk).exists()
        return super().get_context_data(
            is_offered=offered, may_edit=scope.may("edit_menu"),
            apply_url=(
                f"{reverse('services:ticket_create')}?item={item.pk}"
                if offered and scope.may("raise_tickets") else ""
            ),
            used=used.aggregate(
                number=Count("pk"), saved=Sum("saved_amount"), percent=Avg("saved_percent")
            ),
            list_url=f"{reverse('services:ticket_list')}?item={item.pk}", **kwargs,
        )


class SavingMixin:
    """A form whose refusals are told on it."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            saved = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, "已保存。")
        return redirect(self.url_after(saved))


class ItemCreate(SavingMixin, ScopedFormView):
    """A new item."""

    roles = RIGHTS["edit_menu"]
    form_class = ItemForm
    title = "新增服务事项"


class ItemEdit(SavingMixin, ScopedUpdateView):
    """Changing an item."""

    roles = RIGHTS["edit_menu"]
    model = ServiceItem
    form_class = ItemForm
    title = "修改服务事项"


class CategoryList(ScopedListView):
    """诉求类别."""

    roles = RIGHTS["edit_menu"]
    model = TicketCategory
    template_name = "services/category_list.html"
    title, noun, unit, crumbs = "诉求类别", "类别", "个", "企业诉求"
    filterset_class = CategoryFilter
    columns = CATEGORY_COLUMNS
    sorts = (Sort("order", "按次序", "order", "name"),)

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset().select_related("parent")
        return rows.annotate(ticket_count=Count("tickets"))


class CategoryCreate(SavingMixin, ScopedFormView):
    """A new category."""

    roles = RIGHTS["edit_menu"]
    form_class = CategoryForm
    title = "新增诉求类别"

    def url_after(self, saved: Any) -> str:
        return reverse("services:category_list")


class CategoryEdit(SavingMixin, ScopedUpdateView):
    """Changing a category: name, place, whether it may be chosen."""

    roles = RIGHTS["edit_menu"]
    model = TicketCategory
    form_class = CategoryForm
    title = "修改诉求类别"
    template_name = "services/category_form.html"

    def url_after(self, saved: Any) -> str:
        return reverse("services:category_list")
