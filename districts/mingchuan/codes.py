"""Identifiers with right check characters: credit codes, ID numbers, phones.

All stand under area 990101, which does not exist, so none can be a real one.
"""

from collections import Counter
from datetime import date

AREA = "990101"
CREDIT_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
MOBILE_PREFIXES = (
    130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 152, 153, 155, 156,
    157, 158, 159, 180, 181, 182, 183, 185, 186, 187, 188, 189, 191, 193, 199,
)  # fmt: skip

_CREDIT_VALUES = {symbol: value for value, symbol in enumerate(CREDIT_SYMBOLS)}


def credit_check(first17: str) -> str:
    """Check character of a unified social credit code (GB 32100-2015)."""
    total = sum(
        _CREDIT_VALUES[char] * weight for char, weight in zip(first17, CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_SYMBOLS[(31 - total % 31) % 31]


def body_check(first8: str) -> str:
    """Check character of the organization code inside a credit code (GB 11714)."""
    total = sum(int(char, 36) * weight for char, weight in zip(first8, BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def identity_check(first17: str) -> str:
    """Check character of an ID number (GB 11643-1999)."""
    total = sum(int(char) * weight for char, weight in zip(first17, IDENTITY_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


class Numbers:
    """Hands out identifiers, none twice.

    Serial numbers are spread by multiplication modulo a prime, so neighbours do not look alike and
    no set of used values is needed.
    """

    def __init__(self) -> None:
        self._credit = 0
        self._phone = 0
        self._licence = 0
        self._births: Counter[tuple[date, str]] = Counter()

    def credit_code(self, prefix: str) -> str:
        """18-character code; prefix 91 firms, 92 self-employed, 93 cooperatives, 51 / 52 social."""
        self._credit += 1
        serial = self._credit * 387_420_489 % 887_503_663
        body = "MA"
        for _ in range(6):
            serial, symbol = divmod(serial, 31)
            body += CREDIT_SYMBOLS[symbol]
        first17 = f"{prefix}{AREA}{body}{body_check(body)}"
        return first17 + credit_check(first17)

    def licence(self) -> str:
        """15-digit registration number of the old kind (注册号), as some shops still have."""
        self._licence += 1
        return f"{AREA}600{self._licence * 48_271 % 999_983:06d}"

    def phone(self) -> str:
        """11-digit mobile number."""
        self._phone += 1
        serial = self._phone * 1_664_525 % 2_999_999
        return f"{MOBILE_PREFIXES[serial // 100_000]}000{serial % 100_000:05d}"

    def identity(self, born: date, sex: str) -> str:
        """18-character ID number for a birth date; the order number is odd for 男, even for 女."""
        order = 2 * self._births[born, sex] + (1 if sex == "男" else 2)
        self._births[born, sex] += 1
        first17 = f"{AREA}{born:%Y%m%d}{order:03d}"
        return first17 + identity_check(first17)
