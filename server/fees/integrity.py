"""Integrity check of fees: no fen appears or vanishes, and the journal says the same.

Every due has its facts without a gap, its amount is price times quantity by the standard of its
version, and the hall holds its money exactly in the states in which it is paid, less what was
refunded. Each confirmation and each correction has its turn of a bank reference, of which one at
most counts; each refund has a reference that no receipt has. The lines of a file are as many as it
says, on the days that it covers. The journal alone gives the same facts, states and references.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import Connection, func, select

from server.catalogue import queries as catalogue_queries
from server.catalogue.model import Catalogue, FeeStandard
from server.core import journal
from server.core.step_chains import Problem, chain_problems
from server.fees import queries
from server.fees.queries import StoredDue, StoredFeeFact, StoredReceipt
from server.fees.replay import ACTS, ReplayedFees, replayed
from server.fees.rules import PAID, FeeMove, FeeState, net_of, read_number
from server.fees.tables import fee_bank_line, fee_fact, fee_file, fee_receipt, fee_refund

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
_MONEY = (FeeMove.CONFIRM, FeeMove.CORRECT)
_REFUNDING = (FeeMove.ASK_REFUND, FeeMove.CONFIRM_REFUND, FeeMove.DENY_REFUND)


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    replay = replayed(journal.of_acts(conn, hall_id, ACTS))
    turns = _turns(conn, hall_id)
    by_fact = {(turn.due, turn.n): turn for turn in turns}
    books: dict[int, Catalogue] = {}
    used = 0
    for start in range(0, len(rows), queries.CHUNK):
        part = rows[start : start + queries.CHUNK]
        facts = queries.FACTS.of(conn, hall_id, [row.id for row in part])
        for row in part:
            if row.version not in books:
                books[row.version] = catalogue_queries.load(conn, hall_id, row.version)
            yield from _due(row, facts[row.id], books[row.version], replay)
            yield from _receipts_of(row, facts[row.id], by_fact)
            used += sum(fact.move in _MONEY for fact in facts[row.id])
    if used != len(turns):
        yield "收款记录与确认不符", "receipts differ from the confirmations"
    yield from _refunds(conn, hall_id, replay, {turn.reference for turn in turns})
    if len(replay.facts) != len(rows):
        yield "流水中的缴款通知书与数据不符", "the journal has other payment notices"
    yield from _references(turns, replay)
    yield from _files(conn, hall_id)


def _turns(conn: Connection, hall_id: str) -> list[StoredReceipt]:
    references = conn.scalars(
        select(fee_receipt.c.reference).where(fee_receipt.c.hall_id == hall_id).distinct()
    )
    return queries.turns(conn, hall_id, list(references))


def _due(
    row: StoredDue, facts: Sequence[StoredFeeFact], book: Catalogue, replay: ReplayedFees
) -> Iterator[Problem]:
    zh, en = f"缴款通知书 {row.id} ", f"payment notice {row.id}"
    if read_number(row.id) != row.id:
        yield f"{zh}编号有误", f"{en} has a wrong number"
    yield from chain_problems((zh, en), row.state, facts)
    item = book.item_by.get(row.item)
    line = FeeStandard(row.standard, row.name, row.price, row.per, row.basis)
    if item is None or line not in item.fees or row.amount != row.price * row.quantity:
        yield f"{zh}与收费标准不符", f"{en} differs from its fee standard"
    if not _is_money_right(row, facts):
        yield f"{zh}收退金额与状态不符", f"the money of {en} differs from its state"
    if replay.facts.get(row.id, []) != [queries.plain_fact(fact) for fact in facts]:
        yield f"{zh}与流水不一致", f"{en} differs from the journal"
    elif facts and replay.states[row.id] != row.state:
        yield f"{zh}状态与流水不一致", f"the state of {en} differs from the journal"


def _is_money_right(row: StoredDue, facts: Sequence[StoredFeeFact]) -> bool:
    """Return True if no refund exceeds what was held, and the end is that of the state."""
    held = 0
    for fact in facts:
        if fact.move in _REFUNDING:
            if not 0 < fact.amount <= held:
                return False
        elif fact.amount != row.amount:
            return False
        held += net_of([(FeeMove(fact.move), fact.amount)])
        if not 0 <= held <= row.amount:
            return False
    return (held > 0) is (FeeState(row.state) in PAID)


def _refunds(
    conn: Connection, hall_id: str, replay: ReplayedFees, receipts: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the references of refunds."""
    f, x = fee_fact.c, fee_refund.c
    query = select(f.due, f.n, f.reference, f.amount).where(
        f.hall_id == hall_id, f.move == FeeMove.CONFIRM_REFUND.value
    )
    facts = sorted(tuple(row) for row in conn.execute(query))
    stored = select(x.due, x.n, x.reference, x.amount).where(x.hall_id == hall_id)
    rows = sorted(tuple(row) for row in conn.execute(stored))
    if facts != rows:
        yield "退款记录与确认不符", "refunds differ from the confirmations"
    references = {row[2] for row in rows}
    if references & {*receipts}:
        yield "退款与收款用了同一个银行流水号", "a refund has the reference of a receipt"
    if sorted((row[2], row[0]) for row in rows) != sorted(replay.refunds):
        yield "退款的银行流水号与流水不一致", "references of refunds differ from the journal"


