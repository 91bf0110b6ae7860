"""Readers in the hall's books: what a terminal says of itself, and what it is told to do.

A terminal proves nothing but a serial number, so one that no administrator admitted is only noted
(a bounded number of them) and refused. Lines that are no punches are put aside, never in the way of
the others. Fingerprints and faces that a terminal offers are neither kept nor logged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from server.domain import iclock
from server.domain.errors import Code, HallError
from server.domain.iclock_events import NobodysLine, event, is_event
from server.domain.punches import STEADY_MS, BadLine, Contact, PunchLine, Source
from server.domain.reader_clocks import ClockFacts
from server.services import punches
from server.services.bus import ReaderChanged
from server.services.context import Context
from server.services.readers_aside import put_aside
from server.services.readers_asking import ASKING_AGAIN_MS, asks
from server.storage import readers
from server.storage.store import Tx

WAYS = {"push": ("push", "file"), "pull": ("pull",)}
"""What a time clock that speaks one way may be in the books: nothing may pose as another's."""
TWICE = "listed_twice_at"
"""Among a reader's facts: when it was last refused for being listed in two halls (ms)."""
TWICE_MS = 600_000
"""For so long after it the office is told."""
OFFER_AGAIN_MS = 600_000
OFFER_MS = 3_600_000
COMMANDS_A_POLL = 50
TRIES = 3
TELLING_OPLOGS = {
    "0": "started",
    "1": "stopped",
    "9": "user_deleted",
    "10": "finger_deleted",
    "13": "data_cleared",
    "21": "time_set",
    "22": "factory_reset",
    "23": "records_cleared",
}
"""Operations that somebody may be asked about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A batch as it was read: punches, what is none, how many templates and nobody's events."""

    lines: Sequence[PunchLine]
    bad: Sequence[BadLine] = ()
    templates: int = 0
    nobodys: int = 0

    @property
    def count(self) -> int:
        """Every line that came."""
        return len(self.lines) + len(self.bad) + self.templates + self.nobodys


@dataclass(frozen=True, slots=True)
class Told:
    """What a terminal tells beside punches in one request."""

    firmware: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    records: int | None = None
    stamps: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    """An earlier batch could not be taken."""


Read = Callable[[str], PunchLine | BadLine | NobodysLine]


def read_lines(body: bytes, read: Read) -> Reading:
    """The lines of a body. Pure but long for a backlog: run it beside the loop."""
    lines, bad, templates, nobodys = [], [], 0, 0
    for text in iclock.lines_of(body):
        found = read(text)
        if isinstance(found, PunchLine):
            lines.append(found)
        elif isinstance(found, NobodysLine):
            nobodys += 1
        elif found.reason == "template":
            templates += 1
        else:
            bad.append(found)
    return Reading(lines, bad, templates, nobodys)


def either(line: str) -> PunchLine | BadLine | NobodysLine:
    """A line that came without the name of a table [SRC: some terminals leave it out]."""
    return event(line) if is_event(line) else iclock.attlog(line)


# -- who may speak ---------------------------------------------------------------------------------


def let_in(ctx: Context, serial: str, address: str, way: str = "push") -> Row[Any]:
    """The reader behind a request; one never seen is noted as asking, to be admitted or not.

    `address`: of the terminal, or of the agent that polls it. Raises FORBIDDEN for one that is not
    admitted, comes another way than it was admitted for, or from a network that is not its own,
    INVALID for no serial number at all.
    """
    if not iclock.SERIAL.fullmatch(serial):
        raise HallError(Code.INVALID, field="SN")
    row = ctx.read(lambda c: readers.get(c, ctx.hall_id, serial))
    if row is None or row.state == "asking":
        asks(ctx, serial, address, row, way)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(Code.FORBIDDEN)
    if row.way not in WAYS[way]:
        raise HallError(Code.FORBIDDEN)
    if not in_networks(row.networks, address):
        _foreign(ctx, serial, address)
        raise HallError(Code.FORBIDDEN)
    return row


def in_networks(networks: str, address: str) -> bool:
    """Whether an address lies in one of the CIDR networks; none given: anywhere."""
    allowed = networks.split()
    if not allowed:
        return True
    try:
        found = ip_address(address)
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in ip_network(each, strict=False) for each in allowed)
    except ValueError:
        return False


