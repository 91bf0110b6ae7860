"""Small hall with joint review: the tax leads, three units are asked, one item goes upward."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.cases import actions as cases
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseWay
from server.catalogue.actions import import_catalogue
from server.catalogue.model import CaseMode, NetworkScope
from server.core.actors import SYSTEM, Actor, ActorKind
from server.joint_review import actions, queries
from server.joint_review.actions import PartOrder, PartWish
from server.joint_review.queries import StoredNotice, StoredPart, StoredStep
from server.joint_review.rules import Opinion, PartMove
from support.halls import STAFF, SmallHall, catalogue

UNIT_OF = {"T1": "tax", "T2": "tax", "S1": "social", "F1": "fire", "G1": "build", "G2": ""}
ASKED = ("social", "fire", "build")
WHO = Applicant("测试人", phone="sealed")
JOINT, FORWARDED = "tax-1", "tax-2"
ACTOR_OF = {
    unit: Actor(ActorKind.CLERK, STAFF[code]) for code, unit in reversed(UNIT_OF.items()) if unit
}
LEAD = ACTOR_OF["tax"]


def furnish(small: SmallHall) -> None:
    """Give the hall its modes of handling, and each asked unit a person."""
    book = catalogue()
    modes = {JOINT: CaseMode.JOINT, FORWARDED: CaseMode.FORWARDED}
    items = tuple(
        replace(
            item,
            mode=modes.get(item.code, item.mode),
            promised_days=10,
            legal_days=20,
            network_scope=NetworkScope.COUNTY if item.code == JOINT else NetworkScope.HALL,
        )
        for item in book.items
    )
    units = {STAFF[code]: unit for code, unit in UNIT_OF.items()}
    staff = tuple(replace(s, unit=units.get(s.number, s.unit)) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")


def accepted(small: SmallHall, item: str = JOINT) -> str:
    """Open a case at the reception and accept it; return its id."""
    opening = Opening(item, WHO, CaseWay.RECEPTION)
    case = cases.open_case(small.ctx, LEAD, small.key(), opening)
    cases.move(small.ctx, LEAD, small.key(), case, Wish(CaseMove.ACCEPT))
    return case


def sent(
    small: SmallHall, case: str, *units: str, days: int = 3, words: str = ""
) -> dict[str, str]:
    """Ask units for their opinion; return the ids of the parts by unit."""
    orders = [PartOrder(unit, "请提出意见。", days) for unit in units or ASKED]
    ids = actions.send(small.ctx, LEAD, small.key(), case, orders, words)
    return dict(zip(units or ASKED, ids, strict=True))


def step(small: SmallHall, unit: str, part: str, move: PartMove, **more: Any) -> None:
    """Take a step of a part as a person of a unit."""
    actions.move(small.ctx, ACTOR_OF[unit], small.key(), part, PartWish(move, **more))


def answer(small: SmallHall, unit: str, part: str, opinion: Opinion = Opinion.AGREE) -> None:
    """Answer for a unit, with a reason."""
    step(small, unit, part, PartMove.ANSWER, opinion=opinion, words=f"{unit} 的理由")


def parts(small: SmallHall, case: str) -> dict[str, StoredPart]:
    """Return the parts of a case by unit."""
    rows = small.ctx.read(lambda c: queries.parts_of(c, small.ctx.hall_id, [case]))
    return {row.unit: row for row in rows}


def steps_of(small: SmallHall, part: str) -> list[StoredStep]:
    """Return the steps of a part."""
    return small.ctx.read(lambda c: queries.STEPS.of(c, small.ctx.hall_id, [part]))[part]


def notice_of(small: SmallHall, case: str) -> StoredNotice | None:
    """Return the notice of a case, or None."""
    return small.ctx.read(lambda c: queries.notices(c, small.ctx.hall_id, [case])).get(case)
