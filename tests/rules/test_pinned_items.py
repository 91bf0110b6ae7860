"""Items that the hall puts first on kiosks and at the desk."""

from __future__ import annotations

from server.core.settings import Settings
from server.queue.pinned_items import pinned_items
from support.halls import catalogue


def test_items_stand_in_the_order_of_the_hall_without_those_that_are_gone() -> None:
    settings = Settings(pinned_items="tax-2, gone, build-1, tax-1")
    assert pinned_items(catalogue(), settings) == ["tax-2", "build-1", "tax-1"]
    assert pinned_items(catalogue(), Settings()) == []
