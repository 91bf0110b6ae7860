"""Lists that two people fix: the year's units, the allowance of a month, and certificates.

A list is drafted by one person and fixed by another, with all that page and paper show. Later truth
is an amendment that names each row it changes. Names and words that change later change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class ListKind(StrEnum):
    """Kind of a list."""

    YEAR_UNITS = "year_units"
    ALLOWANCE = "allowance"
    CERTIFICATE = "certificate"
    """Words of a certificate, fixed with the decision on its flag."""


class ListState(StrEnum):
    """State of a list, or of its newest amendment."""

    DRAFT = "draft"
    RELEASED = "released"


class ListMove(StrEnum):
    """Move of a list."""

    DRAFT = "draft"
    AMEND = "amend"
    RELEASE = "release"


ROWS = {ListKind.YEAR_UNITS: "units", ListKind.ALLOWANCE: "people"}
"""Field with the rows of a list."""
KEYS = {ListKind.YEAR_UNITS: "unit", ListKind.ALLOWANCE: "number"}
"""Field that names a row."""
FIGURES = {
    ListKind.YEAR_UNITS: ("rank", "rank_best", "rank_worst", "score", "flags", "veto_ids"),
    ListKind.ALLOWANCE: ("amount", "late", "early", "missing", "absent_halves", "leave_days"),
}
"""Fields by which two rows differ; names and words are none of them."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """Row that differs between two versions; None: it was not there."""

    key: str
    name: str
    was: str | None
    now: str | None


def changed_rows(kind: ListKind, before: Row, after: Row) -> tuple[RowChange, ...]:
    """Return the rows that differ between two contents of a list, in their order."""
    was, now = _by_key(kind, before), _by_key(kind, after)
    return tuple(
        RowChange(key, (now.get(key) or was[key])["name"], _words(kind, was.get(key)), words)
        for key in dict.fromkeys((*was, *now))
        if _figures(kind, was.get(key)) != _figures(kind, now.get(key))
        for words in [_words(kind, now.get(key))]
    )


def _by_key(kind: ListKind, content: Row) -> dict[str, Row]:
    rows: Sequence[Row] = content[ROWS[kind]]
    return {row[KEYS[kind]]: row for row in rows}


def _figures(kind: ListKind, row: Row | None) -> tuple[object, ...] | None:
    return None if row is None else tuple(row[field] for field in FIGURES[kind])


def _words(kind: ListKind, row: Row | None) -> str | None:
    """Return the figures of a row in Chinese."""
    if row is None:
        return None
    if kind is ListKind.YEAR_UNITS:
        best, worst = row["rank_best"], row["rank_worst"]
        span = "" if best == worst else f"（{best}～{worst}）"
        return (
            f"第{row['rank']}名{span}，{row['score']}分，红旗{row['flags']}个季度，"
            f"一票否决{len(row['veto_ids'])}条"
        )
    return (
        f"{row['amount']}元（迟到{row['late']}次，早退{row['early']}次，缺卡{row['missing']}次，"
        f"旷工{row['absent_halves']}个半天，事假病假{row['leave_days']}天）"
    )
