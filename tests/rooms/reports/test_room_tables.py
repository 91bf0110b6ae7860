"""Fees, licences and joint review in reports: each total is the sum of the room's own days."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from server.bulletins.weekly_figures import figures
from server.catalogue.actions import import_catalogue
from server.catalogue.model import CaseMode
from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.core.groups import added
from server.core.money import FEN, yuan_text
from server.core.weeks import week_of
from server.fees import views as fee_views
from server.fees.rules import DayMoney, FeeMove, FeeState
from server.issuing import handing, queries
from server.issuing.handing import ParcelStep
from server.issuing.rules import AT_WINDOW, ParcelMove
from server.issuing.week_counts import LicenceCounts
from server.joint_review import meetings
from server.joint_review.meetings import MeetingOrder, UnitPresence
from server.joint_review.rules import MeetingKind, MeetingMove, Opinion
from server.joint_review.week_counts import JointCounts
from server.reports import views
from server.reports.figures import Report, Wish, report
from server.reports.messages import ColumnKind, ReportTable, ReportView
from server.reports.periods import PeriodKind, parse_period, period_of
from server.reports.rules import Grouping
from support import fees, joint_hall
from support import licences as papers
from support.fees import CASHIER, CHIEF, CLERK, OFFICE, SECOND, charge, confirm, made, take
from support.halls import MONDAY, SmallHall, at
from support.licences import ISSUER, UNIT_CLERK, granted, hand_out, registered, shelved
from support.web import Web

WEEK, MONTH = "2026-W10", "2026-03"
MINOR = (Grouping.UNIT, Grouping.ITEM, Grouping.PERSON)
JOINT_ITEM = "tax-2"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with fees, an issuing window, and an item in joint review."""
    joint_hall.furnish(small)
    charge(small)
    book = small.ctx.catalogue()
    modes = {"tax-1": CaseMode.PROMISED, JOINT_ITEM: CaseMode.JOINT}
    items = tuple(replace(i, mode=modes.get(i.code, i.mode)) for i in book.items)
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items), "test")
    return papers.with_issuer(small)


def made_report(hall: SmallHall, by: Grouping, period: str = WEEK, unit: str = "") -> Report:
    """Return the figures of a report."""
    wish = Wish(parse_period(period), by, unit)
    return hall.ctx.read(lambda c: report(hall.ctx, c, wish))


def tables_of(view: ReportView) -> dict[str, ReportTable]:
    """Return the tables of a report by key."""
    return {table.key: table for table in view.tables}


def cells(table: ReportTable) -> dict[str, dict[str, str]]:
    """Return the cells of a table by row and column; the total has the key "all"."""
    names = [column.key for column in table.columns]
    rows = {row.key: row for row in table.rows} | {"all": table.total}
    return {key: dict(zip(names, row.cells, strict=True)) for key, row in rows.items()}


def shown(hall: SmallHall, by: Grouping, period: str = WEEK, unit: str = "") -> ReportView:
    """Return a report as a page shows it."""
    return views.view(made_report(hall, by, period, unit), hall.clock.now())


# -- one week, by hand ---------------------------------------------------------------------------


