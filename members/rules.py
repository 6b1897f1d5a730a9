"""Rules about persons: the ID number of GB 11643-1999. Pure functions.

No sentence repeats the number. The area part is not checked: areas are abolished, numbers stay.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ID_NUMBER_LENGTH = 18
OLD_ID_NUMBER_LENGTH = 15
ADULT_AGE = 18
MALE, FEMALE = "男", "女"

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_FIRST_YEAR = 1900


def id_number_problem(number: str, today: date | None = None) -> str | None:
    """Return what is wrong with an ID number, None if it is right.

    `number` is half-width and upper-case. `today` bounds the birth date; by default the day in
    China.
    """
    if len(number) == OLD_ID_NUMBER_LENGTH and _is_number(number):
        return "15 位旧号码已停用，请填写 18 位公民身份号码。"
    if len(number) != ID_NUMBER_LENGTH:
        return f"公民身份号码应为 {ID_NUMBER_LENGTH} 位，这里是 {len(number)} 位，请核对。"
    if not _is_number(number[:-1]) or number[-1] not in _CHECK_CHARACTERS:
        return "公民身份号码前 17 位应为数字，末位是数字或 X，请核对。"
    born = _birth_date(number)
    if born is None or born.year < _FIRST_YEAR:
        return "公民身份号码里的出生日期不存在，请对照身份证核对。"
    if born > (today or datetime.now(ZoneInfo("Asia/Shanghai")).date()):
        return "公民身份号码里的出生日期在今天之后，请对照身份证核对。"
    if number[-1] != check_character(number[:-1]):
        return "公民身份号码的校验位不符，请对照身份证核对。"
    return None


def check_character(body: str) -> str:
    """Return the 18th character for the 17 digits before it."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def birth_date(number: str) -> date:
    """Return the birth date in a valid ID number; ValueError for one that is not."""
    born = _birth_date(number)
    if born is None:
        raise ValueError("not an ID number")
    return born


def sex_of(number: str) -> str:
    """Return 男 or 女 of a valid ID number: the 17th digit is odd for men."""
    return MALE if int(number[16]) % 2 else FEMALE


def age_on(born: date, day: date) -> int:
    """Return the age in full years; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_warning(number: str, day: date) -> str | None:
    """Return a warning if the person was under 18 on that day, None if not."""
    age = age_on(birth_date(number), day)
    return f"当时不满 {ADULT_AGE} 岁，请核对。" if age < ADULT_AGE else None


def months_behind(paid_until: date, day: date) -> int:
    """Return for how many full months up to `day` dues are unpaid; the current month may still be
    paid."""
    months = (day.year - paid_until.year) * 12 + day.month - paid_until.month
    return max(months - 1, 0)


def dues_words(paid_until: date | None, day: date) -> str:
    """Return 2026-10 or 2026-06，欠 4 个月; "" when it is not known until when dues are paid."""
    if paid_until is None:
        return ""
    behind = months_behind(paid_until, day)
    return f"{paid_until:%Y-%m}" + (f"，欠 {behind} 个月" if behind else "")


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
