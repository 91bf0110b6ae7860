"""Views of ratings: the office's, a clerk's, everybody's."""

from __future__ import annotations

from typing import Any

from server.queue import snapshot
from server.ratings import actions, integrity
from server.ratings.actions import PHONE, Given
from server.ratings.alarms import alarms
from server.ratings.levels import Channel, Level
from support.halls import STAFF, SmallHall
from support.web import Web

DAY = 86_400


def rate(hall: SmallHall, window: str, level: int, words: str = "", name: str = "") -> str:
    """Serve a person at a window and rate the service; return the rating."""
    hall.issue("build-1" if window == "S1" else "tax-1")
    given = Given(Level(level), Channel.PHONE, ("attitude",), words, name)
    return actions.rate(hall.ctx, PHONE, hall.key(), hall.serve(window).id, given)


def test_the_office_sees_counts_rates_and_their_definitions(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    for level in (1, 1, 2, 3, 4, 1, 2, 1, 1, 5):
        rate(small, "T1", level)
    rate(small, "S1", 1)
    figures = Web(small).manager().get("/office/ratings").get_json()
    total = figures["total"]
    assert (total["services"], total["active"], total["levels"]) == (11, 11, [6, 2, 1, 1, 1])
    assert total["good_rate"] == {"count": 9, "of": 11, "percent": 81.8}
    names = [(line["key"], line["place"]) for line in figures["windows"]]
    assert names == [("S1", 1), ("T1", 2)]
    assert figures["windows"][0]["counts"]["good_rate"]["percent"] is None
    assert figures["redress"]["opened"] == 2
    assert figures["redress"]["redress_rate"] == {"count": 0, "of": 0, "percent": None}
    assert [entry["rate"] for entry in figures["definitions"]] == [
        *("active", "good", "redress", "call_back")
    ]


def test_the_list_shows_words_and_no_number(small: SmallHall) -> None:
    small.sign_in("T1")
    rate(small, "T1", 2)
    bad = rate(small, "T1", 4, "等了很久", "测试人")
    manager = Web(small).manager()
    shown = manager.get("/office/ratings/list").get_json()
    assert (shown["total"], len(shown["ratings"])) == (2, 2)
    only_bad = manager.get("/office/ratings/list?only=bad").get_json()["ratings"]
    assert [(r["id"], r["words"], r["redress"]) for r in only_bad] == [(bad, "等了很久", "open")]
    assert "测试人" not in str(shown)
    assert "A001" not in str(shown)
    assert manager.get("/office/ratings/list?offset=50").get_json()["ratings"] == []
    assert manager.get("/office/ratings/list?offset=x").get_json()["code"] == "invalid"


def test_a_clerk_sees_own_totals_the_next_day(small: SmallHall) -> None:
    small.sign_in("T1")
    rate(small, "T1", 2)
    web = Web(small)
    clerk = web.person(STAFF["T1"])
    assert clerk.get("/my/ratings").get_json()["counts"]["active"] == 0
    small.clock.advance(seconds=DAY)
    mine = web.person(STAFF["T1"]).get("/my/ratings").get_json()
    assert mine["counts"]["levels"] == [0, 1, 0, 0, 0]
    assert mine["counts"]["good_rate"]["percent"] is None
    assert web.person(STAFF["T2"]).get("/my/ratings").get_json()["counts"]["active"] == 0


def test_everybody_sees_days_that_are_over_and_what_the_office_published(small: SmallHall) -> None:
    small.sign_in("T1")
    bad = rate(small, "T1", 4, "等了很久", "测试人")
    web = Web(small)
    manager, steps = web.manager(), f"/redresses/{bad}/move"
    assert web.browser().get("/voices").get_json()["total"]["active"] == 0
    for step in (
        {"move": "contact", "result": "reached"},
        {"move": "start", "words": "属实"},
        {"move": "answer", "words": "已向测试人致歉"},
        {"move": "recheck", "result": "satisfied"},
        {"move": "close", "words": "高峰时段增开窗口"},
    ):
        assert manager.post(steps, step).status_code == 200, step
    small.clock.advance(seconds=DAY)
    seen = web.browser().get("/voices").get_json()
    assert seen["total"]["active"] == 1
    assert [(line["key"], line["counts"]["bad"]) for line in seen["months"]] == [("2026-03", 1)]
    assert seen["redressed"] == [
        {"day": "2026-03-02", "unit_name": "单位tax", "words": "高峰时段增开窗口"}
    ]
    assert "测试人" not in str(seen)


def test_overdue_redresses_are_among_the_offices_tasks(small: SmallHall) -> None:
    small.sign_in("T1")
    rate(small, "T1", 5)

    def codes() -> list[str]:
        return [alarm.code for alarm in snapshot.read_with(small.ctx, alarms(small.hall))]

    assert codes() == []
    small.clock.advance(seconds=DAY)
    assert codes() == ["redress_due"]
    small.clock.advance(seconds=DAY)
    assert codes() == ["redress_overdue"]


def test_the_bulletin_says_what_the_public_said_and_what_became_of_it(small: SmallHall) -> None:
    small.sign_in("T1")
    for level in (1, 2, 4, 5):
        rate(small, "T1", level)
    small.clock.advance(seconds=7 * DAY)
    manager, week = Web(small).manager(), "2026-W10"
    manager.post("/office/bulletins", {"week": week})
    facts = manager.get(f"/bulletins/{week}").get_json()
    section = next(s for s in facts["sections"] if s["name"] == "voices")
    assert section["title"].endswith("、群众评价情况")
    text = "".join(piece["text"] for piece in section["pieces"])
    assert text == (
        "群众主动评价4次，主动评价率4/4，好评率2/4。差评2件，"
        "其中申诉成立0件，已答复0件，逾期未答复0件。"
    )
    links = {piece["link"] for piece in section["pieces"] if piece["link"]}
    assert links == {f"/office#ratings/{week}", "/office#redresses"}
    assert facts["sections"][-1]["title"].endswith("、有关要求")


def test_a_default_is_computed_shown_apart_and_in_no_rate(small: SmallHall) -> None:
    small.sign_in("T1")
    rate(small, "T1", 2)
    small.issue("tax-1")
    small.serve("T1")
    web = Web(small)

    def figures() -> dict[str, Any]:
        shown: dict[str, Any] = web.manager().get("/office/ratings").get_json()
        return shown

    small.configure(default_level="3")
    assert (figures()["defaults"], figures()["default_level"]) == (0, 3)
    small.clock.advance(seconds=8 * DAY)
    later = figures()
    assert (later["defaults"], later["total"]["active"], later["total"]["services"]) == (1, 1, 2)
    small.configure(default_level="0")
    assert (figures()["defaults"], figures()["default_level"]) == (0, None)


def test_words_and_contact_are_erased_when_the_person_asks(small: SmallHall) -> None:
    small.sign_in("T1")
    bad = rate(small, "T1", 4, "等了很久", "测试人")
    manager = Web(small).manager()
    erase = f"/office/ratings/{bad}/erase"
    assert manager.post(erase, {"reason": " "}).get_json()["code"] == "reason_required"
    assert manager.post(erase, {"reason": "本人要求"}).status_code == 200
    redress = manager.get(f"/redresses/{bad}").get_json()
    assert (redress["words"], redress["contact_name"], redress["level"]) == ("", "", 4)
    ctx = small.ctx
    assert ctx.read(lambda c: list(integrity.problems(c, ctx.hall_id))) == []
