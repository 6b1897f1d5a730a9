"""Reading the numbers of a page together with what they open."""

import re
from collections.abc import Iterator
from html import unescape

_NUMBER = re.compile(r'<a class="num[^"]*" href="([^"]+)">([^<]+)</a>')
_SEGMENT = re.compile(r'<a href="([^"]+)"><title>\D*? ([\d,]+) .</title>')
_MONTH = re.compile(r'<a href="([^"]+)"><title>\d+年\d+月\S* (\d+)/\d+ = ')


def linked_numbers(html: str) -> Iterator[tuple[str, int]]:
    """(address, number) of every figure of a page that opens its list: in text, in the bar of
    states, in the trend. A change (+9, −1) counts by its size."""
    for pattern in (_NUMBER, _SEGMENT, _MONTH):
        for url, text in pattern.findall(html):
            yield unescape(url), int(re.sub(r"[^\d]", "", text))
