"""Fixture of the reference hall with a month of demo history, made once for all tests."""

from __future__ import annotations

import pytest

from server.hall.composition import Hall
from support.demo_history import hall_with_demo_history


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """Return the reference hall with a month and a week of history, on SQLite; read it only."""
    return hall_with_demo_history(tmp_path_factory.mktemp("past"), 1)
