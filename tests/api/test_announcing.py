"""Calls at the loudspeakers: each is spoken, or stays unspoken until a person acts."""

from __future__ import annotations

import pytest

from server.core import journal
from server.queue import announcements
from server.queue.errors import QueueCode
from server.queue.offline.messages import OfflineAct
from server.queue.settings import VoiceSettings
from server.queue.tickets import State
from support.desk_actions import import_codes
from support.halls import MANAGER
from support.loudspeakers import Loudspeakers
from support.web import Browser, Web

ZONE = "east"
NEW = {"reports": "spoken"}


def called(web: Web) -> Browser:
    """Return a clerk's browser after a call that only the unspoken voice keeps from a no-show."""
    web.small.configure(no_show_min_calls=1)
    clerk = web.clerk("T1")
    web.small.issue("tax-1")
    assert clerk.post("/counter/call-next").status_code == 200
    web.small.clock.advance(seconds=20)
    return clerk


def announced(clerk: Browser) -> tuple[str, str]:
    """Return the last call's announcement as the clerk's page shows it."""
    state = clerk.get("/counter").get_json()
    return state["announced"], state["announced_reason"]


def marked(clerk: Browser) -> str:
    """Mark as missed; return the error code of the rejection, "" when it was done."""
    answer = clerk.post("/counter/no-show")
    return "" if answer.status_code == 200 else str(answer.get_json()["code"])


def listed(web: Web) -> list[str]:
    """Return the rooms for which the office has the alarm of an unspoken call."""
    day = web.manager().get("/office/today").get_json()
    return [alarm["subject"] for alarm in day["alarms"] if alarm["code"] == "call_unspoken"]


def lines(web: Web) -> list[tuple[str, str]]:
    """Return action and actor of the journal's announcements."""
    entries = web.small.ctx.read(lambda c: [*journal.lines(c, "small", 0)])
    return [(line.act, line.actor) for line in entries if line.act.startswith("call.")]


def test_a_call_that_was_played_is_spoken(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    (task,) = speakers.tasks()
    assert task["payload"]["ticket"] == clerk.get("/counter").get_json()["current"]["id"]
    assert announced(clerk) == ("pending", "")
    assert marked(clerk) == "call_unspoken"
    speakers.ended(task, "spoken")
    assert announced(clerk) == ("spoken", "")
    assert listed(web) == []
    assert marked(clerk) == ""
    assert lines(web) == [("call.spoken", "display")]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("expired", "expired"),
        ("failed", "interrupted"),
        ("failed", "clip_missing"),
        ("failed", "player_failed"),
        ("failed", "no_such_device"),
    ],
)
def test_a_call_that_was_not_played_stays_unspoken_until_it_is_spoken(
    web: Web, state: str, reason: str
) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    speakers.ended(speakers.tasks()[0], state, reason)
    assert announced(clerk) == ("unspoken", reason)
    assert listed(web) == [ZONE]
    assert marked(clerk) == "call_unspoken"
    clerk.post("/counter/recall")
    (again,) = speakers.tasks()
    assert announced(clerk) == ("pending", "")
    assert listed(web) == []
    speakers.ended(again, "spoken")
    assert marked(clerk) == ""


