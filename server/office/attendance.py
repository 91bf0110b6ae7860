"""Routes and live feed of the day sheet: the hall today, months, exceptions, evidence, rules.

Everything is computed on reading. What takes longer than a few milliseconds runs in another
thread, on a connection of its own, so that no clerk waits for a month sheet.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from flask import Response
from sqlalchemy import Connection

from server import reports
from server.api import MANAGERS, STAFF, Api, Call
from server.domain.attendance.shifts import Direction, RuleScope, RuleState, ShiftRule, SlotRule
from server.domain.bulletin.figures import parse_week
from server.domain.errors import Code, HallError
from server.domain.tickets import ActorKind
from server.hall import Hall
from server.office import attendance_views as views
from server.office import evidence
from server.office.workdays import nearby
from server.services.attendance import rules
from server.services.attendance.rights import check_see
from server.services.attendance.sheets import gather, of_unit, sheets_of, staff_lists
from server.services.bus import AttendanceChanged, Event, HallChanged, ReaderChanged
from server.services.context import Context
from server.services.people import Principal
from server.services.snapshot import Snapshot
from server.sockets import Feeds, Surface
from server.storage import shift_rules
from server.wire.attendance import (
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
from server.wire.commands import Done

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
LONGEST_TRIAL_DAYS = 100
ALL = "all"
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
    """The day sheets of one hall, as pages see them."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ctx = hall.ctx
        self._today: tuple[str, AttendanceDay] | None = None
        self._changes = 0
        self._ctx.bus.listen(self.changed)

    def now(self) -> datetime:
        """The hall's wall clock, naive."""
        return self._ctx.local()

    def apart(self, query: Callable[[Connection], T]) -> T:
        """Run a long query in another thread; what it needs of the context is read before."""
        ctx = self._ctx
        ctx.catalogue(), ctx.settings(), ctx.calendar_years()
        answer: T = self._hall.offload(lambda: ctx.read_apart(query))
        return answer

    def day(self, conn: Connection, day: date) -> AttendanceDay:
        """The hall on one day."""
        facts = gather(self._ctx, conn, day, day)
        found = list(sheets_of(facts))
        return views.hall_day(self._ctx.catalogue(), facts, found, day, self.now())

    def state(self, taken: Snapshot, _key: str) -> AttendanceDay:
        """The hall today, live. Nothing but time and the facts can change it."""
        minute = f"{taken.local:%Y-%m-%dT%H:%M}"
        kept, changes = self._today, self._changes
        if kept is not None and kept[0] == minute:
            return kept[1]
        shown = self.apart(lambda conn: self.day(conn, taken.local.date()))
        if changes == self._changes:  # nothing happened while it was read
            self._today = (minute, shown)
        return shown

    def changed(self, event: Event) -> None:
        """Forget the picture, whether anybody watches it or not."""
        if _hits(event) is not None:
            self._today = None
            self._changes += 1

    def allowed(self, principal: Principal | None, _key: str) -> bool:
        """Managers and administrators."""
        return (
            principal is not None and principal.is_staff and principal.kind is not ActorKind.CLERK
        )

    def person(self, conn: Connection, staff: str, month: str) -> PersonMonth:
        """One person's month; raises NOT_FOUND for somebody who was not on the list."""
        facts = gather(self._ctx, conn, *span_of(month), {staff})
        if staff not in facts.everybody():
            raise HallError(Code.NOT_FOUND)
        found = list(sheets_of(facts, {staff}))
        return views.person_month(self._ctx.catalogue(), facts, found, staff, month, self.now())

    def month(self, conn: Connection, unit: str, month: str) -> MonthSheet:
        """A unit's month; `all` is the hall's.

        A unit's sheet holds the days on which somebody belonged to it, and no others: whoever moved
        stands on the sheets of both, so that the units add up to the hall.
        """
        span = span_of(month)
        people = None if unit == ALL else people_of(self._ctx, conn, span, unit)
        facts = gather(self._ctx, conn, *span, people)
        found = list(sheets_of(facts, people))
        if unit != ALL:
            found = of_unit(found, code_of(unit))
        shown = "" if unit == ALL else unit
        return views.month_sheet(self._ctx.catalogue(), facts, found, shown, month)


