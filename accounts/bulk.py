"""Accounts from a workbook: read in the guarded child as ledgers are, every row checked, all of
them right or none written (docs/decisions/0010)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError

from accounts.actions import Wanted
from accounts.choices import Role
from accounts.models import User
from accounts.places import place_of
from common import cells
from common.dated import FOREVER
from common.refusals import Refused
from common.tables import Column, write_xlsx
from common.workbook.reader import Unreadable, open_table

LIMIT = 1000
HEADERS: Mapping[str, list[str]] = {
    "姓名": ["人员姓名", "使用人"],
    "角色": ["岗位", "身份"],
    "范围": ["所属范围", "单位", "镇街", "党组织"],
    "账号": ["用户名", "登录名"],
    "自": ["开始日期", "起"],
    "至": ["结束日期", "止"],
}
REQUIRED = ("姓名", "角色")
_SAMPLES = (
    ("张三", "镇街工作人员", "某某镇", "", "", ""),
    ("李四", "企业党组织书记", "中共某某支部委员会", "lisi", "", ""),
)


def write_template(target: BinaryIO) -> None:
    """An empty workbook with the headers, two examples and the words to choose from."""
    columns = [
        Column(name, name, value=lambda row, at=at: row[at]) for at, name in enumerate(HEADERS)
    ]
    notes = (f"角色：{'、'.join(Role.labels)}", "“例：”开头的行不读入；账号不填的按姓名拼音取。")
    samples = [(f"例：{name}", *rest) for name, *rest in _SAMPLES]
    write_xlsx(
        target, title="账号", columns=columns, rows=samples, notes=notes, with_id=False
    )


def read_accounts(file: BinaryIO) -> list[Wanted]:
    """What the rows ask for. Raises ValidationError with one sentence per row that is wrong, or
    one for a file that cannot be read."""
    try:
        with open_table(
            file, headers=HEADERS, required=REQUIRED, title="账号", row_limit=LIMIT
        ) as table:
            names = [column.name for column in table.columns]
            rows = [(n, dict(zip(names, values, strict=True))) for n, values in table.rows]
    except Unreadable as refusal:
        raise ValidationError(str(refusal)) from refusal
    check = _Check()
    wanted = [check.row(n, row) for n, row in rows if not _is_sample(row)]
    if check.problems:
        raise ValidationError(check.problems)
    if not wanted:
        raise ValidationError("文件里没有数据，请填好后再上传。")
    return [one for one in wanted if one]


def _is_sample(row: Mapping[str, Any]) -> bool:
    return str(row.get("姓名", "")).startswith("例：")


class _Check:
    """The rows of one file, one after another."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        taken = User.objects.values_list("username", flat=True)
        self._taken = {name.lower(): "" for name in taken}
        self._labels = {str(role.label): role for role in Role}

    def row(self, number: int, row: Mapping[str, Any]) -> Wanted | None:
        """The account of a row; a sentence instead when it is wrong."""
        try:
            return self._read(number, row)
        except (Refused, cells.CellError, ValidationError) as problem:
            sentence = problem.messages[0] if isinstance(problem, ValidationError) else str(problem)
            self.problems.append(f"第 {number} 行：{sentence}")
            return None

    def _read(self, number: int, row: Mapping[str, Any]) -> Wanted:
        name = cells.text(row.get("姓名", ""), 60)
        if not name:
            raise Refused("请填写姓名。")
        role = self._labels.get(cells.text(row.get("角色", ""), 40))
        if role is None:
            raise Refused(f"没有这个角色，请从“{'、'.join(self._labels)}”中选一个。")
        username = self._username(number, cells.text(row.get("账号", ""), 60))
        place = place_of(role, cells.text(row.get("范围", ""), 200), name)
        begins, last = _day(row.get("自", "")), _day(row.get("至", ""))
        if begins and last and last < begins:
            raise Refused("“至”要晚于“自”。")
        ends_on = last + timedelta(days=1) if last else FOREVER
        return Wanted(name, role, place, username, begins, ends_on)

    def _username(self, number: int, username: str) -> str:
        if not username:
            return ""
        User.username_validator(username)
        earlier = self._taken.setdefault(username.lower(), f"第 {number} 行")
        if earlier != f"第 {number} 行":
            where = f"与{earlier}的账号重复" if earlier else "已经有这个账号"
            raise Refused(f"{where}“{username}”，请换一个。")
        return username


def _day(value: Any) -> date | None:
    return cells.day(value) if value not in (None, "") else None
