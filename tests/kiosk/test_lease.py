"""Number lease: its decisions equal the server's at every minute, with every window staffed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.printers.document import Document
from devices.standby.lease import Lease
from kiosk.standby import lease_content
from server.core.clock import instant
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue.routing import WindowSession, route
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
def test_a_lease_rejects_and_offers_like_the_server(day: date, code: str, second: int) -> None:
    local = datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)
    page = lease(day).page(code, instant(local, ZONE))
    try:
        decision = route(BOOK, code, local, POSTS, RULES)
    except HallError as error:
        assert page["refusal"]["code"] == error.code.value
        assert page["offer"] is None
        return
    assert page["refusal"] is None
    assert [w["code"] for w in page["offer"]["windows"]] == list(decision.now)


def test_the_slip_of_a_lease_has_every_placeholder_filled() -> None:
    now = instant(datetime.combine(MONDAY, datetime.min.time()) + timedelta(hours=9), ZONE)
    day_lease = lease(MONDAY)
    chosen = day_lease.choose("tax-1", [980, 981])
    paper = day_lease.paper("tax-1", "elderly", chosen, now)
    text = str(Document.from_json(paper).to_json())
    assert "{" not in text.replace("{'", "").replace("'{", "")
    for words in ("A982", "事项tax-1", "单位tax", "优先 Priority", "2026-03-02 09:00", "/t/t982"):
        assert words in text, words
    view = day_lease.view("tax-1", "elderly", chosen, "id", now)
    assert (view["number"], view["mark"], view["issued_at"]) == ("A982", "老", now)


def test_a_lease_is_valid_for_its_day_in_the_halls_zone() -> None:
    begins = instant(datetime.combine(MONDAY, datetime.min.time()), ZONE)
    day_lease = lease(MONDAY)
    assert [day_lease.covers(begins + d) for d in (-1, 0, 86_399_999, 86_400_000)] == [
        False,
        True,
        True,
        False,
    ]
