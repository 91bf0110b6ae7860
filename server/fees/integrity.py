"""Integrity check of fees: no fen appears or vanishes, and the journal says the same.

Every due has its facts without a gap, its amount is price times quantity by the standard of its
version, and the hall holds its money exactly in the states in which it is paid. Each confirmation
and each correction has its turn of a bank reference, of which one at most counts. The lines of a
file are as many as it says. The journal alone gives the same facts, states and references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from server.fees.tables import fee_bank_line, fee_file, fee_receipt

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
_MONEY = (FeeMove.CONFIRM, FeeMove.CORRECT)


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
    moves = [FeeMove(fact.move) for fact in facts]
    held = row.amount if FeeState(row.state) in PAID else 0
    if net_of(moves, row.amount) != held or any(fact.amount != row.amount for fact in facts):
        yield f"{zh}收退金额与状态不符", f"the money of {en} differs from its state"
    if replay.facts.get(row.id, []) != [queries.plain_fact(fact) for fact in facts]:
        yield f"{zh}与流水不一致", f"{en} differs from the journal"
    elif facts and replay.states[row.id] != row.state:
        yield f"{zh}状态与流水不一致", f"the state of {en} differs from the journal"


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
    query = select(lines.file, func.count()).where(lines.hall_id == hall_id)
    counts = {row[0]: int(row[1]) for row in conn.execute(query.group_by(lines.file))}
    files = fee_file.c
    for digest, new in conn.execute(
        select(files.digest, files.new_rows).where(files.hall_id == hall_id)
    ):
        if counts.pop(digest, 0) != new:
            yield f"银行文件 {digest[:12]} 的行数不符", f"lines of file {digest[:12]} are missing"
    if counts:
        yield "有银行流水不属于任何文件", "some lines of the bank belong to no file"
