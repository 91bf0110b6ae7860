"""Dues, their facts, receipts and the lines of the bank's files: queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, case, func, insert, not_, or_, select

from server.cases.rules import CaseOutcome, CaseState
from server.cases.tables import case_record
from server.core.groups import Group
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.fees.rules import SETTLED, FactSum, FeeFact, FeeMove, FeeState, ReceiptWay
from server.fees.tables import (
    fee_bank_line,
    fee_due,
    fee_fact,
    fee_file,
    fee_receipt,
    fee_refund,
)


@dataclass(frozen=True, slots=True)
class StoredDue:
    """Due as stored; `id` is the number of its payment notice, amounts are fen."""

    id: str
    day: str
    serial: int
    case: str
    item: str
    unit: str
    version: int
    standard: str
    name: str
    per: str
    basis: str
    price: int
    quantity: int
    amount: int
    state: str
    staff: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredFeeFact:
    """Fact of a due as stored."""

    due: str
    n: int
    move: str
    state: str
    at: int
    day: str
    amount: int
    reference: str
    money_day: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """Turn of a bank reference: odd ones are receipts, an even one takes back the one before.

    `n`: of the fact; `day`: on which the money came; `amount`: fen, negative of an even turn.
    """

    reference: str
    turn: int
    due: str
    n: int
    day: str
    amount: int
    way: str


@dataclass(frozen=True, slots=True)
class StoredRefund:
    """Refund by its bank reference; `n`: of the fact, `day`: on which the money went back."""

    reference: str
    turn: int
    due: str
    n: int
    day: str
    amount: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """File of the bank as stored, without its lines; it covers `first_day` to `last_day`."""

    digest: str
    name: str
    row_count: int
    new_rows: int
    booked: int
    amount: int
    first_day: str
    last_day: str
    at: int
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredBankLine:
    """Line of a bank's file, once for each reference."""

    reference: str
    notice: str
    day: str
    amount: int
    file: str
    row_no: int


_dues = Records(StoredDue, fee_due)
_facts = Records(StoredFeeFact, fee_fact)
_receipts = Records(StoredReceipt, fee_receipt)
_refunds = Records(StoredRefund, fee_refund)
_files = Records(StoredFile, fee_file)
_lines = Records(StoredBankLine, fee_bank_line)
FACTS = StepChain(_facts, fee_fact, fee_due, "due")
_d, _f, _r = fee_due.c, fee_fact.c, fee_receipt.c
_i, _b, _x = fee_file.c, fee_bank_line.c, fee_refund.c
MOST_LISTED = 500
CHUNK = 500
"""Dues or references that are read at once."""
UNSETTLED = sorted({*FeeState} - SETTLED)
_ENDED = sorted({CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN, CaseState.VOID})


def get(conn: Connection, hall_id: str, due: str) -> StoredDue | None:
    """Return the due of a payment notice, or None."""
    return _dues.first(conn, _dues.select().where(_d.hall_id == hall_id, _d.id == due))


def among(conn: Connection, hall_id: str, ids: Collection[str]) -> list[StoredDue]:
    """Return those of the dues that exist, by number."""
    rows: list[StoredDue] = []
    for part in _parts(ids):
        query = _dues.select().where(_d.hall_id == hall_id, _d.id.in_(part))
        rows += _dues.all(conn, query.order_by(_d.id))
    return rows


def of_cases(conn: Connection, hall_id: str, cases: Collection[str]) -> list[StoredDue]:
    """Return the dues of cases, the oldest first."""
    rows: list[StoredDue] = []
    for part in _parts(cases):
        query = _dues.select().where(_d.hall_id == hall_id, _d.case.in_(part))
        rows += _dues.all(conn, query.order_by(_d.at, _d.id))
    return rows


def unsettled(conn: Connection, hall_id: str, case: str) -> list[StoredDue]:
    """Return the dues of a case that are neither confirmed nor waived."""
    query = _dues.select().where(_d.hall_id == hall_id, _d.case == case, _d.state.in_(UNSETTLED))
    return _dues.all(conn, query.order_by(_d.at, _d.id))


def in_states(
    conn: Connection, hall_id: str, states: Iterable[FeeState], unit: str = ""
) -> list[StoredDue]:
    """Return the dues in these states, of a unit if it is named, the oldest first."""
    wanted = [_d.hall_id == hall_id, _d.state.in_(sorted(states))]
    if unit:
        wanted.append(_d.unit == unit)
    query = _dues.select().where(*wanted).order_by(_d.day, _d.serial)
    return _dues.all(conn, query.limit(MOST_LISTED))


