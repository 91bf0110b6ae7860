"""Punches by hand: a terminal's USB file, and the signed sheet of a power cut.

A sheet needs a reason and a witness, who is neither the one who types it in nor one of those who
signed; whoever types it in did not sign it either. It counts once the witness has confirmed it from
an account of his own. Both ways end in the same insert-only punches, marked with their source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from server.clock import instant
from server.domain import iclock
from server.domain.errors import Code, HallError
from server.domain.punches import PunchLine, Source
from server.services import punches
from server.services.bus import ReaderChanged, RequestsChanged
from server.services.context import Actor, Context, JsonDict, note
from server.services.readers_office import SHEET_MARK
from server.storage import readers, sign_in_sheets
from server.storage.store import Tx

SHEET = "sheet"
"""The reader that all sheets are punches of."""
WAITING, CONFIRMED, REFUSED = "waiting", "confirmed", "refused"
"""States of a sheet: it waits for its witness, who confirms or refuses it."""
PART_LINES = 1000
"""Lines of a file that are one act, and so one change for a second person, to the end of a day."""
MAX_SIGNED = 300
MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A line of a file that is no punch."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file holds; the punches are good whatever the problems."""

    lines: Sequence[PunchLine]
    problems: Sequence[FileProblem]


def read_file(content: bytes) -> FileRead:
    """`attlog.dat`: a record a line, parted by TABs or spaces, GB2312 or UTF-8. Pure but long."""
    lines: list[PunchLine] = []
    problems: list[FileProblem] = []
    for number, raw in enumerate(content.replace(b"\x00", b" ").split(b"\n"), 1):
        text = iclock.decoded(raw).strip("\r\n ﻿\x1a")
        if not text:
            continue
        found = iclock.attlog(text)
        if isinstance(found, PunchLine):
            lines.append(found)
        else:
            problems.append(FileProblem(number, found.line, found.reason))
    return FileRead(lines, problems)


def take_file(
    ctx: Context,
    actor: Actor,
    serial: str,
    read: FileRead,
    name: str,
    between: Callable[[], None] | None = None,
) -> punches.Taken:
    """Keep a file's punches for the reader it was taken from. The same file again adds nothing.

    `between` is called between its acts, so that a long file does not keep the counters waiting.
    Punches that would move a day that is over wait for a second person: a file is in the hands of
    whoever brings it.

    Raises READER_UNKNOWN, READER_STATE, and PUNCH_FILE with the problems when more of its lines
    are bad than good: that is another file.
    """
    row = ctx.read(lambda c: readers.get(c, ctx.hall_id, serial))
    if row is None:
        raise HallError(Code.READER_UNKNOWN, reader=serial)
    if row.state not in ("admitted", "out"):
        raise HallError(Code.READER_STATE, reader=serial, state=row.state)
    if len(read.problems) >= len(read.lines):
        problems = [
            {"line": p.line, "text": p.text, "reason": p.reason}
            for p in read.problems[:MAX_PROBLEMS]
        ]
        raise HallError(Code.PUNCH_FILE, count=len(read.problems), problems=problems)
    fresh = _fresh(ctx, serial, read.lines)
    until = max(line.said for line in read.lines)
    first: HallError | None = None
    taken, waiting = punches.Taken(known=len(read.lines) - len(fresh)), 0
    parts = list(_parts(fresh, ctx.day())) or [[]]
    for number, part in enumerate(parts):
        if number and between is not None:
            between()
        ended = until.isoformat() if number == len(parts) - 1 else ""
        try:
            taken += take_part(ctx, actor, serial, [_plain(one) for one in part], name, ended)
        except HallError as refusal:
            if refusal.code is not Code.PAST_ASKED:
                raise
            waiting += refusal.data["count"]
            first = first or refusal
    if first is not None:
        raise HallError(Code.PAST_ASKED, **first.data | {"count": waiting})
    return taken


