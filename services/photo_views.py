"""Photos of tickets: served to whoever may read the ticket, added, deleted."""

from django.contrib import messages

from accounts.scope import RIGHTS
from common.picture_views import PictureView
from common.refusals import Refused
from common.views import ActionView
from services.models import Ticket, TicketPhoto
from services.photos import add_photo, delete_photo


class PhotoAdd(ActionView):
    """Photos of one form; each that cannot be kept is told."""

    roles = RIGHTS["read_tickets"]
    model = Ticket

    def act(self, obj: Ticket) -> None:
        files = self.request.FILES.getlist("photos")
        if not files:
            raise Refused("没有收到照片，请再选一次。")
        caption = self.request.POST.get("caption", "")
        kept = 0
        for file in files:
            try:
                add_photo(
                    ticket=obj, file=file, caption=caption, by=self.request.user,
                    scope=self.request.scope,
                )
                kept += 1
            except Refused as refusal:
                messages.error(self.request, f"{file.name}：{refusal}")
        if kept:
            messages.success(self.request, f"已上传 {kept} 张。")


class PhotoView(PictureView):
    """The picture itself."""

    roles = RIGHTS["read_tickets"]
    model = TicketPhoto
    file_name = "附件.jpg"


class PhotoDelete(ActionView):
    """Taking one's own photo away."""

    roles = RIGHTS["read_tickets"]
    model = TicketPhoto
    success_message = "已删除附件。"

    def act(self, obj: TicketPhoto) -> None:
        delete_photo(photo=obj, by=self.request.user)

    def url_after(self, obj: TicketPhoto) -> str:
        return obj.ticket.get_absolute_url()
