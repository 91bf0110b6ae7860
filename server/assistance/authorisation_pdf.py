"""Authorisation of a helper as PDF, A4, for both people to sign (帮办代办委托书)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from server.cases.paper_pdf import day_words
from server.core.documents import pdf

TEMPLATE = Path(__file__).with_name("authorisation.typ")
TITLE = "帮办代办委托书"
TEXT = (
    (
        "委托人自愿委托上列帮办代办人在委托期限内办理上列事项。帮办代办不收取任何费用，"
        "也不得收受财物。委托人对所提供材料的真实性负责。"
    ),
    (
        "帮办代办人不得审核、审批同一办件，不得超出委托范围办理；"
        "办理结果和材料原件当面交还委托人，办完后由大厅另派人员回访。"
    ),
    "委托人可以随时撤回本委托。",
)


def authorisation(
    number: str, hall: str, people: tuple[str, str], about: str, scope: str, span: tuple[str, str]
) -> bytes:
    """Return the authorisation as PDF; `people`: who entrusts, and the helper as printed.

    `span`: ISO days from which and until which it holds.
    """
    return pdf(TEMPLATE, data_of(number, hall, people, about, scope, span))


def data_of(
    number: str, hall: str, people: tuple[str, str], about: str, scope: str, span: tuple[str, str]
) -> dict[str, Any]:
    """Return what the authorisation says, for the template."""
    first, last = (day_words(date.fromisoformat(day).isoformat()) for day in span)
    return {
        "title": TITLE,
        "number": number,
        "hall": hall,
        "rows": [
            ["委托人", people[0] or "　"],
            ["帮办代办人", people[1]],
            ["事项", about],
            ["委托办理的事", scope],
            ["委托期限", f"{first}至{last}"],
            ["费用", "免费"],
        ],
        "text": list(TEXT),
        "signatures": [
            "委托人（签字或盖章）：",
            "帮办代办人（签字）：",
            *2 * ["　　　年　　月　　日"],
        ],
    }
