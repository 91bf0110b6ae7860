"""Measures of attendance: late, early, missing, absent by the half-day, and days of leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from server.attendance.day_sheet import DUE, DaySheet
from server.attendance.sheets import Facts, gather_without_punches, sheets_of, with_punches
from server.attendance.verdicts import SlotVerdict, State, absent_parts
from server.attendance.words import verdict_words
from server.core.measured import PERSON, Coverage, Measure, MeasuredFact
from server.hall.context import Context
from server.hall.measure_request import Measured, MeasureRequest
from server.time_clocks import punch_queries
from server.time_clocks import queries as clock_queries

LATE = Measure("late", "迟到", "Late", "次", PERSON)
EARLY = Measure("early", "早退", "Left early", "次", PERSON)
MISSING = Measure("missing_punch", "缺卡", "No punch", "次", PERSON)
ABSENT_HALF = Measure("absent_half", "旷工半天", "Absent for half a day", "个半天", PERSON)
PRESENT_DAY = Measure("present_day", "全勤日", "Day without an exception", "天", PERSON)
LEAVE_DAY = Measure("leave_day", "请假（天）", "Day of leave", "天", PERSON)
MEASURES = (LATE, EARLY, MISSING, ABSENT_HALF, PRESENT_DAY, LEAVE_DAY)
_MEASURE_OF = {State.LATE: LATE, State.EARLY: EARLY, State.MISSING: MISSING}
HALF_WORDS = {1: "上午", 2: "下午"}
ONE = Decimal(1)


def measured(request: MeasureRequest) -> Measured:
    """Return the facts of the days' sheets, and whose punches have not all arrived.

    A slot of an absent half-day counts with the half-day alone.
    """
    return MeasuredDays.of(request.ctx).measured(request)


@dataclass(frozen=True, slots=True)
class _Ground:
    """All that the facts of some days follow from; equal grounds give equal facts."""

    facts: Facts
    """Facts without the punches, none of them after the days."""
    punches: tuple[int, int]
    """Mark of the punches, which are only added to."""
    fingers: Mapping[str, list[tuple[int, str]]]


class MeasuredDays:
    """Facts of spans of days that were measured before, while nothing they follow from changes.

    A year of months that nobody released is read again and again; each month's sheets take a
    quarter of a second.
    """

    MOST = 24

    def __init__(self) -> None:
        self._spans: dict[tuple[date, date], tuple[_Ground, Measured]] = {}

    @classmethod
    def of(cls, ctx: Context) -> MeasuredDays:
        """Return those of a hall."""
        days = ctx.kept.setdefault(cls, cls())
        assert isinstance(days, cls)
        return days

    def measured(self, request: MeasureRequest) -> Measured:
        """Return what is measured on the days of a request."""
        span = request.first, request.last
        ground = _ground(request)
        earlier = self._spans.get(span)
        if earlier is not None and earlier[0] == ground:
            return earlier[1]
        gathered = with_punches(request.ctx, request.conn, ground.facts)
        result = _measured(sheets_of(gathered))
        self._spans.pop(span, None)
        while len(self._spans) >= self.MOST:
            self._spans.pop(next(iter(self._spans)), None)
        self._spans[span] = ground, result
        return result


def _ground(request: MeasureRequest) -> _Ground:
    ctx, conn = request.ctx, request.conn
    facts = gather_without_punches(ctx, conn, request.first, request.last)
    # Whatever is later than the days changes nothing of them.
    end = datetime.combine(request.last + timedelta(days=1), time(), facts.known_until.tzinfo)
    facts = replace(
        facts,
        known_until=min(facts.known_until, end),
        today=min(facts.today, request.last + timedelta(days=1)),
    )
    mark = punch_queries.mark_of_days(conn, ctx.hall_id, *request.span)
    return _Ground(facts, mark, clock_queries.fingers(conn, ctx.hall_id))


def _measured(sheets: Iterable[DaySheet]) -> Measured:
    facts: list[MeasuredFact] = []
    by_person: dict[tuple[str, str], list[DaySheet]] = defaultdict(list)
    for sheet in sheets:
        by_person[sheet.staff, sheet.unit].append(sheet)
        facts += _facts_of(sheet)
    return Measured(tuple(facts), tuple(_coverage(by_person)))


def _facts_of(sheet: DaySheet) -> Iterator[MeasuredFact]:
    absent = absent_parts(sheet.slots) if sheet.absent_halves else frozenset()
    for half in sorted(absent):
        yield _fact(sheet, ABSENT_HALF, str(half), ONE, f"{HALF_WORDS[half]}无有效打卡")
    for verdict in sheet.slots:
        measure = _MEASURE_OF.get(verdict.state)
        if measure is not None and verdict.slot.half not in absent:
            words = f"{verdict.slot.name}：{verdict_words(verdict.state, verdict.minutes)}"
            yield _fact(sheet, measure, verdict.slot.code, ONE, words + _punch_words(verdict))
    on_leave = sum(verdict.state is State.LEAVE for verdict in sheet.slots)
    if on_leave:
        # Whole and half days: two of four slots are half a day.
        share = (Decimal(on_leave) / len(sheet.slots)).quantize(Decimal("0.01"))
        yield _fact(sheet, LEAVE_DAY, "", share, f"请假免打卡{on_leave}次")
    if sheet.slots and all(verdict.state is State.ON_TIME for verdict in sheet.slots):
        yield _fact(sheet, PRESENT_DAY, "", ONE, f"{len(sheet.slots)}次打卡均准时")


def _punch_words(verdict: SlotVerdict) -> str:
    return f"，{verdict.punch.at:%H:%M}打卡" if verdict.punch is not None else ""


def _fact(
    sheet: DaySheet, measure: Measure, part: str, amount: Decimal, words: str
) -> MeasuredFact:
    day = sheet.day.isoformat()
    return MeasuredFact(
        measure=measure.code,
        ref=f"{day}/{sheet.staff}" + (f"/{part}" if part else ""),
        day=day,
        amount=amount,
        staff=sheet.staff,
        window="",
        unit=sheet.unit,
        words=words,
        link=f"/office#month/{sheet.staff}/{day[:7]}/person/{day}",
    )


def _coverage(by_person: dict[tuple[str, str], list[DaySheet]]) -> Iterator[Coverage]:
    """Yield how much of everybody's days is decided, if somebody's is not."""
    slots = {
        key: [verdict.state for sheet in sheets for verdict in sheet.slots]
        for key, sheets in by_person.items()
    }
    if not any(State.PENDING in states for states in slots.values()):
        return
    for (staff, unit), states in slots.items():
        pending = states.count(State.PENDING)
        yield Coverage(
            measures=(LATE.code, EARLY.code, MISSING.code, ABSENT_HALF.code),
            staff=staff,
            window="",
            unit=unit,
            missing=Decimal(pending),
            possible=Decimal(pending + _decided(states)),
            words=f"打卡机数据未到齐，{pending}次打卡待定" if pending else "",
        )


def _decided(states: Sequence[State]) -> int:
    return sum(states.count(state) for state in DUE)
