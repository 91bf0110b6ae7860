"""Small hall with a settled past, ids of everything in it, and a digest of all its figures."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from server.assessment.frozen import month_json
from server.assessment.rules import Month
from server.assessment.standings import Subject
from server.assessment.tables import score_release
from server.assistance import actions as first_asks
from server.assistance.actions import Question
from server.assistance.helper_actions import Job, entrust
from server.attendance import shift_rule_actions, shift_rule_queries
from server.attendance.day_sheet import total
from server.attendance.present_verdict import present_verdict
from server.attendance.sheets import day_sheets
from server.branches import membership
from server.bulletins import actions as bulletins_actions
from server.bulletins.tables import amendment, bulletin
from server.bulletins.weekly_figures import figures
from server.call_backs.actions import draw_week
from server.cases import actions as case_actions
from server.cases import queries as case_queries
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseWay
from server.catalogue.actions import import_catalogue
from server.catalogue.model import CaseMode
from server.complaints import actions as complaint_actions
from server.complaints import queries as complaint_queries
from server.complaints.actions import Filed
from server.complaints.rules import About, Way
from server.complaints.rules import Kind as ComplaintKind
from server.core import journal
from server.core import tables as core_tables
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.day_facts import LeaveKind
from server.core.events import HallChanged
from server.core.store import Tx
from server.core.weeks import parse_week
from server.core.working_days import SpecialDay
from server.honours import queries as honours
from server.honours import veto_actions
from server.honours.queries import StoredInterview, StoredInterviewStep
from server.honours.rules import VetoKind
from server.honours.veto_actions import VetoProposal
from server.joint_review import actions as joint_actions
from server.joint_review import meetings
from server.joint_review.rules import MeetingKind, MeetingMove
from server.leave import actions as leave_actions
from server.leave import correction_actions, file_queries
from server.leave import queries as stored_leaves
from server.leave.actions import LeaveRequest
from server.queue import hall_notices
from server.queue import tables as queue_tables
from server.queue.business_day import keep_day
from server.queue.messages import PublishNotice
from server.ratings import actions as rating_actions
from server.ratings.actions import Given
from server.ratings.figures import By, counts_by
from server.ratings.levels import Channel, Level
from server.retroactive import queries as stored_changes
from server.retroactive.scopes import finding_value
from server.spot_checks import finding_actions, finding_queries, rounds, second_checker
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.finding_rules import State as FindingState
from server.spot_checks.marks import Kind
from server.tacit_approval.actions import Proposal, propose
from server.tacit_approval.rules import SchemeKind, SchemeLimit
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.manual_entry import Sheet, Signature, take_sheet
from server.web_api.limits import Limits
from support import settled_appointments, settled_scores
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at, with_empty_sites
from support.read_tables import ReadTables
from support.settled_case_rows import store_due, store_licence
from support.sheets import CLERK, GOOD, READER, RULE, deliver_punches, with_clock_and_rule
from support.web import Web

BOSS = Actor(ActorKind.MANAGER, MANAGER, why="登记有误")
ADMIN = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR, why="登记有误")
PENDING_CLOCK, RETIRED_CLOCK = "TEST0002", "TEST0003"
TODAY = MONDAY + timedelta(days=8)
LAST = TODAY - timedelta(days=1)
FIRST = date(2026, 2, 23)
SCORED = ("score", "deductions")
WEEKS = ("2026-W09", "2026-W10")
STATEMENT_FACTS = ("confirmed", "disputed", "last_findings", "last_rectified", "last_open")
"""Facts that count statements of the person concerned; a statement changes no finding."""
RELEASE_FACTS = ("rectify_days",)
"""Facts that depend on the release of the bulletin, not on its week."""


LAST_QUARTER, EVIDENCE = "2025-Q4", "veto-evidence"


def add_release(tx: Tx, period: str) -> None:
    """Insert released results of a period: T1 before S1."""
    windows = [
        {"code": code, "name": code, "unit": "", "bad_ratings": 0, "unmeasured": []}
        | {name: dict.fromkeys(("value", "low", "high"), points) for name in SCORED}
        for code, points in (("T1", "100"), ("S1", "90"))
    ]
    values = dict.fromkeys(("digest", "sheets_digest", "facts_digest"), "")
    people = {"checked_by": MANAGER, "released_by": ADMINISTRATOR, "checked_digest": ""}
    results = json.dumps({"window": windows})
    times = {"checked_at": tx.now, "released_at": tx.now}
    frozen = json.dumps(month_json(Month(period)))
    row = values | people | times | {"period": period, "state": "released", "results": results}
    row["frozen"] = frozen
    tx.conn.execute(insert(score_release).values(hall_id=tx.hall_id, **row))


class SettledHall:
    """The hall on Tuesday morning: last week is settled, yesterday waits for a time clock."""

    def __init__(self, url: str, folder: Path) -> None:
        self.small = SmallHall(url, folder, at(8, day=MONDAY))
        self.web = Web(self.small)
        ticks = count(step=3_600_000)
        self.web.app.api.limits = Limits(lambda: next(ticks))  # an hour between two requests
        self.ctx = self.small.ctx
        self.folder = folder
        self.ids_by_parameter: dict[str, list[str]] = {}
        self._build()
        self._kept = sqlite3.connect(":memory:")
        self._digests = ReadTables[dict[str, Any]](folder / "hall.db")

    def save(self) -> None:
        """Save the database for `restore`."""
        live = self._live()
        live.backup(self._kept)
        live.close()

    def _live(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "hall.db")

    def restore(self) -> None:
        """Restore the database saved by `keep` and clear the caches."""
        live = self._live()
        self._kept.backup(live)
        live.close()
        self.ctx.drop_caches()
        self.ctx.snapshot_cache.clear()
        self.ctx.bus.deliver([HallChanged(what) for what in ("catalogue", "calendar", "settings")])

    def _build(self) -> None:
        small, ctx = self.small, self.ctx
        book = with_empty_sites()
        special = SpecialDay(MONDAY + timedelta(days=5), True, "加班", 1)
        items = tuple(
            replace(item, mode=CaseMode.JOINT) if item.code == "tax-2" else item
            for item in book.items
        )
        import_catalogue(
            ctx, SYSTEM, replace(book, items=items, special_days=(special,)), "settled"
        )
        with_clock_and_rule(small, delivered=at(8, day=MONDAY))
        small.ctx.write(self._readers)
        self._day_of_tickets()
        walked = self._checks(MONDAY, joined=True)
        for n in range(5):
            day = MONDAY + timedelta(days=n)
            small.clock.set(at(22, day=day))
            deliver_punches(small, *(("08:50", *GOOD[1:]) if n == 1 else GOOD), day=day)
            deliver_punches(small, *GOOD, day=day, pin="99")
        self._leaves()
        small.clock.set(at(9, day=LAST))
        self._bulletins()
        alone = self._checks(LAST, joined=False)
        self._cases()
        small.clock.set(at(22, day=LAST))
        deliver_punches(small, *GOOD, day=LAST)
        small.clock.set(at(9, day=TODAY))
        keep_day(ctx)
        membership.add(ctx, BOSS, small.key(), "south", 601, 700)
        small.sign_in("T1")
        small.issue("tax-1")
        self._names(walked, alone)

    def _readers(self, tx: Tx) -> None:
        time_clocks_queries.add(
            tx, PENDING_CLOCK, "pull", "admitted", delivered_until=at(12, day=LAST)
        )
        time_clocks_queries.quarantine(tx, PENDING_CLOCK, "ATTLOG", "7\t???", "bad_time", 300)
        time_clocks_queries.add(
            tx, RETIRED_CLOCK, "pull", "out", delivered_until=at(12, day=MONDAY), out_since=tx.now
        )
        time_clocks_queries.link(tx, "9", 0, MANAGER, "test")
        time_clocks_queries.change(tx, READER, delivered_until=at(8, day=TODAY))
        tx.events.append(HallChanged("looked"))

    def _day_of_tickets(self) -> None:
        small = self.small
        small.clock.set(at(9, day=MONDAY))
        keep_day(self.ctx)
        small.sign_in("T1")
        small.issue("tax-1")
        bad = Given(Level.DISSATISFIED, Channel.PHONE, (), "等了很久", "测试人")
        self.rating = rating_actions.rate(
            self.ctx, rating_actions.PHONE, small.key(), small.serve("T1").id, bad
        )
        filed = Filed(ComplaintKind.ON_SPOT, Way.PHONE, About.UNIT, "tax", ("waiting",))
        complaint_actions.file(self.ctx, complaint_actions.PHONE, small.key(), filed)
        applicant = Applicant("测试人", phone="sealed", person_key="key")
        opening = Opening("tax-1", applicant, CaseWay.RECEPTION)
        self.case = case_actions.open_case(self.ctx, small.clerk("T1"), small.key(), opening)
        other = replace(applicant, person_key="")
        self.called = self._ended_case(replace(opening, applicant=other))
        self._joint_case(replace(opening, item="tax-2", applicant=other))
        self.booked = settled_appointments.book(small, BOSS)
        self.ticket = small.issue("tax-1")
        small.clock.set(at(20, day=MONDAY))
        keep_day(self.ctx)

    def _joint_case(self, opening: Opening) -> None:
        """Accept a joint case, ask a unit, and record who came to a meeting."""
        ctx, clerk, key = self.ctx, self.small.clerk("T1"), self.small.key
        case = case_actions.open_case(ctx, clerk, key(), opening)
        case_actions.move(ctx, clerk, key(), case, Wish(CaseMove.ACCEPT))
        order = joint_actions.PartOrder("build", "请提出意见。")
        self.parts = joint_actions.send(ctx, clerk, key(), case, [order])
        call = meetings.MeetingOrder(MeetingKind.MEETING, MONDAY, "10:00", "三楼", ("build",))
        meeting = meetings.call(ctx, clerk, key(), case, call)
        absent = [meetings.UnitPresence("build", present=False)]
        meetings.move(ctx, clerk, key(), meeting, MeetingMove.RECORD, absent)
        self.meetings = [meeting]

    def _ended_case(self, opening: Opening) -> str:
        """Open a case and refuse to accept it; return its id."""
        clerk, key = self.small.clerk("T1"), self.small.key
        case = case_actions.open_case(self.ctx, clerk, key(), opening)
        case_actions.move(self.ctx, clerk, key(), case, Wish(CaseMove.NOT_ACCEPT, "不属于本单位"))
        return case

    def _checks(self, day: date, *, joined: bool) -> str:
        small, ctx = self.small, self.ctx
        small.clock.set(at(21, day=day) if joined else at(10, day=day))
        keep_day(ctx)
        check = str(rounds.by_hand(ctx, BOSS, small.key(), STAFF["G2"])["check"])
        for window, staff in (("T1", CLERK), ("S1", STAFF["S1"])):
            mark_id = f"{check}-{window}"
            request = rounds.MarkRequest(
                mark_id, window, staff, "empty", "", (), "", (), ctx.clock.now()
            )
            rounds.mark(ctx, BOSS, small.key(), check, request)
        rounds.finish(ctx, BOSS, small.key(), check)
        if joined:
            second = Actor(ActorKind.CLERK, STAFF["G2"])
            second_checker.answer(ctx, second, small.key(), check, True, "")
            row = ctx.read(lambda c: finding_queries.of_source(c, "small", "mark", f"{check}-S1"))
            assert row is not None
            person = Actor(ActorKind.CLERK, STAFF["S1"])
            finding_actions.dispute(ctx, person, small.key(), row.id, "在打印室")
        doubted = Anomaly(Kind.NO_CALL, CLERK, "T1", f"doubt-{day}", {})
        ctx.write(lambda tx: finding_actions.propose(ctx, tx, doubted))
        return check

    def _leaves(self) -> None:
        small, ctx = self.small, self.ctx
        small.clock.set(at(8, day=LAST))
        self.leave: list[str] = []
        spans = (
            (STAFF["G1"], STAFF["G1"], "2026-03-09T09:00", "2026-03-12T12:00", True),
            (CLERK, CLERK, "2026-03-06T08:00", "2026-03-06T18:00", False),
            (STAFF["T2"], MANAGER, "2026-03-09T08:00", "2026-03-09T18:00", False),
        )
        for staff, by, begins, ends, granted in spans:
            span = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
            actor = BOSS if by == MANAGER else Actor(ActorKind.CLERK, by)
            wish = LeaveRequest(staff, LeaveKind.PERSONAL, *span, "家中有事")
            leave_id = leave_actions.request(ctx, actor, small.key(), wish)
            self.leave.append(leave_id)
            for decider in (BOSS, ADMIN) if granted else ():
                if self._rung(leave_id):
                    leave_actions.decide(ctx, decider, small.key(), leave_id, True, "")

    def _rung(self, leave: str) -> bool:
        row = self.ctx.read(lambda c: stored_leaves.get(c, "small", leave))
        return row is not None and row.state == "asked"

    def _bulletins(self) -> None:
        small, ctx = self.small, self.ctx
        for week in WEEKS:
            bulletins_actions.draft(ctx, BOSS, small.key(), week)
        draft = ctx.read(lambda c: bulletins_actions.load(ctx, c, WEEKS[1]))
        bulletins_actions.edit(ctx, BOSS, small.key(), draft, {})
        draft = ctx.read(lambda c: bulletins_actions.load(ctx, c, WEEKS[1]))
        bulletins_actions.release(ctx, ADMIN, small.key(), draft, draft.digest)
        released = ctx.read(lambda c: bulletins_actions.load(ctx, c, WEEKS[1]))
        bulletins_actions.amend(ctx, BOSS, small.key(), released, (), "补充说明")

    def _cases(self) -> None:
        small, ctx = self.small, self.ctx

        def stands(conn: Connection, staff: str, day: date, slot: str) -> dict[str, Any]:
            return present_verdict(ctx, conn, staff, day, slot)

        friday = MONDAY + timedelta(days=4)
        codes = [slot.code for slot in RULE.slots]
        self.correction = [
            correction_actions.request(
                ctx,
                by,
                small.key(),
                correction_actions.CorrectionRequest(staff, friday, slot, verdict, "有事"),
                stands,
            )
            for by, staff, slot, verdict in (
                (Actor(ActorKind.CLERK, CLERK), CLERK, codes[0], "official"),
                (BOSS, MANAGER, codes[0], "on_time"),
                (BOSS, STAFF["T2"], codes[1], "on_time"),
            )
        ]
        narrow = replace(RULE, name="旧规则", valid_from=date(2026, 2, 20), min_interval_seconds=0)
        self.rule = [shift_rule_actions.draft(ctx, BOSS, small.key(), narrow)]
        signed = [Signature(STAFF["T2"], time(8, 20))]
        self.sheet = [
            take_sheet(ctx, BOSS, small.key(), Sheet(date(2026, 3, 3), "停电", witness, signed))
            for witness in (STAFF["G1"], CLERK)
        ]

    def _names(self, *walked: str) -> None:
        ctx = self.ctx
        assert draw_week(ctx, self.folder, parse_week(WEEKS[1]), 20) == 1
        boss = self.web.manager()
        boss.why = "登记有误"
        body = {"enrolment": "99", "staff": STAFF["S1"], "since": "2026-03-02"}
        assert boss.post("/office/fingers", body).get_json()["code"] == "past_asked"
        rows = ctx.read(lambda c: finding_queries.of_days(c, "small", "", "9"))
        every = ctx.read(rules_of)
        words = PublishNotice(pauses=False, text="请出示身份证")
        scores = settled_scores.settle(self.small, BOSS, ADMIN, CLERK)
        booked = settled_appointments.settle(self.small, BOSS, self.booked)
        self.ids_by_parameter = {
            **scores,
            **booked,
            "notice": [hall_notices.publish(ctx, BOSS, self.small.key(), words)],
            "site": ["south"],
            "ticket": [self.ticket.id],
            "part": self.parts,
            "meeting": self.meetings,
            "token": [self.ticket.token, *booked["token"]],
            "slip": [self.ticket.token],
            "window": ["T1"],
            "staff": [CLERK, MANAGER],
            "number": ["1"],
            "serial": [READER, PENDING_CLOCK, RETIRED_CLOCK],
            "check": list(walked),
            "finding": [row.id for row in rows],
            "rule": every,
            "bulletin": list(WEEKS),
            "n": ["1"],
            "leave": self.leave,
            "correction": self.correction,
            "rating": [self.rating],
            "complaint": [
                row.id for row in ctx.read(lambda c: complaint_queries.open_ones(c, "small"))
            ],
            "case": [self.case, self.called],
            "paper": [
                row.id for row in ctx.read(lambda c: case_queries.papers(c, "small", [self.case]))
            ],
            "payment": [store_due(self.ctx, self.case, CLERK)],
            "licence": [store_licence(self.ctx, self.case, CLERK)],
            "list": ["CJ-1"],
            "extra": ["LX1"],
            "waybill": ["EX0001"],
            "unit": ["tax"],
            "year": ["2026"],
            "change": [row.id for row in ctx.read(lambda c: stored_changes.listed(c, "small"))],
            "sheet": [*self.sheet, *scores["score_sheet"]],
            "scheme": [self._scheme()],
            "ask": [first_asks.record(ctx, BOSS, self.small.key(), Question("问社保"))],
            "job": [self._job()],
            "veto": [self._veto(next(row.id for row in rows if row.state == "confirmed"))],
            "interview": [self._interview()],
            "kind": ["allowance"],
            "quarter": [LAST_QUARTER],
            "month": ["2026-03"],
        }

    def _scheme(self) -> str:
        """Return a scheme of approval by silence with the first of its signatures."""
        basis = "某市行政审批超时默许办法第三条"
        items, first = ("tax-1",), self.ctx.local().date()
        proposal = Proposal(SchemeKind.DECISION, items, SchemeLimit.LEGAL, basis, first)
        return propose(self.ctx, BOSS, self.small.key(), proposal)

    def _veto(self, finding: str) -> str:
        """Return a veto that waits for its confirmation, with a finding as evidence."""
        about = VetoKind.QUARREL, Subject.PERSON, CLERK, MONDAY
        wish = VetoProposal(*about, "与群众争吵", findings=(finding,))
        return veto_actions.propose(self.ctx, BOSS, self.small.key(), wish)

    def _interview(self) -> str:
        """Return a proposed interview of a clerk."""
        row = StoredInterview("I1", Subject.PERSON.value, CLERK, "2026-02", "proposed")
        step = StoredInterviewStep("I1", 1, "propose", "proposed", 0, "", "", BOSS.key)

        def act(tx: Tx) -> None:
            file_queries.add(tx, EVIDENCE, "paper.pdf", "application/pdf", 1, BOSS.key)
            for period in (LAST_QUARTER, "2025-11", "2025-12"):
                add_release(tx, period)
            honours.add_interview(tx, row)
            honours.INTERVIEW_STEPS.add(tx, step)

        self.ctx.write(act)
        return row.id

    def _job(self) -> str:
        """Return a job whose helper is a clerk."""
        job = Job(CLERK, "代办", self.ctx.local().date(), project="示例项目", name="测试人")
        return entrust(self.ctx, BOSS, self.small.key(), job)

    def close(self) -> None:
        """Close the databases."""
        self._kept.close()
        self.small.close()

    def acts_since(self, seq: int) -> list[dict[str, Any]]:
        """Return the journal lines after a sequence number."""
        j = core_tables.journal.c
        query = select(j.seq, j.act, j.actor, j.subject, j.data).where(
            j.hall_id == "small", j.seq > seq
        )
        rows = self.ctx.read(lambda c: list(c.execute(query.order_by(j.seq)).mappings()))
        return [dict(row) for row in rows]

    def last_journal_number(self) -> int:
        """Return the sequence number of the journal's last line."""
        return self.ctx.read(lambda c: journal.head(c, "small")[0])

    def digest(self) -> dict[str, Any]:
        """Return the past: all verdicts, figures of months and weeks, checks, findings, tickets."""
        return self._digests.value(lambda: self.ctx.read(self._digest))

    def _digest(self, conn: Connection) -> dict[str, Any]:
        values: dict[str, Any] = {}
        sheets = day_sheets(self.ctx, conn, FIRST, LAST)
        for sheet in sheets:
            for verdict in sheet.slots:
                name = f"verdict {sheet.day} {sheet.staff} {verdict.slot.code}"
                values[name] = f"{verdict.state.value} {verdict.minutes}"
        for staff in sorted({sheet.staff for sheet in sheets}):
            for month in (2, 3):
                person_sheets = [s for s in sheets if s.staff == staff and s.day.month == month]
                sums = total(person_sheets)
                counts = {state.value: n for state, n in sorted(sums.states.items()) if n}
                minutes = sums.late_minutes, sums.early_minutes, sums.absent_halves, sums.days
                values[f"month {month} {staff}"] = f"{counts} {minutes}"
        last = LAST.isoformat()
        for row in finding_queries.of_days(conn, "small", "", last):
            value = finding_value(FindingState(row.state))
            values[f"finding {row.id}"] = f"{value} {row.step} {row.staff} {row.day}"
        for check in spot_checks_queries.of_days(conn, "small", "", last):
            walked = (
                check.checkers,
                check.started_at,
                check.ended_at,
                check.second in ("waiting", "objected"),
            )
            values[f"check {check.id}"] = f"{check.state} {walked}"
        for week in WEEKS:
            values |= self._figures(conn, week)
        for table in (bulletin, amendment):
            for document in conn.execute(select(table)).mappings():
                if document["released_at"]:
                    values[f"{table.name} {document['digest']}"] = json.dumps(
                        dict(document), default=str
                    )
        values |= settled_appointments.digest(conn, last)
        return values | settled_scores.released(conn) | self._services(conn, last)

    def _services(self, conn: Connection, last: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, counted in counts_by(conn, "small", FIRST.isoformat(), last, By.WINDOW).items():
            # What staff type in is shown apart and is in no rate.
            values[f"ratings {key}"] = f"{counted.services} {counted.active} {counted.good}"
        t = queue_tables.ticket.c
        for ticket in conn.execute(select(queue_tables.ticket).where(t.day <= last)).mappings():
            values[f"ticket {ticket['id']}"] = json.dumps(dict(ticket), default=str)
        return values

    def _figures(self, conn: Connection, week: str) -> dict[str, Any]:
        stated = figures(self.ctx, conn, parse_week(week))
        values = {
            name: fact.value
            for name, fact in stated.facts.items()
            if name not in (*STATEMENT_FACTS, *RELEASE_FACTS)
        }
        lines = [
            {k: v for k, v in asdict(line).items() if k not in ("state", "rectified")}
            for part in (
                *(stated.units, stated.cases, stated.checks, stated.findings),
                *(stated.service_units, stated.service_windows),
            )
            for line in part
        ]
        content = {"facts": values, "lines": lines, "rates": stated.rates}
        return {f"figures {week}": json.dumps(content, ensure_ascii=False, sort_keys=True)}


def rules_of(conn: Connection) -> list[str]:
    """Return the ids of all shift rules."""
    return [rule.id for rule in shift_rule_queries.every(conn, "small")]


def attlog() -> bytes:
    """Return a time clock's attendance log with punches of two fingers last week."""
    lines = [
        f"{pin}\t{MONDAY + timedelta(days=n)} 08:01:00\t1\t0\t1\t0"
        for n in range(5)
        for pin in (7, 9)
    ]
    return "\r\n".join(lines).encode()
