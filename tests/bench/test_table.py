"""Table of the benchmarks: ratios, verdicts, the written file; and one group that really runs."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.__main__ import GROUPS, figure_list, select_groups
from bench.harness import Run
from bench.next_ticket import measure
from bench.table import (
    BY_NAME,
    TARGETS,
    Figure,
    amount,
    chart,
    document,
    markdown,
    quantile,
    ratio,
    save,
    used,
)

ASKED = {
    "board-idle": "≤ 2 ×",
    "board-busy": "≤ 3 ×",
    "tickets": "≥ 2 ×",
    "tickets-slow": "≥ 8 ×",
    "http": "≥ 0.5 ×",
    "http-p99": "≤ 3 ×",
    "cpu-ticket": "≤ 2 ms",
    "cpu-call": "≤ 2 ms",
    "kiosk-alone": "≤ 3 ×",
    "choose": "≤ 1.2 ×",
    "choose-memory": "≤ 500 µs",
    "board-cpu": "≤ 6 ×",
    "screen-memory": "≤ 70 kB",
    "screens-memory": "≤ 256 MB",
    "boards-resting": "≤ 1 %",
    "painted": "≤ 50 ms",
    "heap": "≤ 1.1 ×",
    "history-act": "≤ 1.2 ×",
    "history-start": "≤ 3 s",
    "press-paper": "≤ 3 ×",
    "call-sound": "≤ 300 ms",
    "sign-in-call": "≤ 2 s",
    **{
        f"paint-{page}-{state}": bound
        for page in ("kiosk", "board", "phone", "counter")
        for state, bound in (("cold", "≤ 1.5 s"), ("warm", "≤ 0.8 s"))
    },
    "rating-given": "≤ 2 ×",
    "cases-due": "≤ 100 ms",
    "cases-wall": "≤ 500 ms",
    "cases-list": "≤ 300 ms",
    "cases-unit": "≤ 300 ms",
    "cases-desk": "≤ 300 ms",
    "cases-calendar": "≤ 15 s",
    "report-month": "≤ 1000 ms",
    "assess-year-first": "≤ 5000 ms",
    "assess-year-open": "≤ 1000 ms",
    "assess-person-open": "≤ 100 ms",
    "assess-year": "≤ 1000 ms",
    "assess-person": "≤ 100 ms",
    "assess-month": "≤ 1000 ms",
    "assess-year-later": "≤ 1000 ms",
    "assess-person-later": "≤ 100 ms",
    "fees-desk": "≤ 100 ms",
    "fees-unpaid": "≤ 100 ms",
    "fees-day": "≤ 100 ms",
    "fees-month": "≤ 300 ms",
    "issuing-desk": "≤ 100 ms",
    "issuing-unit": "≤ 100 ms",
    "joint-wall": "≤ 100 ms",
    "joint-parts": "≤ 100 ms",
    "assistance-list": "≤ 100 ms",
    "green-desk": "≤ 100 ms",
    "ratings-list": "≤ 200 ms",
}
"""Targets of the hall's speed: every row of the published table."""


def _some() -> list[Figure]:
    return [
        ratio("board-idle", [9.0, 30.0, 12.0], [10.0, 10.0, 10.0], "ms", "ms bare"),
        ratio("http", [100.0], [400.0], "/s", "/s doing nothing"),
        amount("cpu-call", [1.0, 3.0, 1.5], [0.5, 0.5, 0.7], "ms doing nothing"),
    ]


def test_every_promise_is_a_figure_of_one_group() -> None:
    assert {target.name: target.text for target in TARGETS} == ASKED
    measured = [name for group in GROUPS for name in group.figures]
    assert sorted(measured) == sorted(ASKED)
    for name in ASKED:
        assert name in figure_list()


def test_groups_are_chosen_by_their_name_or_a_figure() -> None:
    assert [g.name for g in select_groups(["heap", "http"])] == ["http", "paint"]
    assert select_groups([]) == list(GROUPS)
    assert select_groups(["attendance"]) == []
    with pytest.raises(SystemExit, match="nonsense"):
        select_groups(["nonsense"])


def test_ratios_are_taken_round_by_round_and_judged_by_their_median() -> None:
    idle, http, call = _some()
    assert idle.rounds == pytest.approx((0.9, 3.0, 1.2))
    assert idle.value == pytest.approx(1.2)
    assert (idle.met, idle.amount) == (True, 12.0)
    assert (http.value, http.met) == (0.25, False)
    assert (call.value, call.reference, call.met) == (1.5, 0.5, True)


def test_a_figure_is_better_higher_or_lower() -> None:
    assert BY_NAME["tickets"].met(2.0)
    assert not BY_NAME["tickets"].met(1.9)
    assert BY_NAME["choose"].met(1.2)
    assert not BY_NAME["choose"].met(1.3)
    assert [round(used(figure), 2) for figure in _some()] == [0.6, 2.0, 0.75]


def test_the_table_shows_verdicts_and_the_spread_of_rounds() -> None:
    lines = markdown(_some()).splitlines()
    assert len(lines) == 5
    assert "| met " in lines[2]
    assert "0.9 … 3 (3)" in lines[2]
    assert "NOT MET" in lines[3]
    assert "0.5 ms doing nothing" in lines[4]
    assert len({len(line) for line in lines}) == 1


def test_a_written_table_can_be_read(tmp_path: Path) -> None:
    paths = save(tmp_path / "new", "2026-01-05", _some(), {"cores": 2})
    assert [path.name for path in paths] == ["2026-01-05.json", "2026-01-05.svg"]
    read = json.loads(paths[0].read_text())
    assert read["cores"] == 2
    assert [f["name"] for f in read["figures"]] == ["board-idle", "http", "cpu-call"]
    assert set(read["figures"][0]) >= {"amount", "reference", "value", "rounds", "target", "met"}
    drawn = ET.fromstring(paths[1].read_text())
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}rect"))) == 4
    assert chart([], "nothing")
    assert json.loads(document([], {}))["figures"] == []


def test_quantiles_are_by_nearest_rank() -> None:
    assert quantile(range(100), 0.99) == 99
    assert quantile([5.0], 0.5) == 5.0


def test_a_group_runs_with_tiny_numbers(tmp_path: Path) -> None:
    results = list(measure(Run(tmp_path, rounds=1, quick=True)))
    assert [figure.name for figure in results] == ["choose", "choose-memory"]
    assert results[0].amount > 0
    assert results[0].reference
