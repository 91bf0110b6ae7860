"""Routes and live feed of the day sheet: the hall today, months, exceptions, evidence, rules.

Everything is computed on reading. A query that takes longer than a few milliseconds runs in
another thread on its own connection, so that no clerk waits for a month sheet.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from flask import Response
from sqlalchemy import Connection

from server.attendance import evidence, month_sheet, shift_rule_actions, shift_rule_queries, views
from server.attendance.building_queries import building_on
from server.attendance.buildings import AT_SITE, at_site, choices
from server.attendance.errors import ShiftRuleCode
from server.attendance.messages import (
    AttendanceDay,
    DayEvidence,
    ExceptionList,
    MonthSheet,
    PersonMonth,
    RuleBody,
    RuleList,
    RuleMade,
    RuleTrial,
    TryRule,
    WithdrawRule,
)
from server.attendance.sheets import gather, of_unit, sheets_of, staff_lists
from server.attendance.shift_rules import Direction, RuleScope, RuleState, ShiftRule, SlotRule
from server.catalogue.model import Catalogue
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, Event, HallChanged
from server.core.messages import Done
from server.core.weeks import parse_week
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.past_catalogue import catalogue_then
from server.hall.snapshot import Snapshot
from server.leave.attendance_access import check_see
from server.leave.errors import LeaveCode
from server.live.feeds import Feed, LiveFeeds, allow_managers
from server.time_clocks.events import ReaderChanged
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import check_year_range, day_of
from server.web_api.downloads import file_response

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
LONGEST_TRIAL_DAYS = 100
WHOLE_HALL = "all"
RULE_EXAMPLE = {
    "name": "夏令时2026",
    "scope": "hall",
    "subjects": [],
    "valid_from": "2026-05-01",
    "valid_to": "2026-09-30",
    "weekdays": [1, 2, 3, 4, 5],
    "slots": [
        {
            "code": "am_in",
            "name": "上午签到",
            "direction": "in",
            "due": "08:30",
            "opens": "07:30",
            "closes": "09:30",
            "half": 1,
        }
    ],
}


class Attendance:
    """Day sheets of one hall for the office pages."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ctx = hall.ctx
        self._today: tuple[str, AttendanceDay] | None = None
        self._changes = 0
        self._ctx.bus.subscribe(self.on_event)

    def now(self) -> datetime:
        """Return the hall's wall clock, naive."""
        return self._ctx.local()

    def day(self, conn: Connection, day: date) -> AttendanceDay:
        """Return the hall's sheet of one day."""
        facts = gather(self._ctx, conn, day, day)
        day_sheets = list(sheets_of(facts))
        then = catalogue_then(self._ctx, conn, day)
        building = building_on(self._ctx, conn, then, day, day)
        current = self._ctx.catalogue()
        return views.hall_day(current, facts, day_sheets, day, self.now(), then, building)

    def state(self, snapshot: Snapshot, _key: str) -> AttendanceDay:
        """Return the hall's sheet of today for the live feed.

        It is cached until the minute or the facts change.
        """
        minute = f"{snapshot.local:%Y-%m-%dT%H:%M}"
        cached, changes = self._today, self._changes
        if cached is not None and cached[0] == minute:
            return cached[1]
        fresh = self._hall.read_off_loop(lambda conn: self.day(conn, snapshot.local.date()))
        if changes == self._changes:  # nothing changed during the read
            self._today = (minute, fresh)
        return fresh

    def on_event(self, event: Event) -> None:
        """Discard the cached full state after a relevant event, even without subscribers."""
        if _changed_keys(event) is not None:
            self._today = None
            self._changes += 1

    def person(self, conn: Connection, staff: str, month: str) -> PersonMonth:
        """Return one person's month; raises NOT_FOUND for a person who was not on the list."""
        facts = gather(self._ctx, conn, *span_of(month), {staff})
        if staff not in facts.everybody():
            raise HallError(CommonCode.NOT_FOUND)
        day_sheets = list(sheets_of(facts, {staff}))
        return views.person_month(
            self._ctx.catalogue(), facts, day_sheets, staff, month, self.now()
        )

    def month(self, conn: Connection, unit: str, month: str) -> MonthSheet:
        """Return a unit's month; `all` means the hall, `@` and its code a building.

        A unit's sheet holds only the days on which a person belonged to it. A person who moved
        is on the sheets of both units, so that the units add up to the hall. So it is with
        buildings: each has the days of its people by the business data at the end of the month.
        """
        span = span_of(month)
        then = catalogue_then(self._ctx, conn, span[1])
        people = None if unit == WHOLE_HALL else people_of(self._ctx, conn, span, unit, then)
        facts = gather(self._ctx, conn, *span, people)
        day_sheets = list(sheets_of(facts, people))
        if unit.startswith(AT_SITE):
            building, site = building_on(self._ctx, conn, then, *span), unit.removeprefix(AT_SITE)
            day_sheets = [s for s in day_sheets if building(s.staff, s.day.isoformat()) == site]
        elif unit != WHOLE_HALL:
            day_sheets = of_unit(day_sheets, code_of(unit))
        shown_unit = "" if unit == WHOLE_HALL else unit
        return views.month_sheet(self._ctx.catalogue(), facts, day_sheets, shown_unit, month, then)


