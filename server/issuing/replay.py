"""Places of licences from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from server.core.journal_line import Line
from server.issuing.rules import LicenceMove, Place

PREFIX = "licence."
ACTS = frozenset(f"{PREFIX}{move}" for move in LicenceMove)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Place of a licence: with it the list, shelf or parcel that holds it."""

    place: Place
    list: str = ""
    shelf: str = ""
    waybill: str = ""
    entered: str = ""


@dataclass(slots=True)
class ReplayedLicences:
    """Licences as the journal tells them, by their id."""

    places: dict[str, Whereabouts] = field(default_factory=dict)
    steps: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """Licence, act and number of each fact."""

    def counts(self) -> Counter[Place]:
        """Return the number of licences by place."""
        return Counter(where.place for where in self.places.values())


def replayed(lines: Iterable[Line]) -> ReplayedLicences:
    """Return what the lines of a journal say of licences, in their order."""
    result = ReplayedLicences()
    for line in lines:
        if line.act not in ACTS:
            continue
        data = line.data
        result.steps[line.subject, line.act, int(data["n"])] += 1
        result.places[line.subject] = Whereabouts(
            Place(str(data["state"])),
            str(data["list"]),
            str(data["shelf"]),
            str(data["waybill"]),
            str(data["entered"]),
        )
    return result
