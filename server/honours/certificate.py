"""Words of the certificate of a quarter's flag, as they are fixed with the decision."""

from __future__ import annotations

from datetime import date

from server.cases.paper_pdf import day_words
from server.catalogue.model import Catalogue
from server.hall.context import JsonDict


def window_name(catalogue: Catalogue, code: str) -> str:
    """Return the number and name of a window; its code if it is gone, "" for none."""
    window = catalogue.window_by.get(code)
    return f"{window.number}号窗口（{window.name}）" if window else code


def certificate_content(
    hall: str, window: str, quarter: str, score: str, rank: int, day: date
) -> JsonDict:
    """Return what the certificate says: `window` and `quarter` in words, `day` of the decision.

    `rank` 0: it is a range, which the certificate leaves out.
    """
    place = f"　排名第{rank}" if rank else ""
    return {
        "title": "荣誉证书",
        "to": window,
        "text": f"在{quarter}窗口考核中成绩优秀，被评为",
        "honour": "流动红旗窗口",
        "closing": "特发此证，以资鼓励。",
        "hall": hall,
        "day": day_words(day.isoformat()),
        "foot": f"{quarter}　考核得分{score}分{place}",
    }
