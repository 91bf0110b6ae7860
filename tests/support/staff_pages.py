"""Pages of people with an account: a signed-in browser, and what its console complained of."""

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
    """A page in a browser of its own, with the session of a person; fails on policy breaches."""
    context = browser.new_context(**{**args, "viewport": {"width": width, "height": height}})
    name, _, value = hall.clerk(staff).cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": hall.base}])
    page = context.new_page()
    spoken = listen(page)
    yield page
    context.close()
    assert spoken == []


def listen(page: Page) -> list[str]:
    """What breaks the strict policy or a script, as it happens."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: found.append(said.text) if "Content Security Policy" in said.text else None,
    )
    return found