def _foreign(ctx: Context, serial: str, address: str) -> None:
    def act(tx: Tx) -> None:
        _tell_once(tx, serial, "foreign_network", {"address": address})

    ctx.write(act)


def listed_twice(ctx: Context, serial: str) -> None:
    """It dialled an address, and another hall of the deployment lists it as well."""
    row = ctx.read(lambda c: readers.get(c, ctx.hall_id, serial))
    if row is None or ctx.clock.now() - readers.facts_of(row).get(TWICE, 0) < ASKING_AGAIN_MS:
        return

    def act(tx: Tx) -> None:
        found = readers.get(tx.conn, tx.hall_id, serial)
        if found is not None:
            facts = readers.facts_of(found) | {TWICE: tx.now}
            readers.change(tx, serial, facts=json.dumps(facts, ensure_ascii=False))
            _tell_once(tx, serial, "listed_twice", {})
            tx.events.append(ReaderChanged(serial))

    ctx.write(act)


def _tell_once(tx: Tx, serial: str, kind: str, data: dict[str, Any]) -> None:
    """An event, at most one of its kind in an hour."""
    last = readers.last_event(tx.conn, tx.hall_id, serial, kind)
    if last is None or tx.now - last.at >= OFFER_MS:
        readers.add_event(tx, serial, kind, data)
        tx.events.append(ReaderChanged(serial))


# -- what a terminal tells -------------------------------------------------------------------------


