"""The office's page of time clocks: routes and live feed. Nothing here changes a punch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import gevent
from flask import request

from server.api import ADMINISTRATORS, MANAGERS, Api, Call
from server.domain.errors import Code, HallError
from server.domain.tickets import ActorKind
from server.hall import Hall
from server.office.reader_views import Shaper, detail, punch_detail, reader_alarms
from server.services import readers_aside, readers_hand, readers_office
from server.services.bus import AttendanceChanged, Event, HallChanged, ReaderChanged
from server.services.people import Principal
from server.services.readers_hand import FileRead, Sheet, Signed
from server.services.readers_office import Described
from server.services.snapshot import Snapshot
from server.sockets import Feeds, Surface
from server.storage import readers
from server.wire.commands import Done
from server.wire.readers import (
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
from server.wire.views import Alarm

MAX_FILE = 16 * 1024 * 1024
REST_SECONDS = 0.008
"""Between the acts of a long file."""


def alarms(hall: Hall) -> Callable[[Snapshot], list[Alarm]]:
    """What the office's list says of time clocks."""
    ctx = hall.ctx
    return lambda _taken: ctx.read(lambda c: reader_alarms(ctx, c))


def _hits(event: Event) -> set[str] | None:
    ours = isinstance(event, ReaderChanged | AttendanceChanged | HallChanged)
    return {"*"} if ours else None


def add(api: Api, feeds: Feeds) -> None:
    """Register the page."""
    ctx = api.hall.ctx

    def state(_taken: Snapshot, _key: str) -> ReadersState:
        return ctx.read(lambda c: Shaper(ctx, c).state())

    def allowed(principal: Principal | None, _key: str) -> bool:
        return (
            principal is not None and principal.is_staff and principal.kind is not ActorKind.CLERK
        )

    feeds.add(Surface("readers", state, allowed, _hits, 1.0))
    _look(api)
    _keep(api)
    _settle(api)
    _moves(api)
    _orders(api)
    _hand(api)
    _sheet(api)


