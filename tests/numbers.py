"""Numbers of pages, and what they open.

A number that opens a list is a link whose text is a number (12, +9, 23.7%, 12 家), a tab or box
with a number in ``<b>``, or a shape of a chart whose title ends in one. A list says how many rows
it has (``data-rows`` of ``<main>``); the list of a figure also the share that its rows are a part
of (``data-share``: 35/40), or what is made of columns of them (``data-number``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from django.test import Client

UNITS = "家|个|名|户|份|件|条|人次|人|处|项|场次|场|期|行|次|位|类|岁|笔|万元|元"
_DIGITS = r"[+−-]?\d[\d,]*(?:\.\d+)?"
# The number of a link: all of its text, or what it ends with.
NUMBER = re.compile(rf"^({_DIGITS})\s*(%|{UNITS})?$")
_AT_END = re.compile(rf"(?<![\d.第-])(?<!第 )({_DIGITS})\s*({UNITS})$")
_OF = re.compile(r"(\d[\d,]*)/(\d[\d,]*) = ")  # a bar of the trend: 35/40 = 87.5%
_RATE = re.compile(r"^(\d[\d,]*) / (\d[\d,]*)$")
# A count in a sentence.
COUNT = re.compile(rf"(?<![\d,.第年月日/-])([1-9][\d,]*)\s?({UNITS})(?![月内以前工作日])")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
})
# Links that count nothing: the frame; what a chip quotes was read when a score was computed.
_FRAME = ("side", "who", "pager", "crumbs", "chip")


@dataclass
class Link:
    """A link with what it holds."""

    url: str
    words: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    hint: str = ""  # its attribute ``title``: a rate without a % says 35 / 40 there
    divisor: int = 1
    is_name: bool = False  # of the record of a line; it may be a bare number

    @property
    def text(self) -> str:
        return "".join(self.words).strip()

    @property
    def number(self) -> tuple[Decimal, str] | None:
        """The number and its unit; None for a link that is none."""
        if self.is_name and self.text.isdecimal():
            return None
        if rate := _RATE.match(self.hint):
            met, total = _decimal(rate[1]), _decimal(rate[2])
            is_right = total and abs(met * 100 / total - _decimal(self.text)) <= 1
            return (met if is_right else Decimal("NaN")), ""
        title = "".join(self.title)
        if share := _OF.search(title):
            return _decimal(share[1]), ""
        if title:
            found = _AT_END.search(title)
        elif self.bold:
            found = NUMBER.match("".join(self.bold).strip())
        else:
            found = NUMBER.match(self.text) or _AT_END.search(self.text)
        return (_decimal(found[1]), found[2] or "") if found else None


def _joined(address: str, href: str) -> str:
    """As browsers do: "?" alone is the page without a query."""
    return address.partition("?")[0] if href == "?" else urljoin(address, href)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-").replace("+", ""))


class Numbers(HTMLParser):
    """What a page says in numbers. ``links``: those that open something; ``loose``: counts in
    table cells, big figures and sentences that open nothing; ``rows``, ``share``, ``made``: what
    the page says of itself as a list (None: it is none)."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[Link] = []
        self.loose: list[str] = []
        self.rows: int | None = None
        self.share: tuple[int, int] | None = None
        self.made: list[Decimal] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._link: Link | None = None
        self._cell: list[str] | None = None
        self.feed(html)

    @property
    def figures(self) -> list[Link]:
        """The links that are numbers."""
        return [link for link in self.links if link.number is not None]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._take(given)
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "a" and "href" in given and not self._within(_FRAME):
            self._link = Link(
                _joined(self.address, given["href"]), hint=given.get("title", ""),
                divisor=int(given.get("data-divisor", 1)), is_name=given.get("class") == "name",
            )
            self.links.append(self._link)
        if tag == "td" and "n" in given.get("class", "").split():
            self._cell = []

    def _take(self, given: dict[str, str]) -> None:
        if "data-rows" in given:
            self.rows = int(given["data-rows"])
        if "data-share" in given:
            met, total = given["data-share"].split("/")
            self.share = int(met), int(total)
        said = re.findall(rf"(?:^|[\s；])({_DIGITS})(?=；|$)", given.get("data-number", ""))
        self.made = [_decimal(text) for text in said]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An empty element of a drawing."""

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break
        if tag == "a":
            self._link = None
        if tag == "td" and self._cell is not None:
            text = "".join(self._cell).strip()
            if NUMBER.match(text) and text.strip("0%"):
                self.loose.append(text)
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            tags = {tag for tag, _given in self._open}
            if "title" in tags:
                self._link.title.append(data)
            elif self._open[-1][0] == "b":
                self._link.bold.append(data)
            self._link.words.append(data)
            return
        if self._cell is not None:
            self._cell.append(data)
        elif self._counts():
            self.loose += [data.strip()] if COUNT.search(data) else []

    def _counts(self) -> bool:
        """Whether this is a sentence of the page's own, not of the frame or an explanation."""
        tags = {tag for tag, _given in self._open}
        return "main" in tags and not (
            tags & {"script", "style", "button", "select", "option", "label", "title", "text"}
            or self._within(("basis", "hint", *_FRAME))
        )

    def _within(self, names: Iterable[str]) -> bool:
        return any(
            name in given.get("class", "").split() for _tag, given in self._open for name in names
        )


def agrees(link: Link, there: Numbers) -> bool:
    """Whether a number is the one that its list has: the rows, the rate of its share, or what is
    made of a column."""
    value, unit = link.number or (Decimal(0), "")
    if unit == "%" and there.share:
        met, total = there.share
        return bool(total) and abs(Decimal(met) * 100 / total - value) <= Decimal("0.05")
    if any(_close(value, number / link.divisor) for number in there.made):
        return True
    return there.rows is not None and abs(value) == there.rows


def _close(shown: Decimal, exact: Decimal) -> bool:
    """Equal to the places that are shown."""
    return abs(shown - exact) <= Decimal(1).scaleb(shown.as_tuple().exponent) / 2


@dataclass
class Follower:
    """Follows the numbers of pages as one person; each list is opened once. ``followed``: how many
    numbers."""

    client: Client
    followed: int = 0
    _known: dict[str, Numbers | int] = field(default_factory=dict)
    _done: set[tuple[str, Decimal, str]] = field(default_factory=set)

    def page(self, address: str) -> Numbers:
        """A page that opens."""
        found = self._there(address)
        assert isinstance(found, Numbers), f"{address}: {found}"
        return found

    def wrong(self, page: Numbers) -> list[str]:
        """The numbers of a page whose list has another number, or does not open."""
        self._known.setdefault(page.address, page)
        return [words for link in page.figures if (words := self._complaint(page, link))]

    def _complaint(self, page: Numbers, link: Link) -> str:
        address, anchor = urldefrag(link.url)
        if anchor and address.partition("?")[0] == page.address.partition("?")[0]:
            return ""  # a part of the same page
        key = (address, *link.number)
        if key in self._done:
            return ""
        self._done.add(key)
        self.followed += 1
        there = self._there(address)
        if isinstance(there, Numbers) and agrees(link, there):
            return ""
        said = there if isinstance(there, int) else (there.rows, there.share, there.made)
        return f"{page.address}: {link.text} → {address}: {said}"

    def _there(self, address: str) -> Numbers | int:
        """What stands at an address, or the status that it answers with."""
        if address not in self._known:
            answer = self.client.get(address, follow=True)
            is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
            self._known[address] = (
                Numbers(address, answer.content.decode()) if is_page else answer.status_code
            )
        return self._known[address]
