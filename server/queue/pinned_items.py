"""Items that the hall puts first among the common ones, on kiosks and at the desk. Pure."""

from __future__ import annotations

from server.catalogue.model import Catalogue
from server.core.settings import Settings
from server.queue.settings import ScreenSettings, listed_codes


def pinned_items(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return the codes of these items in the hall's order; those that are gone are left out."""
    codes = listed_codes(settings.of(ScreenSettings).pinned_items)
    return [code for code in codes if code in catalogue.item_by]