def code_of(unit: str) -> str:
    """Return a unit's code; in addresses the office's own people are the unit `office`."""
    return "" if unit == views.OFFICE_UNIT else unit


def _changed_keys(event: Event) -> set[str] | None:
    """Return the keys to refresh at once; empty: after the feed's delay; None: not affected."""
    if isinstance(event, AttendanceChanged):
        return {"*"}
    return set() if isinstance(event, HallChanged | ReaderChanged) else None


def people_of(
    ctx: Context, conn: Connection, span: tuple[date, date], unit: str, then: Catalogue
) -> Collection[str]:
    """Return the staff numbers of everybody who was in a unit on a day of the span.

    With `@` and its code, of everybody of a building by the business data `then`. Raises NOT_FOUND
    if there is nobody, and for a building of a hall that has only one.
    """
    code = code_of(unit)
    listed = [p for _, people in staff_lists(ctx, conn, *span) for p in people]
    if unit.startswith(AT_SITE):
        everybody = (p.number for p in listed if choices(then))
        numbers = at_site(everybody, then, unit.removeprefix(AT_SITE))
    else:
        numbers = {p.number for p in listed if p.unit == code}
    if not numbers:
        raise HallError(CommonCode.NOT_FOUND)
    return numbers


def span_of(month: str) -> tuple[date, date]:
    """Return first and last day of a month (YYYY-MM) or week (YYYY-Www); raises INVALID."""
    try:
        if "W" in month:
            week = parse_week(month)
            check_year_range(week.first, "month")
            return week.first, week.last
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        check_year_range(first, "month")
    except ValueError:
        raise HallError(CommonCode.INVALID, field="month") from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the routes and the live feed of the day sheet."""
    sheets = Attendance(api.hall)
    feeds.add(Feed("attendance", sheets.state, allow_managers, _changed_keys, 1.0))
    _pages(api, sheets)
    _own(api, sheets)
    _papers(api, sheets)
    _rules(api)
    _trial(api)


def _pages(api: Api, sheets: Attendance) -> None:
    @api.get("/office/attendance/days/<day>", who=MANAGERS, answer=AttendanceDay)
    def attendance_day(call: Call) -> AttendanceDay:
        """Return the hall's sheet of one day: each person's four marks, by unit."""
        day = day_of(call.args["day"])
        return api.hall.read_off_loop(lambda conn: sheets.day(conn, day))

    @api.get("/office/attendance/months/<unit>/<month>", who=MANAGERS, answer=MonthSheet)
    def unit_month(call: Call) -> MonthSheet:
        """Return a unit's month; `all` is the hall, `office` its own office, `@north` a building.

        `@` alone: those who have no window.
        """
        unit, month = call.args["unit"], call.args["month"]
        return api.hall.read_off_loop(lambda conn: sheets.month(conn, unit, month))

    @api.get("/office/attendance/exceptions/<month>", who=MANAGERS, answer=ExceptionList)
    def exception_list(call: Call) -> ExceptionList:
        """Return every late, early or missing slot of a month, newest first."""
        month = call.args["month"]
        span = span_of(month)
        return api.hall.read_off_loop(
            lambda conn: evidence.exceptions(api.hall.ctx, conn, month, span, sheets.now())
        )


def _own(api: Api, sheets: Attendance) -> None:
    ctx = api.hall.ctx

    @api.get("/my/attendance/<month>", who=STAFF, answer=PersonMonth)
    def my_month(call: Call) -> PersonMonth:
        """Return one's own month."""
        staff, month = call.actor.name, call.args["month"]
        return api.hall.read_off_loop(lambda conn: sheets.person(conn, staff, month))

    @api.get(
        "/attendance/people/<staff>/<month>",
        who=STAFF,
        answer=PersonMonth,
        codes=(LeaveCode.NOT_YOUR_SHEET,),
    )
    def one_month(call: Call) -> PersonMonth:
        """Return a person's month, for the person, the chief representative or a manager."""
        staff, month = call.args["staff"], call.args["month"]
        check_see(ctx.catalogue(), call.actor, staff)
        return api.hall.read_off_loop(lambda conn: sheets.person(conn, staff, month))

    @api.get(
        "/attendance/evidence/<staff>/<day>",
        who=STAFF,
        answer=DayEvidence,
        codes=(LeaveCode.NOT_YOUR_SHEET,),
    )
    def day_evidence(call: Call) -> DayEvidence:
        """Return the evidence of a person's day: punches, leave, corrections, the rule in words."""
        staff, day = call.args["staff"], day_of(call.args["day"])
        check_see(ctx.catalogue(), call.actor, staff)
        return api.hall.read_off_loop(
            lambda conn: evidence.of_day(ctx, conn, staff, day, sheets.now())
        )