def a_week(hall: SmallHall) -> None:
    """Charge, hand out and ask on Monday and Wednesday; end on the next Monday."""
    paid, filed, waived, void = (made(hall, standard=s) for s in ("home", "home", "copy", "copy"))
    confirm(hall, paid, "R-0001")
    take(hall, CLERK, waived, FeeMove.ASK_WAIVE, "依据")
    take(hall, OFFICE, waived, FeeMove.GRANT_WAIVE, "同意")
    fees.read_file(
        hall,
        fees.line("2026-03-02", "R-0001", paid, 8000),
        fees.line("2026-03-02", "R-0002", filed, 8000),
    )
    _case, first = shelved(hall, number="JY-1")
    _case, second = shelved(hall, number="JY-2")
    shelved(hall, number="JY-3")
    registered(hall, granted(hall), "DZ-1", paper=False, electronic=True)
    case = joint_hall.accepted(hall, JOINT_ITEM)
    ids = joint_hall.sent(hall, case, "fire", "build", days=2)
    order = MeetingOrder(MeetingKind.MEETING, MONDAY, "14:00", "会议室", ("build", "fire"))
    meeting = meetings.call(hall.ctx, joint_hall.LEAD, hall.key(), case, order)
    came = [UnitPresence("build", False), UnitPresence("fire", True)]
    meetings.move(hall.ctx, joint_hall.LEAD, hall.key(), meeting, MeetingMove.RECORD, came)
    hall.clock.set(at(9, day=MONDAY + timedelta(days=2)))
    take(hall, OFFICE, void, FeeMove.CANCEL, "开错")
    take(hall, CLERK, paid, FeeMove.ASK_REFUND, "撤回", amount=500)
    take(hall, SECOND, paid, FeeMove.CONFIRM_REFUND, reference="T-0001")
    joint_hall.answer(hall, "fire", ids["fire"], Opinion.DISAGREE)
    hand_out(hall, first)
    handing.send(hall.ctx, ISSUER, hall.key(), [second], "EMS-1", "邮政")
    back = ParcelStep(ParcelMove.RETURN, "无人", shelf="B-1")
    handing.parcel_step(hall.ctx, ISSUER, hall.key(), "EMS-1", back)
    hall.clock.set(at(9, day=MONDAY + timedelta(days=7)))


FEES = {
    "made_count": "3",
    "made": "170.00",
    "at_desk": "80.00",
    "by_file": "80.00",
    "received": "160.00",
    "waived": "10.00",
    "refunded": "5.00",
    "net": "155.00",
    "cancelled_count": "1",
    "cancelled": "10.00",
}
ISSUING = {
    "registered": "4",
    "counted": "3",
    "handed": "1",
    "posted": "1",
    "delivered": "0",
    "returned": "1",
    "waiting": "2",
    "days_mean": "2.0",
    "days_median": "2",
    "electronic": "1",
    "late_entries": "1",
}
PARTS = {
    "parts_sent": "2",
    "parts_answered": "1",
    "parts_on_time": "1",
    "parts_rate": "1/2",
    "parts_late": "0",
    "disagreed": "1",
    "silent": "1",
    "meetings": "2",
    "absent": "1",
}


def test_a_week_by_unit_and_item_has_what_was_done(hall: SmallHall) -> None:
    a_week(hall)
    for by, owner, joint_rows in (
        (Grouping.UNIT, "tax", ("fire", "build")),
        (Grouping.ITEM, "tax-1", (JOINT_ITEM,)),
    ):
        tables = {key: cells(table) for key, table in tables_of(shown(hall, by)).items()}
        for key, expected in (("fees", FEES), ("issuing", ISSUING)):
            assert tables[key].keys() == {owner, "all"}
            for row in tables[key].values():
                assert row.items() >= expected.items()
        assert tables["joint"].keys() == {*joint_rows, "all"}
        assert tables["joint"]["all"].items() >= PARTS.items()
    units = cells(tables_of(shown(hall, Grouping.UNIT))["joint"])
    assert [units["build"][key] for key in ("silent", "meetings", "absent")] == ["1", "1", "1"]
    assert [units["fire"][key] for key in ("silent", "meetings", "absent")] == ["0", "1", "0"]
    days = cells(tables_of(shown(hall, Grouping.UNIT))["days"])
    assert [days["2026-03-02"][key] for key in ("made", "received", "refunded")] == [
        "170.00", "160.00", "0.00",
    ]  # fmt: skip
    assert days["2026-03-04"]["refunded"] == "5.00"
    assert "fees" not in tables_of(shown(hall, Grouping.WINDOW))


