"""Quality file of every driver: each rule done with an existing proof, or exempt with a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from devices.registry import KINDS

ROOT = Path(__file__).parents[2]
DRIVERS = [(kind, driver) for kind, entry in KINDS.items() for driver in entry.drivers]
PAGE_PARTS = ("## Wire", "## Settings", "## Health", "## Faults", "## Tried")


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


RULES = toml(ROOT / "devices" / "quality.toml")["rules"]


@pytest.mark.parametrize(("kind", "driver"), DRIVERS)
def test_every_rule_is_done_or_exempt(kind: str, driver: str) -> None:
    rules = toml(ROOT / "devices" / kind / f"{driver}.quality.toml")
    assert list(rules) == list(RULES)
    for rule, entry in rules.items():
        assert len(entry) == 1, rule
        if "exempt" in entry:
            assert len(entry["exempt"]) > 10, rule
        else:
            assert entry["done"], rule
            assert [proof for proof in entry["done"] if not exists(proof)] == []


def exists(proof: str) -> bool:
    """Return True if a proof, `path` or `path::function`, exists."""
    path, _, function = proof.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not function or f"def {function}(" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "driver"), DRIVERS)
def test_every_driver_has_its_page(kind: str, driver: str) -> None:
    page = (ROOT / "docs" / "devices" / f"{driver}.md").read_text(encoding="utf-8")
    assert kind in page
    assert [part for part in PAGE_PARTS if part not in page] == []
    assert any(mark in page for mark in ("[RAN]", "[2SRC]", "[SRC]", "[MEM]"))


def test_no_quality_file_or_page_is_left_over() -> None:
    files = {path.name for path in (ROOT / "devices").glob("*/*.quality.toml")}
    assert files == {f"{driver}.quality.toml" for _, driver in DRIVERS}
