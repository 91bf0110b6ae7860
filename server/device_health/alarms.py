"""Alarms of device faults: the fault, its time, and the remedy.

Devices with one cause give one alarm: a failing bus takes along all its strips, a PC without
power all its devices. The alarm names the bus; two failing buses give two alarms, since there
are two cables to check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from server.core.messages import Alarm
from server.device_health.messages import DeviceView

GROUP_SIZE = 3
"""Number of devices of a kind with the same fault that imply one cause without a known bus."""
BUS_GROUP_SIZE = 2
"""Number of devices of a bus with the same fault that imply the bus as the cause."""
NAMED = 6

WITHOUT_ALARM = frozenset({"one_way", "not_heard", "no_lease"})
"""Codes of devices that are unknown by nature and give no alarm.

Strips never answer, a keypad sends nothing until a key is pressed, and before its first
lease of a day a kiosk has no numbers for use without the server.
"""

SINGLE_DEVICE_FAULTS = frozenset(
    {"paper_out", "paper_near_end", "cover_open", "cutter", "bad_text", "port_taken"}
)
"""Faults of a single device, independent of its cable."""

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
    "ratingpads": ("评价器", "Rating pad"),
    "fingerprint": ("打卡机", "Time clock"),
    "standby": ("断网取号", "Own line"),
}


def device_alarms(devices: Sequence[DeviceView]) -> list[Alarm]:
    """Return the alarms of all devices that are not well."""
    faulty = [d for d in devices if d.state != "ok" and d.code not in WITHOUT_ALARM]
    return list(_lines(faulty, Counter((d.agent, d.bus) for d in devices)))


def _lines(faulty: Sequence[DeviceView], buses: Mapping[tuple[str, str], int]) -> Iterator[Alarm]:
    for (agent, code, bus, kind), group in groupby(sorted(faulty, key=_cause), _cause):
        same = list(group)
        if bus and len(same) >= min(BUS_GROUP_SIZE, buses[agent, bus]):
            yield _bus(code, same, buses[agent, bus])
        elif bus or len(same) < GROUP_SIZE:
            yield from map(_one, same)
        elif kind:
            yield _alike(agent, code, kind, same)
        else:
            yield _pc(agent, same)


def _cause(device: DeviceView) -> tuple[str, str, str, str]:
    """Return (agent, code, bus, kind): equal for devices that share a cause."""
    code = device.code or device.state
    if code == "agent_gone":
        # A disconnected PC is the cause for all kinds of devices on it, and for all its buses.
        return device.agent, code, "", ""
    if device.bus and code not in SINGLE_DEVICE_FAULTS:
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
    """Return the alarm of a bus with a fault at all its devices, or at some of `of`."""
    zh, en = (words.rstrip("。.") for words in _TROUBLE.get(code, _UNCLEAR))
    agent, bus = same[0].agent, same[0].bus
    kinds = Counter(device.kind for device in same).most_common()
    kinds_zh = "、".join(f"{_kind(kind)[0]} {count} 台" for kind, count in kinds)
    kinds_en = ", ".join(_some(kind, count) for kind, count in kinds)
    all_zh, all_en = (f"，共 {of} 台", f" of {of} devices") if len(same) < of else ("", "")
    names_zh, names_en = _names(same)
    return Alarm(
        code=f"device_{code}",
        # No longer than the journal's field for the subject of a taken alarm.
        subject=f"{agent[:31]}/{bus[:32]}",
        message_zh=f"总线 {bus}（{kinds_zh}{all_zh}）{zh}：{names_zh}。",
        message_en=f"Bus {bus} ({kinds_en}{all_en}) {en}: {names_en}.",
        since=min(device.changed_at for device in same),
    )


def _alike(agent: str, code: str, kind: str, same: Sequence[DeviceView]) -> Alarm:
    """Return the alarm of similar devices without a known bus.

    Their agent is an older one, or each has its own cable.
    """
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
    kinds = Counter(device.kind for device in same)
    zh = "、".join(f"{_kind(kind)[0]} {count}" for kind, count in kinds.most_common())
    en = ", ".join(f"{_kind(kind)[1].lower()}: {count}" for kind, count in kinds.most_common())
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
    """Return the names of the first devices, as a Chinese and an English list."""
    names = [device.name for device in same[:NAMED]]
    ellipsis = "…" if len(same) > NAMED else ""
    return "、".join(names) + ellipsis, ", ".join(names) + ellipsis
