"""Punches by hand: a terminal's USB file, and the signed sheet of a power cut.

A sheet needs a reason and a witness, who is neither the one who types it in nor one of those who
signed; whoever types it in did not sign it either. It counts once the witness has confirmed it from
an account of his own. Both ways end in the same insert-only punches, marked with their source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
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
    taken = punches.take(ctx, serial, read.lines, Source.FILE, actor=actor, between=between)
    newest = max(line.said for line in read.lines)

    def act(tx: Tx) -> None:
        found = readers.get(tx.conn, tx.hall_id, serial)
        if found is not None:
            # The file holds the terminal's memory up to its newest line.
            until = min(instant(newest, ctx.settings().timezone), tx.now)
            contact = punches.contact_of(found).delivered(until)
            punches.keep_contact(tx, found, contact, punches.clock_of(found))
        data = {"file": name[:100], "new": taken.new, "known": taken.known}
        note(tx, actor, "reader.file", serial, data=data)
        readers.add_event(tx, serial, "file", data | {"by": actor.name})
        tx.events.append(ReaderChanged(serial))

    ctx.write(act)
    return taken


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
