"""Pages as built, without the hall behind them."""

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
def test_a_page_keeps_the_policy_and_asks_nobody_outside(
    page: Page, address: str, name: str
) -> None:
    """Even without a server a page starts, breaks no rule of the policy and stays in the hall."""
    spoken: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: spoken.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/{name}")
    expect(page.locator("#page > *").first).to_be_attached()
    assert [text for text in spoken if "Content Security Policy" in text] == []
    outside = [url for url in asked if not url.startswith((address, address.replace("http", "ws")))]
    assert outside == []


def test_a_fault_of_access_is_found(page: Page) -> None:
    """The check itself can fail."""
    page.set_content("<html lang='zh'><title>x</title><main><img src='/x.png'></main></html>")
    assert [one.split(":")[0] for one in axe.findings(page)] == ["image-alt"]
