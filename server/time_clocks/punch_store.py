"""Storage of punches from any channel, once and permanently.

`take` commits before it returns, because a time clock deletes what was acknowledged. Each action
stores a moderate number of lines and writes one journal line with the digest of what it added, so
the integrity check detects a punch that was changed outside the program. No protocol here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.core.actors import SYSTEM, Actor
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.time_clocks import punch_queries, queries
from server.time_clocks.clock_drift import ClockFacts, Suspicion, WrongSpan
from server.time_clocks.events import ReaderChanged
from server.time_clocks.punch_rules import (
    DeliveryState,
    PunchLine,
    Source,
    TimeTolerance,
    doubt,
    is_absurd,
)
from server.time_clocks.queries import TimeClock
from server.time_clocks.settings import TimeClockSettings

LINES_AN_ACT = 250
"""Lines per action: enough to share its fixed cost, few enough to take only some 10 ms."""
DIGESTED = (
    *("id", "reader", "enrolment", "said", "day", "at", "in_out", "verify", "work_code"),
    *("source", "doubt", "raw", "received_at"),
)
MAX_RAW = 200


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Result of a batch: numbers of new, known and doubtful punches."""

    new: int = 0
    duplicates: int = 0
    doubtful: int = 0

    def __add__(self, other: StoreResult) -> StoreResult:
        return StoreResult(
            self.new + other.new, self.duplicates + other.duplicates, self.doubtful + other.doubtful
        )


def store(
    ctx: Context,
    reader: str,
    lines: Sequence[PunchLine],
    source: Source,
    *,
    actor: Actor = SYSTEM,
    between: Callable[[], None] | None = None,
) -> StoreResult:
    """Store the punches of `reader`; known ones add nothing. Durable on return.

    Each part is an action of its own: an interrupted batch is simply sent again. Repeated lines of
    a file or of a time clock's memory are removed beforehand, so that they keep no writer busy. A
    push is stored whole, because its length shows whether the time clock is catching up. `between`
    is called between the actions of a long batch, so that other writers get their turn. Raises
    DEVICE_UNKNOWN for a time clock that is not admitted (or out of service).
    """
    result, remaining = StoreResult(), lines
    if source is not Source.PUSH:
        remaining = _once(lines)
        result += StoreResult(duplicates=len(lines) - len(remaining))
    for number, part in enumerate(_parts(remaining)):
        if number and between is not None:
            between()
        new_lines = part
        if number and source is not Source.PUSH:
            new_lines = not_stored(ctx, reader, part)
            result += StoreResult(duplicates=len(part) - len(new_lines))
        if new_lines:
            result += _take_part(ctx, reader, new_lines, source, actor)
    return result


def _once(lines: Sequence[PunchLine]) -> list[PunchLine]:
    """Return each punch once; a long batch is sorted by time, so that its parts are compact."""
    first: dict[tuple[str, datetime], PunchLine] = {}
    for line in lines:
        first.setdefault((line.enrolment, line.claimed_at), line)
    unique_lines = list(first.values())
    return (
        sorted(unique_lines, key=lambda line: line.claimed_at)
        if len(unique_lines) > LINES_AN_ACT
        else unique_lines
    )


def _take_part(
    ctx: Context, reader: str, part: Sequence[PunchLine], source: Source, actor: Actor
) -> StoreResult:
    return ctx.write(lambda tx: store_in(ctx, tx, reader, part, source, actor))


def not_stored(ctx: Context, reader: str, part: Sequence[PunchLine]) -> list[PunchLine]:
    """Return the punches that are not stored yet.

    Another channel may store them meanwhile, so the action checks again.
    """
    keys = [(line.enrolment, line.claimed_at.isoformat(" ", "seconds")) for line in part]
    stored_keys = ctx.read(lambda c: punch_queries.existing(c, ctx.hall_id, reader, keys))
    return [line for line, key in zip(part, keys, strict=True) if key not in stored_keys]


def _parts(lines: Sequence[PunchLine]) -> Iterator[Sequence[PunchLine]]:
    for start in range(0, len(lines), LINES_AN_ACT):
        yield lines[start : start + LINES_AN_ACT]


