"""A secretary on a phone, as the month-end load plays one: pages, drafts, photos, submission.

Plain HTTP over sockets, so that three hundred of them cost little beside what they ask for.
"""

import http.client
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

_EDIT = re.compile(r"/logs/[0-9a-f-]{36}/edit/")
_TIMEOUT = 60


@dataclass(frozen=True)
class Asked:
    """One request: what for, how long it took, whether it answered as it should."""

    what: str
    seconds: float
    is_right: bool
    status: int


class Fields(HTMLParser):
    """The fields of a page's form ``log`` as a browser would send them, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._inside = False
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        about = dict(attrs)
        if tag == "form":
            self._inside = about.get("id") == "log"
        if not self._inside or "name" not in about:
            return
        if tag == "textarea":
            self._area = about["name"]
            self.values.append((self._area, ""))
        elif tag == "input" and about.get("type") != "file":
            is_choice = about.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in about:
                self.values.append((about["name"], about.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values[-1] = (self._area, self.values[-1][1] + data.lstrip("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = None


@dataclass
class Phone:
    """``told``: called with every request that was made."""

    address: tuple[str, int]
    told: Callable[[Asked], None]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, what: str, path: str, *, wanted: int = 200) -> str:
        return self._ask(what, "GET", path, None, {}, wanted)[1]

    def post(
        self, what: str, path: str, values: list[tuple[str, str]], *, wanted: int
    ) -> tuple[dict[str, str], str]:
        body = urlencode([*values, ("csrfmiddlewaretoken", self.cookies.get("csrftoken", ""))])
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(what, "POST", path, body.encode(), headers, wanted)

    def upload(self, what: str, path: str, name: str, content: bytes) -> None:
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        self._ask(what, "POST", path, body, headers, 200)

    def _ask(
        self, what: str, method: str, path: str, body: bytes | None, headers: dict, wanted: int
    ) -> tuple[dict[str, str], str]:
        """Headers of the answer and its text. Raises OSError when there is none."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        begun = time.perf_counter()
        status, answered, text = 0, {}, ""
        try:
            connection = http.client.HTTPConnection(*self.address, timeout=_TIMEOUT)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            status, answered = answer.status, {k.lower(): v for k, v in answer.getheaders()}
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            connection.close()
        finally:
            self.told(Asked(what, time.perf_counter() - begun, status == wanted, status))
        return answered, text

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value


def file_log(
    phone: Phone, *, name: str, password: str, topic: str, photos: tuple[bytes, ...],
    think: Callable[[], None],
) -> None:
    """From signing in to 已提交: one activity, eight drafts, the photos. ``think`` waits as people
    do between two touches."""
    phone.get("登录页", "/login/")
    phone.post("登录", "/login/", [("username", name), ("password", password)], wanted=302)
    home = phone.get("工作台", "/")
    edit = _EDIT.search(home)
    if edit is None:
        raise ValueError("the home page does not lead to the log")
    path = edit.group()
    fields = Fields(phone.get("日志页", path)).values
    text = "组织党员检查五家企业的用电和消防通道，查出隐患六处，当天改好四处。"
    typed = {
        "activities.0.topic": topic, "activities.0.attended": "1", "activities.0.expected": "1",
        "activities.0.content": f"{topic}：{text}",
    }
    fields = [(k, v) for k, v in fields if k not in typed and k != "activities.0.types"]
    if not any(k == "activities.0.held_on" and v for k, v in fields):
        raise ValueError("the page does not offer a day")
    fields.append(("activities.0.types", "theme_day"))
    for key, value in list(typed.items()) * 2:
        think()
        fields = [(k, v) for k, v in fields if k != key] + [(key, value)]
        fields = _saved(phone, path, fields)
    for photo in photos:
        think()
        phone.upload("照片", path.replace("/edit/", "/photos/"), "photo", photo)
    think()
    answered, _text = phone.post("提交", path, [*fields, ("verb", "submit")], wanted=302)
    phone.get("提交后", answered.get("location", "/"))


def _saved(phone: Phone, path: str, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields with the revision that the draft has now."""
    draft = path.replace("/edit/", "/draft/")
    _headers, text = phone.post("草稿", draft, fields, wanted=200)
    found = re.search(r'"revision":\s*(\d+)', text)
    if found is None:
        return fields
    return [(k, v) for k, v in fields if k != "revision"] + [("revision", found[1])]