def code_of(unit: str) -> str:
    """A unit's code; the office's own people are the unit `office` in addresses."""
    return "" if unit == "office" else unit


def _hits(event: Event) -> set[str] | None:
    """Facts that change today's picture."""
    if isinstance(event, AttendanceChanged):
        return {"*"}
    return set() if isinstance(event, HallChanged | ReaderChanged) else None


def people_of(
    ctx: Context, conn: Connection, span: tuple[date, date], unit: str
) -> Collection[str]:
    """Staff numbers of everybody who was in a unit on a day of a month."""
    code = code_of(unit)
    lists = staff_lists(ctx, conn, *span)
    found = {p.number for _, people in lists for p in people if p.unit == code}
    if not found:
        raise HallError(Code.NOT_FOUND)
    return found


def span_of(month: str) -> tuple[date, date]:
    """First and last day of a month, YYYY-MM, or of a week, YYYY-Www; raises INVALID."""
    try:
        if "W" in month:
            week = parse_week(month)
            nearby(week.first, "month")
            return week.first, week.last
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        nearby(first, "month")
    except ValueError:
        raise HallError(Code.INVALID, field="month") from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def day_of(text: str, field: str = "day") -> date:
    """An ISO day; raises INVALID."""
    try:
        return nearby(date.fromisoformat(text), field)
    except ValueError:
        raise HallError(Code.INVALID, field=field) from None


def add(api: Api, feeds: Feeds) -> None:
    """Register the day sheet."""
    sheets = Attendance(api.hall)
    feeds.add(Surface("attendance", sheets.state, sheets.allowed, _hits, 1.0))
    _pages(api, sheets)
    _own(api, sheets)
    _papers(api, sheets)
    _rules(api)
    _trial(api, sheets)


def _pages(api: Api, sheets: Attendance) -> None:
    @api.get("/office/attendance/days/<day>", who=MANAGERS, answer=AttendanceDay)
    def attendance_day(call: Call) -> AttendanceDay:
        """The hall on one day: four marks each, by unit."""
        day = day_of(call.args["day"])
        return sheets.apart(lambda conn: sheets.day(conn, day))

    @api.get("/office/attendance/months/<unit>/<month>", who=MANAGERS, answer=MonthSheet)
    def unit_month(call: Call) -> MonthSheet:
        """A unit's month; unit `all` is the hall, `office` its own office."""
        unit, month = call.args["unit"], call.args["month"]
        return sheets.apart(lambda conn: sheets.month(conn, unit, month))

    @api.get("/office/attendance/exceptions/<month>", who=MANAGERS, answer=ExceptionList)
    def exception_list(call: Call) -> ExceptionList:
        """Every slot of a month that is not in order, newest first."""
        month = call.args["month"]
        span = span_of(month)
        return sheets.apart(
            lambda conn: evidence.exceptions(api.hall.ctx, conn, month, span, sheets.now())
        )


def _own(api: Api, sheets: Attendance) -> None:
    ctx = api.hall.ctx

    @api.get("/my/attendance/<month>", who=STAFF, answer=PersonMonth)
    def my_month(call: Call) -> PersonMonth:
        """One's own month."""
        staff, month = call.actor.name, call.args["month"]
        return sheets.apart(lambda conn: sheets.person(conn, staff, month))

    @api.get(
        "/attendance/people/<staff>/<month>",
        who=STAFF,
        answer=PersonMonth,
        codes=(Code.NOT_YOUR_SHEET,),
    )
    def one_month(call: Call) -> PersonMonth:
        """A person's month: oneself, one's unit as its chief representative, anybody as manager."""
        staff, month = call.args["staff"], call.args["month"]
        check_see(ctx.catalogue(), call.actor, staff)
        return sheets.apart(lambda conn: sheets.person(conn, staff, month))

    @api.get(
        "/attendance/evidence/<staff>/<day>",
        who=STAFF,
        answer=DayEvidence,
        codes=(Code.NOT_YOUR_SHEET,),
    )
    def day_evidence(call: Call) -> DayEvidence:
        """Everything behind a person's day: punches, leave, corrections, the rule in words."""
        staff, day = call.args["staff"], day_of(call.args["day"])
        check_see(ctx.catalogue(), call.actor, staff)
        return sheets.apart(lambda conn: evidence.of_day(ctx, conn, staff, day, sheets.now()))


