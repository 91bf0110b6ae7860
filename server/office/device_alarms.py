"""Devices in trouble as lines of the office's list: what is wrong, since when, what to do.

A bus that fails takes all its strips along, a PC that is off all its devices: that is one line, not
thirty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from server.wire.views import Alarm, DeviceView

MANY = 3
"""So many devices of a kind with the same trouble have one cause."""
NAMED = 6

QUIET = frozenset({"one_way", "not_heard", "no_lease"})
"""Unknown by nature: strips never answer, a keypad is silent until a key is pressed, and before
its first lease of a day a kiosk has no numbers for the time without a server."""

_TROUBLE = {
    "paper_out": ("没有纸了，请换纸。", "is out of paper; please reload it."),
    "paper_near_end": ("纸快用完了，请备纸。", "is low on paper."),
    "cover_open": ("盖子开着，请合上。", "has its cover open; please close it."),
    "cutter": ("切刀卡住，请检查。", "has a jammed cutter; please check it."),
    "offline": ("离线，请检查。", "is offline; please check it."),
    "unreachable": ("连不上，请检查电源和网线。", "cannot be reached; check power and cable."),
    "silent": ("没有回答，请检查电源和连线。", "does not answer; check power and cable."),
    "port_taken": ("的端口被别的程序占用。", "cannot listen: its port is taken."),
    "agent_gone": ("所在电脑没有连上，请检查那台电脑。", "is on a PC that is not connected."),
}
_KINDS = {
    "printers": ("打印机", "Printer"),
    "led": ("条屏", "Strip"),
    "voice": ("语音", "Voice"),
    "keypads": ("叫号键盘", "Keypad"),
    "fingerprint": ("打卡机", "Time clock"),
    "standby": ("断线取号", "Own line"),
}


def device_alarms(devices: Sequence[DeviceView]) -> list[Alarm]:
    """The lines for every device that is not well."""
    ill = [d for d in devices if d.state != "ok" and d.code not in QUIET]
    return list(_lines(ill))


def _lines(ill: Sequence[DeviceView]) -> Iterator[Alarm]:
    def cause(device: DeviceView) -> tuple[str, str, str]:
        # A PC that is gone is the cause for all kinds of devices on it.
        kind = "" if device.code == "agent_gone" else device.kind
        return device.agent, device.code or device.state, kind

    for (agent, code, kind), found in groupby(sorted(ill, key=cause), cause):
        same = list(found)
        if len(same) < MANY:
            yield from map(_one, same)
        elif kind:
            yield _bus(agent, code, kind, same)
        else:
            yield _pc(agent, same)


def _one(device: DeviceView) -> Alarm:
    zh, en = _TROUBLE.get(device.code, _UNCLEAR)
    kind_zh, kind_en = _kind(device.kind)
    return Alarm(
        code=f"device_{device.code or device.state}",
        subject=device.name,
        message_zh=f"{kind_zh} {device.name} {zh}",
        message_en=f"{kind_en} {device.name} {en}",
        since=device.changed_at,
    )


def _bus(agent: str, code: str, kind: str, same: Sequence[DeviceView]) -> Alarm:
    zh, en = _TROUBLE.get(code, _UNCLEAR)
    kind_zh, kind_en = _kind(kind)
    names = [device.name for device in same]
    more = "…" if len(names) > NAMED else ""
    shown = "、".join(names[:NAMED]) + more
    return Alarm(
        code=f"device_{code}",
        subject=f"{agent}/{kind}",
        message_zh=f"{len(same)} 台{kind_zh}{zh}它们可能接在同一条线上：{shown}。",
        message_en=f"{kind_en} (each of {len(same)}) {en} They may share a cable: "
        f"{', '.join(names[:NAMED])}{more}.",
        since=min(device.changed_at for device in same),
    )


def _pc(agent: str, same: Sequence[DeviceView]) -> Alarm:
    counted = Counter(device.kind for device in same)
    zh = "、".join(f"{_kind(kind)[0]} {count}" for kind, count in counted.most_common())
    en = ", ".join(f"{_kind(kind)[1].lower()}: {count}" for kind, count in counted.most_common())
    return Alarm(
        code="device_agent_gone",
        subject=agent,
        message_zh=f"设备代理 {agent} 没有连上，上面的设备状态不明（{zh}）。"
        "请检查那台电脑的电源、网线和代理程序。",
        message_en=f"Agent {agent} is not connected, its devices are unknown ({en}). "
        "Check that PC's power, cable and agent.",
        since=min(device.changed_at for device in same),
    )


_UNCLEAR = ("状态不明，请检查。", "is in an unclear state.")


def _kind(kind: str) -> tuple[str, str]:
    return _KINDS.get(kind, (kind, kind))
