"""Tickets: states, transitions (moves), and the actors that may make each move.

The table `RULES` defines all of it. `after` is the only function that computes the next state; it
raises `HallError` and changes nothing. Transfer is a move, not a state: a transferred ticket waits
again, with its number and its seniority.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from server.core.actors import ActorKind
from server.core.errors import CommonCode, HallError
from server.core.half_width import half_width
from server.queue.errors import QueueCode


class State(StrEnum):
    """State of a ticket."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


FINAL = frozenset({State.FINISHED, State.CANCELLED, State.EXPIRED})
AT_WINDOW = frozenset({State.CALLED, State.SERVING})


class Move(StrEnum):
    """Action on a ticket."""

    ISSUE = "issue"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no_show"
    HOLD = "hold"
    RESUME = "resume"
    RETURN = "return"
    TRANSFER = "transfer"
    CHECK_IN = "check_in"
    """Holder of a remote number is in the hall."""
    PASS_OVER = "pass_over"
    """Turn of a remote number whose holder is not in the hall: it waits for the check-in."""
    REDIRECT = "redirect"
    """Waiting ticket sent to another item, unit or window by the reception desk."""
    CANCEL = "cancel"
    EXPIRE = "expire"
    CORRECT = "correct"
    """Outcome or item of a finished service corrected, with a reason."""
    UNDO_START = "undo_start"
    UNDO_FINISH = "undo_finish"
    UNDO_NO_SHOW = "undo_no_show"


class Outcome(StrEnum):
    """Outcome of a service at the window."""

    ACCEPTED = "accepted"
    DONE = "done"
    CONSULTED = "consulted"
    NOTICE_GIVEN = "notice_given"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Rule:
    """Move: source states, target state, permitted actors, and whether the window must hold it."""

    sources: frozenset[State]
    target: State
    actors: frozenset[ActorKind]
    holder_only: bool = False


_STAFF = frozenset({ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR})
_CLERKS = _STAFF
_SYSTEM = frozenset({ActorKind.SYSTEM})

RULES: dict[Move, Rule] = {
    Move.CALL: Rule(frozenset({State.WAITING}), State.CALLED, _CLERKS),
    Move.RECALL: Rule(frozenset({State.CALLED}), State.CALLED, _CLERKS, holder_only=True),
    Move.START: Rule(frozenset({State.CALLED}), State.SERVING, _CLERKS, holder_only=True),
    Move.FINISH: Rule(frozenset({State.SERVING}), State.FINISHED, _CLERKS, holder_only=True),
    Move.NO_SHOW: Rule(frozenset({State.CALLED}), State.MISSED, _CLERKS, holder_only=True),
    Move.HOLD: Rule(AT_WINDOW, State.HELD, _CLERKS, holder_only=True),
    Move.RESUME: Rule(frozenset({State.HELD, State.MISSED}), State.CALLED, _CLERKS),
    Move.RETURN: Rule(
        frozenset({State.MISSED}),
        State.WAITING,
        _STAFF | {ActorKind.PHONE, ActorKind.KIOSK},
    ),
    Move.TRANSFER: Rule(AT_WINDOW, State.WAITING, _CLERKS, holder_only=True),
    Move.CHECK_IN: Rule(
        frozenset({State.WAITING}),
        State.WAITING,
        _STAFF | {ActorKind.PHONE, ActorKind.KIOSK},
    ),
    Move.PASS_OVER: Rule(frozenset({State.WAITING}), State.WAITING, _CLERKS),
    # A waiting ticket is at no window, so nobody holds it: number, seniority and state stay.
    Move.REDIRECT: Rule(frozenset({State.WAITING}), State.WAITING, _STAFF),
    Move.CANCEL: Rule(
        frozenset({State.WAITING, State.HELD, State.MISSED}),
        State.CANCELLED,
        # The system cancels the second of two numbers issued for one press, shown to nobody.
        _STAFF | {ActorKind.PHONE, ActorKind.SYSTEM},
    ),
    Move.EXPIRE: Rule(
        frozenset({State.WAITING, State.CALLED, State.HELD, State.MISSED}), State.EXPIRED, _SYSTEM
    ),
    Move.CORRECT: Rule(frozenset({State.FINISHED}), State.FINISHED, _STAFF),
    Move.UNDO_START: Rule(frozenset({State.SERVING}), State.CALLED, _CLERKS, holder_only=True),
    Move.UNDO_FINISH: Rule(frozenset({State.FINISHED}), State.SERVING, _CLERKS, holder_only=True),
    Move.UNDO_NO_SHOW: Rule(frozenset({State.MISSED}), State.CALLED, _CLERKS, holder_only=True),
}
UNDO_OF: dict[Move, Move] = {
    Move.START: Move.UNDO_START,
    Move.FINISH: Move.UNDO_FINISH,
    Move.NO_SHOW: Move.UNDO_NO_SHOW,
}
"""Moves that the window can undo for a short time, with the move that does it."""


