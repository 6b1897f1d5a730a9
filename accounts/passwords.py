"""What a new password must not be, beside Django's own rules (AUTH_PASSWORD_VALIDATORS).

The sentences are shown as they are; accounts/forms.py words those of Django.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError

from common import parameters
from common.pinyin import spelled

TOO_SIMILAR = "新密码和账号或姓名（包括拼音）太像，请换一个。"
TOO_COMMON = "这个密码太常见，容易被猜到，请换一个。"
_SHORTEST_NAME = {True: 4, False: 2}  # letters of a spelled name, characters of a Chinese one
_NOT_LETTERS = re.compile(r"[\W\d_]+")
# What people in this field put before their digits. Compared with the letters of the password.
_WORDS = """
dangjian dangzhibu zhibu dangyuan dangwei dangxiao gongchandang zuzhibu gongwei dangban shuji
zhongguo xiaogezhuan liangxin admin administrator mima password passwd woaini woaizhongguo qwe
qwer qwerty asd asdf asdfgh zxcvbn abc abcd abcdef test user welcome
党建 党支部 支部 党员 党委 共产党 书记 密码 我爱你 我爱中国
"""


def shortest() -> int:
    """How many characters a new password must have today."""
    return parameters.value("password.min_length")


class LengthValidator:
    """At least the dated setting ``password.min_length``."""

    def validate(self, password: str, user: Any = None) -> None:
        length = shortest()
        if len(password) < length:
            raise ValidationError(
                f"新密码太短，至少要 {length} 位，现在是 {len(password)} 位。",
                code="password_too_short",
            )


class NameValidator:
    """Not built around the account, the person's name or its pinyin, however many digits follow."""

    def validate(self, password: str, user: Any = None) -> None:
        typed = password.lower()
        if user is not None and any(name in typed for name in _names(user)):
            raise ValidationError(TOO_SIMILAR, code="password_too_similar")


def _names(user: Any) -> set[str]:
    names = {user.username.lower(), user.name, user.name_spelled}
    return {name for name in names if len(name) >= _SHORTEST_NAME[name.isascii()]}


class WordValidator:
    """Not one word of the trade, the district's name or one character over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        core = _NOT_LETTERS.sub("", password.lower())
        district = parameters.value("district.name")
        if core in {*_WORDS.split(), district, spelled(district)} or len(set(password)) <= 2:
            raise ValidationError(TOO_COMMON, code="password_too_common")