def _look(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/readers", who=MANAGERS, answer=ReadersState)
    def readers_state(_call: Call) -> ReadersState:
        """The time clocks, what was put aside, unknown fingers, the last punches."""
        return ctx.read(lambda c: Shaper(ctx, c).state())

    @api.get(
        "/office/readers/<serial>",
        who=MANAGERS,
        answer=ReaderDetail,
        codes=(Code.READER_UNKNOWN,),
    )
    def reader_detail(call: Call) -> ReaderDetail:
        """A time clock's orders and events."""
        serial = call.args["serial"]
        return ctx.read(lambda c: detail(c, ctx.hall_id, serial))

    @api.get("/office/fingers", who=MANAGERS, answer=FingerList)
    def fingers(_call: Call) -> FingerList:
        """Since when which enrolment is whose."""
        return ctx.read(lambda c: Shaper(ctx, c).fingers())

    @api.get("/office/punches/<number>", who=MANAGERS, answer=PunchDetail, codes=(Code.NOT_FOUND,))
    def punch(call: Call) -> PunchDetail:
        """A punch as the terminal told it. It can be looked at, never changed."""
        number = call.args["number"]
        if not number.isdecimal() or len(number) > 18:
            raise HallError(Code.NOT_FOUND)
        return ctx.read(lambda c: punch_detail(ctx, c, int(number)))


def _keep(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/readers",
        who=ADMINISTRATORS,
        body=AddReader,
        answer=Done,
        codes=(Code.READER_STATE,),
        example={"serial": "DEMO000001", "way": "push", "name": "东门"},
    )
    def add_reader(call: Call) -> Done:
        """Put up a time clock before it speaks."""
        asked: AddReader = call.body
        said = Described(asked.name, asked.place, asked.networks, asked.encoding)
        readers_office.add(ctx, call.actor, call.key, asked.serial, asked.way, said)
        return Done()

    @api.post(
        "/office/readers/<serial>",
        who=ADMINISTRATORS,
        body=DescribeReader,
        answer=Done,
        codes=(Code.READER_UNKNOWN, Code.CHANGED_MEANWHILE),
        example={"name": "东门"},
    )
    def describe_reader(call: Call) -> Done:
        """Name it, say where it hangs and from which networks it may post."""
        asked: DescribeReader = call.body
        said = Described(asked.name, asked.place, asked.networks, asked.encoding)
        serial = call.args["serial"]
        readers_office.describe(ctx, call.actor, call.key, serial, said, asked.seen)
        return Done()

    @api.post("/office/fingers", who=MANAGERS, body=LinkFinger, answer=Done,
              codes=(Code.ACCOUNT_UNKNOWN,),
              example={"enrolment": "1001", "staff": "1001", "since": "2026-03-02"})  # fmt: skip
    def link_finger(call: Call) -> Done:
        """From a day on, an enrolment belongs to a person, or to nobody."""
        asked: LinkFinger = call.body
        readers_office.link(ctx, call.actor, call.key, asked.enrolment, asked.staff, asked.since)
        return Done()

    @api.post("/office/fingers/same", who=MANAGERS, body=LinkSame, answer=LinkedSame,
              example={"since": "2026-03-02"})  # fmt: skip
    def link_same(call: Call) -> LinkedSame:
        """Everybody without a finger is enrolled under the staff number: link them all at once."""
        linked = readers_office.link_same(ctx, call.actor, call.key, call.body.since)
        return LinkedSame(linked=linked)


def _settle(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/put-aside/<number>/settle", who=MANAGERS, answer=Done, codes=(Code.NOT_FOUND,)
    )
    def settle_line(call: Call) -> Done:
        """Somebody has looked at a line that was put aside."""
        number = call.args["number"]
        if not number.isdecimal() or len(number) > 18:
            raise HallError(Code.NOT_FOUND)
        readers_aside.settle_line(ctx, call.actor, call.key, int(number))
        return Done()

    @api.post("/office/readers/<serial>/put-aside/settle", who=MANAGERS, body=SettleLines,
              answer=LinesSettled, codes=(Code.NOT_FOUND,),
              example={"oldest": 1, "newest": 9, "why": "测试设备发出的乱码"})  # fmt: skip
    def settle_lines(call: Call) -> LinesSettled:
        """Settle all lines of a time clock that were put aside, with a reason."""
        asked: SettleLines = call.body
        act = call.actor, call.key, call.args["serial"], (asked.oldest, asked.newest)
        return LinesSettled(settled=readers_aside.settle_lines(ctx, *act, asked.why))


def _moves(api: Api) -> None:
    ctx = api.hall.ctx
    codes = (Code.READER_UNKNOWN, Code.READER_STATE)

    def move(call: Call, state: str) -> Done:
        readers_office.move(ctx, call.actor, call.key, call.args["serial"], state)
        return Done()

    @api.post("/office/readers/<serial>/admit", who=ADMINISTRATORS, answer=Done, codes=codes)
    def admit_reader(call: Call) -> Done:
        """Take punches from it from now on."""
        return move(call, "admitted")

    @api.post("/office/readers/<serial>/retire", who=ADMINISTRATORS, answer=Done, codes=codes)
    def retire_reader(call: Call) -> Done:
        """Take none any more; one that only asked is turned away."""
        return move(call, "retired")

    @api.post("/office/readers/<serial>/out", who=MANAGERS, answer=Done, codes=codes)
    def reader_out(call: Call) -> Done:
        """It is out of service: nobody waits for what it has to deliver."""
        return move(call, "out")

    @api.post("/office/readers/<serial>/back", who=MANAGERS, answer=Done, codes=codes)
    def reader_back(call: Call) -> Done:
        """It is in service again."""
        row = ctx.read(lambda c: readers.get(c, ctx.hall_id, call.args["serial"]))
        if row is not None and row.state in ("asking", "retired"):
            raise HallError(Code.READER_STATE, reader=row.serial, state=row.state)
        return move(call, "admitted")


def _orders(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/readers/<serial>/order",
        who=MANAGERS,
        body=OrderReader,
        answer=Ordered,
        codes=(Code.READER_UNKNOWN, Code.READER_STATE),
        example={"kind": "info"},
    )
    def order_reader(call: Call) -> Ordered:
        """Have it set its clock, tell of itself, take names, send a period again, or restart."""
        asked: OrderReader = call.body
        count = readers_office.order(
            ctx, call.actor, call.key, call.args["serial"], asked.kind, asked.first, asked.last
        )
        return Ordered(count=count)


def _hand(api: Api) -> None:
    hall: Hall = api.hall

    @api.post(
        "/office/readers/<serial>/file",
        who=MANAGERS,
        answer=FileTaken,
        codes=(Code.READER_UNKNOWN, Code.READER_STATE, Code.PUNCH_FILE),
        keyed=False,
        upload=MAX_FILE,
    )
    def reader_file(call: Call) -> FileTaken:
        """Take the terminal's USB file `attlog.dat`; the same file again adds nothing."""
        file = request.files.get("file")
        if file is None:
            raise HallError(Code.INVALID, field="file")
        content = file.stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise HallError(Code.TOO_LARGE)
        found: FileRead = hall.offload(lambda: readers_hand.read_file(content))
        serial, name = call.args["serial"], file.filename or ""
        taken = readers_hand.take_file(
            hall.ctx, call.actor, serial, found, name, lambda: gevent.sleep(REST_SECONDS)
        )
        return FileTaken(
            new=taken.new,
            known=taken.known,
            doubtful=taken.doubtful,
            problems=[
                FileLineProblem(line=p.line, text=p.text, reason=p.reason)
                for p in found.problems[: readers_hand.MAX_PROBLEMS]
            ],
        )


def _sheet(api: Api) -> None:
    hall: Hall = api.hall

    @api.post(
        "/office/sign-in-sheets",
        who=MANAGERS,
        body=FileSheet,
        answer=SheetTaken,
        codes=(
            *(Code.ACCOUNT_UNKNOWN, Code.SHEET_WITNESS),
            *(Code.SHEET_OWN, Code.REASON_REQUIRED),
        ),
        example={
            "day": "2026-03-02",
            "reason": "停电",
            "witness": "1002",
            "lines": [{"staff": "1004", "at": "08:20"}],
        },
    )
    def file_sheet(call: Call) -> SheetTaken:
        """Keep a sheet that people signed while no time clock worked; its witness confirms it."""
        asked: FileSheet = call.body
        try:
            sheet = Sheet(
                date.fromisoformat(asked.day),
                asked.reason,
                asked.witness,
                [Signed(line.staff, time.fromisoformat(line.at)) for line in asked.lines],
            )
        except ValueError:
            raise HallError(Code.INVALID, field="day") from None
        return SheetTaken(sheet=readers_hand.take_sheet(hall.ctx, call.actor, call.key, sheet))
