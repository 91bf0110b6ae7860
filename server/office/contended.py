"""Agents that are not taken because another has their devices, as lines of the office's list.

It happens when a PC is replaced and the old one still runs, or when two files were given the same
names. Nobody at the PC is told why its printer stays silent; so the office is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from server.hall import Hall
from server.services.bus import DeviceContended, Event
from server.services.snapshot import Snapshot
from server.wire.views import Alarm

HEARD_MS = 30_000
"""An agent that is not taken asks again every few seconds; one that does not any more has gone."""
NAMED = 6


@dataclass(frozen=True, slots=True)
class _Refused:
    holder: str
    devices: tuple[str, ...]
    since: int
    heard: int


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """What stands in the list, whichever worker refused the agent."""
    refused: dict[str, _Refused] = {}
    clock = hall.ctx.clock

    def heard(event: Event) -> None:
        if not isinstance(event, DeviceContended):
            return
        now, known = clock.now(), refused.get(event.agent)
        fresh = _Refused(event.holder, event.devices, now, now)
        if known is not None and now - known.heard < HEARD_MS:
            fresh = replace(fresh, since=known.since)
        refused[event.agent] = fresh

    def found(taken: Snapshot) -> list[Alarm]:
        for agent in [a for a, one in refused.items() if taken.now - one.heard >= HEARD_MS]:
            del refused[agent]
        return [_alarm(agent, one) for agent, one in sorted(refused.items())]

    hall.ctx.bus.listen(heard)
    return found


def _alarm(agent: str, one: _Refused) -> Alarm:
    more = "…" if len(one.devices) > NAMED else ""
    zh, en = (mark.join(one.devices[:NAMED]) + more for mark in ("、", ", "))
    return Alarm(
        code="device_contended",
        subject=agent,
        message_zh=f"设备代理 {agent} 未被接受：它的设备（{zh}）正由代理 {one.holder} 使用。"
        "请停掉不用的那一台，或者改正其中一台的设备名称。",
        message_en=f"Agent {agent} is not taken: agent {one.holder} has its devices ({en}). "
        "Stop the one that is not wanted, or name one's devices differently.",
        since=one.since,
    )
