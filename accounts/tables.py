"""Columns of the list of accounts."""

from accounts.models import User
from common.tables import Column

STANDING_TONES = {"在用": "ok", "待设密码": "info", "停用": "bad"}

COLUMNS = (
    Column(
        "username", "账号", link=User.get_absolute_url, sort=("username", "-username"), fixed=True,
        sub=Column("name", "姓名"),
    ),
    Column("roles", "授权", value="granted"),
    Column("standing", "状态", kind="state", tones=STANDING_TONES, up=True),
    Column("last_login", "上次登录", kind="date", sort=("-login", "login"), short="上次登录"),
    Column("joined", "开通", value="date_joined", kind="date", wide=True, shown=False),
)
