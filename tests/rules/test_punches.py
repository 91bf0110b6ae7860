"""Texts of the push protocol, doubtful punch times, and delivery state of a time clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.time_clocks import iclock
from server.time_clocks.clock_drift import CONFIRM_MS, ClockFacts
from server.time_clocks.punch_rules import (
    GAP_MS,
    SETTLE_MS,
    BadLine,
    DeliveryState,
    PunchLine,
    TimeDoubt,
    TimeTolerance,
    doubt,
    is_absurd,
)

NOON = 1_772_424_000_000
BELIEF = TimeTolerance(tolerance=60, oldest_days=2000)
MINUTE = 60_000


# Lines as published for ATTLOG of three generations of firmware [2SRC], and as typed by hand.
LINES = [
    ("1001\t2026-03-02 08:20:05\t0\t1\t0\t0\t0", ("1001", "2026-03-02 08:20:05", "0", "1", "0")),
    (
        "7\t2026-03-02 08:20:05\t255\t15\t\t0\t0\t0\t36.5",
        ("7", "2026-03-02 08:20:05", "255", "15", ""),
    ),
    ("12\t2026-3-2 8:20:05\t1\t1", ("12", "2026-03-02 08:20:05", "1", "1", "")),
    ("1001 2026-03-02 08:20:05 0 1 0", ("1001", "2026-03-02 08:20:05", "0", "1", "0")),
    ("1001,2026-03-02 08:20:05,0,1", ("1001", "2026-03-02 08:20:05", "0", "1", "")),
]


@pytest.mark.parametrize(("line", "fields"), LINES)
def test_an_attlog_line_is_parsed(line: str, fields: tuple[str, ...]) -> None:
    record = iclock.attlog(line)
    assert isinstance(record, PunchLine)
    assert (
        record.enrolment,
        record.claimed_at.isoformat(" "),
        record.in_out,
        record.verify,
        record.work_code,
    ) == fields
    assert record.raw == line


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("garbage", "too_short"),
        ("\x7f\tnot-a-date", "bad_enrolment"),
        ("1001\t2026-02-30 08:00:00", "bad_time"),
        ("1001\t2026-03-02", "bad_time"),
        ("1001\t2026-03-02 25:00:00", "bad_time"),
        ("姓名\t2026-03-02 08:00:00", "bad_enrolment"),
    ],
)
def test_an_invalid_punch_line_has_its_reason(line: str, reason: str) -> None:
    assert isinstance(bad_line := iclock.attlog(line), BadLine)
    assert bad_line.reason == reason


@pytest.mark.parametrize(
    "line",
    [
        "FP PIN=1\tFID=6\tSize=1024\tValid=1\tTMP=SlRTUzIxAAAE",
        "BIODATA Pin=1\tNo=0\tIndex=0\tTmp=AAAA",
        "1001\t2026-03-02 08:00:00\tTMP=abc",
        "1\t" + "QUJD" * 60,
    ],
)
def test_a_fingerprint_template_is_dropped(line: str) -> None:
    assert iclock.attlog(line) == BadLine("", "template")


def test_names_come_in_either_encoding_and_broken_bytes_break_one_line_only() -> None:
    body = "USER PIN=1\tName=张伟".encode("gb18030") + b"\n"
    body += "USER PIN=2\tName=李娜".encode() + b"\n\xff\xfe\x80\n1001\t2026-03-02 08:00:00\n"
    names = [iclock.pairs(line).get("Name") for line in iclock.lines_of(body)]
    assert names == ["张伟", "李娜", None, None]


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_parsed_as_punches_or_bad_lines(body: bytes) -> None:
    for line in iclock.lines_of(body):
        assert isinstance(iclock.attlog(line), PunchLine | BadLine)
    iclock.answers(body)


@given(
    st.from_regex(r"[0-9]{1,9}", fullmatch=True),
    st.datetimes(datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2035-01-01")),
)
@settings(max_examples=80, deadline=None)
def test_a_punch_line_survives_formatting_and_parsing(number: str, moment: datetime) -> None:
    punched_at = moment.replace(microsecond=0)
    record = iclock.attlog(f"{number}\t{punched_at.isoformat(' ')}\t0\t1\t0")
    assert isinstance(record, PunchLine)
    assert (record.enrolment, record.claimed_at) == (number, punched_at)


def test_options_name_the_time_zone_and_never_last() -> None:
    lines = iclock.options("CE1", {"ATTLOG": "77"}, 480).splitlines()
    assert lines[0] == "GET OPTION FROM: CE1"
    assert {"ATTLOGStamp=77", "TimeZone=8", "Realtime=1", "Encrypt=None"} <= set(lines)
    assert not lines[-1].startswith("TimeZone")
    assert "TimeZone=330" in iclock.options("CE1", {}, 330).splitlines()
    assert "ATTLOGStamp=0" in iclock.options("CE1", {}, 480).splitlines()


def test_command_answers_in_batches_are_parsed_with_their_bodies() -> None:
    body = b"ID=3&Return=0&CMD=INFO\n~DeviceName=X\nFWVersion=1\nID=4&Return=-1002&CMD=DATA\n"
    replies = iclock.answers(body)
    assert [(each.number, each.result, each.command) for each in replies] == [
        (3, 0, "INFO"),
        (4, -1002, "DATA"),
    ]


def test_commands_fit_into_an_answer() -> None:
    assert iclock.commands([]) == "OK\n"
    assert iclock.commands([(1, "INFO"), (2, "CHECK")]) == "C:1:INFO\nC:2:CHECK\n"
    many = [(n, "X" * 1000) for n in range(2000)]
    assert len(iclock.commands(many)) <= iclock.MAX_COMMANDS


def test_a_name_cannot_smuggle_a_command() -> None:
    assert iclock.user_update("7", "甲\tPri=14\nC:9:REBOOT").count("\t") == 1
    assert "\n" not in iclock.user_update("7", "甲\nC:9:REBOOT")


def _said(at: int) -> PunchLine:
    return PunchLine(
        "1", datetime.fromisoformat("2026-03-02T12:00") + timedelta(milliseconds=at - NOON)
    )


@pytest.mark.parametrize(
    ("line", "at", "clock", "expected"),
    [
        (_said(NOON), NOON, ClockFacts(), TimeDoubt.NONE),
        (_said(NOON + 59_000), NOON + 59_000, ClockFacts(), TimeDoubt.NONE),
        (_said(NOON + 61_000), NOON + 61_000, ClockFacts(), TimeDoubt.FUTURE),
        (
            PunchLine("1", datetime.fromisoformat("2000-01-01")),
            946_684_800_000,
            ClockFacts(),
            TimeDoubt.RESET,
        ),
        (_said(NOON), NOON - 2001 * 86_400_000, ClockFacts(), TimeDoubt.OLD),
    ],
)
def test_impossible_times_are_doubtful(
    line: PunchLine, at: int, clock: ClockFacts, expected: TimeDoubt
) -> None:
    assert doubt(line, at, NOON, clock, BELIEF) is expected


def test_a_wrong_clock_makes_only_its_own_times_doubtful() -> None:
    clock = ClockFacts().after_measurement(0, NOON - 60 * MINUTE, 60)
    off = clock.after_measurement(-600, NOON, 60)
    assert off.is_off
    # Since the last correct reading it may have been wrong; before, it was right.
    assert doubt(_said(NOON), NOON - 30 * MINUTE, NOON, off, BELIEF) is TimeDoubt.CLOCK_OFF
    assert doubt(_said(NOON), NOON - 90 * MINUTE, NOON, off, BELIEF) is TimeDoubt.NONE
    right = off.after_measurement(1, NOON + 10 * MINUTE, 60)
    assert not right.is_off
    late, live = NOON + 12 * MINUTE, NOON + 13 * MINUTE
    # A punch of the wrong hours that arrives late is doubtful, a live one is not.
    assert doubt(_said(NOON), NOON - 5 * MINUTE, late, right, BELIEF) is TimeDoubt.CLOCK_OFF
    assert doubt(_said(live), live, live, right, BELIEF) is TimeDoubt.NONE
    # Ten minutes slow until 12:10, it never claimed a moment after 12:00.
    after = NOON + 5 * MINUTE
    assert doubt(_said(after), after, after + 60 * MINUTE, right, BELIEF) is TimeDoubt.NONE


YEAR = 365 * 24 * 60 * MINUTE


@pytest.mark.parametrize("years", [37, -26])
def test_ten_minutes_in_another_year_make_an_outage_not_doubtful(years: int) -> None:
    clock = ClockFacts().after_measurement(0, NOON - 10 * MINUTE, 60)
    clock = clock.after_measurement(years * YEAR // 1000, NOON, 60)
    clock = clock.after_measurement(0, NOON + 10 * MINUTE, 60)
    for day in (-30, -1, 1, 30, 400):
        made = NOON + day * 24 * 60 * MINUTE
        late = max(made, NOON) + 48 * 60 * MINUTE
        assert doubt(_said(made), made, late, clock, BELIEF) is TimeDoubt.NONE


@pytest.mark.parametrize("year", ["2063", "2000"])
def test_one_absurd_line_is_no_measurement_but_two_apart_are(year: str) -> None:
    line = PunchLine("1", datetime.fromisoformat(f"{year}-03-02T12:00"))
    claims = NOON + (int(year) - 2026) * YEAR
    assert is_absurd(line.claimed_at, claims, NOON)
    offset = (claims - NOON) // 1000
    clock = ClockFacts().after_measurement(0, NOON - MINUTE, 60).after_claim(offset, NOON, 60)
    assert not clock.is_off
    # The clock was right in between, so the absurd line stands alone.
    assert (
        clock.after_claim(0, NOON + MINUTE, 60).after_claim(offset, NOON + CONFIRM_MS, 60).is_off
        is False
    )
    assert clock.after_claim(offset, NOON + MINUTE, 60).is_off is False
    assert clock.after_claim(offset + 1, NOON + CONFIRM_MS, 60).is_off is True


def test_a_slow_clock_is_told_apart_from_a_late_upload() -> None:
    right = ClockFacts().after_measurement(0, NOON, 60)
    late = right
    for second in range(0, 600, 10):  # ten minutes of lines, each an hour and more late
        late = late.after_claim(-3600 - 5 * second, NOON + second * 1000, 60)
    assert not late.is_off
    slow = right.after_claim(-600, NOON + MINUTE, 60).after_claim(-595, NOON + 4 * MINUTE, 60)
    assert slow.is_off
    made = NOON + 2 * MINUTE
    assert slow.wrong_at(made - 600_000, NOON + 5 * MINUTE, 60)


SPELLS = st.lists(
    st.tuples(
        st.integers(1, 600),  # minutes
        st.one_of(
            st.just(0),
            st.integers(-7200, -130),
            st.integers(130, 7200),
            st.sampled_from([-26 * 31_536_000, 37 * 31_536_000]),
        ),
    ),
    min_size=1,
    max_size=8,
)


@given(SPELLS, st.lists(st.integers(0, 5000), min_size=1, max_size=30), st.integers(0, 10_000))
@settings(max_examples=200, deadline=None)
def test_exactly_the_times_a_wrong_clock_may_have_shown_are_doubtful(
    spells: list[tuple[int, int]], moments: list[int], wait: int
) -> None:
    """Doubt exactly the times that a wrong clock may have shown.

    The clock is read whenever its error changes; punches arrive any time later.
    """
    clock, at, edges = ClockFacts().after_measurement(0, NOON, 60), NOON, [(NOON, 0)]
    for minutes, offset in spells:
        clock = clock.after_measurement(offset, at, 60)
        edges.append((at, offset))
        at += minutes * MINUTE
    clock = clock.after_measurement(0, at, 60)
    # Between two readings the error is that of either; more cannot be known.
    spans = [
        (begins, ends, offset)
        for (begins, offset_before), (ends, offset_after) in zip(
            edges, [*edges[1:], (at, 0)], strict=True
        )
        for offset in (offset_before, offset_after)
        if offset
    ]
    arrives = at + wait * MINUTE
    for moment in moments:
        punched_at = NOON + (moment - 1000) * MINUTE
        if abs(arrives - punched_at) <= 60_000:
            continue
        possible = any(
            begins + offset * 1000 <= punched_at <= ends + offset * 1000
            for begins, ends, offset in spans
        )
        near = any(
            begins + (offset - 91) * 1000 <= punched_at <= ends + (offset + 91) * 1000
            for begins, ends, offset in spans
        )
        doubted = clock.wrong_at(punched_at, arrives, 60)
        assert doubted or not possible
        assert near or not doubted


def _steady() -> DeliveryState:
    contact = DeliveryState()
    for at in range(0, 300_000, 10_000):
        contact = contact.after_poll(NOON + at)
    return contact


def test_a_steady_time_clock_has_delivered_all_but_the_last_seconds() -> None:
    contact = _steady()
    assert contact.backlog_since is None
    assert contact.delivered_until is not None
    assert 0 < (contact.last_contact_at or 0) - contact.delivered_until <= 15_000


def test_after_an_outage_the_backlog_comes_first() -> None:
    before = _steady().delivered_until
    back = NOON + 300_000 + 3_600_000
    contact = _steady().after_poll(back)
    assert contact.delivered_until == before
    contact = contact.after_batch(back + 2000, 100, NOON + 1_000_000)
    # What it has sent so far is delivered, in the order of its memory.
    assert contact.delivered_until == NOON + 1_000_000
    contact = contact.after_poll(back + 10_000)
    assert contact.delivered_until == NOON + 1_000_000
    contact = contact.after_poll(back + 2000 + SETTLE_MS)
    assert contact.delivered_until is not None
    assert contact.delivered_until > back


def test_a_failed_batch_keeps_the_time_clock_pending() -> None:
    contact = _steady()
    now = (contact.last_contact_at or 0) + 5000
    contact = contact.after_failed_batch(now)
    assert contact.after_poll(now + 20_000).delivered_until == _steady().delivered_until
    assert (contact.after_poll(now + SETTLE_MS).delivered_until or 0) > now


MOVES = st.tuples(st.integers(0, 2 * GAP_MS), st.booleans(), st.integers(1, 200))


@given(st.lists(MOVES, max_size=40))
@settings(max_examples=100, deadline=None)
def test_the_delivery_time_never_goes_back_nor_beyond_now(
    moves: list[tuple[int, bool, int]],
) -> None:
    contact, now = DeliveryState(), NOON
    for wait, fed, lines in moves:
        now += wait
        before = contact.delivered_until
        contact = contact.after_batch(now, lines, now - 1000) if fed else contact.after_poll(now)
        assert before is None or (contact.delivered_until or 0) >= before
        assert contact.delivered_until is None or contact.delivered_until <= now


def test_only_a_live_punch_measures_the_clock() -> None:
    contact = _steady()
    last_contact = contact.last_contact_at or 0
    now = last_contact + 5000
    assert contact.offset_of(now - 2000, now, 1) == 0
    assert contact.offset_of(now + 90_000, now, 1) == 90
    # Ten minutes slow, measured against the last contact.
    assert contact.offset_of(now - 600_000, now, 1) == -595
    assert contact.offset_of(now - 600_000, now, 50) is None
    assert DeliveryState().offset_of(now - 600_000, now, 1) is None
    assert contact.after_batch(now, 100, now).offset_of(now - 600_000, now + 1000, 1) is None
    # Records requested again measure nothing, not even those with a time of tomorrow.
    assert contact.after_recall(now + 1).offset_of(now + 90_000, now, 1) is None
    assert contact.after_recall(now).offset_of(now + 90_000, now, 1) == 90