def waiting(
    conn: Connection, hall_id: str, states: Iterable[FeeState], *, ended: bool, until: str = ""
) -> list[StoredDue]:
    """Return the dues in these states of cases that ended without a grant, or of the others.

    The oldest first; `until`: the last ISO day on which one was made.
    """
    k = case_record.c
    is_ended = or_(k.state.in_(_ENDED), k.outcome == CaseOutcome.REFUSED.value)
    query = (
        _dues.select()
        .join(case_record, and_(k.hall_id == _d.hall_id, k.id == _d.case))
        .where(_d.hall_id == hall_id, _d.state.in_(sorted(states)))
        .where(is_ended if ended else not_(is_ended))
    )
    if until:
        query = query.where(_d.day <= until)
    return _dues.all(conn, query.order_by(_d.day, _d.serial).limit(MOST_LISTED))


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredDue]:
    """Return the dues that were made on ISO days `first`..`last`, newest first."""
    query = _dues.select().where(_d.hall_id == hall_id, _d.day >= first, _d.day <= last)
    return _dues.all(conn, query.order_by(_d.day.desc(), _d.serial.desc()))


def last_serial(conn: Connection, hall_id: str, day: str) -> int:
    """Return the last place of a day; 0 for none."""
    query = select(func.max(_d.serial)).where(_d.hall_id == hall_id, _d.day == day)
    return int(conn.execute(query).scalar_one() or 0)


def add(tx: Tx, row: StoredDue) -> None:
    """Insert a due."""
    tx.conn.execute(insert(fee_due).values(hall_id=tx.hall_id, **asdict(row)))


def sums_by(
    conn: Connection, hall_id: str, first: str, last: str, by: Group | None, unit: str = ""
) -> list[tuple[str, FactSum]]:
    """Return the facts that count on ISO days `first`..`last`, together by group and kind.

    `by` None: by ISO day. Money counts on its own day, anything else on the day of its fact; a
    correction with the person whose confirmation it takes back. A person's key is an actor's.
    """
    before, confirmed = fee_receipt.alias(), fee_fact.alias()
    key = {
        Group.UNIT: _d.unit,
        Group.ITEM: _d.item,
        None: case((_f.money_day != "", _f.money_day), else_=_f.day),
        Group.PERSON: func.coalesce(confirmed.c.by_actor, _f.by_actor),
    }[by].label("key")
    void = (_d.state == FeeState.CANCELLED.value).label("void")
    groups = (key, _f.move, _r.way, void)
    source = fee_fact.join(fee_due, and_(_d.hall_id == _f.hall_id, _d.id == _f.due)).outerjoin(
        fee_receipt, and_(_r.hall_id == _f.hall_id, _r.due == _f.due, _r.n == _f.n)
    )
    if by is Group.PERSON:
        b, c = before.c, confirmed.c
        source = source.outerjoin(
            before,
            and_(
                _f.move == FeeMove.CORRECT.value,
                b.hall_id == _r.hall_id,
                b.reference == _r.reference,
                b.turn == _r.turn - 1,
            ),
        ).outerjoin(confirmed, and_(c.hall_id == b.hall_id, c.due == b.due, c.n == b.n))
    spans = (
        _f.money_day.between(first, last),
        and_(_f.money_day == "", _f.day.between(first, last)),
    )
    sums = func.sum(_f.amount), func.count()
    query = select(*groups, *sums).select_from(source).where(_f.hall_id == hall_id)
    if unit:
        query = query.where(_d.unit == unit)
    return [
        (
            str(row[0]),
            FactSum(
                FeeMove(row[1]),
                int(row[4]),
                int(row[5]),
                by_file=row[2] == ReceiptWay.FILE.value,
                is_void=bool(row[3]),
            ),
        )
        for span in spans
        for row in conn.execute(query.where(span).group_by(*groups))
    ]


def plain_fact(fact: StoredFeeFact) -> FeeFact:
    """Return a stored fact as the journal tells it."""
    return FeeFact(FeeMove(fact.move), fact.day, fact.amount, fact.money_day)


# -- receipts ------------------------------------------------------------------------------------


def turns(conn: Connection, hall_id: str, references: Collection[str]) -> list[StoredReceipt]:
    """Return every turn of bank references, in order."""
    rows: list[StoredReceipt] = []
    for part in _parts(references):
        query = _receipts.select().where(_r.hall_id == hall_id, _r.reference.in_(part))
        rows += _receipts.all(conn, query.order_by(_r.reference, _r.turn))
    return rows


