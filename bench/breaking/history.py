"""History of a run and its violations: pure functions, no I/O.

In the manner of Jepsen: every client records each response and its time. Afterwards the journal,
the tickets, the slips, the paper and the boards are compared with these records. Times of `Ack` are
seconds of the harness's own monotonic clock, never of the hall's, which is broken on purpose too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ISSUED = "ticket.issue"
MAIN = "main"
"""Board that shows every zone."""
ASKED_FOR = frozenset({"ticket.recall", "ticket.transfer"})
"""Actions that happen only on request, and whose every response is recorded."""
CALLS = frozenset({"ticket.call", "ticket.resume"})
LEAVES = frozenset(
    {
        "ticket.finish",
        "ticket.no_show",
        "ticket.hold",
        "ticket.transfer",
        "ticket.cancel",
        "ticket.expire",
    }
)
"""Actions after which the window is free."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Answered action: its name, its ticket, and the times of request and response."""

    act: str
    """Name of the action in the journal."""
    ticket: str
    window: str
    sent: float
    answered: float
    number: str = ""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Line of the journal."""

    seq: int
    act: str
    subject: str
    window: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """Ticket in the database at the end."""

    id: str
    day: str
    number: str
    state: str
    window: str


@dataclass(frozen=True, slots=True)
class Slip:
    """End of a slip: printed, failed, unknown; `copy`: reprinted by hand."""

    ticket: str
    number: str
    """Day and number, as on paper."""
    state: str
    copy: bool = False


@dataclass(slots=True)
class History:
    """All evidence of a run."""

    acks: list[Ack] = field(default_factory=list)
    lines: list[JournalLine] = field(default_factory=list)
    tickets: list[StoredTicket] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    paper: Counter[str] | None = None
    """Day and number of every printed slip; None when no paper was collected."""
    lost_before: frozenset[str] = frozenset()
    """Issued numbers whose tickets a restore removed; they must never be issued again."""
    shown: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Calls that each board shows at the end: (window, number)."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Zone of each window."""
    never_restored: bool = True
    """True if no backup was restored.

    After a restore the records of the clients contain actions that the database does not.
    """
    complete: bool = False
    """True if every request for a number was answered in the end and recorded."""
    check_problems: list[str] = field(default_factory=list)
    """Violations that the integrity check found."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Broken promise."""

    kind: str
    text: str


def violations(history: History) -> list[Violation]:
    """Return every broken promise of a run."""
    checks = (
        _acknowledged,
        _unasked,
        _numbers,
        _holders,
        _order,
        _real_time,
        _paper,
        _boards,
        _books,
    )
    return [violation for check in checks for violation in check(history)]


def _acknowledged(h: History) -> Iterator[Violation]:
    """Check that every answered action is in the journal, once for each request."""
    stored = {t.id for t in h.tickets}
    issued = Counter(a.ticket for a in h.acks if a.act == ISSUED)
    for ticket, times in issued.items():
        if ticket not in stored:
            yield Violation("lost", f"{ticket}: acknowledged, and not there")
        if times > 1:
            yield Violation("double", f"{ticket}: answered to {times} people")
    written = Counter((line.act, line.subject) for line in h.lines)
    requests = Counter((a.act, a.ticket) for a in h.acks)
    for (act, ticket), times in requests.items():
        if written[act, ticket] < times:
            text = f"{act} of {ticket}: acknowledged {times}, journalled {written[act, ticket]}"
            yield Violation("lost", text)
    for (act, ticket), times in written.items():
        if h.complete and h.never_restored and act in ASKED_FOR and times > requests[act, ticket]:
            text = f"{act} of {ticket}: asked for {requests[act, ticket]} times, done {times}"
            yield Violation("double", text)


def _unasked(h: History) -> Iterator[Violation]:
    """Check that no ticket exists that nobody received: a press repeated over a kill gives one."""
    if h.complete:
        answered = {a.ticket for a in h.acks if a.act == ISSUED}
        for line in h.lines:
            if line.act == ISSUED and line.subject not in answered:
                yield Violation("unasked", f"{line.subject}: issued, and nobody was given it")


def _numbers(h: History) -> Iterator[Violation]:
    """Check that no number of a day is issued twice, not even one that a restore removed."""
    for (day, number), times in Counter((t.day, t.number) for t in h.tickets).items():
        if times > 1:
            yield Violation("number twice", f"{day} {number}: {times} tickets")
    for subject, times in Counter(x.subject for x in h.lines if x.act == ISSUED).items():
        if times > 1:
            yield Violation("number twice", f"{subject}: issued {times} times")
    for again in sorted({t.id for t in h.tickets} & h.lost_before):
        yield Violation("number twice", f"{again}: given out again after a restore")


