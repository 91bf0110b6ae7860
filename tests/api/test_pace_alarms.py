"""The office's list when a kiosk gives numbers too fast, and when a unit's numbers run out."""

from __future__ import annotations

from typing import Any

from server.storage import counters
from support.offline_kiosk import DAY, Kiosk
from support.web import Web


def alarms(web: Web, code: str) -> list[dict[str, Any]]:
    """The office's lines of a code."""
    day = web.manager().get("/office/today").get_json()
    return [one for one in day["alarms"] if one["code"] == code]


def test_a_kiosk_that_is_too_fast_is_a_loud_line_for_half_an_hour(web: Web) -> None:
    web.small.configure(kiosk_minute_numbers=6)
    web.clerk("T1")
    kiosk = web.device("kiosk", "1")
    given = [kiosk.post("/tickets", {"item": "tax-1"}).status_code for _ in range(7)]
    assert given == [200] * 6 + [409]
    [one] = alarms(web, "kiosk_pace")
    assert (one["subject"], one["loud"]) == ("1/A", True)
    assert "6 个tax（A）的号码，已暂停发放" in one["message_zh"]
    web.small.clock.advance(seconds=31 * 60)
    assert alarms(web, "kiosk_pace") == []


def test_what_was_given_without_the_server_says_so(web: Web) -> None:
    web.small.configure(kiosk_minute_numbers=6)
    kiosk = Kiosk(web.small)
    for _ in range(8):
        kiosk.hand_in(kiosk.give())
    [one] = alarms(web, "kiosk_pace")
    assert "断网时发放" in one["message_zh"]


def test_a_unit_whose_numbers_are_the_desks_is_a_line(web: Web) -> None:
    assert alarms(web, "numbers_at_desk") == []
    web.small.ctx.write(lambda tx: counters.move_on(tx, DAY, "A", 990))
    [one] = alarms(web, "numbers_at_desk")
    assert (one["subject"], "只剩 9 个" in one["message_zh"]) == ("A", True)


def test_a_kiosk_that_wastes_its_leases_is_a_line(web: Web) -> None:
    for n in range(6):
        Kiosk(web.small, book=f"{n:032x}")
    assert {one["subject"] for one in alarms(web, "offline_wasted")} >= {"1/A", "1/B"}
