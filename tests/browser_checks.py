"""What every page must keep in a browser: no axe violation, nothing beyond the right edge, no
complaint of the browser, no request to elsewhere."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client


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
    page.on(
        "console",
        lambda said: found.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(server.url) else found.append(asked.url),
    )
    return found


def check(page) -> None:
    """No axe violation, nothing beyond the right edge."""
    result = Axe().run(page)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
    edge = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert edge <= 0, page.url
