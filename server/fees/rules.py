"""Fees: states and moves of a due, its money, and the number of its payment notice.

due → confirmed, or waive asked → waived, or cancelled; confirmed → refund asked → refunded, or
confirmed with the rest; or correction asked → due. Whatever a person asks for another one grants or
denies. State and money follow from the facts; amounts are whole fen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.check_digits import check_digit
from server.core.groups import added
from server.core.half_width import half_width


class FeeState(StrEnum):
    """State of a due (应收)."""

    DUE = "due"
    WAIVE_ASKED = "waive_asked"
    WAIVED = "waived"
    CONFIRMED = "confirmed"
    """The cashier or the bank's file confirmed that the money came."""
    CORRECTION_ASKED = "correction_asked"
    """The confirmation is said to be wrong, and nobody has decided on it yet."""
    REFUND_ASKED = "refund_asked"
    REFUNDED = "refunded"
    """Nothing of the payment is left."""
    CANCELLED = "cancelled"
    """Made by mistake: nothing was to be paid."""


class FeeMove(StrEnum):
    """Move of a due."""

    MAKE = "make"
    CONFIRM = "confirm"
    ASK_WAIVE = "ask_waive"
    GRANT_WAIVE = "grant_waive"
    DENY_WAIVE = "deny_waive"
    ASK_REFUND = "ask_refund"
    CONFIRM_REFUND = "confirm_refund"
    """Money went back: the whole payment or a part of it."""
    DENY_REFUND = "deny_refund"
    ASK_CORRECTION = "ask_correction"
    CORRECT = "correct"
    """The confirmation was wrong: its receipt counts no longer."""
    DENY_CORRECTION = "deny_correction"
    CANCEL = "cancel"
    """Taken back by a person who did not make it."""


class ReceiptWay(StrEnum):
    """Way by which a receipt was confirmed."""

    DESK = "desk"
    """By the cashier, from the bank's slip or terminal."""
    FILE = "file"
    """By a line of the bank's file."""


SETTLED = frozenset({FeeState.CONFIRMED, FeeState.WAIVED, FeeState.CANCELLED})
"""States in which a due no longer keeps a licence from being issued."""
PAID = frozenset({FeeState.CONFIRMED, FeeState.CORRECTION_ASKED, FeeState.REFUND_ASKED})
"""States in which the hall holds money of a due: its amount less what was refunded."""
ASKS = frozenset({FeeState.WAIVE_ASKED, FeeState.CORRECTION_ASKED, FeeState.REFUND_ASKED})
"""States in which a second person has to decide."""
MOST_QUANTITY = 9999
MOST_AMOUNT = 10**14
"""Fen that a request can name."""


def net_of(facts: Iterable[tuple[FeeMove, int]]) -> int:
    """Return the fen that the hall holds of a due after these moves with their amounts."""
    return sum(_SIGNS.get(move, 0) * amount for move, amount in facts)


_SIGNS = {FeeMove.CONFIRM: 1, FeeMove.CORRECT: -1, FeeMove.CONFIRM_REFUND: -1}


def refund_amount(held: int, wish: int) -> int | None:
    """Return the fen of a refund, the rest for a wish of 0; None for more than is held."""
    amount = wish or held
    return amount if 0 < amount <= held else None


# -- the totals of days --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeeFact:
    """Fact of a due as the journal tells it too.

    `money_day`: the day of the receipt that a confirmation makes and a correction takes back, or of
    the refund. `amount`: of a refund what goes back, of anything else the due's.
    """

    move: FeeMove
    day: str
    amount: int
    money_day: str = ""


