"""Exported files on the home page of who asked for them (common/inbox.py)."""


from common.access import having
from common.exports.actions import expires_at
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.models import ExportFile
from common.tables import display


def _line(export: ExportFile) -> Line:
    note = f"{display(export.total)} 条"
    url = export.get_absolute_url()
    if export.message:
        return Line(export.title, url, note, "没有生成", "bad", verb="查看")
    if export.made_at is None:
        return Line(export.title, url, note, "正在生成", verb="查看")
    until = f"保留至 {display(expires_at(export))}"
    return Line(export.title, url, f"{note}　{until}", "可以下载", "ok", verb="下载")


@waiting(Box.MINE, order=40, roles=having("export"))
def exports(person: Asker) -> Matter:
    """导出的文件."""
    own = ExportFile.objects.filter(asked_by=person.user.pk).order_by("-asked_at")
    return Matter("导出的文件", own.count(), "个", [_line(export) for export in own[:SHOWN]])
