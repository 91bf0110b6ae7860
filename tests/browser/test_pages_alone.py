"""Pages as built, without the hall's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support import axe, pages


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pages.served() as url:
        yield url


def test_a_wrong_address_is_explained_in_both_languages(page: Page, address: str) -> None:
    page.goto(f"{address}/problem")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    assert axe.findings(page) == []
    page.goto(f"{address}/problem?lang=en")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("name", pages.names())
def test_a_page_obeys_the_policy_and_requests_nothing_outside(
    page: Page, address: str, name: str
) -> None:
    """Start without a server, obey the security policy, and request nothing outside the hall."""
    spoken: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: spoken.append(message.text))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/{name}")
    expect(page.locator("#page > *").first).to_be_attached()
    assert [text for text in spoken if "Content Security Policy" in text] == []
    outside = [
        url for url in requests if not url.startswith((address, address.replace("http", "ws")))
    ]
    assert outside == []


def test_an_accessibility_violation_is_detected(page: Page) -> None:
    """Check that the accessibility check itself can fail."""
    page.set_content("<html lang='zh'><title>x</title><main><img src='/x.png'></main></html>")
    assert [violation.split(":")[0] for violation in axe.findings(page)] == ["image-alt"]
