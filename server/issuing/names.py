"""Names of people and units, also of those who have left."""

from __future__ import annotations

from server.catalogue.model import Catalogue


def person_name(catalogue: Catalogue, actor_key: str) -> str:
    """Return the name of who acted; the number of one who has left."""
    number = actor_key.partition(":")[2]
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def unit_name(catalogue: Catalogue, code: str) -> str:
    """Return a unit's name; the code of one that is gone."""
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else code
