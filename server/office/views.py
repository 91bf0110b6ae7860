"""Views of the office's overview: converts a snapshot and the day's tickets into a message."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from server.alarms.queries import AlarmTake
from server.alarms.rules import is_acknowledged as is_taken
from server.alarms.rules import is_loud
from server.alarms.settings import AlarmSettings
from server.capability import quiet_alarms
from server.catalogue.calendar_import import Missing
from server.catalogue.model import Unit
from server.core.clock import local
from server.core.messages import Alarm
from server.core.settings import GeneralSettings
from server.device_health.alarms import device_alarms
from server.device_health.messages import DeviceClaim, DeviceView
from server.device_health.queries import Device
from server.office.messages import (
    ChosenCallView,
    HourBar,
    OfficeState,
    QueueDay,
    UnprintedSlip,
    WaitAccuracy,
    WindowDay,
)
from server.queue.chosen_calls import ChosenCall
from server.queue.messages import NoticeArea, WindowState
from server.queue.notice_scope import areas
from server.queue.offline.messages import OfflineDay
from server.queue.queue_views import notice_views
from server.queue.routing import windows_for
from server.queue.slips import StoredSlip
from server.queue.snapshot import QueueSnapshot
from server.queue.tickets import State, Ticket
from server.queue.turns import Kind, kind_of
from server.queue.wait_range import percentile

FIRST_HOUR, LAST_HOUR = 8, 18


@dataclass(frozen=True, slots=True)
class Today:
    """Data of the overview besides the snapshot."""

    tickets: Sequence[Ticket]
    windows: Sequence[WindowState]
    devices: Sequence[Device]
    unprinted: Sequence[StoredSlip]
    offline: OfflineDay
    claims: Sequence[DeviceClaim] = ()
    alarms: Sequence[Alarm] = ()
    """Alarms of other parts of the hall."""
    takes: Mapping[tuple[str, str], AlarmTake] = field(default_factory=dict)
    """Newest takes of alarms, by code and subject."""
    chosen: Sequence[ChosenCall] = ()


def office(snapshot: QueueSnapshot, today: Today) -> OfficeState:
    """Return the overview of today."""
    day_tickets = today.tickets
    states = [t.state for t in day_tickets]
    waits = [w for w in map(wait_of, day_tickets) if w is not None]
    devices = [device_view(row) for row in today.devices]
    queues = [q for q in (_queue(snapshot, u, day_tickets) for u in snapshot.catalogue.units) if q]
    unprinted = [_unprinted(row) for row in today.unprinted]
    return OfficeState(
        day=snapshot.day,
        open=snapshot.open,
        issued=len(day_tickets),
        waiting=states.count(State.WAITING),
        serving=states.count(State.SERVING) + states.count(State.CALLED),
        served=states.count(State.FINISHED),
        missed=states.count(State.MISSED),
        expired=states.count(State.EXPIRED),
        wait_p50=_rounded(percentile(waits, 0.5)),
        wait_p90=_rounded(percentile(waits, 0.9)),
        told=_accuracy(snapshot, day_tickets),
        queues=queues,
        windows=[_window(snapshot, w, day_tickets) for w in today.windows],
        hours=_hours(snapshot, day_tickets),
        devices=devices,
        claims=list(today.claims),
        unprinted=unprinted,
        repeat_seconds=snapshot.settings.of(AlarmSettings).alarm_repeat_seconds,
        alarms=_marked(snapshot, today, [*today.alarms, *alarms(queues, devices, unprinted)]),
        offline=today.offline,
        notices=notice_views(snapshot),
        areas=[
            NoticeArea(area=area, name=name, name_en=name_en)
            for area, name, name_en in areas(snapshot.catalogue)
        ],
        chosen=[_chosen(snapshot, call) for call in today.chosen],
    )


def _chosen(snapshot: QueueSnapshot, call: ChosenCall) -> ChosenCallView:
    window = snapshot.catalogue.window_by.get(call.window)
    person = snapshot.catalogue.staff_by.get(call.staff)
    return ChosenCallView(
        number=call.ticket.partition("-")[2],
        at=call.at,
        window=window.number if window else 0,
        staff_name=person.name if person else call.staff,
        reason=call.reason,
        note=call.note,
    )


def _marked(snapshot: QueueSnapshot, today: Today, alarm_list: Sequence[Alarm]) -> list[Alarm]:
    """Return the alarms with the person who deals with each, loud ones first."""
    people, again = (
        snapshot.catalogue.staff_by,
        snapshot.settings.of(AlarmSettings).alarm_again_minutes,
    )
    marked = []
    for alarm in alarm_list:
        row = today.takes.get((alarm.code, alarm.subject))
        at = row.at if row is not None else None
        in_hand = is_taken(alarm.since, at, snapshot.now, again)
        extra: dict[str, Any] = {"loud": is_loud(alarm.code, quiet_alarms(), is_taken=in_hand)}
        if in_hand and row is not None:
            person = people.get(row.by_actor)
            extra |= {"taken_by": person.name if person else row.by_actor, "taken_at": at}
        marked.append(alarm.model_copy(update=extra))
    return sorted(marked, key=lambda alarm: (not alarm.loud, alarm.taken_at is not None))


def _accuracy(snapshot: QueueSnapshot, tickets: Sequence[Ticket]) -> list[WaitAccuracy]:
    """Return how the told waits held today, by kind of people."""
    kinds: dict[Kind, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        item = snapshot.catalogue.item_by.get(ticket.item)
        if ticket.told_high is not None and ticket.first_called_at is not None and item is not None:
            windows = windows_for(snapshot.catalogue, item, snapshot.local)
            kinds[kind_of(ticket.level, windows)].append(ticket)
    return [_accuracy_of(kind, kinds[kind]) for kind in Kind if kinds[kind]]


def _accuracy_of(kind: Kind, tickets: Sequence[Ticket]) -> WaitAccuracy:
    ranges = [(wait_of(t) or 0.0, t.told_low or 0, t.told_high or 0) for t in tickets]
    return WaitAccuracy(
        kind=kind.value,
        people=len(ranges),
        within=fmean(low <= wait <= high for wait, low, high in ranges),
        late=fmean(wait > high for wait, _, high in ranges),
        width=round(fmean(high - low for _, low, high in ranges), 1),
    )


def wait_of(ticket: Ticket) -> float | None:
    """Return the minutes from issue to the first call, or None."""
    if ticket.first_called_at is None:
        return None
    return (ticket.first_called_at - ticket.issued_at) / 60_000


def service_of(ticket: Ticket) -> float | None:
    """Return the minutes of service at the window, or None."""
    if ticket.ended_at is None or ticket.serving_at is None:
        return None
    return (ticket.ended_at - ticket.serving_at) / 60_000


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def _queue(snapshot: QueueSnapshot, unit: Unit, tickets: Sequence[Ticket]) -> QueueDay | None:
    own = [t for t in tickets if t.queue == unit.code]
    if not own and unit.presence.value != "hall":
        return None
    waits = [w for w in map(wait_of, own) if w is not None]
    waiting = [t for t in own if t.state is State.WAITING]
    longest = max((snapshot.now - t.waiting_since for t in waiting), default=0) // 60_000
    return QueueDay(
        unit=unit.code,
        name=unit.short or unit.name,
        name_en=unit.name_en,
        issued=len(own),
        served=sum(t.state is State.FINISHED for t in own),
        missed=sum(t.state is State.MISSED for t in own),
        waiting=len(waiting),
        wait_p50=_rounded(percentile(waits, 0.5)),
        wait_p90=_rounded(percentile(waits, 0.9)),
        service_mean=_mean([s for s in map(service_of, own) if s is not None]),
        target=unit.target_wait,
        longest=max(0, longest),
    )


def _window(snapshot: QueueSnapshot, window: WindowState, tickets: Sequence[Ticket]) -> WindowDay:
    own = [t for t in tickets if t.window == window.code]
    seat = snapshot.session_rows.get(window.code)
    return WindowDay(
        window=window,
        served=sum(t.state is State.FINISHED for t in own),
        missed=sum(t.state is State.MISSED for t in own),
        service_mean=_mean([s for s in map(service_of, own) if s is not None]),
        last_call_at=seat.last_call_at if seat else None,
    )


def _hours(snapshot: QueueSnapshot, tickets: Sequence[Ticket]) -> list[HourBar]:
    zone = snapshot.settings.of(GeneralSettings).timezone
    issued = [local(t.issued_at, zone).hour for t in tickets]
    served = [
        local(t.ended_at, zone).hour for t in tickets if t.state is State.FINISHED and t.ended_at
    ]
    first = min([FIRST_HOUR, *issued])
    last = max([LAST_HOUR, *issued, *served])
    return [
        HourBar(hour=h, issued=issued.count(h), served=served.count(h))
        for h in range(first, last + 1)
    ]


def device_view(row: Device) -> DeviceView:
    """Return a device in its last reported state; unknown while its agent is disconnected."""
    return DeviceView(
        name=row.name,
        agent=row.agent,
        kind=row.kind,
        driver=row.driver,
        serves=row.serves,
        bus=row.bus,
        state=row.state if row.connected and row.state else "unknown",
        code=row.code,
        detail=row.detail,
        connected=bool(row.connected),
        readings=json.loads(row.readings or "{}"),
        changed_at=row.changed_at,
    )


def _unprinted(row: StoredSlip) -> UnprintedSlip:
    return UnprintedSlip(
        id=row.id,
        ticket=row.ticket_id,
        number=row.ticket_id.partition("-")[2],
        device=row.device,
        state=row.state,
        reason=row.reason,
        created_at=row.created_at,
    )


def calendar_alarms(missing: Sequence[Missing]) -> list[Alarm]:
    """Return an alarm for each year without holidays.

    The alarm of the running year has a stronger text than that of the next year.
    """
    return [_calendar(gap) for gap in missing]


def _calendar(gap: Missing) -> Alarm:
    zh = f"还没有 {gap.year} 年的放假和调休安排，请到“工作日历”导入国务院通知。"
    en = f"The holidays of {gap.year} are missing; import them in the working calendar."
    if gap.now:
        zh = f"没有 {gap.year} 年的放假安排，现在只按周一到周五算，考勤和取号可能不对。" + zh
        en = f"{en} Until then every Monday to Friday counts as a working day."
    return Alarm(
        code="calendar_missing", subject=str(gap.year), message_zh=zh, message_en=en, since=None
    )


def alarms(
    queues: Sequence[QueueDay], devices: Sequence[DeviceView], unprinted: Sequence[UnprintedSlip]
) -> list[Alarm]:
    """Return the alarms of queues, devices and unprinted slips."""
    result = [_late(q) for q in queues if q.waiting and q.longest > q.target]
    result += device_alarms(devices)
    if unprinted:
        result.append(
            Alarm(
                code="slips_unprinted",
                subject="",
                message_zh=f"有 {len(unprinted)} 张小票没有确认打出，请到“设备”补打或告知群众。",
                message_en=f"{len(unprinted)} slips were not confirmed as printed; see Devices.",
                since=unprinted[-1].created_at,
            )
        )
    return result


def _late(queue: QueueDay) -> Alarm:
    return Alarm(
        code="wait_over_target",
        subject=queue.unit,
        message_zh=f"{queue.name}：最久已等 {queue.longest} 分钟，目标 {queue.target} 分钟，"
        f"{queue.waiting} 人等候。",
        message_en=f"{queue.name_en}: longest wait {queue.longest} min, target {queue.target}, "
        f"{queue.waiting} waiting.",
        since=None,
    )