def test_people_have_what_they_stated_and_silence_is_nobodys(hall: SmallHall) -> None:
    a_week(hall)
    tables = {key: cells(t) for key, t in tables_of(shown(hall, Grouping.PERSON)).items()}
    fee_rows = tables["fees"]
    assert fee_rows[CLERK.name]["made"] == "170.00"
    assert fee_rows[CASHIER.name]["at_desk"] == fee_rows[CASHIER.name]["by_file"] == "80.00"
    assert fee_rows[SECOND.name]["refunded"] == "5.00"
    assert fee_rows[OFFICE.name].items() >= {"waived": "10.00", "cancelled": "10.00"}.items()
    assert fee_rows["all"].items() >= {key: FEES[key] for key in FEES if key != "net"}.items()
    assert "net" not in fee_rows["all"]
    handled = tables["issuing"]
    assert (handled[UNIT_CLERK.name]["registered"], handled[ISSUER.name]["handed"]) == ("4", "1")
    assert handled[UNIT_CLERK.name]["late_entries"] == "1"
    assert "waiting" not in handled["all"]
    assert tables["joint"].keys() == {joint_hall.LEAD.name, joint_hall.ACTOR_OF["fire"].name, "all"}
    assert "silent" not in tables["joint"]["all"]


def test_a_chief_sees_the_own_unit_and_a_running_week_owes_nothing_of_today(
    hall: SmallHall,
) -> None:
    a_week(hall)
    own = cells(tables_of(shown(hall, Grouping.ITEM, unit="fire"))["joint"])
    assert own["all"].items() >= {"parts_sent": "1", "disagreed": "1", "meetings": "1"}.items()
    assert [*cells(tables_of(shown(hall, Grouping.UNIT, unit="fire"))["fees"])] == ["all"]
    case = joint_hall.accepted(hall, JOINT_ITEM)
    joint_hall.sent(hall, case, "fire", days=1)
    hall.clock.advance(seconds=86_400)
    running = "2026-W11"
    table = cells(tables_of(shown(hall, Grouping.UNIT, running, unit="fire"))["joint"])
    assert table["all"].items() >= {"parts_sent": "1", "silent": "0"}.items()
    hall.clock.advance(seconds=86_400)
    table = cells(tables_of(shown(hall, Grouping.UNIT, running, unit="fire"))["joint"])
    assert table["all"]["silent"] == "1"


def test_page_workbook_and_paper_show_the_same_cells(hall: SmallHall) -> None:
    a_week(hall)
    by = Grouping.UNIT
    office = Web(hall).manager()
    page = office.get(f"/office/reports/{WEEK}/{by}").get_json()
    book = openpyxl.load_workbook(
        BytesIO(office.get(f"/office/reports/{WEEK}/{by}/report.xlsx").data)
    )
    paper = office.get(f"/office/reports/{WEEK}/{by}/report.pdf").data
    text = "".join("".join(p.extract_text() for p in PdfReader(BytesIO(paper)).pages).split())
    sheets = {"fees": "收费", "issuing": "出件", "joint": "联审"}
    for table in page["tables"]:
        if table["key"] not in sheets:
            continue
        kinds = [column["kind"] for column in table["columns"]]
        rows = [[cell.value for cell in row] for row in book[sheets[table["key"]]].iter_rows()]
        assert rows[0] == [column["zh"] for column in table["columns"]]
        expected = [row["cells"] for row in (*table["rows"], table["total"])]
        assert [[*map(_as_shown, row, kinds)] for row in rows[1:]] == expected
        for row in expected:
            assert "".join("".join(row).split()) in text
        assert all("".join(note.split()) in text for note in table["notes"])


def _as_shown(value: object, kind: str) -> str:
    """Return a cell of the workbook as the page shows it."""
    if isinstance(value, int | float) and kind == ColumnKind.MONEY:
        return yuan_text(round(value * FEN))
    if isinstance(value, int | float) and kind == ColumnKind.DAYS:
        return f"{value:.1f}"
    return "" if value is None else str(value)


# -- random days ---------------------------------------------------------------------------------