def _receipts_of(
    row: StoredDue,
    facts: Sequence[StoredFeeFact],
    by_fact: Mapping[tuple[str, int], StoredReceipt],
) -> Iterator[Problem]:
    for fact in facts:
        turn = by_fact.get((row.id, fact.n))
        if fact.move not in _MONEY:
            wrong = turn is not None
        else:
            sign = 1 if fact.move == FeeMove.CONFIRM else -1
            expected = (fact.reference, fact.money_day, sign * row.amount)
            wrong = turn is None or (turn.reference, turn.day, turn.amount) != expected
        if wrong:
            yield (
                f"缴款通知书 {row.id} 第 {fact.n} 步与收款记录不符",
                f"step {fact.n} of payment notice {row.id} differs from its receipt",
            )


def _references(turns: Sequence[StoredReceipt], replay: ReplayedFees) -> Iterator[Problem]:
    """Yield every bank reference that counts twice, or whose turns do not cancel out."""
    counting: dict[str, str] = {}
    for reference, rows in groupby(turns, lambda turn: turn.reference):
        total = 0
        for n, turn in enumerate(rows, 1):
            total += turn.amount
            in_order = turn.turn == n and (turn.amount > 0) is (n % 2 == 1)
            if not in_order or (n % 2 == 0 and total):
                yield f"银行流水号 {reference} 的收款记录有误", f"turns of {reference} are wrong"
                break
            if n % 2:
                counting[reference] = turn.due
            else:
                counting.pop(reference, None)
    if counting != replay.references:
        yield "计入的银行流水号与流水不一致", "references that count differ from the journal"


def _files(conn: Connection, hall_id: str) -> Iterator[Problem]:
    lines = fee_bank_line.c
    columns = lines.file, func.count(), func.min(lines.day), func.max(lines.day)
    query = select(*columns).where(lines.hall_id == hall_id)
    counts = {row[0]: tuple(row[1:]) for row in conn.execute(query.group_by(lines.file))}
    files = fee_file.c
    for digest, new, first, last in conn.execute(
        select(files.digest, files.new_rows, files.first_day, files.last_day).where(
            files.hall_id == hall_id
        )
    ):
        count, *days = counts.pop(digest, (0,))
        if count != new:
            yield f"银行文件 {digest[:12]} 的行数不符", f"lines of file {digest[:12]} are missing"
        elif not all(first <= day <= last for day in days):
            yield f"银行文件 {digest[:12]} 的日期不符", f"file {digest[:12]} has other days"
    if counts:
        yield "有银行流水不属于任何文件", "some lines of the bank belong to no file"
