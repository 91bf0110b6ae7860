"""Signs of cases outside the hall: entered afterwards, twice, in a heap, or not at all.

体外循环, 后补录入, 二次录入. A sign is a question to the unit, with its figures; it may explain it.
Pure: facts and figures are arguments.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MINUTE_MS = 60_000
MARK_LENGTH = 16
LEAST_DECISIONS = 10
"""Decisions of a unit and month below which no share says anything."""


class Sign(StrEnum):
    """Kind of a sign."""

    ENTERED_LATE = "entered_late"
    """The papers came on a day before the entry."""
    QUICK = "quick"
    """A promised case was decided within minutes of its acceptance."""
    NO_VISIT = "no_visit"
    """It belongs to no number and to no list of a unit."""
    NO_CASE = "no_case"
    """A number ended as accepted, and no case was opened."""
    HEAP = "heap"
    """One person entered many cases shortly before closing."""
    MONTH_END = "month_end"
    """The unit's decisions lie on the last working days of the month."""
    TWICE = "twice"
    """The same person and item a second time within days."""
    NO_LICENCE_CASE = "no_licence_case"
    """A unit issued a licence of which the hall has no case."""


SIGN_WORDS = {
    Sign.ENTERED_LATE: "后补录入：收件日期早于登记日期",
    Sign.QUICK: "承诺件受理后随即办结",
    Sign.NO_VISIT: "没有号码，也不在单位清单内",
    Sign.NO_CASE: "号码已受理，没有登记办件",
    Sign.HEAP: "临下班集中录入",
    Sign.MONTH_END: "办结集中在月末",
    Sign.TWICE: "同一人同一事项重复登记",
    Sign.NO_LICENCE_CASE: "已颁发证照，没有登记办件",
}


@dataclass(frozen=True, slots=True)
class EnteredCase:
    """Case as the signs see it. Times in ms; days ISO; `decided_at` None before the decision."""

    id: str
    number: str
    item: str
    unit: str
    staff: str
    promised: bool
    """True unless it is handled on the spot."""
    with_ticket: bool
    from_list: bool
    day: str
    entered_day: str
    at: int
    accepted_at: int | None
    decided_at: int | None
    decided_day: str
    person: str
    """Keyed hash; "" where no document was shown."""
    given_up: bool = False
    """True if it ended without a decision: whoever applies again is no double entry."""


@dataclass(frozen=True, slots=True)
class ServedTicket:
    """Number that ended as accepted."""

    id: str
    number: str
    item: str
    unit: str
    staff: str
    has_case: bool


