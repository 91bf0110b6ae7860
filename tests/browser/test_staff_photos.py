"""Staff photos in a real browser: put by the office, shown on the tablet, removed by the person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in, tablet_of

CLERK, WINDOW = "1009", "W05"
SMALL = {"width": 390, "height": 844}


@pytest.fixture
def tablet(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the tablet of window 5."""
    with tablet_of(browser, browser_context_args, hall, WINDOW) as page:
        yield page


def test_a_photo_is_put_shown_and_removed_by_the_person(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
    tablet: Page,
    tmp_path: Path,
) -> None:
    picture = tmp_path / "照片.png"
    Image.new("RGB", (600, 700), "teal").save(picture)
    expect(tablet.get_by_test_id("initial")).to_be_visible()
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as office:
        office.goto(hall.url("/office#/staff-photos"))
        office.get_by_test_id("find-person").fill(CLERK)
        office.get_by_test_id(f"photo-{CLERK}").set_input_files(picture)
        expect(office.get_by_test_id("portrait")).to_be_visible()
        assert axe.findings(office) == []
    portrait = tablet.get_by_test_id("portrait")
    expect(portrait).to_be_visible()
    expect(portrait).to_have_js_property("naturalWidth", 360)
    assert axe.findings(tablet) == []
    with signed_in(browser, browser_context_args, hall, CLERK, *SMALL.values()) as my:
        my.goto(hall.url("/my#/voices"))
        my.get_by_test_id("my-photo").scroll_into_view_if_needed()
        assert axe.findings(my) == []
        my.get_by_test_id("remove-my-photo").click()
        expect(my.get_by_test_id("my-photo")).to_have_count(0)
    expect(tablet.get_by_test_id("initial")).to_be_visible()
