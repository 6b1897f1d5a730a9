"""Columns of the list of tickets."""

from common.tables import Column
from services.models import Ticket
from services.ticket_words import CARD_TONES, STATE_TONES


def _left(ticket: Ticket) -> str:
    """超期 3 个工作日, what the word beside it does not say yet."""
    return "" if ticket.left_words == ticket.left_state else ticket.left_words


TICKET_COLUMNS = (
    Column("title", "诉求", fixed=True, link=lambda row: row.get_absolute_url(),
           sub=Column("number", "工单编号")),
    Column("state", "状态", value="get_state_display", kind="state", tones=STATE_TONES, up=True),
    Column("left", "时限", value="left_state", kind="state",
           tones={"超期": "bad", "今天到期": "warn"}, sort=("due", "-due"),
           sub=Column("left_words", "还剩", value=_left)),
    Column("waits", "现在由谁办", value="waits_for"),
    Column("whom", "企业或党组织", value=lambda row: str(row.whom)),
    Column("category", "类别", wide=True, sub=Column("kind", "类型", value="get_kind_display")),
    Column("registered_on", "登记日期", kind="date", short="登记", sort=("-day", "day")),
    Column("due_on", "到期日", kind="date", shown=False),
    Column("town", "所属镇街", shown=False),
    Column("channel", "渠道", value="get_channel_display", shown=False),
    Column("department", "主办部门", shown=False),
    Column("card", "督办", value=lambda row: row.get_card_display() if row.card else "",
           kind="state", tones=CARD_TONES, shown=False),
    Column("level", "由谁牵头", value="get_level_display", shown=False),
    Column("closed_on", "办结日期", kind="date", shown=False),
    Column("outcome", "是否解决", value="get_outcome_display", shown=False),
    Column("satisfaction", "满意度", value="get_satisfaction_display", shown=False),
    Column("raised_by", "登记人", shown=False),
)
