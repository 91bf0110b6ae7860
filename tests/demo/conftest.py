"""Fixture of the reference hall with a month of demo history, made once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.hall.composition import Hall
from support.demo_history import shared_history


@pytest.fixture(scope="session")
def hall(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """Return the reference hall with a month and a week of history, on SQLite; read it only."""
    return shared_history(run_folder, tmp_path_factory.mktemp("past"))
