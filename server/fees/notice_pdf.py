"""Payment notice (缴款通知书) as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.cases.paper_pdf import code, day_words
from server.core.documents import pdf
from server.core.money import capital_text, yuan_text
from server.fees.queries import StoredDue

TEMPLATE = Path(__file__).with_name("notice.typ")


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """Texts of a notice beside those of its due; `payer` may be erased and empty."""

    hall: str
    unit: str
    item: str
    case_number: str
    payer: str
    place: str
    address: str
    """Address in the code: the page on which the applicant follows the case."""


def notice(row: StoredDue, texts: NoticeTexts) -> bytes:
    """Return a payment notice as PDF."""
    return pdf(TEMPLATE, data_of(row, texts))


def data_of(row: StoredDue, texts: NoticeTexts) -> dict[str, Any]:
    """Return what a notice says, for the template."""
    return {
        "hall": texts.hall,
        "unit": texts.unit,
        "number": row.id,
        "version": row.version,
        "payer": texts.payer or "缴款人",
        "rows": [
            ["办件编号", texts.case_number],
            ["事项", texts.item],
            ["收费项目", row.name],
            ["收费依据", row.basis],
            ["收费标准", f"{yuan_text(row.price)}元／{row.per}"],
            ["数量", f"{row.quantity}{row.per}"],
        ],
        "amount": yuan_text(row.amount),
        "capitals": capital_text(row.amount),
        "place": texts.place,
        "day": day_words(row.day),
        # A scanner types all of it; the desk finds the number in it.
        "code": code(f"{texts.address}?notice={row.id}"),
    }
