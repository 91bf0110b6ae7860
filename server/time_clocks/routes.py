"""Routes and live feed of the office's page of time clocks. Nothing here changes a punch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import gevent
from flask import request

from server.accounts.errors import AccountCode
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, Event, HallChanged
from server.core.messages import Alarm, Done
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.live.feeds import Feed, LiveFeeds, allow_managers
from server.time_clocks import actions, manual_entry, quarantine, queries
from server.time_clocks.actions import Description
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.events import ReaderChanged
from server.time_clocks.manual_entry import FileRead, Sheet, Signature
from server.time_clocks.messages import (
    AddReader,
    DescribeReader,
    FileLineProblem,
    FileSheet,
    FileTaken,
    FingerList,
    LinesSettled,
    LinkedSame,
    LinkFinger,
    LinkSame,
    Ordered,
    OrderReader,
    PunchDetail,
    ReaderDetail,
    ReadersState,
    SettleLines,
    SheetTaken,
)
from server.time_clocks.views import ReaderViews, detail, punch_detail, reader_alarms
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call

MAX_FILE = 16 * 1024 * 1024
REST_SECONDS = 0.008
"""Seconds of pause between the actions of a long file."""


def alarms(hall: Hall) -> Callable[[Snapshot], list[Alarm]]:
    """Return the function that makes the alarms of time clocks."""
    ctx = hall.ctx
    return lambda _snapshot: ctx.read(lambda c: reader_alarms(ctx, c))


def _changed_keys(event: Event) -> set[str] | None:
    relevant = isinstance(event, ReaderChanged | AttendanceChanged | HallChanged)
    return {"*"} if relevant else None


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the page's routes and live feed."""
    ctx = api.hall.ctx

    def state(_snapshot: Snapshot, _key: str) -> ReadersState:
        return ctx.read(lambda c: ReaderViews(ctx, c).state())

    feeds.add(Feed("readers", state, allow_managers, _changed_keys, 1.0))
    _read_routes(api)
    _register_routes(api)
    _settle(api)
    _moves(api)
    _orders(api)
    _file_route(api)
    _sheet_route(api)


def _read_routes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/readers", who=MANAGERS, answer=ReadersState)
    def readers_state(_call: Call) -> ReadersState:
        """Return time clocks, quarantined lines, unknown enrolments, the last punches."""
        return ctx.read(lambda c: ReaderViews(ctx, c).state())

    @api.get(
        "/office/readers/<serial>",
        who=MANAGERS,
        answer=ReaderDetail,
        codes=(TimeClockCode.READER_UNKNOWN,),
    )
    def reader_detail(call: Call) -> ReaderDetail:
        """Return a time clock's commands and events."""
        serial = call.args["serial"]
        return ctx.read(lambda c: detail(c, ctx.hall_id, serial))

    @api.get("/office/fingers", who=MANAGERS, answer=FingerList)
    def fingers(_call: Call) -> FingerList:
        """Return the links of enrolments to people, each with its start."""
        return ctx.read(lambda c: ReaderViews(ctx, c).fingers())

    @api.get(
        "/office/punches/<number>", who=MANAGERS, answer=PunchDetail, codes=(CommonCode.NOT_FOUND,)
    )
    def punch(call: Call) -> PunchDetail:
        """Return a punch as the terminal sent it. It is read-only."""
        number = call.args["number"]
        if not number.isdecimal() or len(number) > 18:
            raise HallError(CommonCode.NOT_FOUND)
        return ctx.read(lambda c: punch_detail(ctx, c, int(number)))


def _register_routes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/readers",
        who=ADMINISTRATORS,
        body=AddReader,
        answer=Done,
        codes=(TimeClockCode.READER_STATE,),
        example={"serial": "DEMO000001", "way": "push", "name": "东门"},
    )
    def add_reader(call: Call) -> Done:
        """Add a time clock before its first contact."""
        body: AddReader = call.body
        description = Description(body.name, body.place, body.networks, body.encoding)
        actions.add(ctx, call.actor, call.key, body.serial, body.way, description)
        return Done()

    @api.post(
        "/office/readers/<serial>",
        who=ADMINISTRATORS,
        body=DescribeReader,
        answer=Done,
        codes=(TimeClockCode.READER_UNKNOWN, CommonCode.CHANGED_MEANWHILE),
        example={"name": "东门"},
    )
    def describe_reader(call: Call) -> Done:
        """Set a time clock's name, place and permitted networks."""
        body: DescribeReader = call.body
        description = Description(body.name, body.place, body.networks, body.encoding)
        serial = call.args["serial"]
        actions.describe(ctx, call.actor, call.key, serial, description, body.seen)
        return Done()

    @api.post("/office/fingers", who=MANAGERS, body=LinkFinger, answer=Done,
              codes=(AccountCode.ACCOUNT_UNKNOWN,),
              example={"enrolment": "1001", "staff": "1001", "since": "2026-03-02"})  # fmt: skip
    def link_finger(call: Call) -> Done:
        """Link an enrolment to a person, or to nobody, from a day on."""
        body: LinkFinger = call.body
        actions.link(ctx, call.actor, call.key, body.enrolment, body.staff, body.since)
        return Done()

    @api.post("/office/fingers/same", who=MANAGERS, body=LinkSame, answer=LinkedSame,
              example={"since": "2026-03-02"})  # fmt: skip
    def link_same(call: Call) -> LinkedSame:
        """Link all people without an enrolment to the one equal to their staff number."""
        count = actions.link_same(ctx, call.actor, call.key, call.body.since)
        return LinkedSame(linked=count)


