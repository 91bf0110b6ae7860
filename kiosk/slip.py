"""Slip content: converts a slip's facts to a device-neutral document. Pure.

Facts come from the database (`server.queue.slip_printing`), so a copy can be created from the same
facts. Texts are Chinese with the English that a visitor needs. The module contains no printer
commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from devices.printers.document import QR, Cut, Document, Feed, Line, Pair, Rule, Text
from server.catalogue.limit_words import legal_words
from server.catalogue.model import ApplicantClass, Catalogue, Handling, Item, Material
from server.catalogue.refs import window_refs
from server.core.clock import local
from server.core.settings import GeneralSettings, Settings
from server.one_time_notices.publication import help_of, remedies_of
from server.one_time_notices.rules import MaterialFault
from server.one_time_notices.words import FAULT_WORDS, day_words, grouped
from server.queue.settings import NumberSettings, ScreenSettings

SHOWN_WINDOWS = 6
ADDRESS_LINE = 15
"""Characters of a building's name and address on one line of the narrowest paper."""
SIGNATURES = (Text("申请人（签字）："), Text("告知人（签字）："), Text("单位专用章："), Feed(3))
"""Lines of a notice by which the applicant and the clerk who told what is missing are named."""
CONSULT = "咨询号（本大厅仅咨询）Enquiries only"
PRIORITY = "优先 Priority"
"""Text for every priority class on paper: other people see a slip, and the class is private."""


def ticket_slip(
    facts: dict[str, Any], catalogue: Catalogue, settings: Settings, base_url: str, copy: bool
) -> Document:
    """Return the slip of a number: number, item, windows, people ahead, wait, time, QR."""
    item = catalogue.item_by.get(facts["item"])
    unit = catalogue.unit_by.get(item.unit) if item else None
    issued = local(facts["issued_at"], settings.of(GeneralSettings).timezone)
    lines: list[Line] = [
        Text(catalogue.hall_name, bold=True, align="center"),
        Rule(),
        Text(facts["number"], width=4, height=4, bold=True, align="center"),
        Text(_applicant(facts, catalogue), align="center"),
        Text(CONSULT if item and item.handling is Handling.CONSULT else "", align="center"),
        Text(item.name if item else "", width=1, height=2, align="center"),
        Text(item.name_en if item else "", align="center"),
        Text(unit.name if unit else "", align="center"),
        Rule(),
        *_places(_windows(facts, catalogue)),
        *_address(facts, catalogue),
        *_appointment(facts, settings),
        Pair("前面还有 Ahead", f"{facts['ahead']}人"),
        *_wait_lines(facts, settings),
        Pair("取号时间 Time", issued.strftime("%Y-%m-%d %H:%M")),
        *_others(facts.get("others", [])),
        Rule(),
        *_code(base_url, facts["token"]),
        Text(settings.of(ScreenSettings).notice_zh, align="center"),
        *_rule(settings, priority=bool(_applicant(facts, catalogue))),
        Feed(1),
        Cut(),
    ]
    return Document(tuple(line for line in lines if line != Text("", align="center")), copy)


def _appointment(facts: dict[str, Any], settings: Settings) -> tuple[Line, ...]:
    """Return the line with the time of the appointment."""
    if "slot" not in facts:
        return ()
    at = local(facts["slot"], settings.of(GeneralSettings).timezone)
    return (Pair("预约时间 Appointment", f"{at:%H:%M}", bold=True),)


def _places(windows: str) -> tuple[Line, ...]:
    """Return the windows in double size, below their label: a pair has normal size only."""
    return (
        Text("叫号窗口 Window"),
        Text(windows, width=2, height=2, bold=True, align="center"),
    )


def _address(facts: dict[str, Any], catalogue: Catalogue) -> tuple[Line, ...]:
    """Return the lines with the address of the building, if all the windows are in one of them."""
    codes = {ref.site for ref in window_refs(catalogue, facts["windows"])} - {""}
    if len(codes) != 1:
        return ()
    site = catalogue.site_by[codes.pop()]
    together = f"{site.name} {site.address}"
    parts = [together] if len(together) <= ADDRESS_LINE else [site.name, site.address]
    # A building without an English name has its Chinese one there: it is printed once.
    name_en = "" if site.name_en == site.name else site.name_en
    parts.append(", ".join(part for part in (name_en, site.address_en) if part))
    return tuple(Text(part, align="center") for part in parts)


def _code(base_url: str, token: str) -> tuple[Line, ...]:
    """Return the code of the phone page; none on a copy that a kiosk prints by itself."""
    if not token:
        return ()
    return (
        QR(f"{base_url}/t/{token}", size=6),
        Text("手机扫码查看排队进度", align="center"),
        Text("Scan to check your place in the queue", align="center"),
    )


