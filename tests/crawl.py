"""A crawl of the portal as one person sees it: links, filters, exports, files."""

import io
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

# What would end the session or change how every further page looks.
LEFT_ALONE = {"accounts:logout", "accounts:type"}
# So many pages are opened of one route with the same parameters.
ALIKE = 2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Seen:
    """One answer. ``text``: its bytes; of a workbook or a PDF what they say."""

    address: str
    status: int
    kind: str
    text: str


class _Page(HTMLParser):
    """Links, GET forms with their choices, and forms that download."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.downloads: list[tuple[str, dict[str, str]]] = []
        self._form: dict[str, str] | None = None
        self._fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "hx-get") if given.get(name)]
        if tag == "form":
            self._form, self._fields = given, {}
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and self._is_get:
            self.links.append(f"?{urlencode({self._select: given.get('value', '')})}")
        elif tag == "input" and given.get("name"):
            self._take(given)

    def _take(self, given: dict[str, str]) -> None:
        if self._is_get and given.get("type") in ("checkbox", "radio"):
            self.links.append(f"?{urlencode({given['name']: given.get('value', '')})}")
        elif given.get("type", "text") in ("hidden", "text"):
            self._fields[given["name"]] = given.get("value", "") or "核对台账"

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "form" and self._form is not None:
            if "data-download" in self._form:
                self.downloads.append((self._form.get("action", ""), self._fields))
            self._form = None

    @property
    def _is_get(self) -> bool:
        return self._form is not None and self._form.get("method", "get").lower() == "get"


def crawl(client: Client, *starts: str, of_route: int) -> Iterator[Seen]:
    """What ``client`` reaches from its first pages, ``of_route`` pages of each route at most."""
    waiting = [("get", address, {}) for address in starts or ("/",)]
    asked, alike = set(), Counter()
    while waiting:
        method, address, fields = waiting.pop(0)
        shape = _shape(method, address)
        if shape is None or (method, address) in asked:
            continue
        if alike[shape] >= ALIKE or alike[shape[:3]] >= of_route:
            continue
        asked.add((method, address))
        alike.update([shape, shape[:3]])
        answer = getattr(client, method)(address, fields) if fields else client.get(address)
        seen = _seen(address, answer)
        yield seen
        if answer.headers.get("Location"):
            waiting.append(("get", urljoin(address, answer.headers["Location"]), {}))
        if seen.kind == "text/html":
            waiting += _further(address, seen.text)


def _further(address: str, text: str) -> Iterator[tuple[str, str, dict]]:
    page = _Page(address)
    page.feed(text)
    for link in page.links:
        yield "get", urldefrag(urljoin(address, link))[0], {}
    for action, fields in page.downloads:
        yield "post", urljoin(address, action), fields


def _shape(method: str, address: str) -> tuple | None:
    """Method, route, what it shows, names of its parameters; None for what is left alone."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    try:
        route = resolve(parts.path)
    except Resolver404:
        return (method, "404", (), ()) if not parts.path.startswith("/static/") else None
    if route.view_name in LEFT_ALONE:
        return None
    words = {name: value for name, value in route.kwargs.items() if name in ("key", "kind")}
    names = frozenset(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
    return method, route.view_name, tuple(sorted(words.items())), names


def _seen(address: str, answer: HttpResponse) -> Seen:
    content = answer.getvalue() if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    return Seen(address, answer.status_code, kind, text_of(kind, content))


def text_of(kind: str, content: bytes) -> str:
    """What a person reads in it."""
    if kind == XLSX:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    if kind == "application/pdf":
        command = ["pdftotext", "-", "-"]
        done = subprocess.run(command, input=content, capture_output=True, check=True, timeout=300)
        return re.sub(r"\s", "", done.stdout.decode())
    return content.decode()
