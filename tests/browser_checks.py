"""What every page must keep in a browser: no axe violation, nothing beyond the right edge, no
complaint of the browser, no request to elsewhere."""

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from tests.extent import FULL

SIZES = ({"width": 1440, "height": 900}, {"width": 360, "height": 740})


def sign_in(page, server, user) -> None:
    """Give the browser a session of ``user``."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url}]
    )


def complaints_of(page, server) -> list[str]:
    """A list that fills with what the browser complains of and requests that leave the site."""
    found: list[str] = []
    page.on("console", lambda said: found.append(f"{said.text} {said.location['url']}")
            if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(server.url) else found.append(asked.url),
    )
    return found


def check(page) -> None:
    """No axe violation, nothing beyond the right edge."""
    check_access(page)
    check_edge(page)


def check_access(page) -> None:
    """No axe violation."""
    is_there = page.evaluate("typeof axe !== 'undefined'")
    result = Axe("0" if is_there else AXE_SCRIPT).run(page)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"


def check_edge(page) -> None:
    """Nothing beyond the right edge."""
    edge = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert edge <= 0, page.url


def check_both(page) -> None:
    """The same on a wide screen and on a phone: what is shown follows the width, so the page is
    asked for once. Without --full axe looks at the phone alone."""
    for size in SIZES:
        page.set_viewport_size(size)
        check_edge(page)
        if FULL or size == SIZES[-1]:
            check_access(page)
