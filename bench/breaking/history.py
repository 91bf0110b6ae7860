"""What happened, and what of it must not have: pure functions over a history, no I/O.

In the manner of Jepsen: everybody who acts writes down what was answered and when; afterwards the
journal, the tickets, the slips, the paper and the boards are compared with it. Times of `Ack` are
seconds of the harness's own steady clock, never the hall's, which is broken on purpose too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ISSUED = "ticket.issue"
MAIN = "main"
"""The board that shows every zone."""
ASKED_FOR = frozenset({"ticket.recall", "ticket.transfer"})
"""Acts that are done only when somebody asks, and whose every answer is written down."""
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
"""After these the window is free."""


@dataclass(frozen=True, slots=True)
class Ack:
    """An act that was answered: what was asked, of which ticket, and between when."""

    act: str
    """As the journal names it."""
    ticket: str
    window: str
    sent: float
    answered: float
    number: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal."""

    seq: int
    act: str
    subject: str
    window: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket as the database has it at the end."""

    id: str
    day: str
    number: str
    state: str
    window: str


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip's end: printed, failed, unknown; `copy`: reprinted by hand."""

    ticket: str
    number: str
    """Day and number, as on paper."""
    state: str
    copy: bool = False


@dataclass(slots=True)
class History:
    """Everything there is to know of a run."""

    acks: list[Ack] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    tickets: list[Kept] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    paper: Counter[str] | None = None
    """Day and number of every slip that came out; None when no paper was kept."""
    lost_before: frozenset[str] = frozenset()
    """Numbers given out whose tickets a restore took away; they may never come again."""
    shown: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """What each board shows at the end: (window, number)."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """The zone of each window."""
    whole: bool = True
    """Whether nothing was put back: else what was done before is not remembered by who did it."""
    complete: bool = False
    """Whether everybody who asked for a number was answered in the end, and wrote it down."""
    books: list[str] = field(default_factory=list)
    """What `hall check` says."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise."""

    what: str
    text: str


def violations(history: History) -> list[Violation]:
    """Every broken promise of a run."""
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
    return [found for check in checks for found in check(history)]


def _acknowledged(h: History) -> Iterator[Violation]:
    """Every answered act is in the journal, once for each time it was asked."""
    kept = {t.id for t in h.tickets}
    issued = Counter(a.ticket for a in h.acks if a.act == ISSUED)
    for ticket, times in issued.items():
        if ticket not in kept:
            yield Violation("lost", f"{ticket}: acknowledged, and not there")
        if times > 1:
            yield Violation("double", f"{ticket}: answered to {times} people")
    written = Counter((line.act, line.subject) for line in h.lines)
    asked = Counter((a.act, a.ticket) for a in h.acks)
    for (act, ticket), times in asked.items():
        if written[act, ticket] < times:
            text = f"{act} of {ticket}: acknowledged {times}, journalled {written[act, ticket]}"
            yield Violation("lost", text)
    for (act, ticket), times in written.items():
        if h.complete and h.whole and act in ASKED_FOR and times > asked[act, ticket]:
            text = f"{act} of {ticket}: asked for {asked[act, ticket]} times, done {times}"
            yield Violation("double", text)


def _unasked(h: History) -> Iterator[Violation]:
    """A press repeated over a kill gives one ticket: none is there that nobody was given."""
    if h.complete:
        answered = {a.ticket for a in h.acks if a.act == ISSUED}
        for line in h.lines:
            if line.act == ISSUED and line.subject not in answered:
                yield Violation("unasked", f"{line.subject}: issued, and nobody was given it")


def _numbers(h: History) -> Iterator[Violation]:
    """No number of a day is given out twice, not even one that a restore has forgotten."""
    for (day, number), times in Counter((t.day, t.number) for t in h.tickets).items():
        if times > 1:
            yield Violation("number twice", f"{day} {number}: {times} tickets")
    for subject, times in Counter(x.subject for x in h.lines if x.act == ISSUED).items():
        if times > 1:
            yield Violation("number twice", f"{subject}: issued {times} times")
    for again in sorted({t.id for t in h.tickets} & h.lost_before):
        yield Violation("number twice", f"{again}: given out again after a restore")


def _holders(h: History) -> Iterator[Violation]:
    """At no moment two windows with one ticket, or two tickets called at one window."""
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
    """Of the same errand and class nobody is called before somebody who came earlier.

    Whoever came back, was sent on or was set aside has another place; the journal says so, and
    they are left out of the comparison from then on.
    """
    waiting: dict[str, dict[str, None]] = {}
    lane_of: dict[str, str] = {}
    for line in h.lines:
        ticket = line.subject
        if line.act == ISSUED:
            if "offline" in line.data:
                continue  # handed in by a kiosk that went on without the server
            lane_of[ticket] = f"{line.data.get('item')}/{line.data.get('applicant')}"
            waiting.setdefault(lane_of[ticket], {})[ticket] = None
        elif line.act.startswith("ticket.") and ticket in lane_of:
            lane = waiting[lane_of.pop(ticket)]
            first = next(iter(lane))
            # A desk that went on without the server called its own list, and says so later.
            if line.act == "ticket.call" and first != ticket and "offline_at" not in line.data:
                text = f"line {line.seq}: {ticket} called before {first}"
                yield Violation("order", text)
            del lane[ticket]


def _real_time(h: History) -> Iterator[Violation]:
    """What was answered before something else was asked stands before it in the journal."""
    # What a kiosk gave by itself was handed in later; it has its own place.
    place = {
        (x.act, x.subject): x.seq for x in h.lines if x.act == ISSUED and "offline" not in x.data
    }
    acks = [a for a in h.acks if (a.act, a.ticket) in place]
    done = sorted(acks, key=lambda a: a.answered)
    highest, who, passed = 0, "", 0
    for ack in sorted(acks, key=lambda a: a.sent):
        while passed < len(done) and done[passed].answered < ack.sent:
            seq = place[done[passed].act, done[passed].ticket]
            if seq > highest:
                highest, who = seq, done[passed].ticket
            passed += 1
        if place[ack.act, ack.ticket] < highest:
            text = f"{ack.ticket} was asked for after {who} was given, and stands before it"
            yield Violation("real time", text)


def _paper(h: History) -> Iterator[Violation]:
    """Printed: exactly once on paper. Failed: never. Unknown: at most once."""
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
    """Every board shows exactly what is called or served at its windows."""
    busy = {(t.window, t.number) for t in h.tickets if t.state in ("called", "serving")}
    for board, shown in h.shown.items():
        mine = {b for b in busy if board == MAIN or h.zones.get(b[0]) == board}
        if shown != mine:
            text = f"{board}: shows {_few(shown - mine)}, misses {_few(mine - shown)}"
            yield Violation("board", text)


def _few(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{number} at {window}" for window, number in sorted(pairs)[:5]) or "nothing"


def _books(h: History) -> Iterator[Violation]:
    yield from (Violation("hall check", text) for text in h.books)


def told(found: Sequence[Violation]) -> dict[str, int]:
    """Violations counted by kind."""
    return dict(Counter(v.what for v in found))
