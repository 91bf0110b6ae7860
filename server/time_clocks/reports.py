"""Time clocks in the hall's records: their reports, and the commands sent to them.

A time clock proves nothing but a serial number, so one that no administrator admitted is only
listed (a bounded number of them) and rejected. Lines that are not punches are quarantined and never
block the others. Offered fingerprints and faces are neither stored nor logged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any
from zoneinfo import ZoneInfo

from server.core.errors import CommonCode, HallError
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context
from server.time_clocks import iclock, punch_store, queries
from server.time_clocks.admission import ASKING_AGAIN_MS, record_request
from server.time_clocks.clock_drift import ClockFacts
from server.time_clocks.events import ReaderChanged
from server.time_clocks.iclock_events import DeviceEventLine, event, is_event
from server.time_clocks.punch_rules import STEADY_MS, BadLine, DeliveryState, PunchLine, Source
from server.time_clocks.quarantine import quarantine
from server.time_clocks.queries import TimeClock, TimeClockCommand

WAYS = {"push": ("push", "file"), "pull": ("pull",)}
"""Kinds of registered time clocks that each channel may use, so that none can pose as another."""
LISTED_TWICE_KEY = "listed_twice_at"
"""Key in a time clock's facts: time (ms) of the last rejection for being listed in two halls."""
TWICE_MS = 600_000
"""Milliseconds after it during which the office is alerted."""
OFFER_AGAIN_MS = 600_000
OFFER_MS = 3_600_000
COMMANDS_A_POLL = 50
TRIES = 3
NOTABLE_OPERATIONS = {
    "0": "started",
    "1": "stopped",
    "9": "user_deleted",
    "10": "finger_deleted",
    "13": "data_cleared",
    "21": "time_set",
    "22": "factory_reset",
    "23": "records_cleared",
}
"""Operations at the device that the office is alerted to."""


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """Parsed batch: punches, other lines, numbers of templates and device events."""

    lines: Sequence[PunchLine]
    bad: Sequence[BadLine] = ()
    templates: int = 0
    nobodys: int = 0

    @property
    def count(self) -> int:
        """Number of all lines received."""
        return len(self.lines) + len(self.bad) + self.templates + self.nobodys


@dataclass(frozen=True, slots=True)
class TimeClockReport:
    """Report of a time clock beside punches in one request."""

    firmware: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    records: int | None = None
    stamps: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    """True if an earlier batch could not be stored."""


Read = Callable[[str], PunchLine | BadLine | DeviceEventLine]


def read_lines(body: bytes, read: Read) -> ParsedBatch:
    """Return the parsed lines of a body. Pure but slow for a backlog: run it off the event loop."""
    lines, bad, templates, nobodys = [], [], 0, 0
    for text in iclock.lines_of(body):
        record = read(text)
        if isinstance(record, PunchLine):
            lines.append(record)
        elif isinstance(record, DeviceEventLine):
            nobodys += 1
        elif record.reason == "template":
            templates += 1
        else:
            bad.append(record)
    return ParsedBatch(lines, bad, templates, nobodys)


def parse_untyped(line: str) -> PunchLine | BadLine | DeviceEventLine:
    """Parse a line sent without the name of a table [SRC: some time clocks omit it]."""
    return event(line) if is_event(line) else iclock.attlog(line)


def require_admitted(ctx: Context, serial: str, address: str, way: str = "push") -> TimeClock:
    """Return the time clock behind a request; list an unknown one as asking for admission.

    `address`: of the time clock, or of the agent that polls it. Raises FORBIDDEN for one that is
    not admitted, uses another channel than it was admitted for, or posts from a foreign network;
    INVALID for a malformed serial number.
    """
    if not iclock.SERIAL.fullmatch(serial):
        raise HallError(CommonCode.INVALID, field="SN")
    row = ctx.read(lambda c: queries.get(c, ctx.hall_id, serial))
    if row is None or row.state == "asking":
        record_request(ctx, serial, address, row, way)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(CommonCode.FORBIDDEN)
    if row.way not in WAYS[way]:
        raise HallError(CommonCode.FORBIDDEN)
    if not in_networks(row.networks, address):
        _record_foreign_network(ctx, serial, address)
        raise HallError(CommonCode.FORBIDDEN)
    return row


def in_networks(networks: str, address: str) -> bool:
    """Return True if an address is in one of the CIDR networks; without networks: always."""
    allowed = networks.split()
    if not allowed:
        return True
    try:
        parsed = ip_address(address)
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in ip_network(network, strict=False) for network in allowed)
    except ValueError:
        return False


