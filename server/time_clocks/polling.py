"""Time clocks polled by an agent: their clock, their punches, their delivery progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from server.core.actors import SYSTEM, Via
from server.core.clock import instant
from server.core.errors import CommonCode, HallError
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context
from server.time_clocks import punch_store, queries
from server.time_clocks.punch_rules import BadLine, PunchLine, Source
from server.time_clocks.quarantine import quarantine
from server.time_clocks.reports import TimeClockReport, store_report
from server.time_clocks.settings import TimeClockSettings


def store_clock_reading(
    ctx: Context,
    serial: str,
    clock_reading: datetime | None,
    numbers: Mapping[str, int | None],
    firmware: str,
) -> None:
    """Store a reading of the time clock's own clock, its counts and firmware."""

    def act(tx: Tx) -> None:
        row = queries.get(tx.conn, tx.hall_id, serial)
        if row is None:
            raise HallError(CommonCode.FORBIDDEN)
        settings = ctx.settings()
        clock = punch_store.clock_of(row)
        if clock_reading is not None:
            offset = round(
                (instant(clock_reading, settings.of(GeneralSettings).timezone) - tx.now) / 1000
            )
            tolerance = settings.of(TimeClockSettings).clock_tolerance_seconds
            clock = punch_store.with_measurement(tx, serial, clock, offset, tolerance)
        facts = {k: v for k, v in numbers.items() if v is not None and k != "records"}
        report = TimeClockReport(firmware=firmware, facts=facts, records=numbers.get("records"))
        store_report(tx, row, report, punch_store.contact_of(row).after_contact(tx.now), clock)

    ctx.write(act)


def take(
    ctx: Context,
    serial: str,
    lines: Sequence[PunchLine],
    bad: Sequence[BadLine],
    whole: float | None,
    via: Via | None = None,
) -> punch_store.StoreResult:
    """Store what was read. `whole`: seconds since which the time clock's memory is complete here.

    `via`: the time clock and the agent that read it, for the journal.
    """

    def aside(tx: Tx) -> None:
        row = queries.get(tx.conn, tx.hall_id, serial)
        if row is not None and quarantine(tx, serial, "records", bad):
            store_report(tx, row, TimeClockReport(), punch_store.contact_of(row).after_quarantine())

    if bad:
        # First: delivery derived from the punches must stop at the unreadable lines.
        ctx.write(aside)
    result = punch_store.store(ctx, serial, lines, Source.PULL, actor=replace(SYSTEM, via=via))

    def rest(tx: Tx) -> None:
        row = queries.get(tx.conn, tx.hall_id, serial)
        if row is None:
            raise HallError(CommonCode.FORBIDDEN)
        contact = punch_store.contact_of(row).after_contact(tx.now)
        if whole is not None:
            contact = replace(contact, backlog_since=None)
            contact = contact.delivered(tx.now - int(whole * 1000))
        store_report(tx, row, TimeClockReport(), contact)

    ctx.write(rest)
    return result


def store_result(ctx: Context, serial: str, number: int, answer: str, *, good: bool) -> None:
    """Record the result of a command."""

    def act(tx: Tx) -> None:
        state = "done" if good else "failed"
        queries.set_command(tx, serial, number, state=state, answer=answer[:200], done_at=tx.now)

    ctx.write(act)
