"""Alarm of the main server: the same person is signed in at windows of two servers.

Each server refuses a second window of its own. Neither may ask the other, since a branch works with
its line cut; the branch's sign-ins arrive in the journal here, so the main office sees both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from server.branches import queries
from server.catalogue.model import Catalogue
from server.core.clock import instant
from server.core.messages import Alarm
from server.core.settings import GeneralSettings
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue import seat_lines, window_session_queries
from server.queue.number_ranges import branch_servers, runs_here

CODE = "two_windows"


@dataclass(frozen=True, slots=True)
class Seat:
    """Window to which a person is signed in, and since when (ms)."""

    window: str
    staff: str
    since: int


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx, hall_id = hall.ctx, hall.ctx.hall_id
    cached: dict[tuple[str, int, int], list[Seat]] = {}

    def read(conn: Connection, snapshot: Snapshot, windows: Sequence[str]) -> list[Seat]:
        rows = window_session_queries.sessions(conn, hall_id)
        own = [Seat(row.window, row.staff, row.since) for row in rows]
        # The journal is read again only after a branch has delivered a line.
        received = sum(row.lines for row in queries.every(conn, hall_id))
        key = snapshot.day, snapshot.catalogue.version, received
        if key not in cached:
            cached.clear()
            cached[key] = _delivered(conn, hall_id, snapshot, windows)
        return own + cached[key]

    def current(snapshot: Snapshot) -> list[Alarm]:
        if hall.config.branch_site or not branch_servers(snapshot.settings):
            return []
        windows = shared_windows(snapshot)
        if not windows:
            return []
        seats = ctx.read(lambda conn: read(conn, snapshot, windows))
        return [*_of_seats(snapshot.catalogue, seats)]

    return current


def shared_windows(snapshot: Snapshot) -> list[str]:
    """Return the windows of branch servers whose people may also sign in at another server."""
    catalogue, settings, day = snapshot.catalogue, snapshot.settings, snapshot.day
    away = {
        window.code
        for window in catalogue.windows
        if not runs_here(settings, catalogue.site_of_window(window.code), day)
    }
    shared = set[str]()
    for person in catalogue.staff:
        if len({catalogue.site_of_window(window) for window in person.windows}) > 1:
            shared |= away.intersection(person.windows)
    return sorted(shared)


def _delivered(
    conn: Connection, hall_id: str, snapshot: Snapshot, windows: Sequence[str]
) -> list[Seat]:
    """Return who is signed in at windows of branch servers, by the lines received today."""
    zone = snapshot.settings.of(GeneralSettings).timezone
    midnight = datetime.combine(snapshot.local.date(), time())
    begin, end = instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
    lines = seat_lines.between(conn, hall_id, windows, begin, end)
    present = seat_lines.present(lines).values()
    return [Seat(line.subject, line.actor, line.at) for line in present]


def _of_seats(catalogue: Catalogue, seats: Sequence[Seat]) -> Iterator[Alarm]:
    of: dict[str, list[Seat]] = {}
    for seat in sorted(seats, key=lambda seat: seat.since):
        of.setdefault(seat.staff, []).append(seat)
    for staff, own in of.items():
        if len(own) < 2:
            continue
        person = catalogue.staff_by.get(staff)
        name = person.name if person is not None else staff
        zh = "、".join(_place(catalogue, seat.window, 0) for seat in own)
        en = ", ".join(_place(catalogue, seat.window, 1) for seat in own)
        yield Alarm(
            code=CODE,
            subject=staff,
            since=own[-1].since,
            message_zh=f"{name}同时登录着两处窗口：{zh}。请问清人在哪里，让另一处退出登录。",
            message_en=f"{name} is signed in at two windows: {en}. Sign out where nobody sits.",
        )


def _place(catalogue: Catalogue, code: str, language: int) -> str:
    window, site = (
        catalogue.window_by.get(code),
        catalogue.site_by.get(catalogue.site_of_window(code)),
    )
    number = window.number if window is not None else code
    name = (site.name, site.name_en)[language] if site is not None else ""
    return (f"{name}{number}号", f"{name} window {number}")[language]
