"""Papers of a case as PDF, A4 or A5, and the proof of their service (送达回证)."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from server.cases.paper_kinds import PaperKind
from server.cases.queries import StoredCasePaper
from server.cases.rules import SuspensionBasis
from server.cases.words import BASIS_WORDS, PAPER_WORDS
from server.core.documents import pdf
from server.one_time_notices.rules import MaterialFault
from server.one_time_notices.words import FAULT_WORDS

TEMPLATE = Path(__file__).with_name("paper.typ")
SIZES = ("a4", "a5")
RULE = (
    "计算方法：受理当日不计入，从次日起算；一个工作日开始时正在计时的，计入；"
    "听证、检验检测、勘验、专家评审的时间不计入。"
)
SPOT_RULE = (
    "计算方法：从受理的那一分钟起，按大厅对外办公的时间计算；"
    "午休、下班以后和听证、检验检测、勘验、专家评审的时间不计入。"
)


def paper(row: StoredCasePaper, hall: str, applicant: str, address: str, size: str) -> bytes:
    """Return a paper as PDF; `address` is in its code, `applicant` may be erased and empty."""
    return pdf(TEMPLATE, data_of(row, hall, applicant, address, size))


def data_of(
    row: StoredCasePaper, hall: str, applicant: str, address: str, size: str
) -> dict[str, Any]:
    """Return what a paper says, for the template; `size`: a4 or a5."""
    content = json.loads(row.content)
    kind = PaperKind(row.kind)
    has_remedies = kind in (PaperKind.NOT_ACCEPTED, PaperKind.REFUSAL, PaperKind.LAPSE)
    return {
        "size": size,
        "hall": hall,
        "unit": content["unit"],
        "title": PAPER_WORDS[kind],
        "number": row.id,
        "digest": row.digest,
        "version": content["version"],
        "to": applicant or "申请人",
        "rows": _rows(kind, content),
        "text": _text(kind, content),
        "head": _head(kind),
        "lines": _lines(kind, content),
        "remedies": content["remedies"] if has_remedies else "",
        "day": day_words(row.day),
        "code": code(address),
        "signatures": [
            "经办人（签字）：",
            "承诺人（签字）：" if kind is PaperKind.PLEDGE else "收件人（签字）：",
        ],
    }


def proof_of_service(
    row: StoredCasePaper, hall: str, applicant: str, how: str, to: str, day: str, address: str
) -> bytes:
    """Return the proof of service of a paper; empty `how`: the form, to be filled in by hand."""
    content = json.loads(row.content)
    return pdf(
        TEMPLATE,
        {
            "size": "a4",
            "hall": hall,
            "unit": content["unit"],
            "title": "送达回证",
            "number": f"{row.id}-H",
            "digest": row.digest,
            "version": content["version"],
            "to": applicant or "申请人",
            "rows": [
                ["送达文书", f"{PAPER_WORDS[PaperKind(row.kind)]}（{row.id}）"],
                ["办件编号", content["case"]],
                ["事项", content["item"]],
                ["受送达人", applicant or "　"],
                ["送达方式", how or "　"],
                ["送达地点", "　"],
                ["收件人", to or "　"],
                ["送达日期", day_words(day) if day else "　　　年　　月　　日"],
                ["收件人注明的日期", "　　　年　　月　　日"],
                ["备注", "　"],
            ],
            "text": "",
            "head": [],
            "lines": [],
            "remedies": "",
            "day": "",
            "code": code(address),
            "signatures": [
                "收件人（签字或盖章）：",
                "送达人（签字）：",
                "代收人（签字）：",
                "见证人（签字）：",
            ],
        },
    )


def day_words(day: str) -> str:
    """Return an ISO day, or minute, in words; "" for none."""
    if not day:
        return ""
    value = datetime.fromisoformat(day)
    return f"{value.year}年{value.month}月{value.day}日{day[11:]}"


def code(address: str) -> str:
    """Return the QR code of an address as SVG."""
    stream = BytesIO()
    segno.make_qr(address, error="m").save(stream, kind="svg", border=0, xmldecl=False)
    return stream.getvalue().decode()


def _rows(kind: PaperKind, content: dict[str, Any]) -> list[list[str]]:
    rows = [
        ["办件编号", content["case"]],
        ["事项", content["item"]],
        ["事项编码", content["item_code"]],
        ["申请日期", day_words(content["filed"])],
        ["办理依据", content["legal_basis"]],
        ["咨询电话", content["phone"] or "—"],
    ]
    if kind in (PaperKind.ACCEPTANCE, PaperKind.EXTENSION):
        rows.append(["承诺办结日期", day_words(content["promised"]) or "—"])
        rows.append(["法定办结日期", day_words(content["legal"]) or "法律未规定"])
    if kind is PaperKind.SPECIAL:
        rows.append(["特别程序", BASIS_WORDS[SuspensionBasis(content["basis"])]])
        rows.append(["所需时间", f"{content['days']}个工作日"])
    if kind in (PaperKind.DECISION, PaperKind.TACIT) and content["result"]:
        rows.append(["办理结果", content["result"]])
        rows.append(["有效期", content["validity"] or "—"])
    return rows


def _text(kind: PaperKind, content: dict[str, Any]) -> str:
    """Return the sentence that the paper states."""
    template = _DEEMED if kind is PaperKind.ACCEPTANCE and content["deemed"] else _TEXTS[kind]
    words = {name: content.get(name, "") for name in ("words", "reason", "days")}
    words["until"] = day_words(content.get("until", ""))
    rule = SPOT_RULE if "T" in content.get("promised", "") else RULE
    return template.format(filed=day_words(content["filed"]), rule=rule, **words)


_DEEMED = (
    "我单位未在法定期限内告知需要补正的内容，根据《行政许可法》第三十二条，"
    "自收到申请材料之日（{filed}）起即为受理。{rule}"
)
_TEXTS = {
    PaperKind.RECEIPT: "您提交的下列申请材料已收到，是否受理将在法定期限内告知您。",
    PaperKind.SUPPLEMENT: (
        "经审查，您提交的申请材料需要补正。需要补正的全部内容如下，请一次补齐："
    ),
    PaperKind.ACCEPTANCE: "您的申请材料齐全、符合法定形式，现予受理。{rule}",
    PaperKind.PLEDGE: (
        "您的申请缺少下列可以容缺的材料。您承诺在{until}前补交，本单位先予受理。"
        "在补齐之前不作出决定；到期没有补齐的，视为撤回申请，材料可以取回，补齐后可以重新申请。{words}"
    ),
    PaperKind.LAPSE: (
        "您承诺补交的材料到期没有补齐，按您签署的容缺受理承诺，视为撤回申请。"
        "材料可以取回，补齐后可以重新申请。"
    ),
    PaperKind.NOT_ACCEPTED: "经审查，您的申请不予受理。理由：{words}",
    PaperKind.SPECIAL: ("您的申请需要进行上述特别程序，所需时间不计算在办理期限内。原因：{words}"),
    PaperKind.EXTENSION: ("因{reason}，经批准，办理期限延长{days}个工作日。批准意见：{words}"),
    PaperKind.DECISION: "经审查，您的申请符合法定条件、标准，决定准予。{words}",
    PaperKind.TACIT: "本单位在期限内未作出决定，按超时默许规定视为准予。依据：{words}",
    PaperKind.REFUSAL: "经审查，您的申请不符合法定条件、标准，决定不予批准。理由：{words}",
}


def _head(kind: PaperKind) -> list[str]:
    if kind is PaperKind.RECEIPT:
        return ["材料", "形式和份数"]
    if kind is PaperKind.PLEDGE:
        return ["容缺的材料", "情况"]
    return ["材料", "需要补正的内容"] if kind is PaperKind.SUPPLEMENT else []


def _lines(kind: PaperKind, content: dict[str, Any]) -> list[list[str]]:
    if kind is PaperKind.RECEIPT:
        return [[name, form or "—"] for name, form in content["materials"]]
    if kind in (PaperKind.SUPPLEMENT, PaperKind.PLEDGE):
        return [
            [name, "；".join([_faults(faults), *([words] if words else [])])]
            for name, faults, words in content["faults"]
        ]
    return []


def _faults(faults: str) -> str:
    return "、".join(FAULT_WORDS[MaterialFault(fault)] for fault in faults.split(","))
