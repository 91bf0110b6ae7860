"""Events of the queue's journal lines, for a worker that the worker bus did not reach."""

from __future__ import annotations

from sqlalchemy import Connection

from server.core.events import Event, HallChanged
from server.core.journal_line import Line
from server.queue import ticket_queries
from server.queue.events import WindowChanged
from server.queue.hall_notices import CHANGED
from server.queue.offline.import_desk_acts import QUIET
from server.queue.transitions import event_of


def ticket_moved(conn: Connection, line: Line) -> Event | None:
    """Return the move of the line's ticket; quiet if a desk made it without the server."""
    ticket = ticket_queries.get(conn, line.hall_id, line.subject)
    if ticket is None:
        return None
    # A desk's offline call is obsolete, whenever it is imported.
    move = QUIET if "offline_at" in line.data else line.act.partition(".")[2]
    return event_of(ticket, move, line.seq, line.window or ticket.window)


def window_changed(_conn: Connection, line: Line) -> Event:
    """Return the change of the line's window."""
    return WindowChanged(line.subject)


def notice_changed(_conn: Connection, _line: Line) -> Event:
    """Return the change of the hall's notices."""
    return HallChanged(CHANGED)
