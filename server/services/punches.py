"""Taking punches: whatever way they come, once and for ever.

`take` commits before it returns, because a terminal forgets what it was told OK for. Each act takes
a moderate number of lines and writes one journal line with the digest of what it added, so that
`hall check` finds a punch that was changed behind the hall's back. Nothing here knows a protocol.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from server.domain.errors import Code, HallError
from server.domain.punches import Belief, Contact, PunchLine, Source, doubt, is_absurd
from server.domain.reader_clocks import ClockFacts, Suspicion, WrongSpan
from server.services.bus import AttendanceChanged, ReaderChanged
from server.services.context import SYSTEM, Actor, Context, note
from server.storage import punches, readers
from server.storage.store import Tx

LINES_AN_ACT = 250
"""What an act costs whatever it holds is shared by so many; it still takes some 10 ms only."""
DIGESTED = (
    *("id", "reader", "enrolment", "said", "day", "at", "in_out", "verify", "work_code"),
    *("source", "doubt", "raw", "received_at"),
)
MAX_RAW = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    new: int = 0
    known: int = 0
    doubtful: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.new + other.new, self.known + other.known, self.doubtful + other.doubtful)


def take(
    ctx: Context,
    reader: str,
    lines: Sequence[PunchLine],
    source: Source,
    *,
    actor: Actor = SYSTEM,
    between: Callable[[], None] | None = None,
) -> Taken:
    """Keep the punches of `reader`; what is known already adds nothing. Durable on return.

    Each part is an act of its own: a batch that was broken off is simply sent again. What a file
    or a terminal's memory repeats is left out beforehand, so that it keeps no writer busy; a
    push is taken whole, for its length tells whether the terminal catches up.
    `between` is called between the acts of a long batch, so that others get their turn.
    Raises DEVICE_UNKNOWN for a reader that is not admitted (or out of service).
    """
    taken, todo = Taken(), lines
    if source is not Source.PUSH:
        todo = _once(lines)
        taken += Taken(known=len(lines) - len(todo))
    for number, part in enumerate(_parts(todo)):
        if number and between is not None:
            between()
        fresh = part
        if number and source is not Source.PUSH:
            fresh = unknown(ctx, reader, part)
            taken += Taken(known=len(part) - len(fresh))
        if fresh:
            taken += _take_part(ctx, reader, fresh, source, actor)
    return taken


def _once(lines: Sequence[PunchLine]) -> list[PunchLine]:
    """Each punch once; a long batch by time, so that a part of it lies close together."""
    first: dict[tuple[str, datetime], PunchLine] = {}
    for line in lines:
        first.setdefault((line.enrolment, line.said), line)
    found = list(first.values())
    return sorted(found, key=lambda line: line.said) if len(found) > LINES_AN_ACT else found


def _take_part(
    ctx: Context, reader: str, part: Sequence[PunchLine], source: Source, actor: Actor
) -> Taken:
    return ctx.write(lambda tx: take_in(ctx, tx, reader, part, source, actor))


def unknown(ctx: Context, reader: str, part: Sequence[PunchLine]) -> list[PunchLine]:
    """Those that are not there yet. Another way may bring them meanwhile: the act looks too."""
    said = [(line.enrolment, line.said.isoformat(" ", "seconds")) for line in part]
    known = ctx.read(lambda c: punches.known_of(c, ctx.hall_id, reader, said))
    return [line for line, key in zip(part, said, strict=True) if key not in known]


def _parts(lines: Sequence[PunchLine]) -> Iterator[Sequence[PunchLine]]:
    for start in range(0, len(lines), LINES_AN_ACT):
        yield lines[start : start + LINES_AN_ACT]


def take_in(
    ctx: Context,
    tx: Tx,
    reader: str,
    lines: Sequence[PunchLine],
    source: Source,
    actor: Actor = SYSTEM,
) -> Taken:
    """As `take`, in a running act; at most LINES_AN_ACT lines or so."""
    row = readers.get(tx.conn, tx.hall_id, reader)
    if row is None or row.state not in ("admitted", "out"):
        raise HallError(Code.DEVICE_UNKNOWN, device=reader)
    settings = ctx.settings()
    belief = Belief(settings.clock_tolerance_seconds, settings.punch_oldest_days)
    zone = ZoneInfo(settings.timezone)
    clock = clock_of(row)
    contact = contact_of(row)
    rows = [_row(reader, line, source, zone) for line in lines]
    if source is Source.PUSH:
        clock = _measure(tx, row, _told(lines, rows, tx.now), contact, clock, belief.tolerance)
        newest = max((found["at"] for found in rows if found["at"] <= tx.now), default=None)
        contact = contact.fed(tx.now, len(rows), newest)
    for line, found in zip(lines, rows, strict=True):
        found["doubt"] = doubt(line, found["at"], tx.now, clock, belief).value
    added = punches.add(tx, rows)
    keep_contact(tx, row, contact, clock)
    _tell(tx, reader, source, added, actor)
    doubtful = sum(bool(found["doubt"]) for found in added)
    return Taken(len(added), len(rows) - len(added), doubtful)


def _row(reader: str, line: PunchLine, source: Source, zone: ZoneInfo) -> dict[str, Any]:
    said = line.said.isoformat(" ", "seconds")
    return {
        "reader": reader,
        "enrolment": line.enrolment,
        "said": said,
        "day": said[:10],
        "at": int(line.said.replace(tzinfo=zone).timestamp()) * 1000,
        "in_out": line.in_out,
        "verify": line.verify,
        "work_code": line.work_code,
        "source": source.value,
        "raw": line.raw[:MAX_RAW],
    }


def _told(
    lines: Sequence[PunchLine], rows: Sequence[dict[str, Any]], now: int
) -> list[dict[str, Any]]:
    """The rows that may speak of the clock: an absurd one does only where it stands alone."""
    pairs = list(zip(lines, rows, strict=True))
    sane = [found for line, found in pairs if not is_absurd(line.said, found["at"], now)]
    return sane or list(rows)


def _measure(
    tx: Tx,
    row: Row[Any],
    rows: Sequence[dict[str, Any]],
    contact: Contact,
    clock: ClockFacts,
    tolerance: int,
) -> ClockFacts:
    """What a live punch tells of the terminal's clock; a replayed one tells nothing."""
    if not rows:
        return clock
    newest = max(rows, key=lambda found: int(found["at"]))
    offset = contact.offset_of(newest["at"], tx.now, len(rows))
    if offset is None or punches.known(tx, row.serial, newest["enrolment"], newest["said"]):
        return clock
    return _noted(tx, row.serial, clock, clock.claimed(offset, tx.now, tolerance))


