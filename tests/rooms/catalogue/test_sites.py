"""Sites in the stored business data, on both databases."""

from __future__ import annotations

from server.catalogue.actions import import_catalogue
from server.catalogue.queries import load
from server.core.actors import SYSTEM
from support.halls import SmallHall, catalogue, two_sites


def test_sites_are_stored_with_their_version(small: SmallHall) -> None:
    assert import_catalogue(small.ctx, SYSTEM, two_sites(), "two sites") == (2, True)
    assert import_catalogue(small.ctx, SYSTEM, two_sites(), "again") == (2, False)
    first = small.ctx.read(lambda c: load(c, "small", 1))
    second = small.ctx.read(lambda c: load(c, "small", 2))
    assert first.sites == ()
    assert first.zones == catalogue().zones
    assert second.sites == two_sites().sites
    assert second.zones == two_sites().zones