def store_in(
    ctx: Context,
    tx: Tx,
    reader: str,
    lines: Sequence[PunchLine],
    source: Source,
    actor: Actor = SYSTEM,
) -> StoreResult:
    """Store punches as `take` does, in a running action; at most about LINES_AN_ACT lines."""
    row = queries.get(tx.conn, tx.hall_id, reader)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(CommonCode.DEVICE_UNKNOWN, device=reader)
    settings = ctx.settings()
    belief = TimeTolerance(
        settings.of(TimeClockSettings).clock_tolerance_seconds,
        settings.of(TimeClockSettings).punch_oldest_days,
    )
    zone = ZoneInfo(settings.of(GeneralSettings).timezone)
    clock = clock_of(row)
    contact = contact_of(row)
    rows = [_row(reader, line, source, zone) for line in lines]
    if source is Source.PUSH:
        clock = _measure(tx, row, _usable(lines, rows, tx.now), contact, clock, belief.tolerance)
        newest = max(
            (punch_row["at"] for punch_row in rows if punch_row["at"] <= tx.now), default=None
        )
        contact = contact.after_batch(tx.now, len(rows), newest)
    for line, punch_row in zip(lines, rows, strict=True):
        punch_row["doubt"] = doubt(line, punch_row["at"], tx.now, clock, belief).value
    new_rows = punch_queries.add(tx, rows)
    keep_contact(tx, row, contact, clock)
    _record(tx, reader, source, new_rows, actor)
    doubtful = sum(bool(punch_row["doubt"]) for punch_row in new_rows)
    return StoreResult(len(new_rows), len(rows) - len(new_rows), doubtful)


def _row(reader: str, line: PunchLine, source: Source, zone: ZoneInfo) -> dict[str, Any]:
    claimed = line.claimed_at.isoformat(" ", "seconds")
    return {
        "reader": reader,
        "enrolment": line.enrolment,
        "said": claimed,
        "day": claimed[:10],
        "at": int(line.claimed_at.replace(tzinfo=zone).timestamp()) * 1000,
        "in_out": line.in_out,
        "verify": line.verify,
        "work_code": line.work_code,
        "source": source.value,
        "raw": line.raw[:MAX_RAW],
    }


def _usable(
    lines: Sequence[PunchLine], rows: Sequence[dict[str, Any]], now: int
) -> list[dict[str, Any]]:
    """Return the rows that may measure the clock; absurd ones only if there are no others."""
    pairs = list(zip(lines, rows, strict=True))
    sane = [
        punch_row
        for line, punch_row in pairs
        if not is_absurd(line.claimed_at, punch_row["at"], now)
    ]
    return sane or list(rows)


def _measure(
    tx: Tx,
    row: TimeClock,
    rows: Sequence[dict[str, Any]],
    contact: DeliveryState,
    clock: ClockFacts,
    tolerance: int,
) -> ClockFacts:
    """Return the clock after a live punch measured it; a repeated punch measures nothing."""
    if not rows:
        return clock
    newest = max(rows, key=lambda punch_row: int(punch_row["at"]))
    offset = contact.offset_of(newest["at"], tx.now, len(rows))
    if offset is None or punch_queries.exists(tx, row.serial, newest["enrolment"], newest["said"]):
        return clock
    return _with_clock_event(tx, row.serial, clock, clock.after_claim(offset, tx.now, tolerance))


def with_measurement(
    tx: Tx, serial: str, clock: ClockFacts, offset: int, tolerance: int
) -> ClockFacts:
    """Return the clock after a direct reading of it."""
    return _with_clock_event(tx, serial, clock, clock.after_measurement(offset, tx.now, tolerance))


def _with_clock_event(
    tx: Tx, serial: str, clock: ClockFacts, measured_clock: ClockFacts
) -> ClockFacts:
    """Return `fresh`; add an event if the clock became wrong or right."""
    if measured_clock.is_off != clock.is_off:
        kind = "clock_off" if measured_clock.is_off else "clock_right"
        queries.add_event(tx, serial, kind, {"offset": measured_clock.offset})
    return measured_clock


