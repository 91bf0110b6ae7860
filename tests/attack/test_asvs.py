"""docs/asvs.md: each number once, every named test and file exists, no state is left open."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([0-9][0-9. ]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
STATES = {"met", "part", "not met", "n/a"}
LEVEL_TWO = 255
"""Number of requirements of level 1 and 2 in the table of ASVS 5.0.0."""


def rows() -> list[tuple[str, str, str, str]]:
    entries: list[tuple[str, str, str, str]] = ROW.findall((ROOT / "docs/asvs.md").read_text())
    return entries


def test_every_requirement_is_listed_once() -> None:
    numbers = Counter(number for row in rows() for number in row[0].split())
    assert [number for number, count in numbers.items() if count > 1] == []
    assert len(numbers) == LEVEL_TWO


def test_every_test_named_there_exists() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))
    for numbers, _asked, _state, how in rows():
        named = set(re.findall(r"`(test_\w+)`", how))
        assert named <= defined, f"{numbers}: {named - defined}"


def test_a_met_requirement_names_its_proof() -> None:
    for numbers, _asked, state, how in rows():
        assert state.strip("* ") in STATES, numbers
        if state == "met":
            assert re.search(r"`(test_|docs/|server/|package\.json|go\.py)", how), numbers
        assert "–" not in how or state != "met", numbers


def test_every_file_named_there_exists() -> None:
    for numbers, _asked, _state, how in rows():
        for path in re.findall(r"`((?:docs|server|devices|tests)/[\w./-]+)`", how):
            assert (ROOT / path).exists(), f"{numbers}: {path}"