def _record_foreign_network(ctx: Context, serial: str, address: str) -> None:
    def act(tx: Tx) -> None:
        _add_event_once(tx, serial, "foreign_network", {"address": address})

    ctx.write(act)


def record_listed_twice(ctx: Context, serial: str) -> None:
    """Record that a request's serial number is listed in another hall of the deployment too."""
    row = ctx.read(lambda c: queries.get(c, ctx.hall_id, serial))
    if (
        row is None
        or ctx.clock.now() - queries.facts_of(row).get(LISTED_TWICE_KEY, 0) < ASKING_AGAIN_MS
    ):
        return

    def act(tx: Tx) -> None:
        current_row = queries.get(tx.conn, tx.hall_id, serial)
        if current_row is not None:
            facts = queries.facts_of(current_row) | {LISTED_TWICE_KEY: tx.now}
            queries.change(tx, serial, facts=json.dumps(facts, ensure_ascii=False))
            _add_event_once(tx, serial, "listed_twice", {})
            tx.events.append(ReaderChanged(serial))

    ctx.write(act)


def _add_event_once(tx: Tx, serial: str, kind: str, data: dict[str, Any]) -> None:
    """Add an event, at most one of its kind in an hour."""
    last = queries.last_event(tx.conn, tx.hall_id, serial, kind)
    if last is None or tx.now - last.at >= OFFER_MS:
        queries.add_event(tx, serial, kind, data)
        tx.events.append(ReaderChanged(serial))


