"""Fixture of the tests of appointments: the small hall with a plan."""

from __future__ import annotations

import pytest

from server.appointments import plans
from support.appointments import OFFICE, PLAN
from support.halls import SmallHall


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    plans.save(small.ctx, OFFICE, small.key(), PLAN)
    return small