def _holders(h: History) -> Iterator[Violation]:
    """Check that no ticket is at two windows at a time, and no window has two tickets."""
    at: dict[str, str] = {}
    of: dict[str, str] = {}
    for line in h.lines:
        ticket = line.subject
        if line.act in CALLS:
            if ticket in of:
                text = f"line {line.seq}: {ticket} called by {line.window}, held by {of[ticket]}"
                yield Violation("two holders", text)
            if line.window in at:
                text = f"line {line.seq}: {line.window} calls {ticket} and has {at[line.window]}"
                yield Violation("two holders", text)
            at[line.window], of[ticket] = ticket, line.window
        elif line.act in LEAVES and ticket in of:
            at.pop(of.pop(ticket), None)


def _order(h: History) -> Iterator[Violation]:
    """Check that within an item and class nobody is called before somebody who came earlier.

    A ticket that came back, was transferred or was held has another place. The journal records
    this, and the ticket is left out of the comparison from then on.
    """
    waiting: dict[str, dict[str, None]] = {}
    lane_of: dict[str, str] = {}
    for line in h.lines:
        ticket = line.subject
        if line.act == ISSUED:
            if "offline" in line.data:
                continue  # imported from a kiosk that went on without the server
            lane_of[ticket] = f"{line.data.get('item')}/{line.data.get('applicant')}"
            waiting.setdefault(lane_of[ticket], {})[ticket] = None
        elif line.act.startswith("ticket.") and ticket in lane_of:
            lane = waiting[lane_of.pop(ticket)]
            oldest = next(iter(lane))
            # A desk that went on without the server called its own list, and imports it later.
            if line.act == "ticket.call" and oldest != ticket and "offline_at" not in line.data:
                text = f"line {line.seq}: {ticket} called before {oldest}"
                yield Violation("order", text)
            del lane[ticket]


def _real_time(h: History) -> Iterator[Violation]:
    """Check that a ticket answered before another was requested comes first in the journal."""
    # Numbers that a kiosk issued by itself were imported later; they have another place.
    place = {
        (x.act, x.subject): x.seq for x in h.lines if x.act == ISSUED and "offline" not in x.data
    }
    acks = [a for a in h.acks if (a.act, a.ticket) in place]
    done = sorted(acks, key=lambda a: a.answered)
    highest, latest, passed = 0, "", 0
    for ack in sorted(acks, key=lambda a: a.sent):
        while passed < len(done) and done[passed].answered < ack.sent:
            seq = place[done[passed].act, done[passed].ticket]
            if seq > highest:
                highest, latest = seq, done[passed].ticket
            passed += 1
        if place[ack.act, ack.ticket] < highest:
            text = f"{ack.ticket} was asked for after {latest} was given, and stands before it"
            yield Violation("real time", text)


def _paper(h: History) -> Iterator[Violation]:
    """Check the paper: printed means exactly once, failed never, unknown at most once."""
    if h.paper is None:
        return
    first = {s.number: s for s in h.slips if not s.copy}
    for number, times in h.paper.items():
        if times > 1:
            yield Violation("paper twice", f"{number} is on paper {times} times")
        if number in first and first[number].state == "failed":
            yield Violation("paper", f"{number} has failed and is on paper")
    for number, slip in first.items():
        if slip.state == "printed" and not h.paper[number]:
            yield Violation("paper", f"{number} is said to be printed and is not on paper")
        if slip.state not in ("printed", "failed", "unknown"):
            yield Violation("paper", f"{number}: nobody knows what became of it ({slip.state})")


def _boards(h: History) -> Iterator[Violation]:
    """Check that every board shows exactly the called and served tickets of its windows."""
    busy = {(t.window, t.number) for t in h.tickets if t.state in ("called", "serving")}
    for board, shown in h.shown.items():
        mine = {b for b in busy if board == MAIN or h.zones.get(b[0]) == board}
        if shown != mine:
            text = f"{board}: shows {_few(shown - mine)}, misses {_few(mine - shown)}"
            yield Violation("board", text)


def _few(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{number} at {window}" for window, number in sorted(pairs)[:5]) or "nothing"


def _books(h: History) -> Iterator[Violation]:
    yield from (Violation("hall check", text) for text in h.check_problems)


def count_by_kind(items: Sequence[Violation]) -> dict[str, int]:
    """Return the number of violations by kind."""
    return dict(Counter(v.kind for v in items))
