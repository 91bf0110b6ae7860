"""Growth in a soak test: reported if it is real, not if it is noise."""

from __future__ import annotations

import random

from bench.breaking.growth import MEASURES, chart, fitted, verdicts


def rows(days: int, **slopes: float) -> list[dict[str, object]]:
    """Return days of a hall. `slopes`: growth of a measure per day."""
    chance = random.Random(1)
    start = {"memory_kb": 190_000, "handles": 18, "threads": 3, "bytes_a_ticket": 4300}
    start["page_kb"] = 1500
    return [
        {
            key: value + slopes.get(key, 0.0) * day + chance.uniform(-0.001, 0.001) * value
            for key, value in start.items()
        }
        for day in range(days)
    ]


def test_a_line_is_fitted() -> None:
    assert fitted([1.0, 3.0, 5.0]) == (2.0, 3.0)
    assert fitted([4.0]) == (0.0, 4.0)


def test_noise_is_no_growth() -> None:
    assert all(v.flat for v in verdicts(rows(30)))


def test_each_leak_is_reported_by_its_name() -> None:
    leaks = {"memory_kb": 700, "handles": 1, "threads": 0.2, "bytes_a_ticket": 60, "page_kb": 90}
    for key, slope in leaks.items():
        verdict_list = verdicts(rows(30, **{key: slope}))
        assert [v.key for v in verdict_list if not v.flat] == [key]
        assert any("GROWS" in v.text for v in verdict_list)


def test_warm_up_does_not_count() -> None:
    warming = rows(30)
    for day in range(5):
        warming[day]["memory_kb"] = 60_000 * (day + 1)
    assert all(v.flat for v in verdicts(warming))
    assert verdicts(warming[:2]) == []


def test_the_chart_has_a_line_for_each_measure() -> None:
    drawn = chart(rows(10))
    assert drawn.count("<polyline") == len(MEASURES)
    assert all(measure.name.replace("'", "&#x27;") in drawn for measure in MEASURES)