@dataclass(frozen=True, slots=True)
class FactSum:
    """Facts of one kind together: their number, and the sum of their fen.

    `by_file`: receipts that a line of the bank's file confirmed. `is_void`: of dues that were
    cancelled, then or later.
    """

    move: FeeMove
    amount: int
    count: int = 1
    by_file: bool = False
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class DayMoney:
    """Money of a day, in fen, with the number of cases."""

    made: int = 0
    """Charged, without what was cancelled, then or later."""
    made_count: int = 0
    received: int = 0
    received_count: int = 0
    waived: int = 0
    waived_count: int = 0
    refunded: int = 0
    refunded_count: int = 0
    cancelled: int = 0
    """Cancelled on the day, whenever it was made."""
    cancelled_count: int = 0
    by_file: int = 0
    """Of the received: confirmed by the bank's file; the rest at the cashier window."""
    by_file_count: int = 0

    @property
    def at_desk(self) -> int:
        """Of the received: confirmed at the cashier window."""
        return self.received - self.by_file

    @property
    def net(self) -> int:
        """Received less refunded."""
        return self.received - self.refunded


MONEY_COUNTED = (
    (
        "应收算在开具缴款通知书当日，已撤销的通知书从未应收，不计入；撤销算在撤销当日。"
        "收款、退款算在款项到账、退回当日，被更正的收款不计入；免收算在批准当日。"
    ),
    (
        "Charged counts on the day of the notice, without those that were cancelled, then or "
        "later; cancelled on the day of cancelling. Received and refunded count on the day of the "
        "money, without corrected receipts; waived on the day of the decision."
    ),
)


def money_of(facts: Iterable[FactSum]) -> DayMoney:
    """Return the money of facts: receipts less those taken back, and nothing of void dues charged.

    A due that was cancelled was never owed, so it is not charged on the day it was made either.
    """
    return added(DayMoney(), map(_part, facts))


def _part(fact: FactSum) -> DayMoney:
    amount, count = fact.amount, fact.count
    match fact.move:
        case FeeMove.MAKE if not fact.is_void:
            return DayMoney(made=amount, made_count=count)
        case FeeMove.CONFIRM:
            return _receipt(amount, count, by_file=fact.by_file)
        case FeeMove.CORRECT:
            return _receipt(-amount, -count, by_file=fact.by_file)
        case FeeMove.GRANT_WAIVE:
            return DayMoney(waived=amount, waived_count=count)
        case FeeMove.CONFIRM_REFUND:
            return DayMoney(refunded=amount, refunded_count=count)
        case FeeMove.CANCEL:
            return DayMoney(cancelled=amount, cancelled_count=count)
        case _:
            return DayMoney()


def _receipt(amount: int, count: int, *, by_file: bool) -> DayMoney:
    filed = (amount, count) if by_file else (0, 0)
    return DayMoney(received=amount, received_count=count, by_file=filed[0], by_file_count=filed[1])


# -- the number ----------------------------------------------------------------------------------

SERIAL_DIGITS = 4
MARK = "J"
_NUMBER = re.compile(rf"{MARK}-?(\d{{8}})-?(\d{{{SERIAL_DIGITS},}})-?(\d)(?!\d)", re.ASCII)
_DIGITS = re.compile(rf"(\d{{8}})(\d{{{SERIAL_DIGITS},}})(\d)", re.ASCII)


def number_of(day: date, serial: int) -> str:
    """Return the number of a day's `serial`-th payment notice: day, serial, check digit."""
    digits = f"{day:%Y%m%d}{serial:0{SERIAL_DIGITS}d}"
    return f"{MARK}{digits}{check_digit(digits)}"


def read_number(text: str) -> str | None:
    """Return the number that a person typed or a scanner read; None for one with a wrong digit.

    The digits alone are enough, and so is the address that the code on the notice holds.
    """
    plain = "".join(half_width(text).split()).upper()
    match = _NUMBER.search(plain) or _DIGITS.fullmatch(plain.replace("-", ""))
    if match is None or check_digit(match[1] + match[2]) != match[3]:
        return None
    return f"{MARK}{match[1]}{match[2]}{match[3]}"


MOST_REFERENCE = 40
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{3,39}", re.ASCII)


def plain_reference(text: str) -> str:
    """Return a bank reference as it is compared: half width, upper case, without spaces."""
    return "".join(half_width(text).split()).upper()


def is_reference(text: str) -> bool:
    """Return True if a plain text can be a bank reference: 4 to 40 letters, digits and hyphens."""
    return bool(_REFERENCE.fullmatch(text))
