"""Rows of past days that belong to a settled case: a due, and a licence with list and parcel."""

from __future__ import annotations

from server.core.store import Tx
from server.fees import queries as fee_queries
from server.fees.queries import StoredDue, StoredFeeFact
from server.fees.rules import FeeMove, FeeState, number_of
from server.hall.context import Context
from server.issuing import extra_queries
from server.issuing import queries as licence_queries
from server.issuing.extra_queries import StoredExtra, StoredExtraFact
from server.issuing.queries import (
    StoredLicence,
    StoredLicenceFact,
    StoredList,
    StoredListFact,
    StoredParcel,
    StoredParcelFact,
)
from support.halls import MONDAY, at


def store_due(ctx: Context, case: str, clerk: str) -> str:
    """Store an unpaid due of a case, of the first day; return its number."""
    number = number_of(MONDAY, 1)
    fact = StoredFeeFact(
        due=number,
        n=1,
        move=FeeMove.MAKE.value,
        state=FeeState.DUE.value,
        at=at(9, day=MONDAY),
        day=MONDAY.isoformat(),
        amount=8000,
        reference="",
        money_day="",
        words="",
        by_actor=f"clerk:{clerk}",
    )
    row = StoredDue(
        id=number,
        day=fact.day,
        serial=1,
        case=case,
        item="tax-1",
        unit="tax",
        version=1,
        standard="home",
        name="登记费",
        per="件",
        basis="收费办法",
        price=8000,
        quantity=1,
        amount=8000,
        state=fact.state,
        staff=clerk,
        at=fact.at,
    )

    def act(tx: Tx) -> None:
        fee_queries.add(tx, row)
        fee_queries.FACTS.add(tx, fact)

    ctx.write(act)
    return number


def store_licence(ctx: Context, case: str, clerk: str) -> str:
    """Store a licence with a list and a parcel of the first day; return its id."""
    day, stamp, by = MONDAY.isoformat(), at(9, day=MONDAY), f"clerk:{clerk}"
    licence = StoredLicence(
        *("Z1", case, "tax", "tax-1", "许可证", "JY1", "key", 0, 1, 1, day, ""),
        *("unit", "CJ-1", "", "", "", clerk, stamp),
    )
    empty = ("", "", "", "", "", "", "", "")
    fact = StoredLicenceFact("Z1", 1, "register", "unit", stamp, day, *empty, "[]", "", by)
    given = StoredListFact("CJ-1", 1, "give", "given", stamp, day, 1, '["Z1"]', "[]", "", by)
    sent = StoredParcelFact("EX0001", 1, "send", "away", stamp, day, '["Z1"]', "", "", by)

    def act(tx: Tx) -> None:
        licence_queries.add(tx, licence)
        licence_queries.FACTS.add(tx, fact)
        licence_queries.add_list(tx, StoredList("CJ-1", day, 1, "tax", "given"))
        licence_queries.LIST_FACTS.add(tx, given)
        extra_queries.add(tx, StoredExtra("LX1", "CJ-1", "tax", "JY9", "found", day, stamp))
        extra = StoredExtraFact("LX1", 1, "find", "found", stamp, day, "", by)
        extra_queries.FACTS.add(tx, extra)
        parcel = StoredParcel("EX0001", "邮政", case, day, "away")
        licence_queries.add_parcel(tx, parcel)
        licence_queries.PARCEL_FACTS.add(tx, sent)

    ctx.write(act)
    return "Z1"