def _papers(api: Api, sheets: Attendance) -> None:
    def sheet_of(call: Call) -> MonthSheet:
        unit, month = call.args["unit"], call.args["month"]
        return sheets.apart(lambda conn: sheets.month(conn, unit, month))

    def answer(call: Call, content: bytes, ending: str, media: str) -> Response:
        name = f"attendance-{call.args['unit']}-{call.args['month']}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, mimetype=media, headers=headers)

    @api.get(
        "/office/attendance/months/<unit>/<month>/sheet.xlsx",
        who=MANAGERS,
        answer=None,
        media=XLSX,
    )
    def month_workbook(call: Call) -> Response:
        """The month sheet as a workbook."""
        sheet = sheet_of(call)
        content = api.hall.offload(lambda: reports.month_sheet.workbook(sheet, sheets.now()))
        return answer(call, content, "xlsx", XLSX)

    @api.get(
        "/office/attendance/months/<unit>/<month>/sheet.pdf", who=MANAGERS, answer=None, media=PDF
    )
    def month_paper(call: Call) -> Response:
        """The month sheet as offices print and stamp it."""
        sheet = sheet_of(call)
        content = api.hall.offload(lambda: reports.month_sheet.paper(sheet, sheets.now()))
        return answer(call, content, "pdf", PDF)


def _rules(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/rules", who=MANAGERS, answer=RuleList)
    def rule_list(_call: Call) -> RuleList:
        """Every shift rule, drafts and withdrawn ones included."""
        found = ctx.read(lambda c: shift_rules.every(c, ctx.hall_id))
        return RuleList(rules=[views.rule_view(rule) for rule in found])

    @api.post(
        "/office/rules",
        who=MANAGERS,
        body=RuleBody,
        answer=RuleMade,
        codes=(Code.RULE_INVALID,),
        example=RULE_EXAMPLE,
    )
    def draft_rule(call: Call) -> RuleMade:
        """Draft a shift rule; it holds for nobody until it is started."""
        return RuleMade(id=rules.draft(ctx, call.actor, call.key, rule_of(call.body)))

    @api.post(
        "/office/rules/<rule>/start",
        who=MANAGERS,
        answer=Done,
        codes=(Code.RULE_UNKNOWN, Code.RULE_STATE),
    )
    def start_rule(call: Call) -> Done:
        """Put a draft in force from its first day on."""
        rules.start(ctx, call.actor, call.key, call.args["rule"])
        return Done()

    @api.post(
        "/office/rules/<rule>/withdraw",
        who=MANAGERS,
        body=WithdrawRule,
        answer=Done,
        codes=(Code.RULE_UNKNOWN, Code.RULE_STATE),
        example={"last_day": "2026-12-31"},
    )
    def withdraw_rule(call: Call) -> Done:
        """Let a rule hold no more after a day; put a draft away."""
        last = day_of(call.body.last_day, "last_day")
        rules.withdraw(ctx, call.actor, call.key, call.args["rule"], last)
        return Done()


def _trial(api: Api, sheets: Attendance) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/rules/trial",
        who=MANAGERS,
        body=TryRule,
        answer=RuleTrial,
        codes=(Code.RULE_INVALID,),
        example={"rule": RULE_EXAMPLE, "first": "2026-05-01", "last": "2026-05-31"},
        keyed=False,
    )
    def try_rule(call: Call) -> RuleTrial:
        """What a rule would have meant on days gone by, person by person; nothing is kept."""
        asked: TryRule = call.body
        rule = rule_of(asked.rule)
        first, last = day_of(asked.first, "first"), day_of(asked.last, "last")
        if not first <= last < first + timedelta(days=LONGEST_TRIAL_DAYS):
            raise HallError(Code.INVALID, field="last")
        people = sheets.apart(lambda conn: rules.trial(ctx, conn, rule, first, last))
        return views.rule_trial(ctx.catalogue(), people, first, last)


def rule_of(body: RuleBody) -> ShiftRule:
    """A rule as the rules know it; raises INVALID for a day that is none."""
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
        apart_seconds=body.apart_seconds,
    )
