"""Both shapes of a kiosk's screen: a view is checked in each, without going there twice."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, ViewportSize

UPRIGHT: ViewportSize = {"width": 1080, "height": 1920}
LYING: ViewportSize = {"width": 1920, "height": 1080}
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def kiosk_shapes(page: Page) -> Iterator[ViewportSize]:
    """Show the page on a lying and on an upright screen; yield each when it is drawn."""
    for shape in (LYING, UPRIGHT):
        page.set_viewport_size(shape)
        page.evaluate(DRAWN)
        yield shape
