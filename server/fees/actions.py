"""Acts on fees: a due is made, each step is a fact, money counts once, a bank's file is read in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.cases import access as case_access
from server.cases.queries import StoredCase
from server.cases.rules import CaseOutcome, CaseState
from server.catalogue.model import FeeStandard
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.money import yuan_text
from server.core.store import Tx
from server.core.workflow import Attempt
from server.fees import access, queries, workflow
from server.fees.bank_file import (
    MOST_NAMED,
    FileDaysError,
    FileFormError,
    FileLinesError,
    NumberedLine,
    payments,
    span_of,
)
from server.fees.errors import FeeCode
from server.fees.events import FeeMoved
from server.fees.queries import (
    StoredBankLine,
    StoredDue,
    StoredFeeFact,
    StoredFile,
    StoredReceipt,
    StoredRefund,
)
from server.fees.reconciling import BankLine, fits
from server.fees.rules import (
    MOST_QUANTITY,
    FeeMove,
    FeeState,
    ReceiptWay,
    is_reference,
    number_of,
    plain_reference,
    refund_amount,
)
from server.fees.workflow import FEE
from server.hall.context import Context, JsonDict, write_journal

_CHARGED = frozenset(
    {CaseState.HANDLING, CaseState.REVIEWING, CaseState.APPROVING, CaseState.SUSPENDED}
)


@dataclass(frozen=True, slots=True)
class FeeWish:
    """Step that a person wants to take.

    `reference`: the bank's, of a receipt or a refund; `amount`: fen of a refund, 0 for the rest.
    """

    move: FeeMove
    words: str = ""
    reference: str = ""
    amount: int = 0


def standards_of(ctx: Context, case: StoredCase) -> tuple[int, tuple[FeeStandard, ...]]:
    """Return the standards by which a case is charged today, and the version that has them.

    An item that the hall no longer has keeps the standards of the case's version.
    """
    book = ctx.catalogue()
    if case.item not in book.item_by:
        book = ctx.catalogue_version(case.version)
    return book.version, book.item_by[case.item].fees


def may_charge(case: StoredCase) -> bool:
    """Return True while a payment notice can be made: accepted and not ended, or granted."""
    is_granted = case.state == CaseState.DECIDED and case.outcome == CaseOutcome.GRANTED
    return case.state in _CHARGED or is_granted


def make(ctx: Context, actor: Actor, key: str, case_id: str, standard: str, quantity: int) -> str:
    """Make a due of a case by one of its item's standards; return the number of its notice.

    Raises CASE_UNKNOWN, FEE_POST, FEE_NONE, FEE_STANDARD, FEE_CASE, INVALID.
    """

    def act(tx: Tx) -> JsonDict:
        case, _facts, posts = case_access.accessible(ctx, tx.conn, actor, case_id)
        attempt: Attempt[FeeState] = Attempt(
            None,
            actor.name,
            lambda role: (
                role == workflow.ACCEPTOR and access.accepts(ctx.catalogue(), posts, actor, case)
            ),
        )
        state = FEE.after(FeeMove.MAKE, attempt)
        version, lines = standards_of(ctx, case)
        if not lines:
            raise HallError(FeeCode.FEE_NONE)
        line = next((line for line in lines if line.code == standard), None)
        if line is None:
            raise HallError(FeeCode.FEE_STANDARD)
        if not may_charge(case):
            raise HallError(FeeCode.FEE_CASE)
        if not 0 < quantity <= MOST_QUANTITY:
            raise HallError(CommonCode.INVALID, field="quantity")
        row = _due(ctx, tx, actor, case, version, line, quantity, state)
        queries.add(tx, row)
        _add_fact(ctx, tx, actor, row, 1, state, FeeWish(FeeMove.MAKE))
        return {"due": row.id}

    request: JsonDict = {
        "act": "fee.make",
        "case": case_id,
        "standard": standard,
        "quantity": quantity,
    }
    return str(ctx.command(actor, key, request, act)["due"])


def _due(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    case: StoredCase,
    version: int,
    line: FeeStandard,
    quantity: int,
    state: FeeState,
) -> StoredDue:
    day = ctx.local(tx.now).date()
    serial = queries.last_serial(tx.conn, tx.hall_id, day.isoformat()) + 1
    return StoredDue(
        id=number_of(day, serial),
        day=day.isoformat(),
        serial=serial,
        case=case.id,
        item=case.item,
        unit=case.unit,
        version=version,
        standard=line.code,
        name=line.name,
        per=line.unit,
        basis=line.basis,
        price=line.amount,
        quantity=quantity,
        amount=line.amount * quantity,
        state=state.value,
        staff=actor.name,
        at=tx.now,
    )


def move(ctx: Context, actor: Actor, key: str, due: str, wish: FeeWish) -> None:
    """Take a step of a due.

    Raises FEE_UNKNOWN, the codes of the workflow, FEE_REFERENCE, FEE_RECEIPT_USED, FEE_BANK_LINE,
    FEE_AMOUNT, INVALID (a due is made for a case).
    """
    reference = plain_reference(wish.reference)

    def act(tx: Tx) -> JsonDict:
        whole = access.accessible(ctx, tx.conn, actor, due)
        if wish.move is FeeMove.MAKE:
            raise HallError(CommonCode.INVALID, field="move")
        given = [workflow.WORDS] if wish.words else []
        given += [workflow.REFERENCE] if is_reference(reference) else []
        attempt = access.attempt_of(ctx, tx.conn, actor, whole, given)
        state = FEE.after(wish.move, attempt, _target(wish.move, whole))
        amount = _amount(wish, whole)
        _take(ctx, tx, actor, whole, state, FeeWish(wish.move, wish.words, reference, amount))
        return {}

    request: JsonDict = {
        "act": f"fee.{wish.move}",
        "due": due,
        "words": wish.words,
        "reference": reference,
        "amount": wish.amount,
    }
    ctx.command(actor, key, request, act)


def _target(move: FeeMove, whole: access.DueWithCase) -> FeeState | None:
    """Return the state to which one of several ways of a move leads.

    The denial of a waiver leads to the state before its request, a refund of a part leaves the due
    confirmed.
    """
    facts = whole.facts
    if move is FeeMove.DENY_WAIVE and len(facts) >= 2:
        return FeeState(facts[-2].state)
    if move is FeeMove.CONFIRM_REFUND and facts:
        is_rest = facts[-1].amount >= access.held(facts)
        return FeeState.REFUNDED if is_rest else FeeState.CONFIRMED
    return None


def _amount(wish: FeeWish, whole: access.DueWithCase) -> int:
    """Return the fen of a move: of a refund what goes back, of anything else the due's."""
    if wish.move is FeeMove.ASK_REFUND:
        held = access.held(whole.facts)
        amount = refund_amount(held, wish.amount)
        if amount is None:
            raise HallError(FeeCode.FEE_AMOUNT, amount=yuan_text(held))
        return amount
    if wish.move in (FeeMove.CONFIRM_REFUND, FeeMove.DENY_REFUND):
        return whole.facts[-1].amount
    return whole.row.amount