NEXT = {
    FeeState.DUE: ((FeeMove.ASK_WAIVE, CLERK), (FeeMove.CANCEL, OFFICE)),
    FeeState.CONFIRMED: ((FeeMove.ASK_REFUND, CLERK), (FeeMove.ASK_CORRECTION, OFFICE)),
    FeeState.WAIVE_ASKED: ((FeeMove.GRANT_WAIVE, OFFICE), (FeeMove.DENY_WAIVE, CHIEF)),
    FeeState.REFUND_ASKED: ((FeeMove.CONFIRM_REFUND, SECOND),),
    FeeState.CORRECTION_ASKED: ((FeeMove.CORRECT, CHIEF),),
}
"""Steps of a due by its state, with who takes them."""


class Work:
    """Work of random people, day after day."""

    def __init__(self, hall: SmallHall) -> None:
        self.hall = hall
        self.numbers = count(1)
        self.dues: list[str] = []
        self.shelf: list[str] = []
        self.parts: list[str] = []

    def day(self, chance: random.Random) -> None:
        """Let people charge, pay, decide, hand out, post, ask and answer, as chance has it."""
        acts = (self.charge, *[self.pay] * 2, self.read, *[self.move] * 4, self.shelve, self.enter)
        for _ in range(chance.randrange(6, 16)):
            act = chance.choice((*acts, self.hand, self.post, self.ask, self.answer))
            try:
                act(chance, next(self.numbers))
            except (HallError, IndexError):  # not allowed now, or nothing to do it with
                continue

    def charge(self, chance: random.Random, _n: int) -> None:
        self.dues.append(made(self.hall, standard=chance.choice(("home", "copy"))))

    def pay(self, chance: random.Random, n: int) -> None:
        confirm(self.hall, chance.choice(self.dues), f"R-{n:04}")

    def read(self, chance: random.Random, n: int) -> None:
        due = chance.choice(self.dues)
        amount = fees.stored(self.hall, due).amount
        fees.read_file(self.hall, fees.line(self.hall.ctx.day(), f"B-{n:04}", due, amount))

    def move(self, chance: random.Random, n: int) -> None:
        due = chance.choice(self.dues)
        steps = NEXT.get(FeeState(fees.stored(self.hall, due).state), ())
        step, actor = chance.choice(steps)
        amount = 300 if step is FeeMove.ASK_REFUND and n % 2 else 0
        take(self.hall, actor, due, step, "依据", f"T-{n:04}", amount)

    def shelve(self, _chance: random.Random, n: int) -> None:
        self.shelf.append(shelved(self.hall, number=f"JY-{n}")[1])

    def enter(self, _chance: random.Random, n: int) -> None:
        registered(self.hall, granted(self.hall), f"DZ-{n}", paper=False, electronic=True)

    def hand(self, chance: random.Random, _n: int) -> None:
        hand_out(self.hall, chance.choice(self.shelf))

    def post(self, chance: random.Random, n: int) -> None:
        key, waybill = self.hall.key(), f"EMS-{n}"
        handing.send(self.hall.ctx, ISSUER, key, [chance.choice(self.shelf)], waybill, "邮政")
        end = chance.choice((ParcelMove.DELIVER, ParcelMove.RETURN))
        step = ParcelStep(end, "无人", shelf="B-1")
        handing.parcel_step(self.hall.ctx, ISSUER, self.hall.key(), waybill, step)

    def ask(self, _chance: random.Random, _n: int) -> None:
        case = joint_hall.accepted(self.hall, JOINT_ITEM)
        self.parts.append(joint_hall.sent(self.hall, case, "fire", "build", days=1)["fire"])

    def answer(self, chance: random.Random, _n: int) -> None:
        opinion = chance.choice((Opinion.AGREE, Opinion.DISAGREE))
        joint_hall.answer(self.hall, "fire", chance.choice(self.parts), opinion)


@pytest.fixture
def work(hall: SmallHall) -> Work:
    """Return the work of random people in the hall."""
    return Work(hall)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6))
