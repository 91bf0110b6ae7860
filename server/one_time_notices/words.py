"""Words of one-time notices on paper. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from server.one_time_notices.rules import MaterialFault

FAULT_WORDS = {
    MaterialFault.MISSING: "缺",
    MaterialFault.WRONG_FORM: "形式不符",
    MaterialFault.EXPIRED: "过期",
    MaterialFault.UNCLEAR: "不清晰",
}


def fault_words(faults: Sequence[MaterialFault | str], valid_until: str, words: str) -> str:
    """Return the faults of a material in words, with the end of its validity and the clerk's."""
    names = [
        f"过期（有效期至{day_words(valid_until)}）"
        if fault == MaterialFault.EXPIRED and valid_until
        else FAULT_WORDS[MaterialFault(fault)]
        for fault in faults
    ]
    return "、".join(names) + (f"：{words}" if words else "")


def day_words(day: str) -> str:
    """Return an ISO day as paper writes it."""
    year, month, of_month = day.split("-")
    return f"{year}年{int(month)}月{int(of_month)}日"


def grouped(number: str) -> str:
    """Return a notice's number in groups of four digits."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
