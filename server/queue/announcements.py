"""Announcements of calls: each call ends as spoken, unspoken or called by mouth.

A loudspeaker's driver reports what was actually played. A call that could not be played, expired in
the queue or was never reported is unspoken: the window's clerk and the office see it, and the
ticket cannot be marked as missed until it was announced. If no reporting loudspeaker is responsible
for the window's zone, no announcement is awaited.

In a hall of several sites the loudspeakers of the whole hall (`main`) stand in the main building,
the first site listed: no call for another building is announced there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM, Actor, ActorKind, Via
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import announcement_queries as stored
from server.queue.announcement_queries import Announcement, Speaker
from server.queue.errors import QueueCode
from server.queue.events import CallTold
from server.queue.settings import VoiceSettings
from server.queue.tickets import State, Ticket
from server.queue.transitions import current

HALL = "main"
"""Zone of loudspeakers that cover the whole hall."""
REPORTS = "spoken"
"""Capability in an agent's hello: it reports what was actually played."""
PENDING, SPOKEN, UNSPOKEN, BY_MOUTH = "pending", "spoken", "unspoken", "by_mouth"
LAST_SECONDS = 30
"""Seconds beyond its expiry that an announcement is awaited; on a slow line it may begin late."""
REPLACED = "replaced"
"""Agent's reason for an announcement that was replaced by a newer one of the ticket."""


def within_hearing(catalogue: Catalogue, zone: str) -> tuple[str, ...]:
    """Return the zones whose loudspeakers may announce a call for `zone`, the preferred one first.

    The zone's own, and those of the whole hall if they stand in the same building.
    """
    site = catalogue.site_beside(zone)
    return (zone, HALL) if site is None or site == catalogue.sites[0] else (zone,)


def responsible(
    rows: Sequence[Speaker], catalogue: Catalogue, zone: str
) -> tuple[str, list[Speaker]]:
    """Return the zone whose loudspeakers serve `zone`, and the connected ones.

    The zone's own; while none of these is connected, those of the whole hall.
    """
    zones = within_hearing(catalogue, zone)
    for serves in zones:
        speakers = [row for row in rows if row.serves == serves and row.connected]
        if speakers:
            return serves, speakers
    return zones[-1], []


def await_announcement(ctx: Context, tx: Tx, ticket: Ticket, n: int) -> None:
    """Record that the `n`-th call of a ticket awaits its announcement, if one is expected."""
    catalogue = ctx.catalogue()
    window = catalogue.window_by.get(ticket.window)
    rows = stored.speakers(tx.conn, tx.hall_id)
    if window is None or not rows:
        return
    zone, speakers = responsible(rows, catalogue, window.zone)
    reporting = [row for row in speakers if row.reports == REPORTS]
    values: JsonDict = {"window": ticket.window, "zone": zone, "asked": len(reporting)}
    if reporting:
        patience = ctx.settings().of(VoiceSettings).voice_expiry_seconds + LAST_SECONDS
        due = tx.now + patience * 1000
        stored.add(tx, ticket.id, n, {**values, "state": PENDING, "due_at": due})
    elif not speakers and any(
        r.reports == REPORTS and r.serves in within_hearing(catalogue, window.zone) for r in rows
    ):
        values |= {"state": UNSPOKEN, "reason": "agent_gone", "due_at": tx.now, "ended_at": tx.now}
        stored.add(tx, ticket.id, n, values)
        _record(tx, SYSTEM, ticket.id, n, ticket.window, UNSPOKEN, "agent_gone")


def store_report(
    ctx: Context, via: Via, serves: str, ticket_id: str, n: int, state: str, reason: str
) -> None:
    """Store a loudspeaker's report on the `n`-th call of a ticket; a repeat changes nothing.

    A report from a loudspeaker of another zone, which was not to play it, is ignored.
    """
    actor = Actor(ActorKind.AGENT, via.agent, via)

    def act(tx: Tx) -> None:
        row = stored.get(tx.conn, tx.hall_id, ticket_id, n)
        if row is None or row.state in (SPOKEN, BY_MOUTH):
            return
        catalogue = ctx.catalogue()
        window = catalogue.window_by.get(row.window)
        zones = within_hearing(catalogue, window.zone) if window is not None else (HALL,)
        if serves not in (row.zone, *zones):
            return
        if reason == REPLACED:
            return  # replaced by a newer call, whose own report counts
        if state == SPOKEN:
            _end(tx, actor, row, SPOKEN, "")
        elif row.state == PENDING:
            failed = row.failed + 1
            stored.change(tx, row, {"failed": failed})
            if failed >= row.asked:
                _end(tx, actor, row, UNSPOKEN, reason or state)

    ctx.write(act, brief=True)


def end_unreported(ctx: Context) -> None:
    """End the announcements that no loudspeaker reported in time as unspoken."""
    now = ctx.clock.now()
    if not ctx.read_single(lambda c: stored.overdue(c, ctx.hall_id, now)):
        return

    def act(tx: Tx) -> None:
        for row in stored.overdue(tx.conn, tx.hall_id, tx.now):
            newest = stored.last(tx.conn, tx.hall_id, row.ticket_id)
            if newest is not None and newest.n == row.n:
                _end(tx, SYSTEM, row, UNSPOKEN, "no_report")
            else:
                stored.change(tx, row, {"state": REPLACED, "ended_at": tx.now})

    ctx.write(act)


def by_mouth(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Record that the clerk called the current ticket out; return its id.

    Raises WINDOW_IDLE, and MOVE_NOT_ALLOWED if no announcement of the call is awaited.
    """

    def act(tx: Tx) -> JsonDict:
        ticket = current(tx, actor, window)
        row = stored.last(tx.conn, tx.hall_id, ticket.id)
        if row is None or ticket.state is not State.CALLED:
            raise HallError(QueueCode.MOVE_NOT_ALLOWED, move=BY_MOUTH, state=ticket.state)
        _end(tx, actor, row, BY_MOUTH if row.state != SPOKEN else SPOKEN, row.reason, BY_MOUTH)
        return {"ticket": ticket.id}

    request: JsonDict = {"act": "call_by_mouth", "window": window}
    return str(ctx.command(actor, key, request, act, brief=True)["ticket"])


def require_announced(tx: Tx, ticket: Ticket) -> None:
    """Raise CALL_UNSPOKEN if the last call of a ticket still awaits its announcement."""
    row = stored.last(tx.conn, tx.hall_id, ticket.id)
    if row is not None and row.state not in (SPOKEN, BY_MOUTH):
        raise HallError(
            QueueCode.CALL_UNSPOKEN, number=ticket.number, reason=row.reason or row.state
        )


def state_of(conn: Connection, hall_id: str, ticket: Ticket | None) -> tuple[str, str]:
    """Return state and reason of the announcement of a ticket's last call.

    "" if none is awaited.
    """
    if ticket is None or ticket.state is not State.CALLED:
        return "", ""
    row = stored.last(conn, hall_id, ticket.id)
    return ("", "") if row is None else (row.state, row.reason)


def _end(tx: Tx, actor: Actor, row: Announcement, state: str, reason: str, act: str = "") -> None:
    stored.change(tx, row, {"state": state, "reason": reason, "ended_at": tx.now})
    _record(tx, actor, row.ticket_id, row.n, row.window, act or state, reason)


def _record(tx: Tx, actor: Actor, ticket: str, n: int, window: str, act: str, reason: str) -> None:
    data = {"call": n} | ({"reason": reason} if reason else {})
    write_journal(tx, actor, f"call.{act}", ticket, window=window, data=data)
    tx.events.append(CallTold(ticket, window))