def state_after(move: Move, state: State, actor: ActorKind, *, holds: bool = False) -> State:
    """Return the state after `move`; `holds` is True if the actor's window holds the ticket.

    Raises HallError MOVE_NOT_ALLOWED, NOT_THE_HOLDER or FORBIDDEN.
    """
    rule = RULES[move]
    if actor not in rule.actors:
        raise HallError(CommonCode.FORBIDDEN, move=move, actor=actor)
    if state not in rule.sources:
        raise HallError(QueueCode.MOVE_NOT_ALLOWED, move=move, state=state)
    if rule.holder_only and not holds:
        raise HallError(QueueCode.NOT_THE_HOLDER, move=move)
    return rule.target


def number(prefix: str, seq: int) -> str:
    """Return the number that people see, such as `A012`; raise NUMBERS_EXHAUSTED beyond 999."""
    if not 1 <= seq <= 999:
        raise HallError(QueueCode.NUMBERS_EXHAUSTED, prefix=prefix)
    return f"{prefix}{seq:03d}"


_SPACES = re.compile(r"[\s-]+")
_WRITTEN = re.compile(r"([A-Z]{1,2})0*([1-9][0-9]{0,2})")


def read_number(text: str) -> str:
    """Return the number that a person typed, such as `A012` for `a12`; empty for any other text.

    Case, width, spaces, hyphens, leading zeros and a final 号 make no difference.
    """
    plain = _SPACES.sub("", half_width(text)).upper().removesuffix("号")
    match = _WRITTEN.fullmatch(plain)
    return number(match[1], int(match[2])) if match else ""


# Seniority is an integer with room between neighbours, so that a returned ticket can be put
# back a few places later without renumbering anybody.
ORDER_STEP = 1024


def order_of(arrival: int) -> int:
    """Return the seniority of the `arrival`-th ticket of the hall's day (1, 2, 3 ...)."""
    return arrival * ORDER_STEP


def ticket_id(day: str, number: str) -> str:
    """Return the id of the ticket with `number` on `day`, such as `20261121-A012`."""
    return f"{day.replace('-', '')}-{number}"


SITE = "^"
"""Mark before the building at the end of a lane, in halls whose kiosks are in several."""


def lane(item: str, klass: str, site: str = "") -> str:
    """Return the lane of tickets that are alike for choosing: one item, one applicant class.

    `site`: building in which the people wait; empty where the hall does not tell them apart.
    """
    return _at_site(f"{item}/{klass}", site)


def _at_site(lane: str, site: str) -> str:
    return f"{lane}{SITE}{site}" if site else lane


def site_of(lane: str) -> str:
    """Return the building that a lane is marked with; empty for none, as in a window's lane."""
    return lane.partition(SITE)[2]


BOOKED_SLASHES = 2
ABSENT, PASSED = "~", "!"
"""Marks of lanes whose people are not in the hall yet: before and after their turn came."""


def booked_lane(item: str, klass: str, slot: int, site: str = "") -> str:
    """Return the lane of tickets with an appointment at a time (ms)."""
    return _at_site(f"{lane(item, klass)}/{slot}", site)


def slot_of(lane: str) -> int | None:
    """Return the start (ms) of the appointment of a lane's tickets, None for others."""
    plain = lane.partition(SITE)[0]
    slot = plain.rpartition("/")[2] if plain.count("/") == BOOKED_SLASHES else ""
    return int(slot) if slot.isdecimal() else None


def absent_lane(item: str, klass: str, site: str = "", *, passed: bool = False) -> str:
    """Return the lane of remote numbers whose people have not checked in; no window calls them.

    `passed`: their turn has come while they were not there.
    """
    return f"{PASSED if passed else ABSENT}{lane(item, klass, site)}"


def is_absent(lane: str) -> bool:
    """Return True for a lane whose people are not in the hall yet."""
    return lane.startswith((ABSENT, PASSED))


def window_lane(window: str, klass: str) -> str:
    """Return the lane of tickets transferred to one window, which names its building by itself."""
    return f"@{window}/{klass}"


def unit_lane(unit: str, klass: str, site: str = "") -> str:
    """Return the lane of tickets transferred to a unit's queue without a new item."""
    return _at_site(f"={unit}/{klass}", site)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Stored ticket. Times are milliseconds since 1970, UTC; None: has not happened.

    The defaults are those of a ticket that was just issued.
    """

    id: str
    """`20261121-A012`: day and number, unique in a hall."""
    day: str
    number: str
    token: str
    queue: str
    item: str
    klass: str
    level: int
    lane: str
    ord: int
    version: int
    """Catalogue version in force when it was issued."""
    kiosk: str
    issued_at: int
    waiting_since: int
    state: State = State.WAITING
    first_called_at: int | None = None
    called_at: int | None = None
    call_count: int = 0
    serving_at: int | None = None
    ended_at: int | None = None
    window: str = ""
    """Window that holds it or called it last; empty before the first call."""
    staff: str = ""
    outcome: str = ""
    note: str = ""
    returns: int = 0
    transfers: int = 0
    told_low: int | None = None
    """Range of minutes that the person was told with the number; None: none was told."""
    told_high: int | None = None
    visit: str = ""
    """Id of the first ticket of a visit with several errands; empty for a visit with one."""
    branch: str = ""
    """Building whose branch server issued it and alone may change it; empty: this server's own."""

    def holds(self, window: str) -> bool:
        """Return True if `window` holds the ticket."""
        return bool(window) and self.window == window