def _take(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    whole: access.DueWithCase,
    state: FeeState,
    wish: FeeWish,
) -> None:
    """Add the fact of a move that is allowed, with the receipt or refund that it makes."""
    row, n = whole.row, len(whole.facts) + 1
    receipt: StoredReceipt | None = None
    refund: StoredRefund | None = None
    if wish.move is FeeMove.CONFIRM:
        receipt = _receipt(ctx, tx, row, n, wish.reference)
    elif wish.move is FeeMove.CORRECT:
        receipt = _reversal(tx, row, n, whole.facts)
    elif wish.move is FeeMove.CONFIRM_REFUND:
        refund = _refund(ctx, tx, row, n, wish)
        queries.add_refund(tx, refund)
    if receipt is not None:
        queries.add_receipt(tx, receipt)
    _add_fact(ctx, tx, actor, row, n, state, wish, receipt or refund)


def _receipt(ctx: Context, tx: Tx, row: StoredDue, n: int, reference: str) -> StoredReceipt:
    """Return the receipt of a confirmation at the desk.

    Its day is the bank's, where the bank's file or an earlier turn of the reference names one.
    """
    turn, day = _turn(tx, reference, ctx.day(tx.now))
    line = next(iter(queries.bank_lines(tx.conn, tx.hall_id, [reference])), None)
    if line is not None:
        if (line.notice, line.amount) != (row.id, row.amount):
            raise HallError(
                FeeCode.FEE_BANK_LINE, number=line.notice, amount=yuan_text(line.amount)
            )
        day = line.day
    return StoredReceipt(reference, turn, row.id, n, day, row.amount, ReceiptWay.DESK.value)


