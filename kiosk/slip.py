"""What stands on a slip: pure shaping of a slip's facts into a device-neutral document.

Facts come from the books (`server.services.issuing`), so the same slip can be shaped again for a
copy. Words are Chinese with the English that a visitor needs. No printer's bytes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from devices.printers.document import QR, Cut, Document, Feed, Line, Pair, Rule, Text
from server.clock import local
from server.domain.catalogue import ApplicantClass, Catalogue, Item
from server.domain.settings import Settings
from server.wire.refs import window_refs

SHOWN_WINDOWS = 6


def ticket_slip(
    facts: dict[str, Any], catalogue: Catalogue, settings: Settings, base_url: str, copy: bool
) -> Document:
    """The slip of a number: number, item, windows, people ahead, expected wait, time, QR."""
    item = catalogue.item_by.get(facts["item"])
    unit = catalogue.unit_by.get(item.unit) if item else None
    issued = local(facts["issued_at"], settings.timezone)
    lines: list[Line] = [
        Text(catalogue.hall_name, bold=True, align="center"),
        Rule(),
        Text(facts["number"], width=4, height=4, bold=True, align="center"),
        Text(_applicant(facts, catalogue), align="center"),
        Text(item.name if item else "", width=1, height=2, align="center"),
        Text(unit.name if unit else "", align="center"),
        Rule(),
        Pair("窗口 Window", _windows(facts, catalogue), bold=True),
        Pair("前面等候 Ahead", f"{facts['ahead']} 人"),
        Pair("预计等候 Wait", _wait(facts["low"], facts["high"])),
        Pair("取号时间 Time", issued.strftime("%Y-%m-%d %H:%M")),
        Rule(),
        QR(f"{base_url}/t/{facts['token']}", size=6),
        Text("手机扫码看进度 Scan to follow", align="center"),
        Text(settings.notice_zh, align="center"),
        Text(_rule(settings), align="center"),
        Feed(1),
        Cut(),
    ]
    return Document(tuple(line for line in lines if line != Text("", align="center")), copy)


def standby_slip(catalogue: Catalogue, settings: Settings) -> Document:
    """The slip of a number given while the server is away, with holes that the kiosk's PC fills.

    Nobody can say then how many people are ahead, so the slip says that instead.
    """
    return Document(
        (
            Text(catalogue.hall_name, bold=True, align="center"),
            Rule(),
            Text("{number}", width=4, height=4, bold=True, align="center"),
            Text("{applicant}", align="center"),
            Text("{item}", width=1, height=2, align="center"),
            Text("{unit}", align="center"),
            Rule(),
            Pair("窗口 Window", "{windows}", bold=True),
            Pair("取号时间 Time", "{time}"),
            Text("系统断线时取号，按取号时间排队"),
            Text("Given offline; your place is kept"),
            Rule(),
            QR("{url}", size=6),
            Text("系统恢复后可扫码看进度", align="center"),
            Text("Scan once the system is back", align="center"),
            Text(settings.notice_zh, align="center"),
            Text(_rule(settings), align="center"),
            Feed(1),
            Cut(),
        )
    )


def standby_applicant(klass: ApplicantClass) -> str:
    """What an applicant's class puts into them."""
    return f"优先：{klass.name} {klass.name_en}" if klass.level else ""


def windows_words(catalogue: Catalogue, windows: Sequence[str]) -> str:
    """Windows as a slip names them."""
    return _windows({"windows": windows}, catalogue)


def _applicant(facts: dict[str, Any], catalogue: Catalogue) -> str:
    klass = catalogue.class_by.get(facts["applicant"])
    return standby_applicant(klass) if klass else ""


def _windows(facts: dict[str, Any], catalogue: Catalogue) -> str:
    refs = window_refs(catalogue, facts["windows"])
    shown = "、".join(str(ref.number) for ref in refs[:SHOWN_WINDOWS])
    rooms = "、".join(dict.fromkeys(ref.zone_name for ref in refs if ref.zone_name))
    more = "等" if len(refs) > SHOWN_WINDOWS else ""
    return f"{shown}{more}号 {rooms}".strip()


def _wait(low: int, high: int) -> str:
    return f"约 {low}–{high} 分钟 min" if high > 2 else "马上 now"


def _rule(settings: Settings) -> str:
    if not settings.return_limit:
        return "过号作废，请重新取号。"
    return f"过号后可重新排队，排在 {settings.return_places} 人之后。当日有效。"


def notice_slip(
    facts: dict[str, Any], catalogue: Catalogue, settings: Settings, copy: bool
) -> Document:
    """The one-time notice (一次性告知单): all papers, the missing ones ticked."""
    item = catalogue.item_by.get(facts["item"])
    if item is None:
        return Document((Text("事项已下架"), Cut()), copy)
    issued = local(facts["issued_at"], settings.timezone)
    lines: list[Line] = [
        Text("一次性告知单", width=2, height=2, bold=True, align="center"),
        Text("One-time notice of materials", align="center"),
        Text(catalogue.hall_name, align="center"),
        Rule(),
        Text(item.name, bold=True),
        *_materials(item, set(facts["missing"])),
        Rule(),
        *_limits(item),
        Rule(),
        Text("材料齐全后请再来取号。"),
        Pair("打印时间", _stamp(issued)),
        Feed(1),
        Cut(),
    ]
    return Document(tuple(lines), copy)


def _materials(item: Item, missing: set[int]) -> list[Line]:
    lines: list[Line] = []
    for index, material in enumerate(item.materials):
        mark = "【缺】" if index in missing else "□"
        need = "" if material.required else "（如有）"
        lines.append(Text(f"{mark}{index + 1}. {material.name}{need}", bold=index in missing))
        if material.form:
            lines.append(Text(f"    {material.form}"))
    return lines


def _limits(item: Item) -> list[Line]:
    promised = "当场办结" if item.promised_days == 0 else f"{item.promised_days} 个工作日"
    legal = f"{item.legal_days} 个工作日" if item.legal_days else "无规定"
    return [
        Pair("承诺时限", promised),
        Pair("法定时限", legal),
        Pair("收费", item.fee),
        Text(f"依据：{item.legal_basis}"),
    ]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
