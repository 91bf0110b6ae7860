"""List of a take-over as PDF, A4, for both people to sign (办件交接清单)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from server.cases.due_texts import day_of, time_of
from server.cases.paper_pdf import day_words
from server.cases.take_over import TakenCase
from server.cases.words import STATE_WORDS
from server.core.documents import pdf

TEMPLATE = Path(__file__).with_name("take_over.typ")
TITLE = "办件交接清单"


def take_over_list(
    name: str, hall: str, people: tuple[str, str], moment: datetime, cases: Sequence[TakenCase]
) -> bytes:
    """Return the list as PDF; `people`: from whom and by whom, as they are printed."""
    return pdf(TEMPLATE, data_of(name, hall, people, moment, cases))


def data_of(
    name: str, hall: str, people: tuple[str, str], moment: datetime, cases: Sequence[TakenCase]
) -> dict[str, Any]:
    """Return what the list says, for the template; `moment`: when, on the hall's wall clock."""
    day = day_words(moment.date().isoformat())
    return {
        "title": TITLE,
        "number": f"JJ-{name}",
        "hall": hall,
        "rows": [
            ["原经办人", people[0], "接办人", people[1]],
            ["接办时间", f"{day}{moment:%H:%M}", "件数", f"{len(cases)} 件"],
        ],
        "text": (
            "下列办件自接办时起由接办人办理，时限不因接办重新计算。进度和到期日为接办时的情况。"
        ),
        "head": ["序号", "办件编号", "事项", "申请人", "进度", "承诺到期"],
        "lines": [
            [
                str(place),
                case.number,
                case.item,
                case.applicant or "（已删除）",
                STATE_WORDS[case.state],
                f"{day_of(case.due)} {time_of(case.due)}".strip() or "暂停计时",
            ]
            for place, case in enumerate(cases, 1)
        ],
        "signatures": [
            "原经办人（签字）：",
            "接办人（签字）：",
            "首席代表（签字）：",
            *3 * ["　　　年　　月　　日"],
        ],
    }