def _refund(ctx: Context, tx: Tx, row: StoredDue, n: int, wish: FeeWish) -> StoredRefund:
    """Return a refund; its day is the bank's, where the bank's file has its line."""
    reference, day = wish.reference, ctx.day(tx.now)
    receipts = queries.turns(tx.conn, tx.hall_id, [reference])
    if receipts:
        raise HallError(FeeCode.FEE_RECEIPT_USED, number=receipts[-1].due)
    _require_no_refund(tx, reference)
    line = next(iter(queries.bank_lines(tx.conn, tx.hall_id, [reference])), None)
    if line is not None:
        plain = BankLine(line.reference, line.notice, line.day, line.amount)
        if line.amount != -wish.amount or not fits(plain, row.id):
            raise HallError(
                FeeCode.FEE_BANK_LINE, number=line.notice, amount=yuan_text(line.amount)
            )
        day = line.day
    return StoredRefund(reference, 1, row.id, n, day, wish.amount)


def _require_no_refund(tx: Tx, reference: str) -> None:
    """Raise FEE_RECEIPT_USED for the bank reference of a refund."""
    refunds = queries.refunds(tx.conn, tx.hall_id, [reference])
    if refunds:
        raise HallError(FeeCode.FEE_RECEIPT_USED, number=refunds[0].due)


def _turn(tx: Tx, reference: str, today: str) -> tuple[int, str]:
    """Return the next turn of a reference and its day; raise FEE_RECEIPT_USED while it counts."""
    _require_no_refund(tx, reference)
    turns = queries.turns(tx.conn, tx.hall_id, [reference])
    counting = queries.counting(turns)
    if counting:
        raise HallError(FeeCode.FEE_RECEIPT_USED, number=counting[0].due)
    return len(turns) + 1, turns[-1].day if turns else today


def _reversal(tx: Tx, row: StoredDue, n: int, facts: Sequence[StoredFeeFact]) -> StoredReceipt:
    """Return the turn that takes back the receipt of the last confirmation."""
    last = next(fact for fact in reversed(facts) if fact.move == FeeMove.CONFIRM)
    before = queries.turns(tx.conn, tx.hall_id, [last.reference])[-1]
    return StoredReceipt(
        last.reference, before.turn + 1, row.id, n, before.day, -before.amount, before.way
    )


def _add_fact(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredDue,
    n: int,
    state: FeeState,
    wish: FeeWish,
    money: StoredReceipt | StoredRefund | None = None,
) -> None:
    fact = StoredFeeFact(
        due=row.id,
        n=n,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=ctx.day(tx.now),
        amount=wish.amount or row.amount,
        reference=money.reference if money is not None else wish.reference,
        money_day=money.day if money is not None else "",
        words=wish.words,
        by_actor=actor.key,
    )
    queries.FACTS.add(tx, fact)
    # Words stay out of the journal: they can name people.
    data: JsonDict = {
        "n": n,
        "case": row.case,
        "state": fact.state,
        "day": fact.day,
        "amount": fact.amount,
        "reference": fact.reference,
        "money_day": fact.money_day,
        "way": money.way if isinstance(money, StoredReceipt) else "",
        "standard": row.standard,
        "quantity": row.quantity,
        "unit": row.unit,
    }
    write_journal(tx, actor, f"fee.{wish.move}", row.id, data=data)
    tx.events.append(FeeMoved(row.id, row.case, state.value))


# -- the bank's file -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Result of a bank's file: its digest, and whether it was read in before."""

    digest: str
    is_repeated: bool


def read_file(
    ctx: Context,
    actor: Actor,
    name: str,
    content: bytes,
    first: date | None = None,
    last: date | None = None,
) -> ReadFile:
    """Read in a bank's file as a whole; the same bytes again change nothing.

    A line confirms its due if notice and amount are right and nothing speaks against it; others
    are differences of their day. `first` and `last`: days that it covers, None by its lines.
    Raises FEE_CASHIER, FEE_FILE_FORM, FEE_FILE_LINES, FEE_FILE_CHANGED, FEE_FILE_DAYS.
    """
    if not ctx.read_single(lambda c: access.is_cashier(c, ctx.hall_id, actor)):
        raise HallError(FeeCode.FEE_CASHIER)
    today = ctx.local().date()
    lines = _payments(content, today)
    try:
        span = span_of(lines, first, last, today)
    except FileDaysError as error:
        raise HallError(FeeCode.FEE_FILE_DAYS) from error
    # The same bytes for other days are another file: two empty days look the same.
    stated = "" if first is None and last is None else "/".join(span)
    digest = hashlib.sha256(content + stated.encode()).hexdigest()

    def act(tx: Tx) -> bool:
        if not access.is_cashier(tx.conn, tx.hall_id, actor):
            raise HallError(FeeCode.FEE_CASHIER)
        if queries.file(tx.conn, tx.hall_id, digest) is not None:
            return True
        new = _new_lines(tx, digest, lines)
        booked = _book(ctx, tx, actor, new)
        row = StoredFile(
            digest=digest,
            name=name[:120],
            row_count=len(lines),
            new_rows=len(new),
            booked=booked,
            amount=sum(entry.line.amount for entry in lines),
            first_day=span[0],
            last_day=span[1],
            at=tx.now,
            by_actor=actor.key,
        )
        queries.add_file(tx, row, new)
        data: JsonDict = {
            "rows": row.row_count,
            "new": row.new_rows,
            "booked": booked,
            "amount": row.amount,
            "days": list(span),
        }
        write_journal(tx, actor, "fee.file", digest, data=data)
        return False

    return ReadFile(digest, ctx.write(act))


