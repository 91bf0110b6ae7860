"""The contracts with stored data, agents, pages and scripts are the ones of the golden files.

A test fails when a contract changes: `python3 go.py contract` prints the difference, and
`python3 go.py contract --accept` takes it over if it is meant. An entry that is gone or changed
breaks a hall that is upgraded; a new entry does not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.contracts import CONTRACTS, GOLDEN, generate, golden_file

HERE = sorted(set(CONTRACTS) - {"journal"})
"""Contracts tested here: all but the journal of the seeded weeks, which `tests/demo` tests."""


@pytest.mark.parametrize("name", HERE)
def test_a_contract_is_as_in_its_golden_file(name: str, tmp_path: Path) -> None:
    assert generate(name, tmp_path) == golden_file(name).read_text(encoding="utf-8")


def test_every_golden_file_has_a_contract() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CONTRACTS)
