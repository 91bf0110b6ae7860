"""Pages of people with an account: a signed-in browser, and the errors of its console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from support.hall_server import HallServer


@contextmanager
def signed_in(
    browser: Browser, args: dict[str, Any], hall: HallServer, staff: str, width: int, height: int
) -> Iterator[Page]:
    """Yield a page in a browser of its own with a person's session; fail on policy violations."""
    context = browser.new_context(**{**args, "viewport": {"width": width, "height": height}})
    name, _, value = hall.clerk(staff).cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": hall.base}])
    page = context.new_page()
    errors = listen(page)
    yield page
    context.close()
    assert errors == []


def listen(page: Page) -> list[str]:
    """Return a list that collects the page's script errors and policy violations as they happen."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    return errors
