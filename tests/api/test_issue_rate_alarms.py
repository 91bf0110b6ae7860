"""Alarms when a kiosk issues numbers too fast, and when a unit's numbers run out."""

from __future__ import annotations

from typing import Any

from server.queue import number_counters
from support.offline_kiosk import DAY, Kiosk
from support.web import Web


def alarms(web: Web, code: str) -> list[dict[str, Any]]:
    """Return the office's alarms of a code."""
    day = web.manager().get("/office/today").get_json()
    return [alarm for alarm in day["alarms"] if alarm["code"] == code]


def test_a_kiosk_that_is_too_fast_is_a_loud_alarm_for_half_an_hour(web: Web) -> None:
    web.small.configure(kiosk_minute_numbers=6)
    web.clerk("T1")
    kiosk = web.device("kiosk", "1")
    statuses = [kiosk.post("/tickets", {"item": "tax-1"}).status_code for _ in range(7)]
    assert statuses == [200] * 6 + [409]
    [alarm] = alarms(web, "kiosk_pace")
    assert (alarm["subject"], alarm["loud"]) == ("1/A", True)
    assert "6 个tax（A）的号码，已暂停发放" in alarm["message_zh"]
    web.small.clock.advance(seconds=31 * 60)
    assert alarms(web, "kiosk_pace") == []


def test_the_alarm_says_that_numbers_were_issued_offline(web: Web) -> None:
    web.small.configure(kiosk_minute_numbers=6)
    kiosk = Kiosk(web.small)
    for _ in range(8):
        kiosk.import_ticket(kiosk.issue())
    [alarm] = alarms(web, "kiosk_pace")
    assert "断网时发放" in alarm["message_zh"]


def test_a_unit_with_numbers_left_only_at_the_desk_is_an_alarm(web: Web) -> None:
    assert alarms(web, "numbers_at_desk") == []
    web.small.ctx.write(lambda tx: number_counters.move_on(tx, DAY, "A", 990))
    [alarm] = alarms(web, "numbers_at_desk")
    assert (alarm["subject"], "只剩 9 个" in alarm["message_zh"]) == ("A", True)


def test_a_kiosk_that_wastes_its_leases_is_an_alarm(web: Web) -> None:
    for n in range(6):
        Kiosk(web.small, book=f"{n:032x}")
    assert {alarm["subject"] for alarm in alarms(web, "offline_wasted")} >= {"1/A", "1/B"}