def heard(ctx: Context, serial: str, told: Told, change: Callable[[Contact, int], Contact]) -> None:
    """A word of an admitted reader; `change` makes its new contact from the old and the time."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        keep_told(tx, row, told, change(_contact(row, told, tx.now), tx.now))

    ctx.write(act)


def _row(tx: Tx, serial: str) -> Row[Any]:
    row = readers.get(tx.conn, tx.hall_id, serial)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(Code.FORBIDDEN)
    return row


def _contact(row: Row[Any], told: Told, now: int) -> Contact:
    contact = punches.contact_of(row)
    return contact.failed(now) if told.failed else contact


def keep_told(
    tx: Tx, row: Row[Any], told: Told, contact: Contact, clock: ClockFacts | None = None
) -> None:
    """Write down what the terminal told of itself."""
    facts = dict(told.facts)
    if told.stamps:
        facts["stamps"] = dict(readers.facts_of(row).get("stamps", {})) | dict(told.stamps)
    punches.keep_contact(tx, row, contact, clock or punches.clock_of(row), **facts)
    if told.firmware and told.firmware != row.firmware:
        readers.change(tx, row.serial, firmware=told.firmware)
    if told.records is not None and told.records != row.records:
        readers.change(tx, row.serial, records=told.records)
    tx.events.append(ReaderChanged(row.serial))


def handshake(ctx: Context, serial: str, told: Told) -> str:
    """The terminal came on: the options it shall work by."""
    heard(ctx, serial, told, lambda contact, now: contact.heard(now))
    row = ctx.read(lambda c: readers.get(c, ctx.hall_id, serial))
    stamps = readers.facts_of(row).get("stamps", {})
    return iclock.options(serial, stamps, zone_minutes(ctx))


def zone_minutes(ctx: Context) -> int:
    """The hall's distance from UTC now, in minutes."""
    now = datetime.fromtimestamp(ctx.clock.now() / 1000, UTC)
    offset = now.astimezone(ZoneInfo(ctx.settings().timezone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def take_lines(
    ctx: Context,
    serial: str,
    table: str,
    reading: Reading,
    stamp: str,
    *,
    failed: bool = False,
    between: Callable[[], None] | None = None,
) -> punches.Taken:
    """Keep the punches and put aside what is none; all of it durable on return.

    What could not be read goes first: the punches around it must not count as all there was.
    """
    if failed:
        heard(ctx, serial, Told(failed=True), lambda contact, _now: contact)
    stamps = {table: stamp} if stamp and table in iclock.STAMPS else {}

    def rest(tx: Tx) -> None:
        row = _row(tx, serial)
        contact = punches.contact_of(row)
        if put_aside(tx, serial, table, reading.bad):
            contact = contact.left_unread()
        if reading.templates:
            _tell_once(tx, serial, "template_offered", {"table": table})
        keep_told(tx, row, Told(), contact)

    def stamped(tx: Tx) -> None:
        row = _row(tx, serial)
        keep_told(tx, row, Told(stamps=stamps), punches.contact_of(row).heard(tx.now))

    if reading.bad or reading.templates:
        ctx.write(rest)
    taken = punches.take(ctx, serial, reading.lines, Source.PUSH, between=between)
    if stamps or not reading.lines:
        ctx.write(stamped)
    return taken


def take_operlog(ctx: Context, serial: str, lines: Sequence[str], stamp: str) -> None:
    """What was done at the terminal: telling operations become events; templates are refused."""
    told = [found for found in map(_oplog, lines) if found is not None]
    templates = sum(iclock.holds_template(line) for line in lines)

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        for data in told[:20]:
            readers.add_event(tx, serial, "operation", data)
        if templates:
            _tell_once(tx, serial, "template_offered", {"table": "OPERLOG"})
        stamps = {"OPERLOG": stamp} if stamp else {}
        keep_told(tx, row, Told(stamps=stamps), punches.contact_of(row).heard(tx.now))

    ctx.write(act)


def _oplog(line: str) -> dict[str, Any] | None:
    """`OPLOG type oper time …` when it is one that somebody may be asked about."""
    words = line.split("\t")
    head, _, code = words[0].partition(" ")
    if head != "OPLOG" or code.strip() not in TELLING_OPLOGS:
        return None
    said = iclock.moment(words[2]) if len(words) > 2 else None
    return {
        "what": TELLING_OPLOGS[code.strip()],
        "by": iclock.shown(words[1])[:24] if len(words) > 1 else "",
        "said": said.isoformat(" ") if said else "",
    }


def refuse_templates(ctx: Context, serial: str, table: str, stamp: str) -> None:
    """A table of fingers, faces or pictures: answered OK so that it does not come for ever."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        _tell_once(tx, serial, "template_offered", {"table": iclock.shown(table)[:40]})
        stamps = {table: stamp} if stamp and table in iclock.STAMPS else {}
        keep_told(tx, row, Told(stamps=stamps), punches.contact_of(row).heard(tx.now))

    ctx.write(act)


# -- what a terminal is told -----------------------------------------------------------------------


def poll(ctx: Context, serial: str, told: Told) -> str:
    """The terminal asks for commands: those that wait, now sent. Also the sign that it is alive."""

    def act(tx: Tx) -> str:
        row = _row(tx, serial)
        contact = _contact(row, told, tx.now).polled(tx.now)
        due = [c for c in readers.open_commands(tx.conn, tx.hall_id, serial) if _due(tx, c)]
        for command in due[:COMMANDS_A_POLL]:
            readers.set_command(tx, serial, command.id, state="sent", sent_at=tx.now)
            if command.kind == "reread":
                contact = contact.recalled(tx.now + OFFER_AGAIN_MS)
        keep_told(tx, row, told, contact)
        return iclock.commands((c.id, c.command) for c in due[:COMMANDS_A_POLL])

    return ctx.write(act)


def _due(tx: Tx, command: Row[Any]) -> bool:
    """Whether to send it (again): one that was not answered may have been lost on the way.

    A reboot is never repeated: the terminal restarted before it could answer.
    """
    if command.state == "queued":
        return True
    if tx.now - command.sent_at < OFFER_AGAIN_MS:
        return False
    late = tx.now - command.created_at > TRIES * OFFER_AGAIN_MS
    if late or command.kind == "reboot":
        state = "done" if command.kind == "reboot" else "failed"
        readers.set_command(
            tx, command.reader, command.id, state=state, answer="no_answer", done_at=tx.now
        )
        return False
    return True


def answered(ctx: Context, serial: str, answers: Sequence[iclock.Answer]) -> None:
    """What became of commands."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        contact = punches.contact_of(row).heard(tx.now)
        recalls = {c.id for c in readers.open_commands(tx.conn, tx.hall_id, serial)
                   if c.kind == "reread"}  # fmt: skip
        for found in answers:
            if found.number in recalls:
                # Some firmware answers first and sends the records afterwards.
                contact = contact.recalled(tx.now + STEADY_MS)
            state = "done" if found.result >= 0 else "failed"
            readers.set_command(
                tx,
                serial,
                found.number,
                state=state,
                answer=f"{found.result} {found.command}".strip(),
                done_at=tx.now,
            )
        keep_told(tx, row, Told(), contact)

    ctx.write(act)
