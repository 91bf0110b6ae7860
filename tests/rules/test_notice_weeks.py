"""Counts of one-time notices in a week, from hand-ins and from the journal alone."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.journal_line import Line
from server.one_time_notices.replay import replayed
from server.one_time_notices.week_counts import (
    CountedHandIn,
    NoticeCounts,
    notice_counts,
    standing,
)
from server.spot_checks.finding_rules import State

FIRST, LAST = "2026-03-02", "2026-03-08"
BEFORE, AFTER = "2026-03-01", "2026-03-09"


def hand_in(name: str, day: str = FIRST, **more: str) -> CountedHandIn:
    values = {"matter": "M", "unit": "tax", "corrects": "", "notice": f"N{name}"} | more
    return CountedHandIn(name, values["matter"], day, values["unit"], values["corrects"],
                         values["notice"])  # fmt: skip


def counts(*rows: CountedHandIn, unit: str | None = None, **findings: str) -> NoticeCounts:
    return notice_counts(rows, findings, FIRST, LAST, unit)


def test_hand_ins_and_notices_of_the_week_count_both_ends_included() -> None:
    for day, number in ((BEFORE, 0), (FIRST, 1), (LAST, 1), (AFTER, 0)):
        got = counts(hand_in("1", day))
        assert (got.hand_ins, got.notices, got.again) == (number, number, 0)
    assert counts(hand_in("1", notice="")) == NoticeCounts(hand_ins=1)
    other = hand_in("2", matter="O", unit="build")
    assert counts(hand_in("1"), other, unit="build") == NoticeCounts(hand_ins=1, notices=1)
    assert counts(hand_in("1"), other).again == 0


def test_a_second_hand_in_of_a_matter_comes_again_also_when_the_first_was_before_the_week() -> None:
    got = counts(hand_in("1", BEFORE), hand_in("2", FIRST, notice=""))
    assert got == NoticeCounts(hand_ins=1, again=1)
    assert (got.told_once_rate.count, got.told_once_rate.of) == (1, 1)


def test_a_corrected_hand_in_counts_nowhere_and_its_correction_is_no_second_one() -> None:
    rows = (hand_in("1"), hand_in("2", corrects="1"), hand_in("3"))
    assert [(row.id, again) for row, again in standing(rows)] == [("2", False), ("3", True)]
    assert counts(*rows, N1="confirmed") == NoticeCounts(hand_ins=2, notices=2, again=1)


@pytest.mark.parametrize("state", list(State))
def test_a_notice_that_told_twice_counts_by_the_state_of_its_finding(state: State) -> None:
    confirmed, is_open = state in ("confirmed", "upheld"), state in ("proposed", "disputed")
    got = counts(hand_in("1"), hand_in("2"), N2=state.value)
    assert (got.twice_confirmed, got.twice_open) == (int(confirmed), int(is_open))
    assert got.told_twice == confirmed + is_open
    assert (got.told_once_rate.count, got.told_once_rate.of) == (1 - got.told_twice, 1)


def line(act: str, subject: str, at: int = 1, **data: Any) -> Line:
    return Line("small", 1, at, "clerk", "1", "T1", act, subject, data, "")


def record(subject: str, at: int, **more: str) -> Line:
    data = {"matter": "M", "corrects": "", "notice": f"N{subject}", "unit": "tax"} | more
    return line("hand_in.record", subject, at, **data)


def test_the_journal_gives_hand_ins_and_the_last_state_of_their_findings() -> None:
    lines = [
        record("1", 1),
        record("2", 2, corrects="0"),
        line("finding.proposed", "F1", source="told_once:N2", kind="not_told_once"),
        line("finding.proposed", "F2", source="complaint:C1"),
        line("finding.confirmed", "F2"),
    ]
    days = {1: FIRST, 2: LAST}
    replay = replayed(lines, days.__getitem__)
    assert replay.hand_ins == [hand_in("1"), hand_in("2", LAST, corrects="0")]
    assert replay.findings == {"N2": "proposed"}
    got = replay.counts(FIRST, LAST)
    assert got == NoticeCounts(hand_ins=2, notices=2, again=1, twice_open=1)
    lines += [
        line("finding.confirmed", "F1"),
        line("finding.told", "F1"),
        line("finding.step", "F1"),
    ]
    replay = replayed(lines, days.__getitem__)
    assert replay.counts(FIRST, LAST).twice_confirmed == 1
    assert replay.counts(FIRST, FIRST).twice_confirmed == 0
    assert replay.counts(FIRST, LAST, "tax").hand_ins == 2
    assert replay.counts(FIRST, LAST, "build") == NoticeCounts()


def test_a_line_of_before_the_unit_was_written_counts_in_the_total_only() -> None:
    old = record("1", 1)
    old.data.pop("unit")
    replay = replayed([old], lambda _at: FIRST)
    assert replay.hand_ins == [hand_in("1", unit="")]
    assert (replay.counts(FIRST, LAST).hand_ins, replay.counts(FIRST, LAST, "tax").hand_ins) == (
        1,
        0,
    )
