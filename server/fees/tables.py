"""Tables of fees: dues with their facts, receipts, and the lines of the bank's files.

All but `fee_due.state` is only added to, and the state repeats the last fact's.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

fee_due = Table(
    "fee_due",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # number of the payment notice
    Column("day", CODE, nullable=False),
    Column("serial", Integer, nullable=False),  # place within its day, from 1
    Column("case", CODE, nullable=False),
    code_column("item"),
    code_column("unit"),
    Column("version", Integer, nullable=False),  # of the business data with the standard
    code_column("standard"),
    text_column("name"),
    text_column("per"),  # unit that is charged
    text_column("basis"),
    number_column("price", BigInteger),  # fen for one
    number_column("quantity"),
    number_column("amount", BigInteger),  # fen in all
    code_column("state"),
    code_column("staff"),  # who made it
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "day", "serial"),
)
Index("ix_fee_due_case", fee_due.c.hall_id, fee_due.c.case)
Index("ix_fee_due_state", fee_due.c.hall_id, fee_due.c.state, fee_due.c.day)

fee_fact = Table(
    "fee_fact",
    metadata,
    hall_column(),
    Column("due", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    number_column("amount", BigInteger),  # fen of the due; of a refund what goes back
    code_column("reference"),  # bank's, of a confirmation, a refund and a correction
    code_column("money_day"),  # ISO day of the receipt that a move makes or takes back, or refund
    text_column("words"),  # basis of a waiver, reason of anything else
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "due", "n"),
)
Index("ix_fee_fact_move", fee_fact.c.hall_id, fee_fact.c.move, fee_fact.c.day)
Index("ix_fee_fact_money", fee_fact.c.hall_id, fee_fact.c.money_day, fee_fact.c.day)

# A reference has one receipt at a time: odd turns are receipts, an even one takes back the one
# before. The sum of the amounts of a day is the money that came on it.
fee_receipt = Table(
    "fee_receipt",
    metadata,
    hall_column(),
    Column("reference", CODE, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("due", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its fact
    Column("day", CODE, nullable=False),  # on which the money came
    number_column("amount", BigInteger),
    code_column("way"),
    PrimaryKeyConstraint("hall_id", "reference", "turn"),
    UniqueConstraint("hall_id", "due", "n"),
)
Index("ix_fee_receipt_day", fee_receipt.c.hall_id, fee_receipt.c.day)

# A reference has one refund. Later turns are those of one that had been used more than once before
# references of refunds were unique.
fee_refund = Table(
    "fee_refund",
    metadata,
    hall_column(),
    Column("reference", CODE, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("due", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its fact
    Column("day", CODE, nullable=False),  # on which the money went back
    number_column("amount", BigInteger),
    PrimaryKeyConstraint("hall_id", "reference", "turn"),
    UniqueConstraint("hall_id", "due", "n"),
)
Index("ix_fee_refund_day", fee_refund.c.hall_id, fee_refund.c.day)

fee_file = Table(
    "fee_file",
    metadata,
    hall_column(),
    Column("digest", CODE, nullable=False),  # SHA-256 of the bytes
    text_column("name"),
    number_column("row_count"),
    number_column("new_rows"),  # that no earlier file held
    number_column("booked"),  # that confirmed a due
    number_column("amount", BigInteger),  # fen of all lines, refunds negative
    code_column("first_day"),  # ISO days that the file covers, with or without lines
    code_column("last_day"),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "digest"),
)

fee_bank_line = Table(
    "fee_bank_line",
    metadata,
    hall_column(),
    Column("reference", CODE, nullable=False),
    Column("notice", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    number_column("amount", BigInteger),  # negative: money that went back
    Column("file", CODE, nullable=False),
    Column("row_no", Integer, nullable=False),
    PrimaryKeyConstraint("hall_id", "reference"),
)
Index("ix_fee_bank_line_day", fee_bank_line.c.hall_id, fee_bank_line.c.day)
Index("ix_fee_bank_line_notice", fee_bank_line.c.hall_id, fee_bank_line.c.notice)

STAFF_NUMBER_COLUMNS = {
    "fee_due": ("staff",),
    "fee_fact": ("by_actor",),
    "fee_file": ("by_actor",),
}
