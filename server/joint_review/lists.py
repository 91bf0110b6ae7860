"""Papers of joint review as PDF: the notice, the attendance list, the list of a case handed on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from server.cases import paper_pdf
from server.cases.paper_pdf import code, day_words
from server.core.documents import pdf
from server.joint_review.queries import (
    StoredAttendance,
    StoredMeeting,
    StoredNotice,
    StoredPart,
    StoredStep,
)
from server.joint_review.rules import MeetingKind, Opinion, PartMove
from server.joint_review.words import MEETING_WORDS, OPINION_WORDS

TEMPLATE = Path(__file__).with_name("list.typ")
NOTICE_TITLE = "并联审批结果告知书"
BLANK = "　"
NO_DAY = "　　　年　　月　　日"


def notice(row: StoredNotice, hall: str, applicant: str, address: str, size: str) -> bytes:
    """Return the one notice as PDF; `applicant` may be erased and empty."""
    return pdf(paper_pdf.TEMPLATE, notice_data(row, hall, applicant, address, size))


def notice_data(
    row: StoredNotice, hall: str, applicant: str, address: str, size: str
) -> dict[str, Any]:
    """Return what the notice says, for the template of case papers."""
    content = json.loads(row.content)
    return {
        "size": size,
        "hall": hall,
        "unit": content["unit"],
        "title": NOTICE_TITLE,
        "number": row.id,
        "digest": row.digest,
        "version": content["version"],
        "to": applicant or "申请人",
        "rows": [
            ["办件编号", content["case"]],
            ["事项", content["item"]],
            ["事项编码", content["item_code"]],
            ["申请日期", day_words(content["filed"])],
            ["咨询电话", content["phone"] or "—"],
        ],
        "text": "您的申请已由下列单位并联审查，各单位的意见如下。决定作出后另行送达。",
        "head": ["单位", "意见"],
        "lines": [[name, _result(line)] for _unit, name, *line in content["results"]],
        "remedies": "",
        "day": day_words(row.day),
        "code": code(address),
        "signatures": ["经办人（签字）：", "收件人（签字）："],
    }


def _result(line: Sequence[str]) -> str:
    opinion, words, body, number = line
    source = f"{body}答复（{number}）：" if number else ""
    return source + OPINION_WORDS[Opinion(opinion)] + (f"。{words}" if words else "")


def attendance_list(
    row: StoredMeeting,
    attended: Sequence[StoredAttendance],
    names: Mapping[str, str],
    hall: str,
    case: tuple[str, str],
) -> bytes:
    """Return the list to sign as PDF; `case`: its number and item."""
    return pdf(TEMPLATE, attendance_data(row, attended, names, hall, case))


def attendance_data(
    row: StoredMeeting,
    attended: Sequence[StoredAttendance],
    names: Mapping[str, str],
    hall: str,
    case: tuple[str, str],
) -> dict[str, Any]:
    """Return what the list says; the absent units are named once they are recorded."""
    absent = {each.unit: each.reason for each in attended if not each.present}
    number, item = case
    return {
        "title": f"{MEETING_WORDS[MeetingKind(row.kind)]}签到表",
        "number": f"QD-{row.id}",
        "hall": hall,
        "rows": [
            ["办件编号", number],
            ["事项", item],
            ["时间", f"{day_words(row.day)} {row.time}"],
            ["地点", row.place],
        ],
        "text": "",
        "head": ["序号", "单位", "姓名", "职务", "签字", "备注"],
        "widths": [1.4, 4, 3, 3, 3, 4],
        "lines": [
            [str(n), names.get(unit, unit), BLANK, BLANK, BLANK, _remark(absent, unit)]
            for n, unit in enumerate(json.loads(row.units), 1)
        ],
        "signatures": ["主持人（签字）：", "记录人（签字）："],
    }


def _remark(absent: Mapping[str, str], unit: str) -> str:
    if unit not in absent:
        return BLANK
    return f"缺席：{absent[unit]}" if absent[unit] else "缺席，未说明原因"


def handed_on_list(
    part: StoredPart,
    steps: Sequence[StoredStep],
    hall: str,
    unit: str,
    case: tuple[str, str],
    materials: Sequence[tuple[str, str]],
) -> bytes:
    """Return the list of a case that is handed on to another hall, as PDF."""
    return pdf(TEMPLATE, handed_on_data(part, steps, hall, unit, case, materials))


def handed_on_data(
    part: StoredPart,
    steps: Sequence[StoredStep],
    hall: str,
    unit: str,
    case: tuple[str, str],
    materials: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """Return what the list says: from whom, to whom, on which days, which materials."""
    days = {PartMove(step.move): day_words(step.day) for step in steps}
    number, item = case
    return {
        "title": "同城通办移交清单",
        "number": f"YJ-{part.id}",
        "hall": hall,
        "rows": [
            ["办件编号", number],
            ["事项", item],
            ["受理单位", f"{hall}　{unit}"],
            ["办理机构", part.body],
            ["移交日期", days.get(PartMove.SEND, NO_DAY)],
            ["签收日期", days.get(PartMove.SIGN, NO_DAY)],
            ["结果返回日期", days.get(PartMove.RESULT, NO_DAY)],
        ],
        "text": "办理时限自本厅受理起计算，不因移交重新计算。",
        "head": ["序号", "材料", "形式和份数", "核对"],
        "widths": [1.2, 5, 4, 2],
        "lines": [
            [str(n), name, form or "—", BLANK] for n, (name, form) in enumerate(materials, 1)
        ],
        "signatures": [
            "移交人（签字）：",
            "接收人（签字）：",
            NO_DAY,
            NO_DAY,
        ],
    }
