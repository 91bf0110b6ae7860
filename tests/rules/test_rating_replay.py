"""Counts of ratings from journal lines alone."""

from __future__ import annotations

from typing import Any

from server.core.journal_line import Line
from server.ratings.levels import Level
from server.ratings.replay import replayed

A, B, C = "20260302-A001", "20260302-A002", "20260303-A001"
FIRST, SECOND = "2026-03-02", "2026-03-03"


def line(act: str, subject: str, window: str = "", **data: Any) -> Line:
    """Return a journal line."""
    return Line("small", 1, 0, "clerk", "1001", window, act, subject, data, "")


def finish(ticket: str, window: str = "T1") -> Line:
    return line("ticket.finish", ticket, window)


def rating(ticket: str, level: int, channel: str = "pad", second_of: str = "") -> Line:
    return line("rating.give", f"R{ticket}", "T1", ticket=ticket, level=level, channel=channel,
                second_of=second_of)  # fmt: skip


def test_finished_services_and_their_first_ratings_are_counted() -> None:
    lines = [finish(A), rating(A, 1), finish(B), rating(B, 4), rating(B, 1, "phone", "R")]
    counts = replayed(lines).counts(FIRST, FIRST)
    assert (counts.services, counts.active, counts.good, counts.bad) == (2, 2, 1, 1)
    assert counts.levels == dict.fromkeys(Level, 0) | {
        Level.VERY_SATISFIED: 1,
        Level.DISSATISFIED: 1,
    }


def test_what_staff_type_in_is_counted_apart() -> None:
    counts = replayed([finish(A), rating(A, 2, "staff")]).counts(FIRST, FIRST)
    assert (counts.active, counts.typed_in) == (0, 1)


def test_a_rating_of_a_case_without_a_ticket_is_no_service() -> None:
    own = line("rating.give", "RC", ticket="", case="C1", level=1, channel="call_back",
               second_of="")  # fmt: skip
    counts = replayed([finish(A), rating(A, 1), own]).counts(FIRST, FIRST)
    assert (counts.services, counts.active, counts.called) == (1, 1, 0)
    assert [entry.service for entry in replayed([own]).ratings] == ["C1"]


def test_an_undone_finish_is_no_service_until_it_is_finished_again() -> None:
    lines = [finish(A), rating(A, 1), line("ticket.undo_finish", A)]
    assert replayed(lines).counts(FIRST, FIRST).services == 0
    assert replayed(lines).counts(FIRST, FIRST).active == 0
    again = replayed([*lines, finish(A, "T2")])
    assert again.counts(FIRST, FIRST).active == 1
    assert again.services == {A: "T2"}
    assert replayed([line("ticket.undo_finish", A)]).services == {}


def test_days_are_those_of_the_services_both_ends_included() -> None:
    lines = [finish(A), rating(A, 1), finish(C), rating(C, 1), line("ticket.start", B, "T1")]
    replay = replayed(lines)
    assert [replay.counts(*days).services for days in ((FIRST, FIRST), (SECOND, SECOND))] == [1, 1]
    assert replay.counts(FIRST, SECOND).services == 2
    assert replay.counts("2026-03-04", "2026-03-09").services == 0
    assert replay.counts("2026-02-01", "2026-03-01").services == 0


def test_a_windows_counts_are_of_its_own_services() -> None:
    replay = replayed([finish(A), rating(A, 1), finish(B, "T2"), rating(B, 5)])
    assert replay.counts(FIRST, FIRST, "T1").good == 1
    assert replay.counts(FIRST, FIRST, "T2").bad == 1
    assert replay.counts(FIRST, FIRST, "T3").services == 0
    assert replay.counts(FIRST, FIRST).services == 2
