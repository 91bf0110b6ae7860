"""Books of a main server and a branch after a run, and their violations: pure functions, no I/O.

Whatever either server answered is in its books. Everything of the branch is in the main hall's
books once, line by line in the branch's own order, and no two numbers are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.breaking.history import Violation

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Books:
    """Books of one server."""

    answered: Mapping[str, str]
    """Last state of each number that its people were answered, by ticket."""
    tickets: Mapping[str, Row]
    """Columns of each ticket that this server has issued."""
    calls: Sequence[Row]
    checks: Sequence[str] = ()
    """Violations that `hall check` found."""


@dataclass(frozen=True, slots=True)
class PartitionHistory:
    """Evidence of a run."""

    main: Books
    branch: Books
    copied_tickets: Mapping[str, Row]
    """Tickets of the branch as the main server has them."""
    copied_calls: Sequence[Row]
    lines: Sequence[str]
    """Hashes or texts of the branch's journal lines, in order."""
    copied_lines: Sequence[str]
    """The same of the lines that the main server has."""
    printed: Sequence[str]
    """Every number that anybody was given, with its day."""


def partition_violations(history: PartitionHistory) -> list[Violation]:
    """Return every violation."""
    return [
        *_answers("main", history.main),
        *_answers("branch", history.branch),
        *_copies(history),
        *_journal(history),
        *_numbers(history),
    ]


def _answers(name: str, books: Books) -> Iterator[Violation]:
    for ticket, state in sorted(books.answered.items()):
        row = books.tickets.get(ticket)
        if row is None:
            yield Violation("lost", f"{name}: {ticket} was given to somebody and is in no book")
        elif row["state"] != state:
            yield Violation("state", f"{name}: {ticket} was answered {state}, is {row['state']}")
    for text in books.checks:
        yield Violation("check", f"{name}: {text}")


def _copies(history: PartitionHistory) -> Iterator[Violation]:
    own, copies = history.branch.tickets, history.copied_tickets
    for ticket in sorted({*own, *copies}):
        if own.get(ticket) != copies.get(ticket):
            yield Violation("copy", f"{ticket}: {own.get(ticket)} there, {copies.get(ticket)} here")
    calls, copied = (Counter(map(str, c)) for c in (history.branch.calls, history.copied_calls))
    for call in sorted((calls - copied) + (copied - calls)):
        yield Violation("copy", f"call on one side only: {call}")


def _journal(history: PartitionHistory) -> Iterator[Violation]:
    if list(history.lines) != list(history.copied_lines):
        count, copied = len(history.lines), len(history.copied_lines)
        yield Violation("journal", f"{count} lines in the branch, {copied} of them here, or others")


def _numbers(history: PartitionHistory) -> Iterator[Violation]:
    for number, count in Counter(history.printed).items():
        if count > 1:
            yield Violation("double", f"{number} was given to {count} people")
