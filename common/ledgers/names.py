"""Names of uploaded files: how they are kept, and which are refused."""

import re

from common.workbook.reader import Table, Unreadable

SUFFIXES = (".xlsx", ".xls", ".csv")
LONGEST = 200
_KEPT = 255
# Control characters, and those that turn the order of reading: exslx.台账 shown as 台账.xlsx.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TEXT = "文件名是 .xlsx，内容却是文本，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
_SIGN = "\ufffd"


def kept_name(name: str) -> str:
    """The name as it can be stored and shown; what is wrong with it can still be seen."""
    return _UNFIT.sub(_SIGN, name)[:_KEPT]


def name_problem(name: str) -> str:
    """Why a file of this (kept) name is refused, one sentence; "" when it is not."""
    if len(name) > LONGEST:
        return f"文件名太长，请改短到 {LONGEST} 个字以内，再上传。"
    if any(sign in name for sign in (_SIGN, "/", "\\")):
        return "文件名里有不能用的字符，请改名后再上传。"
    if not name.lower().endswith(SUFFIXES):
        return "只收 .xlsx、.xls、.csv 文件，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
    return ""


def refuse_misnamed(name: str, table: Table) -> None:
    """Raise Unreadable for a text that is called a workbook: no program would open it either."""
    if table.kind == "csv" and name.lower().endswith(".xlsx"):
        raise Unreadable(_TEXT)