def _payments(content: bytes, today: date) -> list[NumberedLine]:
    try:
        return payments(content, today)
    except FileFormError as error:
        raise HallError(FeeCode.FEE_FILE_FORM) from error
    except FileLinesError as error:
        raise HallError(FeeCode.FEE_FILE_LINES, lines=_numbers(error.rows)) from error


def _numbers(rows: Sequence[int]) -> str:
    more = " …" if len(rows) > MOST_NAMED else ""
    return ", ".join(str(row) for row in rows[:MOST_NAMED]) + more


def _new_lines(tx: Tx, digest: str, lines: Sequence[NumberedLine]) -> list[StoredBankLine]:
    """Return the lines that no earlier file held; raise FEE_FILE_CHANGED if one held another."""
    references = [entry.line.reference for entry in lines]
    earlier = {row.reference: row for row in queries.bank_lines(tx.conn, tx.hall_id, references)}
    new: list[StoredBankLine] = []
    changed: list[int] = []
    for entry in lines:
        line = entry.line
        row = earlier.get(line.reference)
        if row is None:
            new.append(
                StoredBankLine(
                    line.reference, line.notice, line.day, line.amount, digest, entry.number
                )
            )
        elif (row.notice, row.day, row.amount) != (line.notice, line.day, line.amount):
            changed.append(entry.number)
    if changed:
        raise HallError(FeeCode.FEE_FILE_CHANGED, lines=_numbers(changed))
    return new


def _book(ctx: Context, tx: Tx, actor: Actor, lines: Sequence[StoredBankLine]) -> int:
    """Confirm the dues whose lines leave no doubt; return their number.

    In the order of day and reference, so that the order of the rows makes no difference.
    """
    dues = _dues_of(tx, lines)
    used = {row.reference for row in _counting(tx, lines)}
    used |= {row.reference for row in _refunded(tx, lines)}
    booked: set[str] = set()
    for line in sorted(lines, key=lambda line: (line.day, line.reference)):
        row = dues.get(line.notice)
        if row is None or row.amount != line.amount or row.id in booked or line.reference in used:
            continue
        whole = access.due_with_case(ctx, tx.conn, row.id)
        attempt = access.attempt_of(ctx, tx.conn, actor, whole, by_file=True)
        if not FEE.allows(FeeMove.CONFIRM, attempt):
            continue
        n = len(whole.facts) + 1
        turn, _day = _turn(tx, line.reference, line.day)
        receipt = StoredReceipt(
            line.reference, turn, row.id, n, line.day, row.amount, ReceiptWay.FILE.value
        )
        queries.add_receipt(tx, receipt)
        state = FEE.after(FeeMove.CONFIRM, attempt)
        _add_fact(ctx, tx, actor, row, n, state, FeeWish(FeeMove.CONFIRM), receipt)
        booked.add(row.id)
    return len(booked)


def _dues_of(tx: Tx, lines: Sequence[StoredBankLine]) -> Mapping[str, StoredDue]:
    rows = queries.among(tx.conn, tx.hall_id, {line.notice for line in lines})
    return {row.id: row for row in rows}


def _refunded(tx: Tx, lines: Sequence[StoredBankLine]) -> list[StoredRefund]:
    return queries.refunds(tx.conn, tx.hall_id, {line.reference for line in lines})


def _counting(tx: Tx, lines: Sequence[StoredBankLine]) -> list[StoredReceipt]:
    references = {line.reference for line in lines}
    return queries.counting(queries.turns(tx.conn, tx.hall_id, references))
