"""Findings: states from proposed to settled, permissions, and consequences.

Nobody decides on their own finding, and whoever found or confirmed it does not settle its dispute.
Takes facts, returns verdicts, raises refusals; stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.workflow import Apart, Attempt, Moment, Role, Row, Within, Workflow
from server.spot_checks.errors import SpotCheckCode

DAY_MS = 86_400_000


class State(StrEnum):
    """State of a finding."""

    PROPOSED = "proposed"
    """Raised as an anomaly by the system; not yet confirmed by a person."""
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    """Published to the person; stands unless disputed in time."""
    DISPUTED = "disputed"
    UPHELD = "upheld"
    """Settled: the finding stands."""
    WITHDRAWN = "withdrawn"
    """Settled: the finding does not stand; or the mark behind it was undone."""


STANDING = frozenset({State.CONFIRMED, State.DISPUTED, State.UPHELD})


class Step(StrEnum):
    """Consequence that follows from a person's findings in a period."""

    NOTICE = "notice"
    """通知单位."""
    REPLACEMENT = "replacement"
    """建议调换人员."""
    INTERVIEW = "interview"
    """约谈."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Data of a finding that the rules need. Times in ms."""

    id: str
    staff: str
    unit: str
    state: State
    at: int
    dispute_until: int | None = None
    involved: frozenset[str] = field(default_factory=frozenset)
    """Staff numbers of both checkers and of the person who confirmed it."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers of findings within `days` days from which the second and third step apply."""

    second: int
    third: int
    days: int


@dataclass(frozen=True, slots=True)
class Person:
    """Acting person: number, unit, flags for the unit's chief representative and the office."""

    number: str
    unit: str = ""
    chief: bool = False
    office: bool = False


def concerns(finding: Finding, person: Person) -> bool:
    """Return True if the finding is the person's own, or the person is its unit's chief."""
    if finding.staff and finding.staff == person.number:
        return True
    return person.chief and bool(person.unit) and person.unit == finding.unit


def may_see(finding: Finding, person: Person) -> bool:
    """Return True if the person may see the finding.

    The office sees all; others see the ones that concern them, once they are confirmed.
    """
    if person.office:
        return True
    published = finding.state not in (State.PROPOSED, State.DISMISSED)
    return published and concerns(finding, person)


class Move(StrEnum):
    """Move of a finding."""

    PROPOSE = "propose"
    RECORD = "record"
    """By a mark of an inspection round."""
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    """By undoing the mark behind it."""
    RECTIFY = "rectify"


SUBJECT, CHECKER = "subject", "checker"
"""Parts: the person concerned; whoever found or confirmed it."""
CONCERNED = "concerned"
"""Role: the person concerned, or the chief representative of the unit."""
DISPUTE_PERIOD = "dispute period"
_BY_CONCERNED = (Role(SpotCheckCode.FINDING_UNKNOWN, (CONCERNED,)),)
_PROPOSED, _DISPUTED = frozenset({State.PROPOSED}), frozenset({State.DISPUTED})
_NOT_SUBJECT = (Apart(SpotCheckCode.FINDING_OWN, (SUBJECT,)),)
_NOT_INVOLVED = (Apart(SpotCheckCode.FINDING_OWN, (SUBJECT, CHECKER)),)
FINDING = Workflow(
    "finding",
    SpotCheckCode.FINDING_STATE,
    (
        Row(Move.PROPOSE, frozenset[State](), (State.PROPOSED,)),
        Row(Move.RECORD, frozenset[State](), (State.CONFIRMED,)),
        Row(Move.CONFIRM, _PROPOSED, (State.CONFIRMED,), requires=_NOT_SUBJECT),
        Row(Move.DISMISS, _PROPOSED, (State.DISMISSED,), requires=_NOT_SUBJECT),
        Row(
            Move.DISPUTE,
            frozenset({State.CONFIRMED}),
            (State.DISPUTED,),
            first=_BY_CONCERNED,
            requires=(Within(SpotCheckCode.DISPUTE_OVER, DISPUTE_PERIOD),),
        ),
        Row(Move.UPHOLD, _DISPUTED, (State.UPHELD,), requires=_NOT_INVOLVED),
        Row(Move.WITHDRAW, _DISPUTED, (State.WITHDRAWN,), requires=_NOT_INVOLVED),
        Row(Move.UNDO, frozenset({State.CONFIRMED, State.DISPUTED}), (State.WITHDRAWN,)),
        Row(Move.RECTIFY, STANDING, first=_BY_CONCERNED),
    ),
)


def attempt(finding: Finding, person: Person, now: int = 0) -> Attempt[State]:
    """Return a move on a finding as the person attempts it; `now` (ms) matters for a dispute."""
    end = None if finding.dispute_until is None else finding.dispute_until + 1
    return Attempt(
        state=finding.state,
        person=person.number,
        holds=lambda _role: concerns(finding, person),
        earlier={SUBJECT: (finding.staff,), CHECKER: finding.involved},
        deadlines={DISPUTE_PERIOD: Moment(end, now)},
    )


def judge(finding: Finding, person: Person, confirm: bool) -> State:
    """Confirm or dismiss a proposed finding. Raises FINDING_STATE, FINDING_OWN."""
    return FINDING.after(Move.CONFIRM if confirm else Move.DISMISS, attempt(finding, person))


def dispute(finding: Finding, person: Person, now: int) -> State:
    """Dispute a finding. Raises FINDING_UNKNOWN for a stranger, FINDING_STATE, DISPUTE_OVER."""
    return FINDING.after(Move.DISPUTE, attempt(finding, person, now))


def settle(finding: Finding, person: Person, stands: bool) -> State:
    """Decide a dispute. Raises FINDING_STATE, and FINDING_OWN for anybody involved."""
    return FINDING.after(Move.UPHOLD if stands else Move.WITHDRAW, attempt(finding, person))


def rectify(finding: Finding, person: Person) -> None:
    """Check that the person may record what was put right.

    Raises FINDING_UNKNOWN for a stranger, FINDING_STATE.
    """
    FINDING.after(Move.RECTIFY, attempt(finding, person))


def steps(findings: Iterable[Finding], limits: Steps) -> dict[str, Step]:
    """Return the step of each standing finding of one person, by the count in the period."""
    standing = sorted((f for f in findings if f.state in STANDING), key=lambda f: (f.at, f.id))
    return {f.id: _step(standing[: i + 1], limits) for i, f in enumerate(standing)}


def _step(until_now: Sequence[Finding], limits: Steps) -> Step:
    since = until_now[-1].at - limits.days * DAY_MS
    number = sum(f.at > since for f in until_now)
    if number >= limits.third:
        return Step.INTERVIEW
    return Step.REPLACEMENT if number >= limits.second else Step.NOTICE
