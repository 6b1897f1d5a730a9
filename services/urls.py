"""Addresses of tickets and of the service menu."""

from django.urls import path

from services import board_views, menu_views, photo_views, views
from services.ticket_forms import FORMS, PRESSED

app_name = "services"
urlpatterns = [
    path("tickets/", views.TicketList.as_view(), name="ticket_list"),
    path("tickets/board/", board_views.TicketBoard.as_view(), name="ticket_board"),
    path("tickets/new/", views.TicketCreate.as_view(), name="ticket_create"),
    path("tickets/photos/<uuid:pk>/", photo_views.PhotoView.as_view(), name="photo"),
    path(
        "tickets/photos/<uuid:pk>/delete/", photo_views.PhotoDelete.as_view(), name="photo_delete"
    ),
    path("tickets/<uuid:pk>/", views.TicketDetail.as_view(), name="ticket_detail"),
    path("tickets/<uuid:pk>/photos/", photo_views.PhotoAdd.as_view(), name="photo_add"),
    path("tickets/<uuid:pk>/phone/", views.TicketPhone.as_view(), name="ticket_phone"),
    path("tickets/<uuid:pk>/history/", views.TicketHistory.as_view(), name="ticket_history"),
    # --- what may be asked for, and the tree of categories
    path("menu/", menu_views.ItemList.as_view(), name="item_list"),
    path("menu/new/", menu_views.ItemCreate.as_view(), name="item_create"),
    path("menu/<uuid:pk>/", menu_views.ItemDetail.as_view(), name="item_detail"),
    path("menu/<uuid:pk>/edit/", menu_views.ItemEdit.as_view(), name="item_edit"),
    path("tickets/categories/", menu_views.CategoryList.as_view(), name="category_list"),
    path("tickets/categories/new/", menu_views.CategoryCreate.as_view(), name="category_create"),
    path(
        "tickets/categories/<uuid:pk>/", menu_views.CategoryEdit.as_view(), name="category_edit"
    ),
    *(
        path(f"tickets/<uuid:pk>/{verb}/", views.step_view(verb), name=f"ticket_{verb}")
        for verb in (*FORMS, *PRESSED)
    ),
]