def measured(tx: Tx, serial: str, clock: ClockFacts, offset: int, tolerance: int) -> ClockFacts:
    """Take a reading of the clock itself."""
    return _noted(tx, serial, clock, clock.measured(offset, tx.now, tolerance))


def _noted(tx: Tx, serial: str, clock: ClockFacts, fresh: ClockFacts) -> ClockFacts:
    """Add an event when the clock went wrong or is right again."""
    if fresh.is_off != clock.is_off:
        kind = "clock_off" if fresh.is_off else "clock_right"
        readers.add_event(tx, serial, kind, {"offset": fresh.offset})
    return fresh


def _tell(
    tx: Tx, reader: str, source: Source, added: Sequence[Mapping[str, Any]], actor: Actor
) -> None:
    tx.events.append(ReaderChanged(reader))
    if not added:
        return
    note(
        tx,
        actor,
        "punch.take",
        reader,
        data={
            "source": source.value,
            "first": added[0]["id"],
            "last": added[-1]["id"],
            "count": len(added),
            "digest": digest(added),
        },
    )
    tx.events.append(AttendanceChanged(tuple(sorted({found["day"] for found in added}))))


def digest(rows: Iterable[Any]) -> str:
    """SHA-256 over whole punches (mappings) in order of their ids."""
    whole = hashlib.sha256()
    for row in rows:
        values = [row[name] for name in DIGESTED]
        whole.update(json.dumps(values, ensure_ascii=False).encode() + b"\n")
    return whole.hexdigest()


def tell_delivered(ctx: Context, tx: Tx, before: int | None) -> None:
    """Tell that slots may be pending no more, or again; `before`: delivered until, as it was.

    Days that were delivered before and after read as they did.
    """
    after = readers.delivered_until(tx.conn, tx.hall_id)
    known = min(tx.now if before is None else before, tx.now if after is None else after)
    tx.events.append(AttendanceChanged((), (), ctx.day(known)))


# -- what is remembered of a reader ----------------------------------------------------------------


def contact_of(row: Row[Any]) -> Contact:
    """How steadily the reader has been heard of."""
    kept = readers.facts_of(row).get("contact", {})
    return Contact(heard_at=row.heard_at, delivered_until=row.delivered_until, **kept)


def clock_of(row: Row[Any]) -> ClockFacts:
    """What is known of the reader's clock."""
    kept = readers.facts_of(row).get("clock", {})
    doubted = kept.get("suspicion")
    return ClockFacts(
        offset=row.offset_seconds,
        measured_at=row.offset_at,
        wrong=_spans(kept, row.offset_seconds),
        suspicion=Suspicion(*doubted) if doubted else None,
    )


def _spans(kept: Mapping[str, Any], offset: int) -> tuple[WrongSpan, ...]:
    """The wrong spans; earlier facts hold a single one, with its greatest error without a sign."""
    if "wrong" in kept or kept.get("off_from") is None:
        return tuple(WrongSpan(*span) for span in kept.get("wrong", ()))
    begins, ends, worst = kept["off_from"], kept.get("off_until"), int(kept.get("worst", 0))
    if ends is None:
        return (WrongSpan(offset, begins),)
    return (WrongSpan(worst, begins, ends), WrongSpan(-worst, begins, ends))


def keep_contact(tx: Tx, row: Row[Any], contact: Contact, clock: ClockFacts, **facts: Any) -> None:
    """Remember both, and other facts of the reader."""
    kept = readers.facts_of(row) | facts
    kept["contact"] = {
        "steady_since": contact.steady_since,
        "catching_since": contact.catching_since,
        "fed_at": contact.fed_at,
        "heavy_at": contact.heavy_at,
        "recalled_until": contact.recalled_until,
        "unread": contact.unread,
    }
    doubted = clock.suspicion
    kept["clock"] = {
        "wrong": [[span.offset, span.begins, span.ends] for span in clock.wrong],
        "suspicion": [doubted.offset, doubted.at] if doubted else None,
    }
    readers.change(
        tx,
        row.serial,
        heard_at=contact.heard_at,
        delivered_until=contact.delivered_until,
        offset_seconds=clock.offset,
        offset_at=clock.measured_at,
        facts=json.dumps(kept, ensure_ascii=False),
    )
