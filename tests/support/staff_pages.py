"""Pages of people with an account: a signed-in browser, and the errors of its console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

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


def take_step(card: Locator, move: str, words: str, papers: Sequence[Path]) -> None:
    """Take a step of the case on a card, with papers."""
    card.get_by_test_id(f"move-{move}").click()
    card.get_by_test_id("step-words").fill(words)
    card.get_by_test_id("paper").set_input_files(papers)
    card.get_by_test_id("step-send").click()


def refuses_papers(card: Locator, move: str, folder: Path) -> None:
    """Expect that a paper of another type and one that is too large are refused in words."""
    wrong, large = folder / "文字.pdf", folder / "过大.pdf"
    wrong.write_text("no PDF inside")
    large.write_bytes(b"%PDF-1.7\n" + b"x" * OVER_THE_LIMIT)
    for paper, words in ((wrong, "图片或 PDF"), (large, "超过大小限制")):
        take_step(card, move, "情况说明", [paper])
        expect(card.get_by_role("alert")).to_contain_text(words)
        card.get_by_role("button", name="取消").click()


def shows_papers(card: Locator, papers: Sequence[Path]) -> None:
    """Expect that the last step with papers on a card links to these, and that they open."""
    links = card.get_by_test_id("step-papers").last.get_by_role("link")
    expect(links).to_have_text([paper.name for paper in papers])
    for link, paper in zip(links.all(), papers, strict=True):
        answer = card.page.request.get(link.evaluate("a => a.href"))
        assert (answer.status, answer.body()) == (200, paper.read_bytes())


def evidence(folder: Path) -> list[Path]:
    """Return a photo and a document in a folder."""
    photo, document = folder / "现场.png", folder / "谈话记录.pdf"
    Image.new("RGB", (8, 6), "white").save(photo)
    document.write_bytes(b"%PDF-1.7\n")
    return [photo, document]


OVER_THE_LIMIT = 4096 * 1024
"""Bytes of a paper beyond the usual setting, with its head."""


@contextmanager
def tablet_of(
    browser: Browser, context_args: dict[str, Any], hall: HallServer, window: str
) -> Iterator[Page]:
    """Yield the tablet of a window; at the end its page must have had no error."""
    size = {"width": 1024, "height": 768}
    context = browser.new_context(**{**context_args, "viewport": size})
    page = context.new_page()
    errors = listen(page)
    page.goto(hall.url(f"/rate/{window}"))
    yield page
    context.close()
    assert errors == []
