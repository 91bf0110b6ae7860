"""Papers of a case: what each of them says, and that each can be printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.cases import paper_pdf
from server.cases.paper_kinds import PaperKind, kind_of
from server.cases.queries import StoredCasePaper
from server.cases.rules import CaseMove, CaseOutcome

CONTENT: dict[str, Any] = {
    "case": "hall-20260302-tax-1-00001-7",
    "unit": "税务局",
    "phone": "12366",
    "item": "事项",
    "item_code": "tax-1",
    "legal_basis": "测试条例第一条",
    "version": 2,
    "filed": "2026-03-02",
    "words": "理由写在这里",
    "materials": [["申请表", "原件1份"], ["身份证明", ""]],
    "faults": [["申请表", "missing,unclear", "缺第二页"]],
    "deemed": False,
    "promised": "2026-03-09",
    "legal": "",
    "basis": "expert",
    "days": 10,
    "reason": "情况复杂",
    "remedies": "六十日内申请行政复议",
    "result": "许可证",
    "validity": "",
    "until": "2026-03-05",
}
WORDS = {
    PaperKind.RECEIPT: ("已收到", "身份证明", "—"),
    PaperKind.SUPPLEMENT: ("请一次补齐", "缺、不清晰；缺第二页"),
    PaperKind.ACCEPTANCE: ("现予受理", "受理当日不计入", "2026年3月9日", "法律未规定"),
    PaperKind.NOT_ACCEPTED: ("不予受理。理由：理由写在这里",),
    PaperKind.SPECIAL: ("专家评审", "10个工作日", "不计算在办理期限内"),
    PaperKind.EXTENSION: ("因情况复杂，经批准，办理期限延长10个工作日", "2026年3月9日"),
    PaperKind.PLEDGE: ("缺、不清晰；缺第二页", "2026年3月5日前补交", "视为撤回申请", "承诺人"),
    PaperKind.LAPSE: ("到期没有补齐", "视为撤回申请", "六十日内申请行政复议"),
    PaperKind.DECISION: ("决定准予", "许可证"),
    PaperKind.TACIT: ("未作出决定", "视为准予。依据：理由写在这里", "许可证"),
    PaperKind.REFUSAL: ("决定不予批准。理由：理由写在这里", "六十日内申请行政复议"),
}


def row(kind: PaperKind, **changes: Any) -> StoredCasePaper:
    """Return a stored paper of a kind."""
    content = json.dumps(CONTENT | changes)
    return StoredCasePaper("P-1", "K1", 1, kind.value, "2026-03-02", 0, content, "digest")


@pytest.mark.parametrize("kind", list(PaperKind))
def test_each_paper_says_what_the_law_asks_of_it(kind: PaperKind) -> None:
    data = paper_pdf.data_of(row(kind), "中心", "测试人", "http://hall.test/k/1", "a4")
    text = json.dumps(data, ensure_ascii=False)
    assert all(words in text for words in WORDS[kind]), text
    has_remedies = {PaperKind.NOT_ACCEPTED, PaperKind.REFUSAL, PaperKind.LAPSE}
    assert bool(data["remedies"]) is (kind in has_remedies)
    assert data["to"] == "测试人"


def test_a_deemed_acceptance_names_the_day_the_papers_came() -> None:
    paper = row(PaperKind.ACCEPTANCE, deemed=True)
    data = paper_pdf.data_of(paper, "中心", "", "http://hall.test/k/1", "a4")
    assert "自收到申请材料之日（2026年3月2日）起即为受理" in data["text"]
    assert data["to"] == "申请人"


@pytest.mark.parametrize("size", paper_pdf.SIZES)
def test_a_paper_is_printed(size: str) -> None:
    pdf = paper_pdf.paper(row(PaperKind.RECEIPT), "中心", "测试人", "http://hall.test/k/1", size)
    assert pdf.startswith(b"%PDF")


def test_the_proof_of_service_is_printed_empty_and_filled_in() -> None:
    paper, address = row(PaperKind.REFUSAL), "http://hall.test/k/1"
    empty = paper_pdf.proof_of_service(paper, "中心", "测试人", "", "", "", address)
    filled = paper_pdf.proof_of_service(
        paper, "中心", "测试人", "直接送达", "申请人本人", "2026-03-03", address
    )
    assert empty.startswith(b"%PDF")
    assert empty != filled


def test_only_a_refused_decision_is_a_refusal() -> None:
    assert kind_of(CaseMove.DECIDE, CaseOutcome.GRANTED) is PaperKind.DECISION
    assert kind_of(CaseMove.DECIDE, CaseOutcome.REFUSED) is PaperKind.REFUSAL
    assert kind_of(CaseMove.PASS, None) is None
