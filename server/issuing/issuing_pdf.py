"""Papers of the issuing window as PDF: the hand-over list to be signed by two, the archive list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from server.cases.paper_pdf import day_words
from server.core.documents import pdf
from server.issuing.messages import ArchiveList, HandoverList
from server.issuing.rules import ListState
from server.issuing.words import copy_words

TEMPLATE = Path(__file__).with_name("papers.typ")
LIST_TITLE, ARCHIVE_TITLE = "证照交接清单", "办件归档目录"
NONE = "—"
NUMERALS = "一二三四五"
_BLANK_DAY = "　　　年　　月　　日"


def handover_list(shown: HandoverList, hall: str) -> bytes:
    """Return a hand-over list as PDF, for both people to sign."""
    return pdf(TEMPLATE, list_data(shown, hall))


def list_data(shown: HandoverList, hall: str) -> dict[str, Any]:
    """Return what a hand-over list says, for the template."""
    is_counted = shown.received_at is not None
    missing = set(shown.missing)
    there = {True: "未到", False: "已到"} if is_counted else {True: "", False: "□"}
    lines = [
        [
            str(place),
            licence.case_number,
            licence.kind,
            f"{licence.number}（{copy_words(licence.copy_number)}）",
            licence.applicant or "（已删除）",
            there[licence.id in missing],
        ]
        for place, licence in enumerate(shown.licences, 1)
    ]
    counted = f"{shown.received_count} 本" if is_counted else ""
    text = "交出和接收双方当面逐本清点，本数和编号相符的签字确认。"
    if shown.state is ListState.DIFFERENT:
        text += f"差异：{shown.words.rstrip('。')}。"
    if shown.extra:
        text += f"清单外多出：{'、'.join(shown.extra)}，由单位取回并确认。"
    return {
        "title": LIST_TITLE,
        "number": shown.id,
        "hall": hall,
        "rows": [
            ["交出单位", shown.unit_name, "日期", day_words(shown.day)],
            ["交出人清点", f"{shown.given_count} 本　{shown.given_by}", "接收人清点", counted],
        ],
        "text": text,
        "parts": [
            {
                "title": "证照",
                "head": ["序号", "办件编号", "证照名称", "证照编号", "申请人", "实到"],
                "widths": [0, 1.4, 1.2, 1.6, 0.8, 0],
                "lines": lines,
            }
        ],
        "signatures": [
            "交出人（签字）：",
            f"接收人（签字）：{shown.received_by}" if is_counted else "接收人（签字）：",
            _BLANK_DAY,
            _BLANK_DAY,
        ],
        "digest": "",
    }


def archive_paper(shown: ArchiveList, hall: str) -> bytes:
    """Return the archive list of a case as PDF."""
    return pdf(TEMPLATE, archive_data(shown, hall))


def archive_data(shown: ArchiveList, hall: str) -> dict[str, Any]:
    """Return what an archive list says, for the template."""
    parts = [
        _part("申请材料", ["材料", "情况"], [2, 1], [[m.name, m.state] for m in shown.materials]),
        _part(
            "办理过程",
            ["序号", "日期", "环节", "经办人", "意见"],
            [0, 0, 1, 0.8, 2],
            [[str(s.n), s.day, s.move, s.by_name, s.words or NONE] for s in shown.steps],
        ),
        _part(
            "附件（电子文件）",
            ["步骤", "名称", "大小（字节）", "校验码"],
            [0, 1, 0, 0],
            [[str(f.step), f.name, str(f.size), f.id[:16]] for f in shown.files],
        ),
        _part(
            "文书",
            ["文书", "编号", "日期", "校验码", "送达"],
            [1, 1.1, 0, 0, 1.2],
            [[p.title, p.id, p.day, p.digest, p.served or "未送达"] for p in shown.papers],
        ),
        _part(
            "证照（结果）",
            ["名称", "编号", "发证日期", "电子证照", "去向"],
            [1, 1.4, 0, 0.8, 1],
            [
                [
                    licence.kind,
                    f"{licence.number}（{copy_words(licence.copy_number)}）",
                    licence.issued_day,
                    licence.entered_day or ("未归集" if licence.electronic else NONE),
                    licence.place,
                ]
                for licence in shown.licences
            ],
        ),
    ]
    filled = [part for part in parts if part["lines"]]
    for part, numeral in zip(filled, NUMERALS, strict=False):
        part["title"] = f"{numeral}、{part['title']}"
    ended = f"{day_words(shown.ended_day)}　{shown.outcome}"
    lacks = "尚缺：" + "；".join(shown.complete)
    return {
        "title": ARCHIVE_TITLE,
        "number": shown.number,
        "hall": hall,
        "rows": [
            ["办件编号", shown.number, "外部编号", shown.outer_no or NONE],
            ["事项", shown.item_name, "单位", shown.unit_name],
            ["申请人", shown.applicant or "（已删除）", "证件号码", shown.id_masked or NONE],
            ["收件", day_words(shown.day), "办结", ended],
        ],
        "text": lacks if shown.complete else "材料、文书和结果齐全。",
        "parts": filled,
        "signatures": ["归档人（签字）：", _BLANK_DAY],
        "digest": shown.digest,
    }


def _part(
    title: str, head: list[str], widths: list[float], lines: list[list[str]]
) -> dict[str, Any]:
    return {"title": title, "head": head, "widths": widths, "lines": lines}