@dataclass(frozen=True, slots=True)
class IssuedNumber:
    """Number of a licence that a unit says it issued; `day` ISO, "" if it does not say."""

    unit: str
    number: str
    kind: str
    day: str
    has_case: bool


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Sign of a case, a person or a unit; `mark` tells it from every other."""

    sign: Sign
    mark: str
    unit: str
    staff: str
    words: str
    """Figures in words."""


@dataclass(frozen=True, slots=True)
class SignLimits:
    """Limits in force."""

    quick_minutes: int
    burst_count: int
    burst_minutes: int
    double_days: int
    month_end_percent: int


def of_cases(cases: Iterable[EnteredCase], limits: SignLimits) -> list[Suspicion]:
    """Return the signs that single cases show."""
    result: list[Suspicion] = []
    for case in cases:
        if case.day < case.entered_day and not case.from_list:
            words = f"办件 {case.number}：收件 {case.day}，登记 {case.entered_day}"
            result.append(_of(Sign.ENTERED_LATE, case, words))
        if not case.with_ticket and not case.from_list:
            result.append(_of(Sign.NO_VISIT, case, f"办件 {case.number} 没有对应的号码"))
        minutes = _minutes_to_decision(case)
        if case.promised and minutes is not None and minutes < limits.quick_minutes:
            words = f"办件 {case.number} 受理后 {minutes} 分钟办结"
            result.append(_of(Sign.QUICK, case, words))
    return result


def _of(sign: Sign, case: EnteredCase, words: str) -> Suspicion:
    return Suspicion(sign, f"{sign}:{case.id}", case.unit, case.staff, words)


def _minutes_to_decision(case: EnteredCase) -> int | None:
    if case.accepted_at is None or case.decided_at is None:
        return None
    return (case.decided_at - case.accepted_at) // MINUTE_MS


def without_case(tickets: Iterable[ServedTicket]) -> list[Suspicion]:
    """Return the numbers that were accepted and have no case."""
    return [
        Suspicion(
            Sign.NO_CASE,
            f"{Sign.NO_CASE}:{ticket.id}",
            ticket.unit,
            ticket.staff,
            f"号码 {ticket.number} 已受理，没有登记办件",
        )
        for ticket in tickets
        if not ticket.has_case
    ]


def issued_without_case(numbers: Iterable[IssuedNumber]) -> list[Suspicion]:
    """Return the issued licences of which the hall has no case; each number is one sign."""
    return [
        Suspicion(
            Sign.NO_LICENCE_CASE,
            f"{Sign.NO_LICENCE_CASE}:{_short(f'{issued.unit}/{issued.number}')}",
            issued.unit,
            "",
            f"证照编号 {issued.number}（{issued.kind or '未写名称'}"
            f"{f'，{issued.day} 颁发' if issued.day else ''}）没有对应的办件",
        )
        for issued in numbers
        if not issued.has_case
    ]


def _short(text: str) -> str:
    """Return a digest that fits a mark, as numbers of licences may be long."""
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]


def twice(
    cases: Iterable[EnteredCase], earlier: Iterable[EnteredCase], limits: SignLimits
) -> list[Suspicion]:
    """Return the cases whose person and item have another case within the days before."""
    before: dict[tuple[str, str], list[EnteredCase]] = defaultdict(list)
    for case in sorted(earlier, key=lambda case: case.at):
        before[case.person, case.item].append(case)
    result: list[Suspicion] = []
    for case in sorted(cases, key=lambda case: case.at):
        if not case.person:
            continue
        since = case.at - limits.double_days * 24 * 60 * MINUTE_MS
        others = [o for o in before[case.person, case.item] if since <= o.at and not o.given_up]
        if others:
            words = f"办件 {case.number} 与 {others[-1].number} 是同一人同一事项"
            result.append(_of(Sign.TWICE, case, words))
        before[case.person, case.item].append(case)
    return result


def heaps(cases: Iterable[EnteredCase], closing: int, limits: SignLimits) -> list[Suspicion]:
    """Return whoever entered many cases within minutes in the hour before `closing` (ms)."""
    by_person: dict[str, list[EnteredCase]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case.at):
        if closing - 60 * MINUTE_MS <= case.at and not case.from_list:
            by_person[case.staff].append(case)
    result: list[Suspicion] = []
    for staff, own in by_person.items():
        count = _most_within(own, limits.burst_minutes * MINUTE_MS)
        if count >= limits.burst_count:
            day = own[0].entered_day
            words = f"{day} 下班前 {limits.burst_minutes} 分钟内录入 {count} 件"
            result.append(
                Suspicion(Sign.HEAP, f"{Sign.HEAP}:{day}:{staff}", own[0].unit, staff, words)
            )
    return result


def _most_within(cases: Sequence[EnteredCase], span: int) -> int:
    """Return the most cases, ordered by time, within any `span` ms."""
    most = first = 0
    for last, case in enumerate(cases):
        while case.at - cases[first].at > span:
            first += 1
        most = max(most, last - first + 1)
    return most


def month_ends(
    decided: Iterable[EnteredCase], month: str, last_days: Sequence[str], limits: SignLimits
) -> list[Suspicion]:
    """Return the units whose decisions of a month lie mostly on its last working days, ISO."""
    by_unit: dict[str, list[EnteredCase]] = defaultdict(list)
    for case in decided:
        by_unit[case.unit].append(case)
    result: list[Suspicion] = []
    for unit, own in by_unit.items():
        late = sum(case.decided_day in last_days for case in own)
        if len(own) >= LEAST_DECISIONS and 100 * late > limits.month_end_percent * len(own):
            words = f"{month} 办结 {len(own)} 件，其中 {late} 件在最后两个工作日"
            result.append(
                Suspicion(Sign.MONTH_END, f"{Sign.MONTH_END}:{month}:{unit}", unit, "", words)
            )
    return result
