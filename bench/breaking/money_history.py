"""Money of cases after a run and its violations: pure functions, no I/O.

Every act that was answered is in the books exactly once. Each bank reference counts once, for the
notice, day and amount that the answers give. Of each day the receipts, the lines of the bank's
files and the licences agree to the cent, or every difference is named. No licence left the hall
while its case owed anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.breaking.history import Violation


@dataclass(frozen=True, slots=True)
class Money:
    """Receipt, refund or line of the bank: notice, ISO day and fen, negative of a refund."""

    notice: str
    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class DayPage:
    """Page of a day as the cashier sees it; amounts are fen."""

    received: int
    refunded: int
    bank: int
    bank_refunded: int
    differences: Mapping[str, int]
    """Fen by which the receipts exceed the bank's lines, by bank reference."""
    not_issued: int
    """Fen of receipts of cases without a licence."""


@dataclass(frozen=True, slots=True)
class Step:
    """Step of a due in the journal's order, or of a licence that left the hall."""

    case: str
    notice: str = ""
    """Empty for a licence."""
    state: str = ""


@dataclass(slots=True)
class MoneyHistory:
    """Evidence of a run: what people were answered, what the books say, what the pages show."""

    expected: Mapping[str, Sequence[str]]
    """Moves of each due in order, by the answers."""
    stored: Mapping[str, Sequence[str]]
    """The same by its facts."""
    receipts: Mapping[str, Money]
    """Receipts that count, by bank reference, by the answers."""
    stored_receipts: Sequence[tuple[str, Money]]
    refunds: Mapping[str, Money]
    """Refunds by bank reference, by the answers."""
    stored_refunds: Sequence[tuple[str, Money]]
    lines: Mapping[str, Money]
    """Lines of the bank's files by reference."""
    stored_lines: Sequence[tuple[str, Money]]
    days: Mapping[str, DayPage] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)
    """Case of each notice."""
    issued: frozenset[str] = frozenset()
    """Cases of which a licence left the hall, by the answers."""
    steps: Sequence[Step] = ()
    checks: Sequence[str] = ()
    """Violations that `hall check` found."""


SETTLED = frozenset({"confirmed", "waived", "cancelled"})
"""States of a due that let a licence leave."""


def money_violations(history: MoneyHistory) -> list[Violation]:
    """Return every broken promise of a run."""
    return [
        *_facts(history),
        *_booked("receipt", history.receipts, history.stored_receipts),
        *_booked("refund", history.refunds, history.stored_refunds),
        *_booked("bank line", history.lines, history.stored_lines),
        *_days(history),
        *_unpaid(history.steps),
        *(Violation("hall check", text) for text in history.checks),
    ]


def _facts(history: MoneyHistory) -> Iterator[Violation]:
    for notice in history.expected.keys() | history.stored.keys():
        moves, facts = history.expected.get(notice, ()), history.stored.get(notice, ())
        if list(moves) != list(facts):
            yield Violation("fee facts", f"{notice}: {list(facts)}, not {list(moves)}")


def _booked(
    name: str, expected: Mapping[str, Money], stored: Sequence[tuple[str, Money]]
) -> Iterator[Violation]:
    counts = Counter(reference for reference, _money in stored)
    for reference, count in counts.items():
        if count > 1:
            yield Violation(f"{name} twice", f"{reference} is in the books {count} times")
    rows = dict(stored)
    for reference in expected.keys() | rows.keys():
        if expected.get(reference) != rows.get(reference):
            text = f"{reference}: {rows.get(reference)}, not {expected.get(reference)}"
            yield Violation(name, text)


def _days(history: MoneyHistory) -> Iterator[Violation]:
    own = {**history.receipts, **history.refunds}
    for day, page in history.days.items():
        here = {ref: money for ref, money in own.items() if money.day == day}
        lines = {ref: line for ref, line in history.lines.items() if line.day == day}
        sums = *_sums(here), *_sums(lines)
        if (page.received, page.refunded, page.bank, page.bank_refunded) != sums:
            yield Violation("day sum", f"{day}: {page}, not {sums}")
        gap = page.received - page.refunded - page.bank + page.bank_refunded
        if gap != sum(page.differences.values()):
            yield Violation("day sum", f"{day}: the differences do not explain the sums")
        named = {
            ref for ref in here.keys() | lines.keys() if own.get(ref) != history.lines.get(ref)
        }
        if named != page.differences.keys():
            text = f"{day}: {sorted(page.differences)}, not {sorted(named)}"
            yield Violation("difference not named", text)
        receipts = [money for money in here.values() if money.amount > 0]
        waiting = [money for money in receipts if history.cases[money.notice] not in history.issued]
        if page.not_issued != sum(money.amount for money in waiting):
            yield Violation("licence money", f"{day}: {page.not_issued} fen without a licence")


def _sums(money: Mapping[str, Money]) -> tuple[int, int]:
    """Return the fen that came and the fen that went back."""
    amounts = [each.amount for each in money.values()]
    came = sum(amount for amount in amounts if amount > 0)
    return came, came - sum(amounts)


def _unpaid(steps: Sequence[Step]) -> Iterator[Violation]:
    states: dict[str, dict[str, str]] = {}
    for step in steps:
        dues = states.setdefault(step.case, {})
        if step.notice:
            dues[step.notice] = step.state
            continue
        open_dues = sorted(notice for notice, state in dues.items() if state not in SETTLED)
        if open_dues:
            yield Violation("issued unpaid", f"a licence of {step.case} left before {open_dues}")
