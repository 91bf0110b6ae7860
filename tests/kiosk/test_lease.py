"""A lease says at every minute of its day what the server would say, were every window manned."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.printers.document import Document
from devices.standby.lease import Lease
from kiosk.standby import lease_content
from server.clock import instant
from server.domain.errors import HallError
from server.domain.routing import WindowSession, route
from server.domain.settings import Settings
from support.halls import MONDAY, ZONE, catalogue

BOOK = catalogue()
POSTS = {w.code: WindowSession(w.code, "") for w in BOOK.windows}
RULES = Settings()
DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 5)]
LEASES: dict[date, dict[str, Any]] = {
    day: lease_content(BOOK, RULES, day, "http://hall.test") for day in DAYS
}


def lease(day: date) -> Lease:
    row = {"id": "l", "prefix": "A", "first": 980, "last": 999, "used": 0}
    blocks = [row | {"tokens": [f"t{n}" for n in range(980, 1000)]}]
    return Lease({**LEASES[day], "kiosk": "1", "blocks": blocks})


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(DAYS), st.sampled_from(sorted(BOOK.item_by)), st.integers(0, 24 * 3600 - 1))
def test_a_lease_refuses_and_offers_as_the_server_does(day: date, code: str, second: int) -> None:
    local = datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)
    page = lease(day).page(code, instant(local, ZONE))
    try:
        found = route(BOOK, code, local, POSTS, RULES)
    except HallError as error:
        assert page["refusal"]["code"] == error.code.value
        assert page["offer"] is None
        return
    assert page["refusal"] is None
    assert [w["code"] for w in page["offer"]["windows"]] == list(found.now)


def test_the_paper_is_a_document_with_every_hole_filled() -> None:
    now = instant(datetime.combine(MONDAY, datetime.min.time()) + timedelta(hours=9), ZONE)
    found = lease(MONDAY)
    chosen = found.choose("tax-1", [980, 981])
    paper = found.paper("tax-1", "elderly", chosen, now)
    text = str(Document.from_json(paper).to_json())
    assert "{" not in text.replace("{'", "").replace("'{", "")
    for words in ("A982", "事项tax-1", "单位tax", "优先 Priority", "2026-03-02 09:00", "/t/t982"):
        assert words in text, words
    view = found.view("tax-1", "elderly", chosen, "id", now)
    assert (view["number"], view["mark"], view["issued_at"]) == ("A982", "老", now)


def test_a_lease_is_for_its_day_of_the_halls_zone() -> None:
    begins = instant(datetime.combine(MONDAY, datetime.min.time()), ZONE)
    found = lease(MONDAY)
    assert [found.covers(begins + d) for d in (-1, 0, 86_399_999, 86_400_000)] == [
        False,
        True,
        True,
        False,
    ]
