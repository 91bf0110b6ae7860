"""Day's agreement: receipts and refunds against the bank's file, each difference with its name.

Receipts less refunds, less the sum of the bank's lines, equal the sum of the differences, always:
each difference carries the fen that it explains. Amounts of refunds are negative on both sides.
Pure; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.fees.rules import PAID, FeeState, read_number


class DifferenceKind(StrEnum):
    """Name of a difference."""

    UNKNOWN_NOTICE = "unknown_notice"
    """The bank's line names no payment notice of the hall."""
    WRONG_AMOUNT = "wrong_amount"
    PAID_TWICE = "paid_twice"
    """The due was paid already, with another reference."""
    NOT_BOOKED = "not_booked"
    """Notice and amount are right, and the due is not confirmed: waived, asked, or corrected."""
    OTHER_NOTICE = "other_notice"
    """The cashier confirmed another notice with this reference."""
    OTHER_DAY = "other_day"
    """Receipt and bank's line have different days."""
    MISSING = "missing"
    """Receipt or refund without a line of the bank's file."""
    NO_FILE = "no_file"
    """Receipt or refund of a day that no file of the bank covers yet."""
    REFUND_UNBOOKED = "refund_unbooked"
    """The bank returned money, and no refund was confirmed with its reference."""


_NO_FILE = DifferenceKind.NO_FILE


@dataclass(frozen=True, slots=True)
class Receipt:
    """Receipt that counts, which is not corrected; a refund has a negative amount."""

    reference: str
    notice: str
    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class BankLine:
    """Line of the bank's file: one payment, or a negative one that went back."""

    reference: str
    notice: str
    """As the bank states it; may be no number of a notice."""
    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class DueBrief:
    """Due as the comparison sees it."""

    notice: str
    amount: int
    state: FeeState


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference of a day; `amount`: fen by which the receipts exceed the bank's lines."""

    kind: DifferenceKind
    notice: str
    reference: str
    amount: int
    bank_amount: int = 0
    own_amount: int = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Comparison of a day."""

    day: str
    received: int
    received_count: int
    bank: int
    bank_count: int
    refunded: int
    refunded_count: int
    bank_refunded: int
    bank_refunded_count: int
    has_file: bool
    """True if a file of the bank covers the day, with lines or without."""
    differences: tuple[Difference, ...]

    @property
    def named(self) -> int:
        """Number of differences, without receipts whose day waits for the bank's file."""
        return sum(entry.kind is not DifferenceKind.NO_FILE for entry in self.differences)

    @property
    def agrees(self) -> bool:
        """Return True if no difference is named, which includes equal sums."""
        return not self.differences


def agreement(
    day: str,
    receipts: Sequence[Receipt],
    lines: Sequence[BankLine],
    dues: Mapping[str, DueBrief],
    *,
    has_file: bool = False,
) -> Agreement:
    """Return the comparison of an ISO day.

    `receipts` and `lines`: all that have the day, and all with a reference of those. `dues`: by
    number of the notice. `has_file`: a file of the bank covers the day.
    """
    by_reference = {receipt.reference: receipt for receipt in receipts}
    line_by = {line.reference: line for line in lines}
    own = [receipt for receipt in receipts if receipt.day == day]
    bank = [line for line in lines if line.day == day]
    differences = [
        *_of_lines(day, bank, by_reference, dues),
        *_of_receipts(day, own, line_by, DifferenceKind.MISSING if has_file else _NO_FILE),
    ]
    return Agreement(
        day,
        *_sum(receipt.amount for receipt in own),
        *_sum(line.amount for line in bank),
        *_sum(-receipt.amount for receipt in own),
        *_sum(-line.amount for line in bank),
        has_file,
        tuple(sorted(differences, key=lambda d: (d.kind, d.reference, d.notice))),
    )


def _sum(amounts: Iterable[int]) -> tuple[int, int]:
    """Return sum and number of the amounts above zero."""
    positive = [amount for amount in amounts if amount > 0]
    return sum(positive), len(positive)


def _of_lines(
    day: str,
    lines: Iterable[BankLine],
    receipts: Mapping[str, Receipt],
    dues: Mapping[str, DueBrief],
) -> Iterable[Difference]:
    for line in lines:
        receipt = receipts.get(line.reference)
        if receipt is None:
            kind = _unbooked(line, dues.get(line.notice))
            yield Difference(kind, line.notice, line.reference, -line.amount, line.amount)
            continue
        kind_of_both = _booked(day, line, receipt)
        if kind_of_both is not None:
            own = receipt.amount if receipt.day == day else 0
            yield Difference(
                kind_of_both, line.notice, line.reference, own - line.amount, line.amount, own
            )


def _unbooked(line: BankLine, due: DueBrief | None) -> DifferenceKind:
    if line.amount < 0:
        return DifferenceKind.REFUND_UNBOOKED
    if due is None:
        return DifferenceKind.UNKNOWN_NOTICE
    if line.amount != due.amount:
        return DifferenceKind.WRONG_AMOUNT
    return DifferenceKind.PAID_TWICE if due.state in PAID else DifferenceKind.NOT_BOOKED


def fits(line: BankLine, notice: str) -> bool:
    """Return True if a line can be of a notice: it names it, or is a refund without a number."""
    return line.notice == notice or (line.amount < 0 and read_number(line.notice) is None)


def _booked(day: str, line: BankLine, receipt: Receipt) -> DifferenceKind | None:
    if receipt.day != day:
        return DifferenceKind.OTHER_DAY
    if not fits(line, receipt.notice):
        return DifferenceKind.OTHER_NOTICE
    return DifferenceKind.WRONG_AMOUNT if receipt.amount != line.amount else None


def _of_receipts(
    day: str,
    receipts: Iterable[Receipt],
    lines: Mapping[str, BankLine],
    without_line: DifferenceKind,
) -> Iterable[Difference]:
    for receipt in receipts:
        line = lines.get(receipt.reference)
        if line is not None and line.day == day:
            continue  # the line names whatever differs
        kind = without_line if line is None else DifferenceKind.OTHER_DAY
        yield Difference(
            kind,
            receipt.notice,
            receipt.reference,
            receipt.amount,
            line.amount if line is not None else 0,
            receipt.amount,
        )