def test_a_clerk_may_call_out_by_mouth(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    speakers.ended(speakers.tasks()[0], "failed", "player_failed")
    state = clerk.post("/counter/called-by-mouth").get_json()
    assert state["announced"] == "by_mouth"
    assert listed(web) == []
    assert marked(clerk) == ""
    assert lines(web) == [("call.unspoken", "display"), ("call.by_mouth", "1001")]


def test_calling_out_needs_a_call_that_waits_for_its_announcement(web: Web) -> None:
    clerk = called(web)
    refused = clerk.post("/counter/called-by-mouth")
    assert refused.get_json()["code"] == QueueCode.MOVE_NOT_ALLOWED.value


def test_a_hall_without_loudspeakers_waits_for_no_announcement(web: Web) -> None:
    clerk = called(web)
    assert announced(clerk) == ("", "")
    assert marked(clerk) == ""
    assert lines(web) == []


def test_an_agent_of_an_older_version_is_not_waited_for(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE)
    clerk = called(web)
    (task,) = speakers.tasks()
    assert announced(clerk) == ("", "")
    speakers.ended(task, "failed", "player_failed")
    assert announced(clerk) == ("", "")
    assert marked(clerk) == ""


def test_loudspeakers_of_another_room_are_not_waited_for(web: Web) -> None:
    speakers = Loudspeakers(web, "west", **NEW)
    clerk = called(web)
    assert speakers.tasks() == []
    assert announced(clerk) == ("", "")


def test_the_halls_own_loudspeaker_stands_in_for_a_room(web: Web) -> None:
    speakers = Loudspeakers(web, "main", **NEW)
    clerk = called(web)
    speakers.ended(speakers.tasks()[0], "expired", "expired")
    assert announced(clerk) == ("unspoken", "expired")


def test_an_agent_that_is_away_leaves_a_call_unspoken_at_once(web: Web) -> None:
    Loudspeakers(web, ZONE, **NEW).leave()
    clerk = called(web)
    assert announced(clerk) == ("unspoken", "agent_gone")
    assert listed(web) == [ZONE]
    assert marked(clerk) == "call_unspoken"


def test_a_call_without_a_report_becomes_unspoken(web: Web) -> None:
    Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    announcements.end_unreported(web.small.ctx)
    assert announced(clerk) == ("pending", "")
    web.small.clock.advance(
        seconds=web.small.ctx.settings().of(VoiceSettings).voice_expiry_seconds + 30
    )
    announcements.end_unreported(web.small.ctx)
    assert announced(clerk) == ("unspoken", "no_report")
    assert listed(web) == [ZONE]
    assert lines(web) == [("call.unspoken", "hall")]


def test_a_late_report_counts(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    web.small.clock.advance(seconds=600)
    announcements.end_unreported(web.small.ctx)
    (task,) = speakers.tasks()
    for _ in range(2):
        speakers.ended(task, "spoken")
    assert announced(clerk) == ("spoken", "")
    assert lines(web) == [("call.unspoken", "hall"), ("call.spoken", "display")]


def test_one_loudspeaker_of_two_is_enough(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, ZONE, **NEW)
    clerk = called(web)
    first, second = speakers.tasks()
    speakers.ended(first, "failed", "player_failed")
    assert announced(clerk) == ("pending", "")
    speakers.ended(second, "spoken")
    assert announced(clerk) == ("spoken", "")
    assert lines(web) == [("call.spoken", "display")]


def test_both_loudspeakers_failing_is_a_failure(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, ZONE, **NEW)
    clerk = called(web)
    for task in speakers.tasks():
        speakers.ended(task, "failed", "player_failed")
    assert announced(clerk) == ("unspoken", "player_failed")


def test_a_call_replaced_by_a_newer_one_is_no_failure(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    clerk.post("/counter/recall")
    older, newer = speakers.tasks()
    speakers.ended(older, "expired", "replaced")
    assert announced(clerk) == ("pending", "")
    speakers.ended(newer, "spoken")
    assert marked(clerk) == ""
    # No report ever comes for the older call; the newer one ends it.
    web.small.clock.advance(seconds=600)
    announcements.end_unreported(web.small.ctx)
    assert lines(web) == [("call.spoken", "display")]


@pytest.mark.parametrize("task", ["", "x", "20260105-A001.x.1.s", "20260105-A001.99999999.1.s", 5])
def test_a_report_about_no_call_changes_nothing(web: Web, task: object) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    report = {"id": task, "device": "display-0", "state": "spoken", "reason": "\x00<b>"}
    assert speakers.tell("result", report) == {"ok": True}
    assert lines(web) == []


def test_imported_desk_actions_do_not_need_a_spoken_call(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    speakers.ended(speakers.tasks()[0], "failed", "player_failed")
    small = web.small
    ticket = clerk.get("/counter").get_json()["current"]["id"]
    acts = [OfflineAct(kind="no_show", ticket=ticket, at=small.clock.now())]
    assert import_codes(small, "T1", acts, current=ticket) == [""]
    assert small.ticket(ticket).state is State.MISSED


def test_a_present_person_is_served_though_the_call_was_not_spoken(web: Web) -> None:
    speakers = Loudspeakers(web, ZONE, **NEW)
    clerk = called(web)
    speakers.ended(speakers.tasks()[0], "failed", "player_failed")
    assert clerk.post("/counter/start").status_code == 200
    assert announced(clerk) == ("", "")
    assert listed(web) == []


def test_a_line_names_the_calls_of_its_room(web: Web) -> None:
    Loudspeakers(web, ZONE, **NEW).leave()
    called(web)
    day = web.person(MANAGER).get("/office/today").get_json()
    (line,) = (alarm for alarm in day["alarms"] if alarm["code"] == "call_unspoken")
    assert "A001（1 号窗口）" in line["message_zh"]
    assert "A001 (window 1)" in line["message_en"]
