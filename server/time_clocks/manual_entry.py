"""Punches entered by hand: a time clock's USB file, and the signed sheet of a power cut.

A sheet needs a reason and a witness, who is neither the typist nor one of the signers; the typist
did not sign it either. It counts once the witness has confirmed it from their own account. Both
ways result in the same insert-only punches, marked with their source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from itertools import groupby

from server.accounts.errors import AccountCode
from server.core.actors import Actor
from server.core.clock import instant
from server.core.errors import CommonCode, HallError
from server.core.events import RequestsChanged
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.time_clocks import iclock, punch_store, queries, sign_in_sheet_queries
from server.time_clocks.actions import SHEET_MARK
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.events import ReaderChanged
from server.time_clocks.punch_rules import PunchLine, Source
from server.time_clocks.sign_in_sheet_queries import SignInSheet

SHEET = "sheet"
"""Serial of the pseudo time clock to which the punches of all sheets belong."""
WAITING, CONFIRMED, REFUSED = "waiting", "confirmed", "refused"
"""States of a sheet: it waits for its witness, who confirms or refuses it."""
PART_LINES = 1000
"""Lines of a file per action (to the end of a day), and so per retroactive change."""
MAX_SIGNED = 300
MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Line of a file that is not a punch."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """Contents of a file; the punches are valid whatever the problems."""

    lines: Sequence[PunchLine]
    problems: Sequence[FileProblem]


def read_file(content: bytes) -> FileRead:
    """Return the records of an `attlog.dat`: one a line, separated by TABs or spaces.

    GB2312 or UTF-8. Pure but slow.
    """
    lines: list[PunchLine] = []
    problems: list[FileProblem] = []
    for number, raw in enumerate(content.replace(b"\x00", b" ").split(b"\n"), 1):
        text = iclock.decode(raw).strip("\r\n ﻿\x1a")
        if not text:
            continue
        record = iclock.attlog(text)
        if isinstance(record, PunchLine):
            lines.append(record)
        else:
            problems.append(FileProblem(number, record.line, record.reason))
    return FileRead(lines, problems)


def take_file(
    ctx: Context,
    actor: Actor,
    serial: str,
    read: FileRead,
    name: str,
    between: Callable[[], None] | None = None,
) -> punch_store.StoreResult:
    """Store a file's punches for the time clock it came from. The same file again adds nothing.

    `between` is called between its actions, so that a long file does not keep the counters waiting.
    Punches that would change a past day wait for a second person, because the person who brings a
    file could have altered it.

    Raises READER_UNKNOWN, READER_STATE, and PUNCH_FILE with the problems when more of its lines are
    bad than good: then it is not such a file.
    """
    row = ctx.read(lambda c: queries.get(c, ctx.hall_id, serial))
    if row is None:
        raise HallError(TimeClockCode.READER_UNKNOWN, reader=serial)
    if row.state not in ("admitted", "out"):
        raise HallError(TimeClockCode.READER_STATE, reader=serial, state=row.state)
    if len(read.problems) >= len(read.lines):
        problems = [
            {"line": p.line, "text": p.text, "reason": p.reason}
            for p in read.problems[:MAX_PROBLEMS]
        ]
        raise HallError(TimeClockCode.PUNCH_FILE, count=len(read.problems), problems=problems)
    new_lines = _fresh(ctx, serial, read.lines)
    until = max(line.claimed_at for line in read.lines)
    first: HallError | None = None
    result, waiting = punch_store.StoreResult(duplicates=len(read.lines) - len(new_lines)), 0
    parts = list(_parts(new_lines, ctx.day())) or [[]]
    for number, part in enumerate(parts):
        if number and between is not None:
            between()
        part_until = until.isoformat() if number == len(parts) - 1 else ""
        try:
            result += take_part(
                ctx, actor, serial, [_plain(punch) for punch in part], name, part_until
            )
        except HallError as refusal:
            if refusal.code is not CommonCode.PAST_ASKED:
                raise
            waiting += refusal.data["count"]
            first = first or refusal
    if first is not None:
        raise HallError(CommonCode.PAST_ASKED, **first.data | {"count": waiting})
    return result


def _fresh(ctx: Context, serial: str, lines: Sequence[PunchLine]) -> list[PunchLine]:
    """Return the lines that are not stored yet, each once, by time."""
    unique_lines = sorted(
        {(line.enrolment, line.claimed_at): line for line in lines}.values(), key=_moment
    )
    new_lines: list[PunchLine] = []
    for start in range(0, len(unique_lines), PART_LINES):
        new_lines += punch_store.not_stored(ctx, serial, unique_lines[start : start + PART_LINES])
    return new_lines


def _moment(line: PunchLine) -> tuple[datetime, str]:
    return line.claimed_at, line.enrolment


def _parts(lines: Sequence[PunchLine], today: str) -> Iterator[list[PunchLine]]:
    """Yield whole days together, about `PART_LINES` lines at a time; today and later separately."""
    part: list[PunchLine] = []
    for day, of_day in groupby(lines, key=lambda line: line.claimed_at.date().isoformat()):
        if part and (
            len(part) >= PART_LINES or (day >= today > part[-1].claimed_at.date().isoformat())
        ):
            yield part
            part = []
        part += of_day
    if part:
        yield part


def _plain(line: PunchLine) -> list[str]:
    claimed = line.claimed_at.isoformat()
    return [line.enrolment, claimed, line.in_out, line.verify, line.work_code, line.raw]


def take_part(
    ctx: Context, actor: Actor, serial: str, lines: Sequence[Sequence[str]], name: str, until: str
) -> punch_store.StoreResult:
    """Store some of a file's punches in one action; ones that change a past day wait.

    `until`: end of the whole file's records; empty: more parts follow. Raises as Context.guarded.
    """
    request: JsonDict = {
        "act": "reader.file",
        "serial": serial,
        "lines": [list(line) for line in lines],
        "name": name,
        "until": until,
    }
    punch_lines = [
        PunchLine(pin, datetime.fromisoformat(claimed), *more)
        for pin, claimed, *more in request["lines"]
    ]

    def act(tx: Tx) -> JsonDict:
        result = punch_store.StoreResult()
        for start in range(0, len(punch_lines), punch_store.LINES_AN_ACT):
            chunk = punch_lines[start : start + punch_store.LINES_AN_ACT]
            result += punch_store.store_in(ctx, tx, serial, chunk, Source.FILE, actor)
        row = queries.get(tx.conn, tx.hall_id, serial)
        if row is not None and until:
            # The file contains the time clock's memory up to its newest line.
            before = queries.delivered_until(tx.conn, tx.hall_id)
            end = min(
                instant(datetime.fromisoformat(until), ctx.settings().of(GeneralSettings).timezone),
                tx.now,
            )
            contact = punch_store.contact_of(row).delivered(end)
            punch_store.keep_contact(tx, row, contact, punch_store.clock_of(row))
            punch_store.publish_delivery(ctx, tx, before)
        data = {"file": name[:100], "new": result.new, "known": result.duplicates}
        write_journal(tx, actor, "reader.file", serial, data=data)
        queries.add_event(tx, serial, "file", data | {"by": actor.name})
        tx.events.append(ReaderChanged(serial))
        return asdict(result)

    return punch_store.StoreResult(**ctx.guarded(actor, request, act))


@dataclass(frozen=True, slots=True)
class Signature:
    """Signature: the person, and the time written beside it."""

    staff: str
    at: time


@dataclass(frozen=True, slots=True)
class Sheet:
    """A signed sheet of one day."""

    day: date
    reason: str
    witness: str
    lines: Sequence[Signature]


def take_sheet(ctx: Context, actor: Actor, key: str, sheet: Sheet) -> str:
    """Store a sheet, which counts only after its witness confirms it; return its id.

    Raises INVALID (nothing signed, a future time), REASON_REQUIRED, ACCOUNT_UNKNOWN for a person
    not on the staff list, SHEET_OWN when the typist signed it, SHEET_WITNESS when the witness is
    the typist or signed it.
    """
    signatures = [{"staff": s.staff, "at": s.at.strftime("%H:%M")} for s in sheet.lines]

    def act(tx: Tx) -> JsonDict:
        _check_sheet(ctx, tx, actor, sheet)
        sheet_id = ctx.tokens.token(9)
        day = sheet.day.isoformat()
        sign_in_sheet_queries.add(
            tx, sheet_id, day, sheet.reason.strip(), sheet.witness, signatures, actor.key
        )
        data = {"day": day, "witness": sheet.witness, "reason": sheet.reason, "lines": signatures}
        write_journal(tx, actor, "reader.sheet", sheet_id, data=data)
        tx.events.append(ReaderChanged(SHEET))
        tx.events.append(RequestsChanged(sheet_id, sheet.witness))
        return {"sheet": sheet_id}

    request = {"act": "sheet", "day": sheet.day.isoformat(), "reason": sheet.reason}
    return str(
        ctx.command(actor, key, request | {"witness": sheet.witness, "lines": signatures}, act)[
            "sheet"
        ]
    )


def answer_sheet(
    ctx: Context, actor: Actor, key: str, sheet_id: str, agree: bool, words: str
) -> None:
    """Confirm a sheet as its witness, so that its signatures count; or refuse it.

    Raises SHEET_UNKNOWN (also for anybody but the witness), SHEET_STATE, INVALID (a refusal needs
    words).
    """

    def act(tx: Tx) -> JsonDict:
        row = sign_in_sheet_queries.get(tx.conn, tx.hall_id, sheet_id)
        if row is None or row.witness != actor.name:
            raise HallError(TimeClockCode.SHEET_UNKNOWN)
        if row.state != WAITING:
            raise HallError(TimeClockCode.SHEET_STATE, state=row.state)
        if not agree and not words.strip():
            raise HallError(CommonCode.INVALID, field="words")
        state = CONFIRMED if agree else REFUSED
        sign_in_sheet_queries.settle(tx, sheet_id, state, words.strip())
        typist = row.by_actor.partition(":")[2]
        data = {"day": row.day, "by": typist}
        write_journal(tx, actor, f"reader.sheet_{state}", sheet_id, data=data, why=words.strip())
        if agree:
            _take_signatures(ctx, tx, actor, row)
        tx.events.append(ReaderChanged(SHEET))
        tx.events.append(RequestsChanged(sheet_id, actor.name))
        return {}

    request = {"act": "sheet.answer", "sheet": sheet_id, "agree": agree, "words": words}
    # The witness is the second person: neither the typist nor a signer.
    ctx.command(actor, key, request, act, second=True)


def _take_signatures(ctx: Context, tx: Tx, actor: Actor, row: SignInSheet) -> None:
    if queries.get(tx.conn, tx.hall_id, SHEET) is None:
        queries.add(tx, SHEET, "sheet", "admitted", name="签到表")
    day = date.fromisoformat(row.day)
    signatures = [
        Signature(line["staff"], time.fromisoformat(line["at"])) for line in json.loads(row.lines)
    ]
    lines = [_signature(tx, day, signature, row.id) for signature in signatures]
    punch_store.store_in(ctx, tx, SHEET, lines, Source.SHEET, actor)


def _check_sheet(ctx: Context, tx: Tx, actor: Actor, sheet: Sheet) -> None:
    people = ctx.catalogue().staff_by
    if not sheet.lines or len(sheet.lines) > MAX_SIGNED:
        raise HallError(CommonCode.INVALID, field="lines")
    if not sheet.reason.strip():
        raise HallError(CommonCode.REASON_REQUIRED)
    signers = {signature.staff for signature in sheet.lines}
    for staff in (sheet.witness, *sorted(signers)):
        if staff not in people:
            raise HallError(AccountCode.ACCOUNT_UNKNOWN, staff=staff)
    if actor.name in signers:
        raise HallError(TimeClockCode.SHEET_OWN)
    if sheet.witness == actor.name or sheet.witness in signers:
        raise HallError(TimeClockCode.SHEET_WITNESS)
    latest = max(signature.at for signature in sheet.lines)
    if (
        instant(datetime.combine(sheet.day, latest), ctx.settings().of(GeneralSettings).timezone)
        > tx.now
    ):
        raise HallError(CommonCode.INVALID, field="lines")


def _signature(tx: Tx, day: date, signature: Signature, sheet_id: str) -> PunchLine:
    """Return a signature as a punch; its enrolment is linked to the person from time 0 on."""
    enrolment = f"{SHEET_MARK}{signature.staff}"
    if enrolment not in queries.fingers(tx.conn, tx.hall_id):
        queries.link(tx, enrolment, 0, signature.staff, "sheet")
    return PunchLine(enrolment, datetime.combine(day, signature.at), raw=f"sheet {sheet_id}")
