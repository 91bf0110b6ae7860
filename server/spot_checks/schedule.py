"""Schedule of spot checks: seals, makes due, marks as missed, reveals, checks for anomalies.

`Keeper.keep` may be called at any time and any number of times. A restart in between changes
nothing, because the times follow from the sealed seed alone.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from server.core.actors import SYSTEM
from server.core.folder_key import key_in
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.spot_checks import (
    anomaly_search,
    draw_commitment,
    finding_actions,
    queries,
    second_checker,
)
from server.spot_checks.anomalies import MINUTE_MS
from server.spot_checks.draw_commitment import SealedDay
from server.spot_checks.events import ChecksChanged
from server.spot_checks.queries import DrawCommitment, SpotCheck

SLACK_MS = 60_000
"""Milliseconds of delay up to which a time counts as recorded while the server was running."""


class SpotCheckScheduler:
    """Scheduler of one hall's spot checks. `folder`: the data folder with the key."""

    def __init__(self, ctx: Context, folder: Path) -> None:
        self._ctx = ctx
        self._folder = folder
        self._begun = ""
        self._opened: dict[str, SealedDay] = {}
        self._doubted = 0

    def update(self) -> None:
        """Bring the spot checks up to date."""
        ctx = self._ctx
        now = ctx.clock.now()
        today = ctx.day(now)
        if self._begun != today:
            self._begin(today)
            self._begun = today
        for row in ctx.read_single(lambda c: queries.open_days(c, ctx.hall_id)):
            self._bring_up(self._open(row), now)
        if now // MINUTE_MS != self._doubted:
            self._doubted = now // MINUTE_MS
            anomaly_search.propose(ctx)

    def _begin(self, today: str) -> None:
        """Seal the new day and end rounds left running on earlier days."""
        ctx = self._ctx
        draw_commitment.seal_day(ctx, self._key())
        for row in ctx.read(lambda c: queries.running_before(c, ctx.hall_id, today)):
            ctx.write(partial(_end_abandoned, ctx, row))

    def _key(self) -> bytes:
        return key_in(self._folder, self._ctx.tokens)

    def _open(self, row: DrawCommitment) -> SealedDay:
        if row.day not in self._opened:
            self._opened = {row.day: draw_commitment.unseal(self._key(), row)}
        return self._opened[row.day]

    def _bring_up(self, day: SealedDay, now: int) -> None:
        ctx = self._ctx
        if ctx.read_single(lambda c: _due(day, self._kept(c, day), now)) or _is_reveal_due(
            day, now
        ):
            ctx.write(lambda tx: self._act(tx, day))

    def _kept(self, conn: Connection, day: SealedDay) -> list[SpotCheck]:
        return queries.of_days(conn, self._ctx.hall_id, day.day, day.day)

    def _act(self, tx: Tx, day: SealedDay) -> None:
        drawn_by_number = {row.n: row for row in self._kept(tx.conn, day) if row.kind == "drawn"}
        for n, minute in enumerate(day.times, 1):
            due_at = day.at(minute)
            if n not in drawn_by_number and due_at <= tx.now:
                _make_due(tx, day, n, due_at)
            elif (
                n in drawn_by_number
                and drawn_by_number[n].state == "due"
                and _is_expired(day, due_at, tx.now)
            ):
                queries.change(tx, drawn_by_number[n].id, state="missed", reason="not_started")
                _record_missed(tx, day.day, drawn_by_number[n].id, "not_started")
        if _is_reveal_due(day, tx.now):
            draw_commitment.reveal(tx, day)


def _is_reveal_due(day: SealedDay, now: int) -> bool:
    """Return True if the hall has closed, or the seed is lost, which is reported at once."""
    return not day.seed or day.closed(now)


def _is_expired(day: SealedDay, due_at: int, now: int) -> bool:
    return now > due_at + day.rules.within * MINUTE_MS


def _due(day: SealedDay, rows: list[SpotCheck], now: int) -> bool:
    """Return True if a time has arrived or expired.

    Called from a read, so that an idle hall writes nothing.
    """
    drawn_by_number = {row.n: row for row in rows if row.kind == "drawn"}
    for n, minute in enumerate(day.times, 1):
        due_at = day.at(minute)
        if due_at <= now and n not in drawn_by_number:
            return True
        if (
            n in drawn_by_number
            and drawn_by_number[n].state == "due"
            and _is_expired(day, due_at, now)
        ):
            return True
    return False


def _make_due(tx: Tx, day: SealedDay, n: int, due_at: int) -> None:
    """Record a drawn time that has arrived.

    One that expired while the server was down is missed.
    """
    check = f"{day.day}-{n}"
    state = "missed" if _is_expired(day, due_at, tx.now) else "due"
    reason = "server_down" if state == "missed" else ""
    queries.add(tx, check, day.day, "drawn", n, due_at=due_at, state=state, reason=reason)
    data = {"day": day.day, "n": n, "due_at": due_at, "late": tx.now - due_at > SLACK_MS}
    write_journal(tx, SYSTEM, "check.due", check, data=data)
    tx.events.append(ChecksChanged(day.day, check))
    if state == "missed":
        _record_missed(tx, day.day, check, reason)


def _record_missed(tx: Tx, day: str, check: str, reason: str) -> None:
    write_journal(tx, SYSTEM, "check.missed", check, data={"reason": reason})
    tx.events.append(ChecksChanged(day, check))


def _end_abandoned(ctx: Context, row: SpotCheck, tx: Tx) -> None:
    """End a round that nobody ended on its day."""
    if row.state == "due":
        queries.change(tx, row.id, state="missed", reason="not_started")
        _record_missed(tx, row.day, row.id, "not_started")
        return
    queries.change(tx, row.id, state="unfinished", ended_at=tx.now)
    write_journal(tx, SYSTEM, "check.unfinished", row.id)
    tx.events.append(ChecksChanged(row.day, row.id))
    if second_checker.counts(row):
        finding_actions.from_marks(ctx, tx, row.id)
