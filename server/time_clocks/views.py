"""Views of time clocks and punches: converts rows into messages, and makes the alarms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import Connection

from server.core.errors import CommonCode, HallError
from server.core.messages import Alarm
from server.hall.context import Context
from server.time_clocks import actions, punch_queries, queries, sign_in_sheet_queries
from server.time_clocks import punch_store as taking
from server.time_clocks.actions import owner_at
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.messages import (
    FingerList,
    FingerView,
    PunchDetail,
    PunchView,
    PutAsideView,
    ReaderCommandView,
    ReaderDetail,
    ReaderEventView,
    ReadersState,
    ReaderView,
    SheetView,
    UnknownFinger,
)
from server.time_clocks.punch_queries import StoredPunch
from server.time_clocks.queries import QuarantinedLine, TimeClock
from server.time_clocks.reports import LISTED_TWICE_KEY, TWICE_MS
from server.time_clocks.settings import TimeClockSettings
from server.time_clocks.sign_in_sheet_queries import SignInSheet

LATEST = 40
UNKNOWN_DAYS = 60
LIVE_WAYS = ("push", "pull")
Fingers = Mapping[str, list[tuple[int, str]]]


UNREAD_ZH = (
    "送来 {} 行无法识别的数据，其中可能有打卡。请到“打卡机”里查看处理；在此之前，有关的考勤先待定。"
)
TWICE_ZH = "在本系统的另一个大厅也登记着，打卡收不进来。请核对它属于哪个大厅，在另一处撤销。"
TWICE_EN = "is listed in another hall as well; nothing of it is taken. Retire it in one of them."
UNREAD_EN = (
    "sent {} lines that cannot be read and may be punches; settle them in Time clocks. "
    "Until then, what depends on it stays pending."
)


class ReaderViews:
    """Converter of rows into messages at one moment."""

    def __init__(self, ctx: Context, conn: Connection) -> None:
        self._ctx = ctx
        self._conn = conn
        self._now = ctx.clock.now()
        self._people = ctx.catalogue().staff_by
        self._fingers: Fingers = queries.fingers(conn, ctx.hall_id)

    def state(self) -> ReadersState:
        """Return the full state of the page."""
        conn, hall_id = self._conn, self._ctx.hall_id
        return ReadersState(
            readers=self.readers(),
            put_aside=[_aside(row) for row in queries.lines(conn, hall_id, settled=False)],
            unknown=self.unknown(),
            latest=[self.punch(row) for row in punch_queries.latest(conn, hall_id, LATEST)],
            sheets=[self._sheet(row) for row in sign_in_sheet_queries.newest(conn, hall_id)],
        )

    def readers(self) -> list[ReaderView]:
        """Return every time clock except the pseudo time clock of sheets."""
        conn, hall_id = self._conn, self._ctx.hall_id
        queued = queries.queued(conn, hall_id)
        open_lines = queries.unsettled(conn, hall_id)
        return [
            self._reader(row, queued.get(row.serial, 0), open_lines.get(row.serial, 0))
            for row in queries.every(conn, hall_id)
            if row.way != "sheet"
        ]

    def _reader(self, row: TimeClock, queued: int, unsettled: int) -> ReaderView:
        facts = queries.facts_of(row)
        silent_after = self._ctx.settings().of(TimeClockSettings).reader_silent_minutes * 60_000
        last_contact = row.heard_at if row.heard_at is not None else row.created_at
        return ReaderView(
            serial=row.serial,
            way=row.way,
            name=row.name or row.serial,
            place=row.place,
            state=row.state,
            networks=row.networks,
            encoding=str(facts.get("encoding", "utf-8")),
            firmware=row.firmware,
            model=str(facts.get("model", "")),
            address=str(facts.get("address", "")),
            heard_at=row.heard_at,
            delivered_until=row.delivered_until,
            catching_up=taking.contact_of(row).backlog_since is not None,
            silent=row.way in LIVE_WAYS and self._now - last_contact > silent_after,
            out_since=row.out_since,
            offset=row.offset_seconds,
            offset_at=row.offset_at,
            clock_off=taking.clock_of(row).is_off,
            records=row.records,
            users=int(facts.get("users", 0) or 0),
            commands=queued,
            put_aside=unsettled,
            listed_twice=self._now - int(facts.get(LISTED_TWICE_KEY, 0)) < TWICE_MS,
        )

    def unknown(self) -> list[UnknownFinger]:
        """Return enrolments that punched lately and belong to nobody now."""
        first = date.fromisoformat(self._ctx.day(self._now)) - timedelta(days=UNKNOWN_DAYS)
        rows = punch_queries.since_day(self._conn, self._ctx.hall_id, first.isoformat())
        return [
            UnknownFinger(
                enrolment=row.enrolment,
                punches=row.punches,
                first=row.first,
                last=row.last,
                reader=row.reader,
            )
            for row in rows
            if row.enrolment not in self._fingers
        ]

    def punch(self, row: StoredPunch) -> PunchView:
        """Return one punch with its person."""
        staff = owner_at(self._fingers.get(row.enrolment, []), row.at)
        return PunchView(
            id=row.id,
            reader=row.reader,
            enrolment=row.enrolment,
            staff=staff,
            name=self._name(staff),
            said=row.said,
            source=row.source,
            doubt=row.doubt,
            received_at=row.received_at,
        )

    def fingers(self) -> FingerList:
        """Return every link of an enrolment to a person."""
        rows = queries.finger_rows(self._conn, self._ctx.hall_id)
        return FingerList(
            fingers=[
                FingerView(
                    enrolment=row.enrolment,
                    since=row.since,
                    staff=row.staff,
                    name=self._name(row.staff),
                    by=row.by_actor,
                )
                for row in rows
                if not row.enrolment.startswith(actions.SHEET_MARK)
            ]
        )

    def _name(self, staff: str) -> str:
        return self._people[staff].name if staff in self._people else staff

    def _sheet(self, row: SignInSheet) -> SheetView:
        return SheetView(
            id=row.id,
            day=row.day,
            reason=row.reason,
            witness=row.witness,
            witness_name=self._name(row.witness),
            by=self._name(row.by_actor.rpartition(":")[2]),
            at=row.at,
            count=len(json.loads(row.lines)),
            state=row.state,
            words=row.words,
        )


def _aside(row: QuarantinedLine) -> PutAsideView:
    return PutAsideView(
        id=row.id,
        reader=row.reader,
        table=row.table,
        line=row.line,
        reason=row.reason,
        received_at=row.received_at,
        times=row.times,
    )


def reader_alarms(ctx: Context, conn: Connection) -> list[Alarm]:
    """Return the alarms of all time clocks."""
    result: list[Alarm] = []
    for reader in ReaderViews(ctx, conn).readers():
        result += _alarms_of(reader)
    return result


def _alarms_of(reader: ReaderView) -> list[Alarm]:
    faults: list[tuple[str, str, str, int | None]] = []
    if reader.state == "asking":
        faults.append(
            ("reader_asking", "还没有登记，请核对后在“打卡机”里允许或拒绝。",
             "is not admitted yet; see Time clocks.", reader.heard_at)
        )  # fmt: skip
    if reader.state == "admitted" and reader.silent:
        faults.append(
            ("reader_silent", "失去联系，请检查电源和网线。",
             "is silent; check power and cable.", reader.heard_at)
        )  # fmt: skip
    if reader.state in ("admitted", "out") and reader.clock_off:
        faults.append(
            ("reader_clock", f"时钟{_offset(reader.offset)}，请校时；期间的打卡已注明存疑。",
             f"is {reader.offset:+d} s off; set its clock.", reader.offset_at)
        )  # fmt: skip
    if reader.state in ("admitted", "out") and reader.listed_twice:
        faults.append(
            ("reader_twice", TWICE_ZH, TWICE_EN, None)
        )  # fmt: skip
    if reader.put_aside:
        faults.append(
            ("reader_lines", UNREAD_ZH.format(reader.put_aside),
             UNREAD_EN.format(reader.put_aside), None)
        )  # fmt: skip
    return [
        Alarm(
            code=code,
            subject=reader.serial,
            message_zh=f"打卡机 {reader.name} {zh}",
            message_en=f"Time clock {reader.name} {en}",
            since=since,
        )
        for code, zh, en, since in faults
    ]


def _offset(seconds: int) -> str:
    way, seconds = ("快", seconds) if seconds >= 0 else ("慢", -seconds)
    if seconds < 120:
        return f"{way}了 {seconds} 秒"
    return f"{way}了 {seconds // 60} 分钟" if seconds < 7200 else f"{way}了 {seconds // 3600} 小时"


def detail(conn: Connection, hall_id: str, serial: str) -> ReaderDetail:
    """Return a time clock's commands and events; raises READER_UNKNOWN."""
    if queries.get(conn, hall_id, serial) is None:
        raise HallError(TimeClockCode.READER_UNKNOWN, reader=serial)
    return ReaderDetail(
        commands=[
            ReaderCommandView(
                id=row.id,
                kind=row.kind,
                command=row.command[:200],
                state=row.state,
                answer=row.answer,
                by=row.by_actor.rpartition(":")[2],
                created_at=row.created_at,
                sent_at=row.sent_at,
                done_at=row.done_at,
            )
            for row in queries.commands(conn, hall_id, serial)
        ],
        events=[
            ReaderEventView(id=row.id, kind=row.kind, data=json.loads(row.data), at=row.at)
            for row in queries.events(conn, hall_id, serial)
        ],
    )


def punch_detail(ctx: Context, conn: Connection, number: int) -> PunchDetail:
    """Return a punch with all data that the terminal sent; raises NOT_FOUND."""
    row = punch_queries.get(conn, ctx.hall_id, number)
    if row is None:
        raise HallError(CommonCode.NOT_FOUND)
    return PunchDetail(
        punch=ReaderViews(ctx, conn).punch(row),
        at=row.at,
        in_out=row.in_out,
        verify=row.verify,
        work_code=row.work_code,
        raw=row.raw,
    )
