"""The reference hall with a month behind it, once for all tests that read it."""

from __future__ import annotations

import pytest

from server.hall import Hall
from support.pasts import invented


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """A month and a week of the reference hall, on SQLite. Read it only."""
    return invented(tmp_path_factory.mktemp("past"), 1)
