"""Fixtures of the device tests: a rig per driver, stopped afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.hardware import RIGS, Rig, make_rig


@pytest.fixture
def rig_of(tmp_path: Path) -> Iterator[Callable[[str], Rig]]:
    """Yield a function that makes a rig by driver name."""
    made: list[Rig] = []

    def make(name: str) -> Rig:
        made.append(make_rig(name, tmp_path))
        return made[-1]

    yield make
    for rig in made:
        rig.stop()


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, rig_of: Callable[[str], Rig]) -> Rig:
    """Return a rig of every driver in turn."""
    return rig_of(request.param)
