"""Small hall with fees: an item with two standards, cashiers, shorthands for what people do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from server.cases import actions as case_actions
from server.cases import serving
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseWay, HallPost
from server.catalogue.actions import import_catalogue
from server.catalogue.model import FeeStandard
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.money import yuan_text
from server.fees import actions, integrity, queries, views
from server.fees.actions import FeeWish, ReadFile
from server.fees.queries import StoredDue
from server.fees.rules import FeeMove
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall

ITEM = "tax-1"
HOME = FeeStandard("home", "登记费（住宅类）", 8000, "件", "收费办法第二条")
COPY = FeeStandard("copy", "工本费", 1000, "本", "收费办法第三条")
CLERK, COLLEAGUE = Actor(ActorKind.CLERK, STAFF["T1"]), Actor(ActorKind.CLERK, STAFF["T2"])
CASHIER, SECOND = Actor(ActorKind.CLERK, STAFF["G1"]), Actor(ActorKind.CLERK, STAFF["G2"])
OUTSIDER = Actor(ActorKind.CLERK, STAFF["S1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
CHIEF = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
CASHIERS = (CASHIER.name, SECOND.name)
HEADING = "交易日期,银行流水号,缴款通知书编号,金额\n"


def charge(hall: SmallHall, cashiers: Iterable[str] = CASHIERS) -> SmallHall:
    """Give the small hall standards and cashiers, who are of no unit; return it."""
    book = hall.ctx.catalogue()
    items = tuple(
        replace(item, fee="80元", fees=(HOME, COPY)) if item.code == ITEM else item
        for item in book.items
    )
    outside = {CASHIER.name, SECOND.name, OUTSIDER.name}
    staff = tuple(replace(s, unit="" if s.number in outside else s.unit) for s in book.staff)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "", HallPost.CASHIER, tuple(cashiers))
    return hall


def accepted_case(hall: SmallHall, by: Actor = CLERK) -> str:
    """Open and accept a case; return its id."""
    opening = Opening(ITEM, Applicant("测试人", phone="sealed"), CaseWay.RECEPTION)
    case = case_actions.open_case(hall.ctx, by, hall.key(), opening)
    case_actions.move(hall.ctx, by, hall.key(), case, Wish(CaseMove.ACCEPT))
    return case


def made(hall: SmallHall, case: str = "", standard: str = "home", quantity: int = 1) -> str:
    """Make a due of a case, or of a new one; return the number of its notice."""
    case = case or accepted_case(hall)
    return actions.make(hall.ctx, CLERK, hall.key(), case, standard, quantity)


def take(
    hall: SmallHall,
    actor: Actor,
    due: str,
    move: FeeMove,
    words: str = "",
    reference: str = "",
    amount: int = 0,
) -> None:
    """Take a step of a due."""
    actions.move(hall.ctx, actor, hall.key(), due, FeeWish(move, words, reference, amount))


def confirm(hall: SmallHall, due: str, reference: str, by: Actor = CASHIER) -> None:
    """Confirm the money of a due at the desk."""
    take(hall, by, due, FeeMove.CONFIRM, reference=reference)


def stored(hall: SmallHall, due: str) -> StoredDue:
    """Return a due."""
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, due))
    assert row is not None
    return row


def line(day: str, reference: str, notice: str, fen: int) -> str:
    """Return a row of the bank's file; below zero: money that went back."""
    return f"{day},{reference},{notice},{yuan_text(fen).replace(',', '')}\n"


def read_file(
    hall: SmallHall, *lines: str, by: Actor = CASHIER, day: date | None = None
) -> ReadFile:
    """Read in a bank's file with these rows, of `day` if it is stated."""
    content = (HEADING + "".join(lines)).encode()
    return actions.read_file(hall.ctx, by, "bank.csv", content, day, day)


def differences(hall: SmallHall, day: str) -> list[tuple[str, int]]:
    """Return kind and amount of a day's differences."""
    view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, day))
    net = view.received - view.refunded - (view.bank - view.bank_refunded)
    assert net == sum(d.amount for d in view.differences)
    return [(d.kind.value, d.amount) for d in view.differences]


def check(hall: SmallHall) -> None:
    """Assert that the books of the fees are whole."""
    assert hall.ctx.read(lambda c: [*integrity.problems(c, hall.ctx.hall_id)]) == []