def _record(
    tx: Tx, reader: str, source: Source, new_rows: Sequence[Mapping[str, Any]], actor: Actor
) -> None:
    tx.events.append(ReaderChanged(reader))
    if not new_rows:
        return
    write_journal(
        tx,
        actor,
        "punch.take",
        reader,
        data={
            "source": source.value,
            "first": new_rows[0]["id"],
            "last": new_rows[-1]["id"],
            "count": len(new_rows),
            "digest": digest(new_rows),
        },
    )
    tx.events.append(AttendanceChanged(tuple(sorted({punch_row["day"] for punch_row in new_rows}))))


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 over whole punches (mappings) in the order of their ids."""
    sha = hashlib.sha256()
    for row in rows:
        values = [row[name] for name in DIGESTED]
        sha.update(json.dumps(values, ensure_ascii=False).encode() + b"\n")
    return sha.hexdigest()


def publish_delivery(ctx: Context, tx: Tx, before: int | None) -> None:
    """Publish that pending slots may have changed; `before`: the previous `delivered_until`.

    Days delivered both before and after are unaffected.
    """
    after = queries.delivered_until(tx.conn, tx.hall_id)
    unaffected_until = min(tx.now if before is None else before, tx.now if after is None else after)
    tx.events.append(AttendanceChanged((), (), ctx.day(unaffected_until)))


def contact_of(row: TimeClock) -> DeliveryState:
    """Return the stored contact history of a time clock."""
    facts = queries.facts_of(row).get("contact", {})
    return DeliveryState(
        last_contact_at=row.heard_at,
        delivered_until=row.delivered_until,
        steady_since=facts.get("steady_since"),
        backlog_since=facts.get("catching_since"),
        last_batch_at=facts.get("fed_at"),
        last_backlog_at=facts.get("heavy_at"),
        recalled_until=facts.get("recalled_until"),
        has_quarantined=facts.get("unread", False),
    )


def clock_of(row: TimeClock) -> ClockFacts:
    """Return the stored state of a time clock's clock."""
    facts = queries.facts_of(row).get("clock", {})
    suspicion = facts.get("suspicion")
    return ClockFacts(
        offset=row.offset_seconds,
        measured_at=row.offset_at,
        wrong=_spans(facts, row.offset_seconds),
        suspicion=Suspicion(*suspicion) if suspicion else None,
    )


def _spans(facts: Mapping[str, Any], offset: int) -> tuple[WrongSpan, ...]:
    """Return the wrong spans.

    Earlier facts hold a single one, with its greatest error without a sign.
    """
    if "wrong" in facts or facts.get("off_from") is None:
        return tuple(WrongSpan(*span) for span in facts.get("wrong", ()))
    begins, ends, greatest = facts["off_from"], facts.get("off_until"), int(facts.get("worst", 0))
    if ends is None:
        return (WrongSpan(offset, begins),)
    return (WrongSpan(greatest, begins, ends), WrongSpan(-greatest, begins, ends))


def keep_contact(
    tx: Tx, row: TimeClock, contact: DeliveryState, clock: ClockFacts, **facts: Any
) -> None:
    """Store contact and clock, and other facts of the time clock."""
    all_facts = queries.facts_of(row) | facts
    all_facts["contact"] = {
        "steady_since": contact.steady_since,
        "catching_since": contact.backlog_since,
        "fed_at": contact.last_batch_at,
        "heavy_at": contact.last_backlog_at,
        "recalled_until": contact.recalled_until,
        "unread": contact.has_quarantined,
    }
    suspicion = clock.suspicion
    all_facts["clock"] = {
        "wrong": [[span.offset, span.begins, span.ends] for span in clock.wrong],
        "suspicion": [suspicion.offset, suspicion.at] if suspicion else None,
    }
    queries.change(
        tx,
        row.serial,
        heard_at=contact.last_contact_at,
        delivered_until=contact.delivered_until,
        offset_seconds=clock.offset,
        offset_at=clock.measured_at,
        facts=json.dumps(all_facts, ensure_ascii=False),
    )