def _fresh(ctx: Context, serial: str, lines: Sequence[PunchLine]) -> list[PunchLine]:
    """The lines that are not there yet, each once, by time."""
    each = sorted({(one.enrolment, one.said): one for one in lines}.values(), key=_moment)
    fresh: list[PunchLine] = []
    for start in range(0, len(each), PART_LINES):
        fresh += punches.unknown(ctx, serial, each[start : start + PART_LINES])
    return fresh


def _moment(line: PunchLine) -> tuple[datetime, str]:
    return line.said, line.enrolment


def _parts(lines: Sequence[PunchLine], today: str) -> Iterator[list[PunchLine]]:
    """Whole days together, some `PART_LINES` lines at a time; today and later apart."""
    part: list[PunchLine] = []
    for day, of_day in groupby(lines, key=lambda one: one.said.date().isoformat()):
        if part and (len(part) >= PART_LINES or (day >= today > part[-1].said.date().isoformat())):
            yield part
            part = []
        part += of_day
    if part:
        yield part


def _plain(line: PunchLine) -> list[str]:
    said = line.said.isoformat()
    return [line.enrolment, said, line.in_out, line.verify, line.work_code, line.raw]


def take_part(
    ctx: Context, actor: Actor, serial: str, lines: Sequence[Sequence[str]], name: str, until: str
) -> punches.Taken:
    """Keep some of a file's punches, in one act: those that move a day that is over wait.

    `until`: how far the whole file goes; empty: more of it follows. Raises as Context.guarded.
    """
    asked: JsonDict = {
        "act": "reader.file",
        "serial": serial,
        "lines": [list(line) for line in lines],
        "name": name,
        "until": until,
    }
    found = [
        PunchLine(pin, datetime.fromisoformat(said), *more) for pin, said, *more in asked["lines"]
    ]

    def act(tx: Tx) -> JsonDict:
        taken = punches.Taken()
        for start in range(0, len(found), punches.LINES_AN_ACT):
            some = found[start : start + punches.LINES_AN_ACT]
            taken += punches.take_in(ctx, tx, serial, some, Source.FILE, actor)
        row = readers.get(tx.conn, tx.hall_id, serial)
        if row is not None and until:
            # The file holds the terminal's memory up to its newest line.
            before = readers.delivered_until(tx.conn, tx.hall_id)
            end = min(instant(datetime.fromisoformat(until), ctx.settings().timezone), tx.now)
            contact = punches.contact_of(row).delivered(end)
            punches.keep_contact(tx, row, contact, punches.clock_of(row))
            punches.tell_delivered(ctx, tx, before)
        data = {"file": name[:100], "new": taken.new, "known": taken.known}
        note(tx, actor, "reader.file", serial, data=data)
        readers.add_event(tx, serial, "file", data | {"by": actor.name})
        tx.events.append(ReaderChanged(serial))
        return asdict(taken)

    return punches.Taken(**ctx.guarded(actor, asked, act))


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: who, and the time written beside it."""

    staff: str
    at: time


@dataclass(frozen=True, slots=True)
class Sheet:
    """A signed sheet of one day."""

    day: date
    reason: str
    witness: str
    lines: Sequence[Signed]


def take_sheet(ctx: Context, actor: Actor, key: str, sheet: Sheet) -> str:
    """Keep a sheet, which counts nothing until its witness confirms it; returns its id.

    Raises INVALID (nothing signed, a time to come), REASON_REQUIRED, ACCOUNT_UNKNOWN for somebody
    not on the staff list, SHEET_OWN when the typist signed it, SHEET_WITNESS when the witness is
    the typist or signed it.
    """
    signed = [{"staff": s.staff, "at": s.at.strftime("%H:%M")} for s in sheet.lines]

    def act(tx: Tx) -> JsonDict:
        _check_sheet(ctx, tx, actor, sheet)
        sheet_id = ctx.chance.token(9)
        day = sheet.day.isoformat()
        sign_in_sheets.add(
            tx, sheet_id, day, sheet.reason.strip(), sheet.witness, signed, actor.key
        )
        data = {"day": day, "witness": sheet.witness, "reason": sheet.reason, "lines": signed}
        note(tx, actor, "reader.sheet", sheet_id, data=data)
        tx.events.append(ReaderChanged(SHEET))
        tx.events.append(RequestsChanged(sheet_id, sheet.witness))
        return {"sheet": sheet_id}

    asked = {"act": "sheet", "day": sheet.day.isoformat(), "reason": sheet.reason}
    return str(
        ctx.command(actor, key, asked | {"witness": sheet.witness, "lines": signed}, act)["sheet"]
    )


def answer_sheet(
    ctx: Context, actor: Actor, key: str, sheet_id: str, agree: bool, words: str
) -> None:
    """Confirm a sheet as its witness, from then on its signatures count; or refuse it.

    Raises SHEET_UNKNOWN (also for anybody but the witness), SHEET_STATE, INVALID (a refusal needs
    words).
    """

    def act(tx: Tx) -> JsonDict:
        row = sign_in_sheets.get(tx.conn, tx.hall_id, sheet_id)
        if row is None or row.witness != actor.name:
            raise HallError(Code.SHEET_UNKNOWN)
        if row.state != WAITING:
            raise HallError(Code.SHEET_STATE, state=row.state)
        if not agree and not words.strip():
            raise HallError(Code.INVALID, field="words")
        state = CONFIRMED if agree else REFUSED
        sign_in_sheets.settle(tx, sheet_id, state, words.strip())
        typist = row.by_actor.partition(":")[2]
        data = {"day": row.day, "by": typist}
        note(tx, actor, f"reader.sheet_{state}", sheet_id, data=data, why=words.strip())
        if agree:
            _take_signatures(ctx, tx, actor, row)
        tx.events.append(ReaderChanged(SHEET))
        tx.events.append(RequestsChanged(sheet_id, actor.name))
        return {}

    asked = {"act": "sheet.answer", "sheet": sheet_id, "agree": agree, "words": words}
    # The witness is the second person: neither the typist nor one who signed.
    ctx.command(actor, key, asked, act, second=True)


def _take_signatures(ctx: Context, tx: Tx, actor: Actor, row: Any) -> None:
    if readers.get(tx.conn, tx.hall_id, SHEET) is None:
        readers.add(tx, SHEET, "sheet", "admitted", name="签到表")
    day = date.fromisoformat(row.day)
    signed = [Signed(one["staff"], time.fromisoformat(one["at"])) for one in json.loads(row.lines)]
    lines = [_signature(tx, day, each, row.id) for each in signed]
    punches.take_in(ctx, tx, SHEET, lines, Source.SHEET, actor)


def _check_sheet(ctx: Context, tx: Tx, actor: Actor, sheet: Sheet) -> None:
    people = ctx.catalogue().staff_by
    if not sheet.lines or len(sheet.lines) > MAX_SIGNED:
        raise HallError(Code.INVALID, field="lines")
    if not sheet.reason.strip():
        raise HallError(Code.REASON_REQUIRED)
    signers = {each.staff for each in sheet.lines}
    for staff in (sheet.witness, *sorted(signers)):
        if staff not in people:
            raise HallError(Code.ACCOUNT_UNKNOWN, staff=staff)
    if actor.name in signers:
        raise HallError(Code.SHEET_OWN)
    if sheet.witness == actor.name or sheet.witness in signers:
        raise HallError(Code.SHEET_WITNESS)
    latest = max(each.at for each in sheet.lines)
    if instant(datetime.combine(sheet.day, latest), ctx.settings().timezone) > tx.now:
        raise HallError(Code.INVALID, field="lines")


def _signature(tx: Tx, day: date, each: Signed, sheet_id: str) -> PunchLine:
    """A signature as a punch; its enrolment is the person's own from the beginning of time."""
    enrolment = f"{SHEET_MARK}{each.staff}"
    if enrolment not in readers.fingers(tx.conn, tx.hall_id):
        readers.link(tx, enrolment, 0, each.staff, "sheet")
    return PunchLine(enrolment, datetime.combine(day, each.at), raw=f"sheet {sheet_id}")