def receipts_of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredReceipt]:
    """Return the receipts of ISO days `first`..`last` that count, by reference."""
    query = select(_r.reference).where(_r.hall_id == hall_id, _r.day >= first, _r.day <= last)
    return counting(turns(conn, hall_id, set(conn.scalars(query))))


def counting(rows: Sequence[StoredReceipt]) -> list[StoredReceipt]:
    """Return of every reference the last turn, where it is a receipt."""
    last = {row.reference: row for row in rows}
    return [row for row in last.values() if row.amount > 0]


def add_receipt(tx: Tx, row: StoredReceipt) -> None:
    """Insert a turn of a reference."""
    tx.conn.execute(insert(fee_receipt).values(hall_id=tx.hall_id, **asdict(row)))


# -- refunds -------------------------------------------------------------------------------------


def refunds(conn: Connection, hall_id: str, references: Collection[str]) -> list[StoredRefund]:
    """Return the refunds with these bank references."""
    rows: list[StoredRefund] = []
    for part in _parts(references):
        query = _refunds.select().where(_x.hall_id == hall_id, _x.reference.in_(part))
        rows += _refunds.all(conn, query.order_by(_x.reference, _x.turn))
    return rows


def refunds_of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredRefund]:
    """Return the refunds of ISO days `first`..`last`, by reference."""
    query = _refunds.select().where(_x.hall_id == hall_id, _x.day >= first, _x.day <= last)
    return _refunds.all(conn, query.order_by(_x.reference, _x.turn))


def refunded(conn: Connection, hall_id: str, dues: Collection[str]) -> dict[str, int]:
    """Return the fen that were refunded of dues, by due, without those of which nothing was."""
    sums: dict[str, int] = {}
    for part in _parts(dues):
        query = select(_x.due, func.sum(_x.amount)).where(_x.hall_id == hall_id, _x.due.in_(part))
        sums |= {row[0]: int(row[1]) for row in conn.execute(query.group_by(_x.due))}
    return sums


def add_refund(tx: Tx, row: StoredRefund) -> None:
    """Insert a refund."""
    tx.conn.execute(insert(fee_refund).values(hall_id=tx.hall_id, **asdict(row)))


# -- the bank's file -----------------------------------------------------------------------------


def file(conn: Connection, hall_id: str, digest: str) -> StoredFile | None:
    """Return the file with a digest, or None."""
    return _files.first(conn, _files.select().where(_i.hall_id == hall_id, _i.digest == digest))


def files(conn: Connection, hall_id: str, most: int = 30) -> list[StoredFile]:
    """Return the last files, the newest first."""
    query = _files.select().where(_i.hall_id == hall_id)
    return _files.all(conn, query.order_by(_i.at.desc(), _i.digest).limit(most))


def add_file(tx: Tx, row: StoredFile, lines: Sequence[StoredBankLine]) -> None:
    """Insert a file with the lines that no earlier one held."""
    tx.conn.execute(insert(fee_file).values(hall_id=tx.hall_id, **asdict(row)))
    values = [{"hall_id": tx.hall_id, **asdict(line)} for line in lines]
    for start in range(0, len(values), CHUNK):
        tx.conn.execute(insert(fee_bank_line), values[start : start + CHUNK])


def bank_lines(conn: Connection, hall_id: str, references: Collection[str]) -> list[StoredBankLine]:
    """Return the bank's lines with these references."""
    rows: list[StoredBankLine] = []
    for part in _parts(references):
        query = _lines.select().where(_b.hall_id == hall_id, _b.reference.in_(part))
        rows += _lines.all(conn, query.order_by(_b.reference))
    return rows


def bank_lines_of_days(
    conn: Connection, hall_id: str, first: str, last: str
) -> list[StoredBankLine]:
    """Return the bank's lines of ISO days `first`..`last`."""
    query = _lines.select().where(_b.hall_id == hall_id, _b.day >= first, _b.day <= last)
    return _lines.all(conn, query.order_by(_b.day, _b.reference))


def covered(conn: Connection, hall_id: str, first: str, last: str) -> list[tuple[str, str]]:
    """Return the spans of the bank's files that touch ISO days `first`..`last`."""
    query = select(_i.first_day, _i.last_day).where(
        _i.hall_id == hall_id, _i.first_day <= last, _i.last_day >= first
    )
    return [(row[0], row[1]) for row in conn.execute(query.distinct())]


def days_of_file(conn: Connection, hall_id: str, digest: str) -> list[str]:
    """Return the ISO days of the lines that a file was the first to hold."""
    query = select(_b.day).where(_b.hall_id == hall_id, _b.file == digest).distinct()
    return sorted(conn.scalars(query))


def _parts(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
