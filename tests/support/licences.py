"""Licences of the small hall: a granted tax case, its licence, and who handles it."""

from __future__ import annotations

from server.cases import actions as case_actions
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import (
    CaseMove,
    CaseOutcome,
    CaseWay,
    HallPost,
    IdKind,
    Post,
    masked_id,
    person_key,
)
from server.cases.serving import set_posts
from server.core.actors import Actor, ActorKind
from server.issuing import actions, handing, list_actions, queries
from server.issuing.actions import Registration
from server.issuing.handing import HandOut
from server.issuing.list_actions import Count
from server.issuing.queries import StoredLicence
from server.issuing.rules import Recipient, Signed, shown_of
from support.halls import MANAGER, STAFF, SmallHall

UNIT_CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
ISSUER = Actor(ActorKind.CLERK, STAFF["G1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
ID_NUMBER = "110105194912310029"  # check digit fits, person invented
SECRET = b"secret of the tests"


def with_issuer(hall: SmallHall) -> SmallHall:
    """Let the clerk of T1 take every step of a tax case, and that of G1 issue."""
    for post in Post:
        set_posts(hall.ctx, OFFICE, hall.key(), "tax", post, [UNIT_CLERK.name])
    set_posts(hall.ctx, OFFICE, hall.key(), "", HallPost.ISSUER, [ISSUER.name])
    return hall


def granted(hall: SmallHall, *, outcome: CaseOutcome = CaseOutcome.GRANTED) -> str:
    """Open a case and decide it at once; return its id."""
    who = Applicant(
        "王测试",
        IdKind.ID_CARD,
        masked_id(ID_NUMBER),
        person_key(SECRET, IdKind.ID_CARD, ID_NUMBER),
    )
    opening = Opening("tax-1", who, CaseWay.RECEPTION)
    case = case_actions.open_case(hall.ctx, UNIT_CLERK, hall.key(), opening)
    for move in (CaseMove.ACCEPT, CaseMove.PASS, CaseMove.PASS):
        case_actions.move(hall.ctx, UNIT_CLERK, hall.key(), case, Wish(move, "意见"))
    wish = Wish(CaseMove.DECIDE, "意见", outcome=outcome)
    case_actions.move(hall.ctx, UNIT_CLERK, hall.key(), case, wish)
    return case


def registered(hall: SmallHall, case: str, number: str = "JY-1", **more: object) -> str:
    """Register a licence of a case; return its id."""
    wish = Registration(case, "食品经营许可证", number, **more)  # type: ignore[arg-type]
    return actions.register(hall.ctx, UNIT_CLERK, hall.key(), wish)


def given(hall: SmallHall, *licences: str) -> str:
    """Put licences on a hand-over list; return its number."""
    return list_actions.give(hall.ctx, UNIT_CLERK, hall.key(), licences, len(licences))


def received(hall: SmallHall, list_id: str, *present: str, shelf: str = "A-1") -> bool:
    """Count a list in full; return True if it differs."""
    count = Count(present, len(present), shelf=shelf)
    return list_actions.receive(hall.ctx, ISSUER, hall.key(), list_id, count)


def shelved(hall: SmallHall, case: str = "", number: str = "JY-1") -> tuple[str, str]:
    """Bring a licence onto the shelf; return its case and its id."""
    case = case or granted(hall)
    licence = registered(hall, case, number)
    received(hall, given(hall, licence), licence)
    return case, licence


def hand_out(hall: SmallHall, *licences: str, number: str = ID_NUMBER, **more: object) -> None:
    """Hand licences out to their applicant, signed on paper."""
    values: dict[str, object] = {"to": Recipient.APPLICANT, "signed": Signed.PAPER} | more
    shown = shown_of(SECRET, IdKind.ID_CARD, number)
    wish = HandOut(licences, shown=shown, **values)  # type: ignore[arg-type]
    handing.hand_out(hall.ctx, ISSUER, hall.key(), wish)


def licence_of(hall: SmallHall, licence: str) -> StoredLicence:
    """Return a licence as stored."""
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, licence))
    assert row is not None
    return row
