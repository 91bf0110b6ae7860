"""Lists of honours: which rows an amendment names, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from server.honours.list_rules import FIGURES, KEYS, ROWS, ListKind, RowChange, changed_rows

Row = dict[str, Any]
UNIT: Row = {
    "unit": "tax",
    "name": "税务局",
    "rank": 2,
    "rank_best": 2,
    "rank_worst": 2,
    "score": "97.50",
    "flags": 1,
    "vetoes": ["与群众争吵（甲）"],
    "veto_ids": ["V1"],
}
PERSON: Row = {
    "number": "1001",
    "name": "甲",
    "amount": 180,
    "late": 1,
    "early": 0,
    "missing": 0,
    "absent_halves": 0,
    "leave_days": "0.5",
    "unit_name": "税务局",
}
SAMPLES = {ListKind.YEAR_UNITS: UNIT, ListKind.ALLOWANCE: PERSON}


def changes(kind: ListKind, before: list[Row], after: list[Row]) -> tuple[RowChange, ...]:
    return changed_rows(kind, {ROWS[kind]: before}, {ROWS[kind]: after})


def test_an_amendment_names_the_figures_before_and_after() -> None:
    later = UNIT | {"rank_worst": 3, "veto_ids": []}
    assert changes(ListKind.YEAR_UNITS, [UNIT], [later]) == (
        RowChange(
            "tax",
            "税务局",
            "第2名，97.50分，红旗1个季度，一票否决1条",
            "第2名（2～3），97.50分，红旗1个季度，一票否决0条",
        ),
    )
    whole = PERSON | {"amount": 200, "late": 0}
    assert changes(ListKind.ALLOWANCE, [PERSON], [whole]) == (
        RowChange(
            "1001",
            "甲",
            "180元（迟到1次，早退0次，缺卡0次，旷工0个半天，事假病假0.5天）",
            "200元（迟到0次，早退0次，缺卡0次，旷工0个半天，事假病假0.5天）",
        ),
    )


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_figure_counts_and_no_name_does(kind: ListKind) -> None:
    row = SAMPLES[kind]
    for field in FIGURES[kind]:
        value = ["V9"] if field == "veto_ids" else 7
        assert len(changes(kind, [row], [row | {field: value}])) == 1, field
    renamed = row | {"name": "新名称", "unit_name": "新单位", "vetoes": ["与群众争吵（新名）"]}
    assert changes(kind, [row], [renamed]) == ()


@pytest.mark.parametrize("kind", SAMPLES)
def test_rows_that_come_and_go_are_named_in_the_order_of_the_lists(kind: ListKind) -> None:
    row, key = SAMPLES[kind], KEYS[kind]
    gone, new = row | {key: "a", "name": "甲"}, row | {key: "b", "name": "乙"}
    (first, second) = changes(kind, [gone, row], [row, new])
    assert (first.key, first.name, first.now) == ("a", "甲", None)
    assert (second.key, second.name, second.was) == ("b", "乙", None)
    assert first.was == second.now is not None
