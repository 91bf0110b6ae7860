"""Flag and vetoes: two people decide, a veto takes the flag, its withdrawal brings it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from display.routes import Display
from server.assessment.periods import parse_period
from server.assessment.standings import Subject
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.messages import Alarm
from server.core.weeks import parse_week
from server.hall.week_request import WeekRequest
from server.honours import (
    interview_actions,
    queries,
    veto_actions,
    veto_views,
    views,
    year_views,
)
from server.honours.alarms import alarms
from server.honours.errors import HonourCode
from server.honours.events import FlagMoved
from server.honours.interview_actions import InterviewWish
from server.honours.interview_rules import InterviewMove
from server.honours.rules import BarKind, FlagMove, FlagState, VetoKind, VetoMove
from server.honours.tables import flag_move, honour_veto
from server.honours.veto_actions import VetoProposal
from server.honours.week_facts import week_facts
from server.live.agent_gateway import DeviceRef
from server.queue import snapshot
from support.assessed_office import APRIL, CLERK, FIRST, OTHER, SECOND, THIRD, AssessedOffice
from support.halls import STAFF, SmallHall, at, catalogue
from support.web import Web


@pytest.fixture
def office(small: SmallHall) -> AssessedOffice:
    """Return the office of the small hall on 1 April."""
    office = AssessedOffice(small)
    office.settle_march()
    return office


def waiting(office: AssessedOffice) -> Sequence[Alarm]:
    return alarms(office.hall.hall)(snapshot.take(office.hall.ctx))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as error:
        act()
    return error.value.code.value


def test_two_people_decide_and_nobody_barred_gets_the_flag(office: AssessedOffice) -> None:
    ctx = office.hall.ctx
    assert refusal(lambda: office.flag(FIRST, FlagMove.DECIDE)) == HonourCode.FLAG_UNKNOWN
    propose = FlagMove.PROPOSE
    assert refusal(lambda: office.flag(FIRST, propose, "S1")) == HonourCode.FLAG_UNRELEASED
    assert not office.page().released
    office.hall.clock.set(at(9))
    assert refusal(lambda: office.flag(FIRST, propose, "S1")) == HonourCode.FLAG_RUNNING
    office.hall.clock.set(at(9, day=APRIL))
    office.release_quarter()
    page = office.page()
    assert page.can_propose
    assert page.ranking[0].window == "S1"
    assert page.ranking[0].rank == 1
    assert {entry.window: [bar.kind for bar in entry.bars] for entry in page.ranking if entry.bars}
    assert refusal(lambda: office.flag(FIRST, propose, "X9")) == HonourCode.FLAG_CANDIDATE
    assert refusal(lambda: office.flag(FIRST, propose, "T1")) == HonourCode.FLAG_BARRED
    barred = next(entry for entry in page.ranking if entry.window == "T1")
    assert [bar.kind for bar in barred.bars] == [BarKind.COMPLAINT]
    assert barred.bars[0].evidence[0].link.startswith("/complaints/C")
    assert refusal(lambda: office.flag(FIRST, propose, "F1")) == HonourCode.FLAG_REASON
    office.flag(FIRST, propose, "F1", "本季度承接专项任务，成绩突出")
    assert refusal(lambda: office.flag(FIRST, FlagMove.DECIDE)) == HonourCode.FLAG_SECOND
    office.flag(SECOND, FlagMove.REJECT, words="应按排名")
    assert office.holder() == 0
    assert office.moved == []
    office.flag(FIRST, propose, "S1")
    office.flag(SECOND, FlagMove.DECIDE)
    assert office.holder() == 3
    assert office.moved == [FlagMoved("", "S1")]
    award = office.page().award
    assert award is not None
    assert award.state is FlagState.DECIDED
    assert award.moves == [FlagMove.ASK_REVOKE]
    words = ctx.read(lambda c: views.certificate_words(ctx, c, award))
    assert (words["to"], words["day"]) == ("3号窗口（城建）", "2026年4月1日")
    # A window that is renamed later keeps the name of that day on its certificate.
    renamed = replace(
        catalogue(),
        windows=tuple(
            replace(window, name="建设") if window.code == "S1" else window
            for window in catalogue().windows
        ),
    )
    import_catalogue(ctx, SYSTEM, renamed, "test")
    assert ctx.read(lambda c: views.certificate_words(ctx, c, award)) == words
    assert office.violations() == []
    week = parse_week("2026-W14")
    lines = ctx.read(lambda c: week_facts(WeekRequest(ctx, c, ctx.catalogue(), week)))
    assert [(entry.name, entry.before) for entry in lines.lines["flag_moves"]] == [("3号窗口", "—")]
    # A revoked decision takes the flag back, with a reason and a second person.
    office.flag(FIRST, FlagMove.ASK_REVOKE, words="提名有误")
    assert office.holder() == 3
    assert refusal(lambda: office.flag(FIRST, FlagMove.REVOKE)) == HonourCode.FLAG_SECOND
    office.flag(SECOND, FlagMove.REVOKE)
    assert office.holder() == 0
    assert office.page().can_propose
    assert office.violations() == []


def test_a_veto_takes_the_flag_and_gives_it_back(office: AssessedOffice) -> None:
    ctx = office.hall.ctx
    office.decide("T2")
    assert office.holder() == 2
    evidence = office.complaint
    assert refusal(lambda: office.veto("26009999")) == HonourCode.VETO_EVIDENCE
    assert refusal(lambda: office.veto(evidence, "nobody")) == HonourCode.VETO_SUBJECT
    veto = office.veto(evidence)
    assert refusal(lambda: office.settle(CLERK, veto, VetoMove.DISPUTE, "x")) == "veto_unknown"
    assert office.holder() == 2, "a proposal takes nothing"
    assert refusal(lambda: office.settle(FIRST, veto, VetoMove.CONFIRM)) == HonourCode.VETO_SECOND
    assert [alarm.code for alarm in waiting(office)] == ["veto_waiting"]
    office.settle(SECOND, veto, VetoMove.CONFIRM)
    assert waiting(office) == []
    # T2 is a window of the same unit, which this ground strikes as well.
    assert office.holder() == 0
    page = office.page()
    assert page.award is not None
    assert page.award.struck_by == [veto]
    assert {BarKind.VETO} <= {bar.kind for e in page.ranking for bar in e.bars}
    assert office.violations() == []

    assert refusal(lambda: office.settle(OTHER, veto, VetoMove.DISPUTE, "x")) == "veto_unknown"
    office.settle(CLERK, veto, VetoMove.DISPUTE, "当时在解释政策，没有争吵")
    assert office.holder() == 0, "a dispute alone gives nothing back"
    withdraw = VetoMove.WITHDRAW
    for actor in (FIRST, SECOND):
        assert refusal(partial(office.settle, actor, veto, withdraw, "成立")) == "veto_second"
    mine = ctx.read(lambda c: veto_views.own(ctx, c, CLERK)).vetoes[0]
    assert [step.by_name for step in mine.steps] == ["", "", "测试1"]
    assert (mine.strikes_unit, mine.windows) == (True, ["1号窗口", "2号窗口"])
    office.settle(THIRD, veto, VetoMove.WITHDRAW, "经复核，申诉成立")
    assert office.holder() == 2
    causes = [walk.cause.value for walk in reversed(office.page().history)]
    assert causes == ["award", "veto", "veto_withdrawn"]
    assert office.moved == [FlagMoved("", "T2"), FlagMoved("T2", ""), FlagMoved("", "T2")]
    assert office.violations() == []

    ctx.write(lambda tx: bool(tx.conn.execute(update(flag_move).values(from_window="F1")).rowcount))
    assert any("walk 2" in text for text in office.violations())
    ctx.write(lambda tx: bool(tx.conn.execute(update(honour_veto).values(state="upheld")).rowcount))
    assert any("not where" in text for text in office.violations())


def test_the_rule_of_the_day_of_the_act_decides_whom_a_veto_strikes(office: AssessedOffice) -> None:
    office.decide("T2")
    evidence = office.complaint
    # Changed after the day of the act: it does not reach back.
    office.hall.configure(veto_unit_kinds="", veto_dispute_days=1)
    veto = office.veto(evidence)
    office.settle(SECOND, veto, VetoMove.CONFIRM)
    row = office.hall.ctx.read(lambda c: queries.veto(c, "small", veto))
    assert row is not None
    assert json.loads(row.windows) == ["T1", "T2"]
    assert (row.first_quarter, row.last_quarter) == ("2026-Q1", "2026-Q1")
    office.hall.clock.set(at(9, day=date(2026, 4, 7)))
    late = "当时情况不同"
    assert refusal(lambda: office.settle(CLERK, veto, VetoMove.DISPUTE, late)) == (
        HonourCode.VETO_DISPUTE_OVER
    )


def test_the_people_of_a_window_without_a_unit_of_its_own_may_dispute(
    office: AssessedOffice,
) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    act = VetoKind.QUARREL, Subject.WINDOW, "G1", date(2026, 3, 3), "与群众争吵"
    proposal = VetoProposal(*act, complaints=(office.complaint,))
    veto = veto_actions.propose(ctx, FIRST, key(), proposal)
    office.settle(SECOND, veto, VetoMove.CONFIRM)
    clerk = office.hall.clerk("G1")
    seen = ctx.read(lambda c: veto_views.own(ctx, c, clerk)).vetoes
    assert [(entry.windows, entry.strikes_unit) for entry in seen] == [(["11号窗口"], False)]
    assert ctx.read(lambda c: veto_views.own(ctx, c, CLERK)).vetoes == []
    office.settle(clerk, veto, VetoMove.DISPUTE, "当时窗口无人办理")
    assert office.violations() == []


def test_last_place_two_months_running_makes_an_interview_due_once(office: AssessedOffice) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    office.mark("quarrel", Subject.WINDOW, "G2", date(2026, 2, 27))
    office.release("2026-02")
    year = parse_period("2026")
    page = ctx.read(lambda c: year_views.year_page(ctx, c, FIRST, year))
    assert [(e.code, e.months) for e in page.interviews] == [("G2", ["2026-02", "2026-03"])]
    march = parse_period("2026-03")
    windows = Subject.WINDOW

    def propose(code: str) -> str:
        return interview_actions.propose(ctx, FIRST, key(), windows, code, march)

    assert refusal(lambda: propose("T1")) == HonourCode.INTERVIEW_UNKNOWN
    interview = propose("G2")
    assert refusal(lambda: propose("G2")) == HonourCode.INTERVIEW_STATE
    drop = InterviewWish(InterviewMove.DROP, "已调离")

    def move(actor: Actor, wish: InterviewWish) -> None:
        interview_actions.move(ctx, actor, key(), interview, wish)

    assert refusal(lambda: move(FIRST, drop)) == HonourCode.INTERVIEW_SECOND
    tomorrow = InterviewWish(InterviewMove.HOLD, "已约谈", date(2026, 4, 2))
    assert refusal(lambda: move(FIRST, tomorrow)) == "invalid"
    move(FIRST, InterviewWish(InterviewMove.HOLD, "已约谈，明确整改措施", APRIL))
    page = ctx.read(lambda c: year_views.year_page(ctx, c, FIRST, year))
    assert [e.state for e in page.interviews] == ["held"]
    assert page.interviews[0].moves == []
    assert office.violations() == []


def test_the_idle_strip_and_the_board_show_the_window_with_the_flag(office: AssessedOffice) -> None:
    office.decide()
    hall = office.hall
    hall.sign_in("S1", "T1")
    display = Display(hall.hall, None, None)  # type: ignore[arg-type]

    def text(window: str) -> str:
        state = display.desired_state(DeviceRef("led", "led", window, "agent"))
        assert state is not None
        return str(state["text"])

    assert (text("S1"), text("T1")) == ("3号 流动红旗窗口", "1号 税务一")
    flag = display.state(snapshot.take(hall.ctx), "main").flag
    assert flag is not None
    assert (flag.window, flag.quarter_words) == (3, "2026年第1季度")
    hall.configure(flag_strip_text="")
    assert text("S1") == "3号 城建"
    hall.configure(flag_strip_text="二〇二六年度流动红旗窗口")
    assert text("S1") == "二〇二六年度流动红旗窗口"
    tax = hall.issue("build-1")
    hall.call("S1")
    assert tax.number in text("S1")
    office.flag(FIRST, FlagMove.ASK_REVOKE, words="提名有误")
    office.flag(SECOND, FlagMove.REVOKE)
    display.forget_flag()
    assert display.state(snapshot.take(hall.ctx), "main").flag is None


def test_papers_are_of_what_stands_and_the_public_learns_the_window_only(
    office: AssessedOffice,
) -> None:
    web = Web(office.hall)
    manager, clerk, anyone = web.manager(), web.person(STAFF["T1"]), web.browser()
    certificate = "/office/honours/quarters/2026-Q1/certificate.pdf"
    assert manager.get(certificate).get_json()["code"] == HonourCode.FLAG_UNKNOWN
    assert manager.get("/office/honours/years/2026/units.pdf").get_json()["code"] == (
        HonourCode.FLAG_UNRELEASED
    )
    office.decide("T2")
    text = PdfReader(BytesIO(manager.get(certificate).data)).pages[0].extract_text()
    assert "流动红旗窗口" in "".join(text.split())
    assert anyone.get("/honours/flag").get_json() == {
        "window": 2,
        "window_name": "税务二",
        "window_name_en": "Tax 2",
        "quarter": "2026-Q1",
        "quarter_words": "2026年第1季度",
        "quarter_words_en": "quarter 1 of 2026",
    }
    assert clerk.get("/office/honours/quarters/2026-Q1").status_code == 403
    for path in ("quarters/2026-03", "quarters/2026-Q5", "years/2026-Q1", "allowance/2026-05"):
        assert manager.get(f"/office/honours/{path}").get_json()["code"] == "invalid", path
    veto = office.veto()
    assert clerk.get("/my/vetoes").get_json() == {"vetoes": []}
    office.settle(SECOND, veto, VetoMove.CONFIRM)
    assert [entry["id"] for entry in clerk.get("/my/vetoes").get_json()["vetoes"]] == [veto]
    assert manager.get(certificate).get_json()["code"] == HonourCode.FLAG_UNKNOWN
    assert anyone.get("/honours/flag").get_json()["window"] == 0
