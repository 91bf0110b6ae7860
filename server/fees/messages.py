"""Messages of fees: what a case owes, the cashier's desk, the bank's files, the day's agreement."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.core.messages import MASKED, TYPED, Code, Command, Message
from server.fees.reconciling import DifferenceKind
from server.fees.rules import MOST_AMOUNT, MOST_QUANTITY, FeeMove, FeeState, ReceiptWay

FIELD_WORDS = {
    "amount": ("金额", "amount"),
    "standard": ("收费标准", "fee standard"),
    "state": ("状态", "state"),
    "quantity": ("数量", "quantity"),
    "reference": ("银行流水号", "bank's reference"),
    "month": ("月份", "month"),
    "payment": ("缴款通知书", "payment notice"),
}
FeeText = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]

Reference = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f]*$"), TYPED]


class MakeDue(Command):
    """Due of a case: one of its item's standards, and how many."""

    standard: Code
    quantity: Annotated[int, Field(ge=1, le=MOST_QUANTITY)] = 1


class MoveFee(Command):
    """Step of a due.

    `reference`: the bank's, of a receipt or a refund; `amount`: fen of a refund that is requested,
    0 for all that is left.
    """

    move: FeeMove
    words: FeeText = ""
    reference: Reference = ""
    amount: Annotated[int, Field(ge=0, le=MOST_AMOUNT)] = 0


class FeeStandardView(Message):
    """Standard of an item; `amount` in fen for one `per`."""

    code: str
    name: str
    amount: int
    per: str
    basis: str


class FeeFactView(Message):
    """Fact of a due; `money_day`: ISO day of the receipt it makes or takes back, or of a refund."""

    n: int
    move: FeeMove
    state: FeeState
    amount: int
    """Fen: of a refund what goes back, of anything else the due's."""
    at: int
    by: str
    by_name: str
    reference: str
    money_day: str
    words: str


class FeeBrief(Message):
    """Due in a list; amounts in fen. `waits_days`: since it was made, while it is unpaid."""

    notice: str
    day: str
    case: str
    case_number: str
    item_name: str
    unit: str
    unit_name: str
    name: str
    quantity: int
    per: str
    amount: int
    state: FeeState
    payer: str
    waits_days: int
    is_long_unpaid: bool


class FeeView(FeeBrief):
    """Due with its basis, its facts and the moves that the viewer may make now."""

    basis: str
    price: int
    facts: list[FeeFactView]
    moves: list[FeeMove]
    held: int
    """Fen that the hall holds: paid and not refunded."""


class CaseFees(Message):
    """Dues of a case, the standards of its item, and whether the viewer may make a due now."""

    case: str
    standards: list[FeeStandardView]
    dues: list[FeeView]
    unpaid: int
    """Fen that are neither confirmed nor waived."""
    may_make: bool


class FeeList(Message):
    """Dues of a list, with the sum that is charged and the sum of cancelled ones, in fen."""

    dues: list[FeeBrief]
    amount: int
    cancelled: int


class CashierDesk(Message):
    """Desk of the cashier: what waits for a second person, what is unpaid, today's receipts."""

    is_cashier: bool
    day: str
    to_decide: list[FeeView]
    unpaid: list[FeeBrief]
    received: int
    received_count: int


class BankFileView(Message):
    """File of the bank as it was read in; `amount` in fen, refunds taken off."""

    digest: str
    name: str
    lines: int
    new_lines: int
    booked: int
    amount: int
    first_day: str
    """ISO days that the file covers."""
    last_day: str
    at: int
    by_name: str


class BankFileList(Message):
    """Last files of the bank; `is_repeated`: the one just handed in was read in before."""

    files: list[BankFileView]
    days: list[str]
    """Days of the lines of the file just handed in."""
    is_repeated: bool


class DifferenceView(Message):
    """Difference of a day; `amount`: fen by which the receipts exceed the bank's lines."""

    kind: DifferenceKind
    notice: str
    reference: str
    amount: int
    bank_amount: int
    own_amount: int


class ReceiptView(Message):
    """Receipt of a day that counts."""

    notice: str
    case: str
    case_number: str
    reference: str
    amount: int
    way: ReceiptWay
    by_name: str
    is_issued: bool
    """True if a licence of the case was issued."""


class IssuedView(Message):
    """Licence issued on a day, with what its case owed; `unpaid` in fen."""

    number: str
    case: str
    case_number: str
    paid: int
    waived: int
    unpaid: int


class DayAgreement(Message):
    """Agreement of a day: receipts and refunds, the bank's lines and the licences, in fen.

    `(received - refunded) - (bank - bank_refunded)` is the sum of the differences' amounts, always.
    """

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
    waived: int
    waived_count: int
    cancelled: int
    cancelled_count: int
    differences: list[DifferenceView]
    receipts: list[ReceiptView]
    not_issued: int
    """Fen received on the day for cases without a licence yet."""
    issued: list[IssuedView]
    ended: list[FeeBrief]
    """Unpaid dues, made up to the day, of cases that ended without a grant."""
    agrees: bool


class DayMoneyView(Message):
    """Money of a day in fen; `differences`: their number."""

    day: str
    made: int
    received: int
    waived: int
    refunded: int
    cancelled: int
    bank: int
    bank_refunded: int
    differences: int


class FeeMonth(Message):
    """Month by day, for the chart; days without money are left out."""

    month: str
    days: list[DayMoneyView]
    made: int
    received: int
    waived: int
    refunded: int
    cancelled: int
    bank: int
    bank_refunded: int
    differences: int