def _papers(api: Api, sheets: Attendance) -> None:
    def sheet_of(call: Call) -> MonthSheet:
        unit, month = call.args["unit"], call.args["month"]
        return api.hall.read_off_loop(lambda conn: sheets.month(conn, unit, month))

    def answer(call: Call, content: bytes, ending: str, media: str) -> Response:
        name = f"attendance-{call.args['unit']}-{call.args['month']}.{ending}"
        return file_response(content, media, name)

    @api.get(
        "/office/attendance/months/<unit>/<month>/sheet.xlsx",
        who=MANAGERS,
        answer=None,
        media=XLSX,
    )
    def month_workbook(call: Call) -> Response:
        """Return the month sheet as a workbook."""
        sheet = sheet_of(call)
        content = api.hall.offload(lambda: month_sheet.workbook(sheet, sheets.now()))
        return answer(call, content, "xlsx", XLSX)

    @api.get(
        "/office/attendance/months/<unit>/<month>/sheet.pdf", who=MANAGERS, answer=None, media=PDF
    )
    def month_paper(call: Call) -> Response:
        """Return the month sheet as a PDF to print and stamp."""
        sheet = sheet_of(call)
        content = api.hall.offload(lambda: month_sheet.paper(sheet, sheets.now()))
        return answer(call, content, "pdf", PDF)


def _rules(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/rules", who=MANAGERS, answer=RuleList)
    def rule_list(_call: Call) -> RuleList:
        """Return every shift rule, including drafts and withdrawn ones."""
        records = ctx.read(lambda c: shift_rule_queries.every(c, ctx.hall_id))
        return RuleList(rules=[views.rule_view(rule) for rule in records])

    @api.post(
        "/office/rules",
        who=MANAGERS,
        body=RuleBody,
        answer=RuleMade,
        codes=(ShiftRuleCode.RULE_INVALID,),
        example=RULE_EXAMPLE,
    )
    def draft_rule(call: Call) -> RuleMade:
        """Draft a shift rule; it applies to nobody until it is started."""
        return RuleMade(id=shift_rule_actions.draft(ctx, call.actor, call.key, rule_of(call.body)))

    @api.post(
        "/office/rules/<rule>/start",
        who=MANAGERS,
        answer=Done,
        codes=(ShiftRuleCode.RULE_UNKNOWN, ShiftRuleCode.RULE_STATE),
    )
    def start_rule(call: Call) -> Done:
        """Put a draft in force from its first day on."""
        shift_rule_actions.start(ctx, call.actor, call.key, call.args["rule"])
        return Done()

    @api.post(
        "/office/rules/<rule>/withdraw",
        who=MANAGERS,
        body=WithdrawRule,
        answer=Done,
        codes=(ShiftRuleCode.RULE_UNKNOWN, ShiftRuleCode.RULE_STATE),
        example={"last_day": "2026-12-31"},
    )
    def withdraw_rule(call: Call) -> Done:
        """End a rule after its last day, or discard a draft."""
        last = day_of(call.body.last_day, "last_day")
        shift_rule_actions.withdraw(ctx, call.actor, call.key, call.args["rule"], last)
        return Done()


def _trial(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/rules/trial",
        who=MANAGERS,
        body=TryRule,
        answer=RuleTrial,
        codes=(ShiftRuleCode.RULE_INVALID,),
        example={"rule": RULE_EXAMPLE, "first": "2026-05-01", "last": "2026-05-31"},
        keyed=False,
    )
    def try_rule(call: Call) -> RuleTrial:
        """Compute a rule's effect on past days by person; nothing is stored."""
        body: TryRule = call.body
        rule = rule_of(body.rule)
        first, last = day_of(body.first, "first"), day_of(body.last, "last")
        if not first <= last < first + timedelta(days=LONGEST_TRIAL_DAYS):
            raise HallError(CommonCode.INVALID, field="last")
        people = api.hall.read_off_loop(
            lambda conn: shift_rule_actions.trial(ctx, conn, rule, first, last)
        )
        return views.rule_trial(ctx.catalogue(), people, first, last)


def rule_of(body: RuleBody) -> ShiftRule:
    """Return the domain's rule for a request body; raises INVALID for a wrong day."""
    return ShiftRule(
        id="",
        name=body.name,
        scope=RuleScope(body.scope),
        subjects=tuple(dict.fromkeys(body.subjects)),
        valid_from=day_of(body.valid_from, "valid_from"),
        valid_to=day_of(body.valid_to, "valid_to") if body.valid_to else None,
        weekdays=frozenset(body.weekdays),
        slots=tuple(
            SlotRule(
                s.code,
                s.name,
                Direction(s.direction),
                time.fromisoformat(s.due),
                time.fromisoformat(s.opens),
                time.fromisoformat(s.closes),
                s.half,
                s.grace,
                s.absent_after,
            )
            for s in body.slots
        ),
        state=RuleState.DRAFT,
        min_interval_seconds=body.apart_seconds,
    )
