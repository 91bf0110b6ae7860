"""Measured hall: the reference hall on a Tuesday morning, every window staffed.

Every kiosk has a printer in the database, so each ticket enqueues a slip as in a real hall; nothing
prints it. `empty_hall` empties the hall between two measurements, which no office ever does.
"""

from __future__ import annotations

from sqlalchemy import insert, update

from server.catalogue.actions import import_catalogue
from server.catalogue.model import Presence
from server.catalogue.reference import load
from server.core import setting_queries
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.events import HallChanged
from server.core.store import Tx
from server.device_health import tables as device_health_tables
from server.hall.composition import Hall
from server.queue import tables as queue_tables
from server.queue import window_session_queries, window_sessions
from server.queue.business_day import keep_day
from server.queue.tickets import State

OPEN = ("waiting", "called", "serving", "held", "missed")
PATIENCE_SECONDS = 7200
"""Seconds until a slip is given up.

Longer than any measurement, because nothing prints the slips.
"""


def _items() -> tuple[str, ...]:
    """Return one item of every unit with a window of its own, so no unit's 999 numbers run out."""
    catalogue = load()
    own_units = {unit for window in catalogue.windows for unit in window.units}
    chosen: dict[str, str] = {}
    for item in catalogue.items:
        here = catalogue.unit_by[item.unit].presence is Presence.HALL
        if here and item.unit in own_units and item.handling.value == "accepted":
            chosen.setdefault(item.unit, item.code)
    return tuple(chosen.values())


ITEMS = _items()


UNLIMITED = {"kiosk_minute_numbers": 999, "kiosk_hour_numbers": 999, "desk_numbers": 0}
"""Issue rate limits that do not apply: a measurement presses faster than people do."""


def furnish(hall: Hall, kiosks: int) -> None:
    """Store the catalogue, a printer for each of `k00` … , and sign a clerk in at every window."""
    import_catalogue(hall.ctx, SYSTEM, load(), "bench")

    def put(tx: Tx) -> None:
        setting_queries.put(tx, "slip_patience_seconds", PATIENCE_SECONDS, SYSTEM.key)
        for name, value in UNLIMITED.items():
            setting_queries.put(tx, name, value, SYSTEM.key)
        same: dict[str, object] = {"hall_id": tx.hall_id, "agent": "bench", "kind": "printers"}
        same |= {"driver": "escpos"}
        same |= {"state": "ok", "connected": 1, "changed_at": tx.now}
        for n in range(kiosks):
            own = {"name": f"printer-{n}", "serves": f"k{n:02}"}
            tx.conn.execute(insert(device_health_tables.device).values({**same, **own}))
        tx.events.append(HallChanged("settings"))

    hall.ctx.write(put)
    keep_day(hall.ctx)
    _seat(hall)


def staff_by_window(hall: Hall) -> dict[str, str]:
    """Return the staff number of each staffed window."""
    sessions = hall.ctx.read(lambda c: window_session_queries.sessions(c, hall.ctx.hall_id))
    return {row.window: row.staff for row in sessions}


def _seat(hall: Hall) -> None:
    """Sign a person in at every window that is open today."""
    catalogue = hall.ctx.catalogue()
    seated: dict[str, str] = {}
    for window in catalogue.windows:
        able = [p for p in catalogue.staff if window.code in p.windows]
        person = next((p for p in able if p.number not in seated.values()), None)
        if person is None:
            continue
        actor = Actor(ActorKind(person.role.value), person.number)
        window_sessions.sign_in(hall.ctx, actor, f"seat-{window.code}", window.code)
        seated[window.code] = person.number


def own_windows(hall: Hall) -> dict[str, str]:
    """Return for each of ITEMS a staffed window of its own unit."""
    catalogue, staffed = hall.ctx.catalogue(), staff_by_window(hall)
    matches: dict[str, str] = {}
    for code in ITEMS:
        unit = catalogue.item_by[code].unit
        for window in catalogue.windows:
            able = unit in window.units and (not window.items or code in window.items)
            if able and window.code in staffed:
                matches.setdefault(code, window.code)
    return matches


def empty_hall(hall: Hall) -> None:
    """Expire all open tickets and settle all slips, so nobody waits."""
    t, s = queue_tables.ticket, queue_tables.slip

    def act(tx: Tx) -> None:
        open_ones = (t.c.hall_id == tx.hall_id, t.c.state.in_(OPEN))
        tx.conn.execute(update(t).where(*open_ones).values(state=State.EXPIRED.value))
        unsettled = (s.c.hall_id == tx.hall_id, s.c.state.in_(["owed", "sent"]))
        tx.conn.execute(update(s).where(*unsettled).values(state="printed"))

    hall.ctx.write(act)
    hall.ctx.snapshot_cache.clear()  # no journal line says that the hall is empty now
