"""Fixtures of the gateway tests: the small hall's HTTP API with one time clock admitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.core.actors import SYSTEM
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks.actions import Description
from support.halls import SmallHall, at
from support.web import Web


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall on Monday at nine."""
    hall = SmallHall(sqlite_url, tmp_path, at(9))
    yield hall
    hall.close()


@pytest.fixture
def web(small: SmallHall) -> Web:
    return Web(small)


@pytest.fixture
def terminal(web: Web) -> FlaskClient:
    """Return a client of the server, with time clock CE1 admitted."""
    time_clocks_actions.add(web.small.ctx, SYSTEM, "k", "CE1", "push", Description("东门"))
    return web.app.flask.test_client()