def _others(numbers: Sequence[str]) -> tuple[Line, ...]:
    """Return the line with the other numbers of the same visit."""
    if not numbers:
        return ()
    note = Text("几个号不会同时叫；扫下面的码可一起查看", align="center")
    return (Pair("您的另一个号 Also yours", "、".join(numbers), bold=True), note)


def standby_slip(catalogue: Catalogue, settings: Settings) -> Document:
    """Return the slip of an offline number, with placeholders that the kiosk's PC fills in.

    The number of people ahead is unknown without the server, so the slip says instead that it was
    issued offline.
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
            *_places("{windows}"),
            Pair("取号时间 Time", "{time}"),
            Text("网络中断时取号，按取号先后叫号"),
            Text("Issued offline; called in order of time taken"),
            Rule(),
            QR("{url}", size=6),
            Text("网络恢复后可扫码查看排队进度", align="center"),
            Text("Scan to check the queue when back online", align="center"),
            Text(settings.of(ScreenSettings).notice_zh, align="center"),
            *_rule(settings),
            Feed(1),
            Cut(),
        )
    )


def standby_applicant(klass: ApplicantClass) -> str:
    """Return the text for an applicant class on a slip."""
    return PRIORITY if klass.level else ""


def windows_words(catalogue: Catalogue, windows: Sequence[str]) -> str:
    """Return windows as a slip names them."""
    return _windows({"windows": windows}, catalogue)


def _applicant(facts: dict[str, Any], catalogue: Catalogue) -> str:
    klass = catalogue.class_by.get(facts["applicant"])
    return standby_applicant(klass) if klass else ""


def _windows(facts: dict[str, Any], catalogue: Catalogue) -> str:
    refs = window_refs(catalogue, facts["windows"])
    numbers = "、".join(str(ref.number) for ref in refs[:SHOWN_WINDOWS])
    names = dict.fromkeys(f"{ref.site_name}{ref.zone_name}" for ref in refs)
    rooms = "、".join(name for name in names if name)
    others = "等" if len(refs) > SHOWN_WINDOWS else ""
    return f"{numbers}号{others} {rooms}".strip()


def _wait_lines(facts: dict[str, Any], settings: Settings) -> tuple[Line, ...]:
    """Return the expected wait; while the windows do not call, until when, if that is known."""
    wait = Pair("预计等候 Wait", _wait(facts["low"], facts["high"]))
    delay = facts.get("delay")
    if not delay:
        return (wait,)
    is_midday = delay["reason"] == "midday"
    if delay["until"] is None:
        return (
            Text("窗口暂停服务，恢复后叫号", bold=True),
            Text("Paused: called after it resumes"),
        )
    back = local(delay["until"], settings.of(GeneralSettings).timezone).strftime("%H:%M")
    place = "大厅" if delay["reason"] == "hall" else "窗口"
    zh = f"午休至{back}，之后叫号" if is_midday else f"{place}暂停服务，约{back}恢复，之后叫号"
    en = f"Midday break until {back}" if is_midday else f"Paused until about {back}"
    return (wait, Text(zh, bold=True), Text(en))


def _wait(low: int, high: int) -> str:
    return f"约{low}至{high}分钟 {low}-{high} min" if high > 2 else "基本不用等 No wait"


def _rule(settings: Settings, *, priority: bool = False) -> tuple[Text, ...]:
    """Return the foot of a slip: how to come back after a missed call, in lines of 48 cells.

    A person with priority is behind so many others only if as many with priority wait.
    """
    if not settings.of(NumberSettings).return_limit:
        return (Text("过号作废，须重新取号。", align="center"),)
    places = 0 if priority else settings.of(NumberSettings).return_places
    behind = f"重新排在{places}人之后。" if places else ""
    return (
        Text("过号后：到自助机点“我过号了”，或到窗口、咨询台", align="center"),
        Text(f"{behind}本号当日有效。", align="center"),
    )


def notice_slip(
    facts: dict[str, Any], catalogue: Catalogue, settings: Settings, copy: bool, base_url: str = ""
) -> Document:
    """Return the one-time notice (一次性告知单): all materials, the faulty ones first."""
    item = catalogue.item_by.get(facts["item"])
    if item is None:
        return Document((Text("该事项已停止办理，请到咨询台询问。"), Cut()), copy)
    issued = local(facts["issued_at"], settings.of(GeneralSettings).timezone)
    unit = catalogue.unit_by[item.unit]
    lines: list[Line] = [
        Text("一次性告知单", width=2, height=2, bold=True, align="center"),
        Text("One-time notice of materials", align="center"),
        Text(catalogue.hall_name, align="center"),
        Text(unit.name, align="center"),
        Rule(),
        Text(item.name, bold=True),
        *_materials(item, facts),
        Rule(),
        *_limits(item),
        Rule(),
        Text(_next_step(facts)),
        Text(f"也可先电话咨询：{unit.phone}" if unit.phone else ""),
        *_told(facts, item, base_url),
        Pair("打印时间", _stamp(issued)),
        *(SIGNATURES if facts["missing"] else ()),
        Feed(1),
        Cut(),
    ]
    return Document(tuple(line for line in lines if line != Text("")), copy)


def _next_step(facts: dict[str, Any]) -> str:
    if not facts["missing"]:
        return "请备齐材料后取号办理。"
    if "number" not in facts:
        return "请补齐标【缺】的材料，连同已带的材料一起再来取号办理。"
    return "请把标【】的材料一次补齐，连同已带的材料和本单一起，再来取号办理。"


def _told(facts: dict[str, Any], item: Item, base_url: str) -> tuple[Line, ...]:
    """Return what only the notice of a hand-in has: remedies, its number and code, who told."""
    number = facts.get("number")
    if not number:
        return ()
    return (
        *(Text(part) for part in remedies_of(item).splitlines()),
        Rule(),
        Pair("单号", grouped(number), bold=True),
        QR(f"{base_url}/notices/{number}", size=5),
        Text("再来时请带本单，窗口扫码或输入单号", align="center"),
        Text("Bring this notice when you come again", align="center"),
        Pair("公布内容", f"第{facts['version']}版 内容校验码{facts['digest']}"),
        Pair("告知人", f"{facts['told_by']} {facts['window']}号窗口"),
    )


def _materials(item: Item, facts: dict[str, Any]) -> list[Line]:
    """Return a checklist; once papers are faulty, these first and marked, the others as brought.

    A box to tick stands only before what is still to be done.
    """
    missing, unneeded = set(facts["missing"]), set(facts.get("unneeded", ()))
    papers = list(enumerate(item.materials))
    if not missing:
        return [line for index, paper in papers for line in _paper(index, paper, "□")]
    needed = [(index, paper) for index, paper in papers if index in missing]
    others = [(index, paper) for index, paper in papers if index not in missing | unneeded]
    # A hand-in says of every paper that it was there; a list ticked by hand only of required ones.
    is_brought = "number" in facts
    brought = [(index, paper) for index, paper in others if paper.required or is_brought]
    optional = [(index, paper) for index, paper in others if not paper.required and not is_brought]
    return [
        Text("需要补正的材料，请一次补齐：" if is_brought else "还缺的材料，请补齐：", bold=True),
        *(line for index, paper in needed for line in _faulty(index, paper, facts)),
        *([Text("已带的材料，再来时一起带上：")] if brought else []),
        *(line for index, paper in brought for line in _paper(index, paper, "√ ")),
        *([Text("以下材料视情况提供：")] if optional else []),
        *(line for index, paper in optional for line in _paper(index, paper, "")),
    ]


def _faulty(index: int, paper: Material, facts: dict[str, Any]) -> list[Line]:
    """Return a faulty material: the fault in its mark, then the details, then what is right."""
    fault = facts.get("faults", {}).get(str(index))
    if fault is None:
        return list(_paper(index, paper, "【缺】", bold=True))
    mark = f"【{'、'.join(FAULT_WORDS[MaterialFault(name)] for name in fault['faults'])}】"
    until, published = fault["valid_until"], help_of(paper)
    details = (
        f"有效期至{day_words(until)}" if until else "",
        fault["words"],
        f"由{published.issuer}出具" if published.issuer else "",
        published.how,
    )
    rest = [Text(f"    {part}") for detail in details for part in detail.splitlines()]
    return [*_paper(index, paper, mark, bold=True), *rest]


def _paper(index: int, paper: Material, mark: str, *, bold: bool = False) -> list[Line]:
    need = "（视情况提供）" if mark and not paper.required else ""
    form = [Text(f"    {paper.form}")] if paper.form else []
    return [Text(f"{mark}{index + 1}. {paper.name}{need}", bold=bold), *form]


def _promise(item: Item) -> str:
    """Return the promised limit in words; the hall promises nothing where it only advises."""
    if item.handling is Handling.CONSULT:
        return "以受理部门公布的为准"
    return "当场办结" if item.promised_days == 0 else f"{item.promised_days}个工作日"


def _limits(item: Item) -> list[Line]:
    promised = _promise(item)
    return [
        Pair("承诺时限", promised),
        Pair("法定时限", legal_words(item.legal_days, item.legal_unit)),
        Pair("收费", item.fee),
        Text(f"办理依据：{item.legal_basis}"),
    ]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
