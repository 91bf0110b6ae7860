"""A finding's life: proposed, confirmed, disputed, settled; who may do what; its consequence.

Nobody decides about himself, and who found or confirmed something does not settle the dispute over
it. Takes facts, returns verdicts; raises refusals; keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from server.domain.errors import Code, HallError

DAY_MS = 86_400_000


class State(StrEnum):
    """Where a finding stands."""

    PROPOSED = "proposed"
    """The system doubts; no person has said so yet."""
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    """Told; stands unless it is disputed in time."""
    DISPUTED = "disputed"
    UPHELD = "upheld"
    """Settled: it stands."""
    WITHDRAWN = "withdrawn"
    """Settled: it does not; or the mark behind it was undone."""


STANDING = frozenset({State.CONFIRMED, State.DISPUTED, State.UPHELD})


class Step(StrEnum):
    """The consequence of a person's findings in a period."""

    NOTICE = "notice"
    """通知单位."""
    REPLACEMENT = "replacement"
    """建议调换人员."""
    INTERVIEW = "interview"
    """约谈."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules need to know of a finding. Times in ms."""

    id: str
    staff: str
    unit: str
    state: State
    at: int
    dispute_until: int | None = None
    involved: frozenset[str] = field(default_factory=frozenset)
    """Staff numbers of who found it (both checkers) and who confirmed it."""


@dataclass(frozen=True, slots=True)
class Steps:
    """From how many findings on, within how many days."""

    second: int
    third: int
    days: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: number, unit, whether its chief representative, whether of the hall's office."""

    number: str
    unit: str = ""
    chief: bool = False
    office: bool = False


def concerns(finding: Finding, person: Person) -> bool:
    """Whether it is the person's own, or its unit's and the person is the chief there."""
    if finding.staff and finding.staff == person.number:
        return True
    return person.chief and bool(person.unit) and person.unit == finding.unit


def may_see(finding: Finding, person: Person) -> bool:
    """The office sees all; others what concerns them, once it was told."""
    if person.office:
        return True
    told = finding.state not in (State.PROPOSED, State.DISMISSED)
    return told and concerns(finding, person)


def judge(finding: Finding, person: Person, confirm: bool) -> State:
    """Confirm or dismiss what the system proposed. Raises FINDING_STATE, FINDING_OWN."""
    _only_in(finding, State.PROPOSED)
    if person.number == finding.staff:
        raise HallError(Code.FINDING_OWN)
    return State.CONFIRMED if confirm else State.DISMISSED


def dispute(finding: Finding, person: Person, now: int) -> State:
    """Dispute it. Raises FINDING_UNKNOWN for a stranger, FINDING_STATE, DISPUTE_OVER."""
    if not concerns(finding, person):
        raise HallError(Code.FINDING_UNKNOWN)
    _only_in(finding, State.CONFIRMED)
    if finding.dispute_until is None or now > finding.dispute_until:
        raise HallError(Code.DISPUTE_OVER)
    return State.DISPUTED


def settle(finding: Finding, person: Person, stands: bool) -> State:
    """Decide a dispute. Raises FINDING_STATE, and FINDING_OWN for anybody involved."""
    _only_in(finding, State.DISPUTED)
    if person.number == finding.staff or person.number in finding.involved:
        raise HallError(Code.FINDING_OWN)
    return State.UPHELD if stands else State.WITHDRAWN


def rectify(finding: Finding, person: Person) -> None:
    """Say what was put right. Raises FINDING_UNKNOWN for a stranger, FINDING_STATE."""
    if not concerns(finding, person):
        raise HallError(Code.FINDING_UNKNOWN)
    _only_in(finding, *STANDING)


def _only_in(finding: Finding, *states: State) -> None:
    if finding.state not in states:
        raise HallError(Code.FINDING_STATE, state=finding.state.value)


def steps(found: Iterable[Finding], asked: Steps) -> dict[str, Step]:
    """The step of each standing finding of one person, by the count in the days before it."""
    standing = sorted((f for f in found if f.state in STANDING), key=lambda f: (f.at, f.id))
    return {f.id: _step(standing[: i + 1], asked) for i, f in enumerate(standing)}


def _step(until_now: Sequence[Finding], asked: Steps) -> Step:
    since = until_now[-1].at - asked.days * DAY_MS
    number = sum(f.at > since for f in until_now)
    if number >= asked.third:
        return Step.INTERVIEW
    return Step.REPLACEMENT if number >= asked.second else Step.NOTICE
