"""Guide of an item on paper: A4 as PDF, with the address of its page as a QR code."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import segno

from server.catalogue.limit_words import UNIT_WORDS
from server.catalogue.messages import BuildingPlan, OpenHours
from server.catalogue.model import CaseMode, ItemKind, LimitUnit, NetworkScope
from server.core.documents import pdf
from server.disclosure.messages import Guide, GuideMaterial, GuideStage

TEMPLATE = Path(__file__).with_name("guide.typ")
KEPT = 64
"""Most papers in memory; one has some 50 kB."""
_WEEKDAYS = "一二三四五六日"
_KINDS = {ItemKind.APPROVAL: "审批事项", ItemKind.SERVICE: "公共服务事项"}
_MODES = {
    CaseMode.UNSTATED: "",
    CaseMode.DIRECT: "直接办理",
    CaseMode.PROMISED: "承诺办理",
    CaseMode.JOINT: "联合办理",
    CaseMode.FORWARDED: "上报办理",
    CaseMode.REPLY: "明确答复",
    CaseMode.FEE: "集中收费",
}
_SCOPES = {
    NetworkScope.UNSTATED: "",
    NetworkScope.HALL: "仅本厅",
    NetworkScope.COUNTY: "全县通办",
    NetworkScope.CITY: "全市通办",
    NetworkScope.PROVINCE: "全省通办",
    NetworkScope.REGIONS: "跨省通办",
    NetworkScope.NATION: "全国通办",
}


class GuidePapers:
    """Papers of the guides that were asked for last."""

    def __init__(self) -> None:
        self._papers: OrderedDict[str, bytes] = OrderedDict()

    def of(
        self, guide: Guide, address: str, offload: Callable[[Callable[[], bytes]], bytes]
    ) -> bytes:
        """Return the paper of a guide; a new one is made beside the event loop by `offload`."""
        key = guide.model_dump_json() + address
        content = self._papers.get(key)
        if content is None:
            content = offload(lambda: paper(guide, address))
            self._papers[key] = content
            while len(self._papers) > KEPT:
                self._papers.popitem(last=False)
        return content


def paper(guide: Guide, address: str) -> bytes:
    """Return the guide as PDF."""
    return pdf(
        TEMPLATE,
        {
            "hall": guide.hall,
            "title": guide.name,
            "unit": guide.unit.name,
            "address": address,
            "code": [list(row) for row in segno.make(address, error="m").matrix],
            "version": f"第 {guide.version} 版　内容校验码 {guide.digest}",
            "facts": [[name, words] for name, words in facts(guide) if words],
            "materials": [_material(n, m) for n, m in enumerate(guide.materials, 1)],
            "flow": [_stage(stage) for stage in guide.flow],
        },
    )


def facts(guide: Guide) -> list[tuple[str, str]]:
    """Return the lines of the guide beside materials and stages, in their order."""
    return [
        ("事项类别", _KINDS[guide.kind]),
        ("事项编码", guide.official_code),
        ("服务对象", guide.service_object),
        ("办理条件", guide.conditions),
        ("数量限制", guide.quota),
        ("办理依据", guide.legal_basis),
        ("办理方式", _MODES[guide.mode] if guide.mode else ""),
        ("承诺时限", days_words(guide.promised_days, "当场办结")),
        ("法定时限", days_words(guide.legal_days, "法律未规定", guide.legal_unit)),
        ("期限延长", _extension(guide.extension_days)),
        ("时限说明", guide.limit_note),
        ("收费", guide.fee),
        ("收费依据", guide.fee_basis),
        ("减免规定", guide.fee_reductions),
        ("办理结果", guide.result),
        ("结果有效期", guide.result_validity),
        ("承办机构", f"{guide.unit.name}{guide.office}"),
        ("联办机构", guide.joint_units),
        ("中介服务", guide.intermediary),
        ("通办范围", _SCOPES[guide.network_scope]),
        ("办理形式", guide.ways),
        ("到现场次数", "" if guide.visits is None else f"{guide.visits} 次"),
        ("办理地点", _place(guide)),
        (
            "咨询时间" if guide.advice else "办理时间",
            "；".join(_hours(line) for line in guide.hours),
        ),
        ("咨询电话", guide.consult_phone),
        ("投诉电话", guide.complaint_phone),
        ("救济途径", guide.remedies),
    ]


def days_words(days: int, none: str, unit: LimitUnit = LimitUnit.WORKING) -> str:
    """Return a number of days in words; `none` for zero."""
    return f"{days} 个{UNIT_WORDS[unit]}" if days else none


def _extension(days: int) -> str:
    return f"经负责人批准，可以延长 {days} 个工作日" if days else ""


def _place(guide: Guide) -> str:
    if guide.advice:
        return f"本厅仅咨询。{guide.advice}"
    if guide.unit.place:
        return guide.unit.place
    lines = [line for plan in guide.buildings for line in _building(guide, plan)]
    return "\n".join(part for part in (*lines, guide.places) if part)


def _building(guide: Guide, plan: BuildingPlan) -> list[str]:
    """Return the lines of a building: address, windows, hours if they differ, the way there."""
    places = {window.code: room.name for room in plan.rooms for window in room.windows}
    windows = "、".join(
        f"{places[w.code]}{w.number}号窗口（{w.name}）" for w in guide.windows if w.code in places
    )
    address = f"（{plan.address}）" if plan.address else ""
    hours = "" if guide.hours else "；".join(_hours(line) for line in plan.hours)
    return [f"{plan.name}{address}：{windows}", hours, plan.directions]


def _hours(line: OpenHours) -> str:
    days = line.weekdays
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        words = f"周{_WEEKDAYS[days[0] - 1]}至周{_WEEKDAYS[days[-1] - 1]}"
    else:
        words = "、".join(f"周{_WEEKDAYS[day - 1]}" for day in days)
    return f"{words} {line.opens}至{line.closes}"


def _material(number: int, material: GuideMaterial) -> list[str]:
    notes = [
        "由窗口共享取得，不用提交" if material.by_sharing else "",
        material.requirement,
        material.how_to_get,
        "可容缺后补" if material.tolerable else "",
        f"示范文本：{material.sample}" if material.sample else "",
    ]
    needed = "必须提供" if material.required else material.when_needed or "视情况提供"
    return [
        str(number),
        material.name,
        material.form,
        needed,
        material.issuer,
        "；".join(note for note in notes if note),
    ]


def _stage(stage: GuideStage) -> list[str]:
    days = f"{stage.days:g} 个工作日" if stage.days else "当场"
    return [
        stage.stage,
        stage.handler,
        days + ("" if stage.counted else "（不计入）"),
        stage.result,
    ]
