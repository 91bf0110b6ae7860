"""Materials of a case: the last hand-in, what is wrong with it, and what may follow later (容缺).

Only materials that the item marks as tolerable may be pledged, once a case, within the promised
days. Until they have come nothing is decided; if they do not come the application counts as
withdrawn, as the pledge says.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.cases import workflow
from server.cases.clocks import open_pledge
from server.cases.due_rows import stated
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import CaseMove, CaseWay
from server.catalogue.model import Item
from server.one_time_notices import queries as hand_ins
from server.one_time_notices.queries import StoredHandIn
from server.queue import ticket_queries


def last_hand_in(conn: Connection, hall_id: str, row: StoredCase) -> StoredHandIn | None:
    """Return the last hand-in of a case's materials: of the matter that its ticket began."""
    ticket = ticket_queries.get(conn, hall_id, row.ticket) if row.ticket else None
    if ticket is None:
        return None
    first = hand_ins.latest_of_visit(conn, hall_id, ticket.id, ticket.visit, row.item)
    return hand_ins.of_matter(conn, hall_id, first.matter)[-1] if first else None


def faulty(conn: Connection, hall_id: str, row: StoredCase) -> list[str] | None:
    """Return the materials of the last hand-in that have faults; None without a hand-in."""
    last = last_hand_in(conn, hall_id, row)
    if last is None:
        return None
    rows = hand_ins.materials(conn, hall_id, [last.id])[last.id]
    return [material.material for material in rows if material.faults]


def owes(facts: Sequence[StoredFact]) -> bool:
    """Return True while materials that the applicant pledged are missing."""
    return open_pledge(stated(facts)) is not None


def given(
    item: Item,
    row: StoredCase,
    facts: Sequence[StoredFact],
    faults: Sequence[str] | None,
) -> list[str]:
    """Return what comes with a step, by the materials; `faults`: as `faulty` returned them."""
    needs_hand_in = bool(item.materials) and row.way == CaseWay.WINDOW
    in_order = not needs_hand_in if faults is None else not faults
    pledged = any(fact.move == CaseMove.PLEDGE for fact in facts)
    tolerable = {material.name for material in item.materials if material.tolerable}
    only_tolerable = bool(faults) and tolerable.issuperset(faults or ())
    names = [workflow.FAULTY] if faults else []
    names += [workflow.SUPPLIED] if in_order else []
    names += [workflow.IN_ORDER] if in_order or (pledged and only_tolerable) else []
    names += [workflow.TOLERABLE] if only_tolerable and not pledged else []
    names += [workflow.NOTHING_OWED] if not owes(facts) else []
    return names
