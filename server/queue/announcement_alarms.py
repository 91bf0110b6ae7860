"""Alarms of calls that no loudspeaker spoke: one alarm per room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.catalogue.model import Window
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue import announcement_queries
from server.queue.announcement_queries import Announcement
from server.queue.announcements import UNSPOKEN
from server.queue.snapshot import QueueSnapshot, with_queue
from server.queue.tickets import State, Ticket

NAMED = 6
UnspokenCall = tuple[Announcement, Ticket, Window]


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx = hall.ctx

    def current(snapshot: QueueSnapshot) -> list[Alarm]:
        called = {t.id: t for t in snapshot.current.values() if t.state is State.CALLED}
        if not called:
            return []
        rows = ctx.read(lambda c: announcement_queries.of_last_calls(c, ctx.hall_id, called))
        rooms: dict[str, list[UnspokenCall]] = {}
        for row in rows:
            window = snapshot.catalogue.window_by.get(row.window)
            if row.state == UNSPOKEN and window is not None:
                rooms.setdefault(window.zone, []).append((row, called[row.ticket_id], window))
        return [_line(snapshot, zone, calls) for zone, calls in rooms.items()]

    return with_queue(current)


def _line(snapshot: QueueSnapshot, zone: str, calls: Sequence[UnspokenCall]) -> Alarm:
    room = snapshot.catalogue.zone_by.get(zone)
    first_calls = calls[:NAMED]
    zh = "、".join(
        f"{ticket.number}（{window.number} 号窗口）" for _, ticket, window in first_calls
    )
    en = ", ".join(f"{ticket.number} (window {window.number})" for _, ticket, window in first_calls)
    more_zh, more_en = (" 等", " …") if len(calls) > NAMED else ("", "")
    where_zh = room.name if room is not None else zone
    where_en = (room.name_en or room.name) if room is not None else zone
    return Alarm(
        code="call_unspoken",
        subject=zone,
        since=min(row.asked_at for row, _, _ in calls),
        message_zh=f"{where_zh}有 {len(calls)} 个叫号没有播出声音：{zh}{more_zh}。"
        "请检查喇叭；窗口要重呼或者口头叫号。",
        message_en=f"{where_en}: {len(calls)} call(s) not heard: {en}{more_en}. "
        "Check the loudspeaker; the windows have to call again or call out.",
    )
