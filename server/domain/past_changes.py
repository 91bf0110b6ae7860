"""Changes of the past: which days are over, how two readings of them differ, who may confirm.

A reading is a mapping from a `Spot` to a short text such as `late 35`; a spot that is not in it has
no value. A change is the list of spots whose texts differ. Nothing here reads a book or a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.domain.attendance.verdicts import STATE_WORDS
from server.domain.attendance.verdicts import State as Verdict
from server.domain.errors import Code, HallError

HALVES = "absent"
"""Slot of a spot that counts the half-days without presence."""
FINDING = "finding:"
"""Opening of a spot's slot that stands for a finding of a spot check."""
STANDS, PROPOSED, FALLEN = "stands", "proposed", "fallen"
FINDING_WORDS = {
    STANDS: ("成立", "stands"),
    PROPOSED: ("待认定", "proposed"),
    FALLEN: ("不成立", "does not stand"),
}
NOTHING = ("无", "none")
ENGLISH = {
    Verdict.ON_TIME: "on time",
    Verdict.LATE: "late",
    Verdict.EARLY: "left early",
    Verdict.MISSING: "no punch",
    Verdict.LEAVE: "leave",
    Verdict.OFFICIAL: "official business",
    Verdict.ELSEWHERE: "works elsewhere",
    Verdict.REST: "rest",
    Verdict.PENDING: "pending",
}


class State(StrEnum):
    """State of a change of the past."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STALE = "stale"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One value of one person's past day: a slot, the half-days absent, or a finding."""

    day: str
    staff: str
    slot: str


Reading = Mapping[Spot, str]


@dataclass(frozen=True, slots=True)
class Move:
    """A spot with its value before and after a change; empty: none."""

    spot: Spot
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The past days that an act may move, and whose days they are."""

    days: tuple[date, ...]
    staff: frozenset[str] | None
    """Staff numbers; None: anybody's."""

    def runs(self) -> list[tuple[date, date]]:
        """Return the days as stretches without a gap."""
        found: list[tuple[date, date]] = []
        for day in self.days:
            if found and day - found[-1][1] == timedelta(days=1):
                found[-1] = found[-1][0], day
            else:
                found.append((day, day))
        return found


@dataclass(frozen=True, slots=True)
class Touched:
    """Days that one event says read differently now."""

    days: tuple[str, ...]
    staff: tuple[str, ...]
    since: str = ""
    until: str = ""


def reach(touched: Iterable[Touched], today: date, oldest: date) -> Reach | None:
    """Return the days before `today` that are touched; None when there is none.

    `oldest`: the first day that can have a value, for what touches any day.
    """
    days: set[date] = set()
    staff: set[str] | None = set()
    for one in touched:
        fresh = set(_days(one, today, oldest))
        if not fresh:
            continue
        days |= fresh
        staff = staff | set(one.staff) if staff is not None and one.staff else None
    if not days:
        return None
    return Reach(tuple(sorted(days)), None if staff is None else frozenset(staff))


def _days(one: Touched, today: date, oldest: date) -> Iterable[date]:
    if one.days:
        return (d for d in map(date.fromisoformat, one.days) if oldest <= d < today)
    first = max(oldest, date.fromisoformat(one.since)) if one.since else oldest
    last = today - timedelta(days=1)
    if one.until:
        last = min(last, date.fromisoformat(one.until))
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def moves(before: Reading, after: Reading) -> list[Move]:
    """Return the spots whose values differ, by day and person."""
    spots = sorted({*before, *after})
    return [
        Move(spot, before.get(spot, ""), after.get(spot, ""))
        for spot in spots
        if before.get(spot, "") != after.get(spot, "")
    ]


def subjects(moved: Iterable[Move]) -> list[str]:
    """Return the staff numbers of everybody whose days a change moves."""
    return sorted({move.spot.staff for move in moved if move.spot.staff})


def may_confirm(
    actor: str, asker: str, moved_people: Collection[str], entitled: Collection[str]
) -> bool:
    """Return True if `actor` is a second person for a change.

    `entitled`: everybody on the staff list whose rank the act demands. The second person is one of
    them, did not ask, and is none of the people whose days move. A calendar or a rule moves the
    days of all of them; where nobody else is left, one of them other than the asker confirms.
    """
    others = {number for number in entitled if number != asker}
    apart = others - set(moved_people)
    return actor in (apart or others)


def check_waiting(state: str) -> None:
    """Raise PAST_STATE unless the change waits."""
    if state != State.WAITING:
        raise HallError(Code.PAST_STATE, state=state)


def words(slot: str, value: str) -> tuple[str, str]:
    """Return a value for a person, in Chinese and English."""
    if not value:
        return NOTHING
    if slot.startswith(FINDING):
        return FINDING_WORDS[value]
    if slot == HALVES:
        return f"旷工{value}个半天", f"{value} half-days absent"
    name, _, minutes = value.partition(" ")
    state = Verdict(name)
    if minutes:
        return f"{STATE_WORDS[state]}{minutes}分钟", f"{ENGLISH[state]} by {minutes} min"
    return STATE_WORDS[state], ENGLISH[state]


def value_of(state: Verdict, minutes: int) -> str:
    """Return a verdict as a value."""
    return f"{state.value} {minutes}" if minutes else state.value