def _settle(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/put-aside/<number>/settle",
        who=MANAGERS,
        answer=Done,
        codes=(CommonCode.NOT_FOUND,),
    )
    def settle_line(call: Call) -> Done:
        """Settle a quarantined line after a look at it."""
        number = call.args["number"]
        if not number.isdecimal() or len(number) > 18:
            raise HallError(CommonCode.NOT_FOUND)
        quarantine.settle_line(ctx, call.actor, call.key, int(number))
        return Done()

    @api.post("/office/readers/<serial>/put-aside/settle", who=MANAGERS, body=SettleLines,
              answer=LinesSettled, codes=(CommonCode.NOT_FOUND,),
              example={"oldest": 1, "newest": 9, "why": "测试设备发出的乱码"})  # fmt: skip
    def settle_lines(call: Call) -> LinesSettled:
        """Settle all quarantined lines of a time clock, with a reason."""
        body: SettleLines = call.body
        scope = call.actor, call.key, call.args["serial"], (body.oldest, body.newest)
        return LinesSettled(settled=quarantine.settle_lines(ctx, *scope, body.why))


def _moves(api: Api) -> None:
    ctx = api.hall.ctx
    codes = (TimeClockCode.READER_UNKNOWN, TimeClockCode.READER_STATE)

    def move(call: Call, state: str) -> Done:
        actions.move(ctx, call.actor, call.key, call.args["serial"], state)
        return Done()

    @api.post("/office/readers/<serial>/admit", who=ADMINISTRATORS, answer=Done, codes=codes)
    def admit_reader(call: Call) -> Done:
        """Admit a time clock: accept its punches from now on."""
        return move(call, "admitted")

    @api.post("/office/readers/<serial>/retire", who=ADMINISTRATORS, answer=Done, codes=codes)
    def retire_reader(call: Call) -> Done:
        """Retire a time clock: accept no more punches; one that only asked is deleted."""
        return move(call, "retired")

    @api.post("/office/readers/<serial>/out", who=MANAGERS, answer=Done, codes=codes)
    def reader_out(call: Call) -> Done:
        """Put a time clock out of service: no sheet waits for its data."""
        return move(call, "out")

    @api.post("/office/readers/<serial>/back", who=MANAGERS, answer=Done, codes=codes)
    def reader_back(call: Call) -> Done:
        """Put a time clock into service again."""
        row = ctx.read(lambda c: queries.get(c, ctx.hall_id, call.args["serial"]))
        if row is not None and row.state in ("asking", "retired"):
            raise HallError(TimeClockCode.READER_STATE, reader=row.serial, state=row.state)
        return move(call, "admitted")


def _orders(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/readers/<serial>/order",
        who=MANAGERS,
        body=OrderReader,
        answer=Ordered,
        codes=(TimeClockCode.READER_UNKNOWN, TimeClockCode.READER_STATE),
        example={"kind": "info"},
    )
    def order_reader(call: Call) -> Ordered:
        """Order a time clock: set clock, report, store names, resend a period, restart."""
        body: OrderReader = call.body
        count = actions.order(
            ctx, call.actor, call.key, call.args["serial"], body.kind, body.first, body.last
        )
        return Ordered(count=count)


def _file_route(api: Api) -> None:
    hall: Hall = api.hall

    @api.post(
        "/office/readers/<serial>/file",
        who=MANAGERS,
        answer=FileTaken,
        codes=(TimeClockCode.READER_UNKNOWN, TimeClockCode.READER_STATE, TimeClockCode.PUNCH_FILE),
        keyed=False,
        upload=MAX_FILE,
    )
    def reader_file(call: Call) -> FileTaken:
        """Import the terminal's USB file `attlog.dat`; the same file again adds nothing."""
        file = request.files.get("file")
        if file is None:
            raise HallError(CommonCode.INVALID, field="file")
        content = file.stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise HallError(CommonCode.TOO_LARGE)
        parsed: FileRead = hall.offload(lambda: manual_entry.read_file(content))
        serial, name = call.args["serial"], file.filename or ""
        result = manual_entry.take_file(
            hall.ctx, call.actor, serial, parsed, name, lambda: gevent.sleep(REST_SECONDS)
        )
        return FileTaken(
            new=result.new,
            known=result.duplicates,
            doubtful=result.doubtful,
            problems=[
                FileLineProblem(line=p.line, text=p.text, reason=p.reason)
                for p in parsed.problems[: manual_entry.MAX_PROBLEMS]
            ],
        )


def _sheet_route(api: Api) -> None:
    hall: Hall = api.hall

    @api.post(
        "/office/sign-in-sheets",
        who=MANAGERS,
        body=FileSheet,
        answer=SheetTaken,
        codes=(
            *(AccountCode.ACCOUNT_UNKNOWN, TimeClockCode.SHEET_WITNESS),
            *(TimeClockCode.SHEET_OWN, CommonCode.REASON_REQUIRED),
        ),
        example={
            "day": "2026-03-02",
            "reason": "停电",
            "witness": "1002",
            "lines": [{"staff": "1004", "at": "08:20"}],
        },
    )
    def file_sheet(call: Call) -> SheetTaken:
        """Store a signed sheet of a time without time clocks; its witness confirms it."""
        body: FileSheet = call.body
        try:
            sheet = Sheet(
                date.fromisoformat(body.day),
                body.reason,
                body.witness,
                [Signature(line.staff, time.fromisoformat(line.at)) for line in body.lines],
            )
        except ValueError:
            raise HallError(CommonCode.INVALID, field="day") from None
        return SheetTaken(sheet=manual_entry.take_sheet(hall.ctx, call.actor, call.key, sheet))