def test_each_total_is_the_sum_of_the_rooms_days(work: Work, seed: int) -> None:
    """The hall goes on from example to example, so that the later ones have a past."""
    chance, hall = random.Random(seed), work.hall
    for _ in range(chance.randrange(1, 4)):
        work.day(chance)
        hall.clock.advance(seconds=86_400)
    month = parse_period(MONTH)
    wholes = {by: made_report(hall, by, MONTH) for by in MINOR}
    whole = wholes[Grouping.UNIT]
    days = [
        made_report(hall, Grouping.UNIT, period_of(PeriodKind.DAY, day).id)
        for day in month.days(hall.ctx.local().date())
    ]
    _money(hall, wholes, days)
    _licences(hall, wholes, days)
    joint = added(JointCounts(), (day.all.joint for day in days))
    assert replace(joint, overdue=0) == replace(whole.all.joint, overdue=0)
    assert wholes[Grouping.ITEM].all.joint == whole.all.joint
    assert wholes[Grouping.PERSON].all.joint == replace(
        whole.all.joint, overdue=0, meetings=0, absent=0
    )
    _bulletins(hall)


def _money(hall: SmallHall, wholes: dict[Grouping, Report], days: list[Report]) -> None:
    money = added(DayMoney(), (day.all.money for day in days))
    for whole in wholes.values():
        assert added(DayMoney(), (line.money for line in whole.lines.values())) == money
        assert added(DayMoney(), (line.money for line in whole.days.values())) == money
        assert whole.all.money == money
        assert whole.received[0] == money.received
    room = hall.ctx.read(lambda c: fee_views.month(hall.ctx, c, date(2026, 3, 1)))
    for name in ("made", "received", "waived", "refunded", "cancelled"):
        assert getattr(room, name) == getattr(money, name)
    for day in days:
        iso = day.wish.period.id
        agreed = hall.ctx.read(lambda c, iso=iso: fee_views.day_agreement(hall.ctx, c, iso))  # type: ignore[misc]
        own = day.all.money
        assert (agreed.received, agreed.refunded) == (own.received, own.refunded)
        assert (agreed.waived, agreed.cancelled) == (own.waived, own.cancelled)


def _licences(hall: SmallHall, wholes: dict[Grouping, Report], days: list[Report]) -> None:
    """At-the-end counts are those of the last day, and of the shelf."""
    every = [day.all.licences for day in days]
    ends: dict[str, Any] = {"waiting": 0, "late": 0}
    whole = wholes[Grouping.UNIT].all.licences
    assert replace(added(LicenceCounts(), every), **ends) == replace(whole, **ends)
    assert wholes[Grouping.ITEM].all.licences == whole
    assert wholes[Grouping.PERSON].all.licences == replace(whole, waiting=0)
    now = hall.ctx.read(lambda c: queries.at_places(c, hall.ctx.hall_id, AT_WINDOW))
    assert every[-1].waiting == whole.waiting == len(now)
    net = [n.counted + n.returned - n.handed - n.posted for n in every]
    assert [n.waiting for n in every] == [sum(net[: n + 1]) for n in range(len(net))]


def _bulletins(hall: SmallHall) -> None:
    facts = hall.ctx.read(lambda c: figures(hall.ctx, c, week_of(MONDAY))).facts
    week = made_report(hall, Grouping.UNIT)
    money, papers_, parts = week.all.money, week.all.licences, week.all.joint
    assert {name: facts[name].value for name in facts if name.startswith("fees_")}.items() >= {
        "fees_made_count": str(money.made_count),
        "fees_made": yuan_text(money.made),
        "fees_received": yuan_text(money.received),
        "fees_waived": yuan_text(money.waived),
        "fees_refunded": yuan_text(money.refunded),
        "fees_cancelled": yuan_text(money.cancelled),
    }.items()
    for name in ("counted", "handed", "posted", "delivered", "returned"):
        assert facts[f"licences_{name}"].value == str(getattr(papers_, name))
    for name in ("sent", "answered", "on_time", "absent"):
        assert facts[f"joint_{name}"].value == str(getattr(parts, name))
