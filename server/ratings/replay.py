"""Figures of ratings from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.core.journal_line import Line
from server.ratings.levels import Channel, Level
from server.ratings.rates import Counts, RatedService, count

UNTIL_DAY = len("20260302")


@dataclass(slots=True)
class ReplayedRatings:
    """Finished services and ratings as the journal tells them."""

    services: dict[str, str] = field(default_factory=dict)
    """Window by ticket."""
    ratings: list[RatedService] = field(default_factory=list)

    def counts(self, first: str, last: str, window: str = "") -> Counts:
        """Return the counts of services of ISO days `first`..`last`, of one window or of all."""
        days = first.replace("-", ""), last.replace("-", "")
        services = [
            ticket
            for ticket, at in self.services.items()
            if days[0] <= ticket[:UNTIL_DAY] <= days[1] and window in ("", at)
        ]
        return count(services, self.ratings)


def replayed(lines: Iterable[Line]) -> ReplayedRatings:
    """Return what the lines of a journal say of services and ratings, in their order."""
    result = ReplayedRatings()
    for line in lines:
        if line.act == "ticket.finish":
            result.services[line.subject] = line.window
        elif line.act == "ticket.undo_finish":
            result.services.pop(line.subject, None)
        elif line.act == "rating.give":
            data = line.data
            result.ratings.append(
                RatedService(
                    str(data["ticket"] or data.get("case", "")),
                    Level(int(data["level"])),
                    Channel(str(data["channel"])),
                    bool(data["second_of"]),
                )
            )
    return result