def report_contact(
    ctx: Context,
    serial: str,
    report: TimeClockReport,
    change: Callable[[DeliveryState, int], DeliveryState],
) -> None:
    """Store a report of an admitted time clock; `change` computes its new contact state."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        store_report(tx, row, report, change(_contact(row, report, tx.now), tx.now))

    ctx.write(act)


def _row(tx: Tx, serial: str) -> TimeClock:
    row = queries.get(tx.conn, tx.hall_id, serial)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(CommonCode.FORBIDDEN)
    return row


def _contact(row: TimeClock, report: TimeClockReport, now: int) -> DeliveryState:
    contact = punch_store.contact_of(row)
    return contact.after_failed_batch(now) if report.failed else contact


def store_report(
    tx: Tx,
    row: TimeClock,
    report: TimeClockReport,
    contact: DeliveryState,
    clock: ClockFacts | None = None,
) -> None:
    """Store what the time clock reported about itself."""
    facts = dict(report.facts)
    if report.stamps:
        facts["stamps"] = dict(queries.facts_of(row).get("stamps", {})) | dict(report.stamps)
    punch_store.keep_contact(tx, row, contact, clock or punch_store.clock_of(row), **facts)
    if report.firmware and report.firmware != row.firmware:
        queries.change(tx, row.serial, firmware=report.firmware)
    if report.records is not None and report.records != row.records:
        queries.change(tx, row.serial, records=report.records)
    tx.events.append(ReaderChanged(row.serial))


def handshake(ctx: Context, serial: str, report: TimeClockReport) -> str:
    """Store a handshake; return the options for the time clock."""
    report_contact(ctx, serial, report, lambda contact, now: contact.after_contact(now))
    row = ctx.read(lambda c: queries.get(c, ctx.hall_id, serial))
    assert row is not None, "an admitted time clock is never deleted"
    stamps = queries.facts_of(row).get("stamps", {})
    return iclock.options(serial, stamps, zone_minutes(ctx))


def zone_minutes(ctx: Context) -> int:
    """Return the hall's present offset from UTC in minutes."""
    now = datetime.fromtimestamp(ctx.clock.now() / 1000, UTC)
    offset = now.astimezone(ZoneInfo(ctx.settings().of(GeneralSettings).timezone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def take_lines(
    ctx: Context,
    serial: str,
    table: str,
    reading: ParsedBatch,
    stamp: str,
    *,
    failed: bool = False,
    between: Callable[[], None] | None = None,
) -> punch_store.StoreResult:
    """Store the punches and quarantine other lines; durable on return.

    Unreadable lines go first: the punches around them must not count as complete.
    """
    if failed:
        report_contact(ctx, serial, TimeClockReport(failed=True), lambda contact, _now: contact)
    stamps = {table: stamp} if stamp and table in iclock.STAMPS else {}

    def rest(tx: Tx) -> None:
        row = _row(tx, serial)
        contact = punch_store.contact_of(row)
        if quarantine(tx, serial, table, reading.bad):
            contact = contact.after_quarantine()
        if reading.templates:
            _add_event_once(tx, serial, "template_offered", {"table": table})
        store_report(tx, row, TimeClockReport(), contact)

    def stamped(tx: Tx) -> None:
        row = _row(tx, serial)
        store_report(
            tx,
            row,
            TimeClockReport(stamps=stamps),
            punch_store.contact_of(row).after_contact(tx.now),
        )

    if reading.bad or reading.templates:
        ctx.write(rest)
    result = punch_store.store(ctx, serial, reading.lines, Source.PUSH, between=between)
    if stamps or not reading.lines:
        ctx.write(stamped)
    return result


def take_operlog(ctx: Context, serial: str, lines: Sequence[str], stamp: str) -> None:
    """Store the operation log: notable operations become events; templates are rejected."""
    operations = [operation for operation in map(_oplog, lines) if operation is not None]
    templates = sum(iclock.holds_template(line) for line in lines)

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        for data in operations[:20]:
            queries.add_event(tx, serial, "operation", data)
        if templates:
            _add_event_once(tx, serial, "template_offered", {"table": "OPERLOG"})
        stamps = {"OPERLOG": stamp} if stamp else {}
        store_report(
            tx,
            row,
            TimeClockReport(stamps=stamps),
            punch_store.contact_of(row).after_contact(tx.now),
        )

    ctx.write(act)


def _oplog(line: str) -> dict[str, Any] | None:
    """Return the fields of a notable `OPLOG type oper time …` line, or None."""
    words = line.split("\t")
    head, _, code = words[0].partition(" ")
    if head != "OPLOG" or code.strip() not in NOTABLE_OPERATIONS:
        return None
    claimed = iclock.moment(words[2]) if len(words) > 2 else None
    return {
        "what": NOTABLE_OPERATIONS[code.strip()],
        "by": iclock.displayable(words[1])[:24] if len(words) > 1 else "",
        "said": claimed.isoformat(" ") if claimed else "",
    }


def refuse_templates(ctx: Context, serial: str, table: str, stamp: str) -> None:
    """Reject a table of fingers, faces or pictures; answered OK so that it is not resent."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        _add_event_once(tx, serial, "template_offered", {"table": iclock.displayable(table)[:40]})
        stamps = {table: stamp} if stamp and table in iclock.STAMPS else {}
        store_report(
            tx,
            row,
            TimeClockReport(stamps=stamps),
            punch_store.contact_of(row).after_contact(tx.now),
        )

    ctx.write(act)


def poll(ctx: Context, serial: str, report: TimeClockReport) -> str:
    """Return the due commands for the time clock and mark them as sent.

    A poll is also a sign of life.
    """

    def act(tx: Tx) -> str:
        row = _row(tx, serial)
        contact = _contact(row, report, tx.now).after_poll(tx.now)
        due = [c for c in queries.open_commands(tx.conn, tx.hall_id, serial) if _due(tx, c)]
        for command in due[:COMMANDS_A_POLL]:
            queries.set_command(tx, serial, command.id, state="sent", sent_at=tx.now)
            if command.kind == "reread":
                contact = contact.after_recall(tx.now + OFFER_AGAIN_MS)
        store_report(tx, row, report, contact)
        return iclock.commands((c.id, c.command) for c in due[:COMMANDS_A_POLL])

    return ctx.write(act)


def _due(tx: Tx, command: TimeClockCommand) -> bool:
    """Return True if a command is to be sent (again); an unanswered one may have been lost.

    A reboot is never repeated: the time clock restarted before it could answer.
    """
    if command.state == "queued" or command.sent_at is None:
        return True
    if tx.now - command.sent_at < OFFER_AGAIN_MS:
        return False
    late = tx.now - command.created_at > TRIES * OFFER_AGAIN_MS
    if late or command.kind == "reboot":
        state = "done" if command.kind == "reboot" else "failed"
        queries.set_command(
            tx, command.reader, command.id, state=state, answer="no_answer", done_at=tx.now
        )
        return False
    return True


def store_results(ctx: Context, serial: str, answers: Sequence[iclock.Answer]) -> None:
    """Store the results of commands."""

    def act(tx: Tx) -> None:
        row = _row(tx, serial)
        contact = punch_store.contact_of(row).after_contact(tx.now)
        recalls = {c.id for c in queries.open_commands(tx.conn, tx.hall_id, serial)
                   if c.kind == "reread"}  # fmt: skip
        for result in answers:
            if result.number in recalls:
                # Some firmware answers first and sends the records afterwards.
                contact = contact.after_recall(tx.now + STEADY_MS)
            state = "done" if result.result >= 0 else "failed"
            queries.set_command(
                tx,
                serial,
                result.number,
                state=state,
                answer=f"{result.result} {result.command}".strip(),
                done_at=tx.now,
            )
        store_report(tx, row, TimeClockReport(), contact)

    ctx.write(act)
