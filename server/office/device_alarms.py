"""Devices in trouble as lines of the office's list: what is wrong, since when, what to do.

A bus that fails takes all its strips along, a PC that is off all its devices: that is one line, not
thirty. It names the bus; two buses that fail are two lines, since there are two cables to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from server.wire.views import Alarm, DeviceView

MANY = 3
"""So many devices of a kind with the same trouble have one cause, also where no bus is known."""
MANY_ON_BUS = 2
"""So many devices of a bus with the same trouble have the bus as its cause."""
NAMED = 6

QUIET = frozenset({"one_way", "not_heard", "no_lease"})
"""Unknown by nature: strips never answer, a keypad is silent until a key is pressed, and before
its first lease of a day a kiosk has no numbers for the time without a server."""

OWN = frozenset({"paper_out", "paper_near_end", "cover_open", "cutter", "bad_text", "port_taken"})
"""A device has these by itself, whatever cable it hangs on."""

_POWER = ("无响应，请检查电源和连线。", "does not answer; check power and cable.")
_ENGINE = ("的语音引擎出错，请查看代理日志。", "has a failing speech engine; see the agent's log.")
_PLAYER = ("放不出声音，请检查声卡和播放程序。", "cannot play; check sound card and player.")
_TROUBLE = {
    "starting": ("正在启动。", "is starting."),
    "paper_out": ("没有纸了，请换纸。", "is out of paper; please reload it."),
    "paper_near_end": ("纸快用完了，请备纸。", "is low on paper."),
    "cover_open": ("盖子开着，请合上。", "has its cover open; please close it."),
    "cutter": ("切刀卡住，请检查。", "has a jammed cutter; please check it."),
    "offline": ("离线，请检查。", "is offline; please check it."),
    "unreachable": ("连不上，请检查电源和连线。", "cannot be reached; check power and cable."),
    "no_answer": _POWER,
    "silent": _POWER,
    "partial_answer": ("应答不完整，请检查连线。", "answers in part only; check the cable."),
    "refused": ("拒绝连接，请核对通讯密码。", "refuses the connection; check its comm key."),
    "garbled": (
        "的应答无法识别，请检查连线和机型设置。",
        "sends what cannot be read; check cable and model.",
    ),
    "bad_text": ("有文字显示不出来。", "cannot show some of its text."),
    "port_taken": ("的端口被别的程序占用。", "cannot listen: its port is taken."),
    "clip_missing": ("缺少录音片段，请补录。", "lacks a recorded clip."),
    "clip_unusable": ("有录音片段无法使用。", "has a recorded clip that cannot be used."),
    "engine_missing": ("没有可用的语音引擎。", "has no speech engine."),
    "engine_failed": _ENGINE,
    "engine_timeout": _ENGINE,
    "player_missing": ("缺少播放程序，没有声音。", "has no player program: nothing is heard."),
    "player_failed": _PLAYER,
    "player_timeout": _PLAYER,
    "internal": ("的驱动程序出错，已记录。", "has a failing driver; it is recorded."),
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
    return list(_lines(ill, Counter((d.agent, d.bus) for d in devices)))


def _lines(ill: Sequence[DeviceView], buses: Mapping[tuple[str, str], int]) -> Iterator[Alarm]:
    for (agent, code, bus, kind), found in groupby(sorted(ill, key=_cause), _cause):
        same = list(found)
        if bus and len(same) >= min(MANY_ON_BUS, buses[agent, bus]):
            yield _bus(code, same, buses[agent, bus])
        elif bus or len(same) < MANY:
            yield from map(_one, same)
        elif kind:
            yield _alike(agent, code, kind, same)
        else:
            yield _pc(agent, same)


def _cause(device: DeviceView) -> tuple[str, str, str, str]:
    """Agent, code, bus, kind: what devices with one cause have in common."""
    code = device.code or device.state
    if code == "agent_gone":
        # A PC that is gone is the cause for all kinds of devices on it, and for all its buses.
        return device.agent, code, "", ""
    if device.bus and code not in OWN:
        return device.agent, code, device.bus, ""
    return device.agent, code, "", device.kind


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


def _bus(code: str, same: Sequence[DeviceView], of: int) -> Alarm:
    """A bus with trouble at all of its devices, or at some `of` them: then it says so."""
    zh, en = (words.rstrip("。.") for words in _TROUBLE.get(code, _UNCLEAR))
    agent, bus = same[0].agent, same[0].bus
    counted = Counter(device.kind for device in same).most_common()
    kinds_zh = "、".join(f"{_kind(kind)[0]} {count} 台" for kind, count in counted)
    kinds_en = ", ".join(_some(kind, count) for kind, count in counted)
    all_zh, all_en = (f"，共 {of} 台", f" of {of} devices") if len(same) < of else ("", "")
    names_zh, names_en = _names(same)
    return Alarm(
        code=f"device_{code}",
        # No longer than what the journal keeps of it when somebody takes the alarm.
        subject=f"{agent[:31]}/{bus[:32]}",
        message_zh=f"总线 {bus}（{kinds_zh}{all_zh}）{zh}：{names_zh}。",
        message_en=f"Bus {bus} ({kinds_en}{all_en}) {en}: {names_en}.",
        since=min(device.changed_at for device in same),
    )


def _alike(agent: str, code: str, kind: str, same: Sequence[DeviceView]) -> Alarm:
    """Devices of which no bus is known: an older agent's, or each on a cable of its own."""
    zh, en = _TROUBLE.get(code, _UNCLEAR)
    kind_zh, kind_en = _kind(kind)
    names_zh, names_en = _names(same)
    return Alarm(
        code=f"device_{code}",
        subject=f"{agent}/{kind}",
        message_zh=f"{len(same)} 台{kind_zh}{zh}它们可能接在同一条线上：{names_zh}。",
        message_en=f"{kind_en} (each of {len(same)}) {en} They may share a cable: {names_en}.",
        since=min(device.changed_at for device in same),
    )


def _pc(agent: str, same: Sequence[DeviceView]) -> Alarm:
    counted = Counter(device.kind for device in same)
    zh = "、".join(f"{_kind(kind)[0]} {count}" for kind, count in counted.most_common())
    en = ", ".join(f"{_kind(kind)[1].lower()}: {count}" for kind, count in counted.most_common())
    return Alarm(
        code="device_agent_gone",
        subject=agent,
        message_zh=f"设备代理 {agent} 未连接，所接设备状态不明（{zh}）。"
        "请检查那台电脑的电源、网线和代理程序。",
        message_en=f"Agent {agent} is not connected, its devices are unknown ({en}). "
        "Check that PC's power, cable and agent.",
        since=min(device.changed_at for device in same),
    )


_UNCLEAR = ("状态不明，请检查。", "is in an unclear state.")


def _kind(kind: str) -> tuple[str, str]:
    return _KINDS.get(kind, (kind, kind))


def _some(kind: str, count: int) -> str:
    word = _kind(kind)[1].lower()
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _names(same: Sequence[DeviceView]) -> tuple[str, str]:
    """The first devices' names, listed in Chinese and in English."""
    names = [device.name for device in same[:NAMED]]
    more = "…" if len(same) > NAMED else ""
    return "、".join(names) + more, ", ".join(names) + more
