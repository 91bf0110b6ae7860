"""Materials handed in at a rehearsed day: notices of what is wrong, and who comes back with it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.demo.rehearsal.client import Client
from server.demo.rehearsal.people import MINUTE, Visitor

AGAIN = 1 << 16
"""Added to the number of a visitor who comes back."""
BACK_SHARE = 0.6
"""Share of those with a notice who come back on the same day."""
BACK_MINUTES = (12, 120)
Send = Callable[[str, dict[str, Any]], dict[str, Any] | None]
"""Command of a clerk: path below /api/v1 and body; None if the server rejects it."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Paper that a visitor lacks: its place among the required ones, and when it is brought."""

    place: int
    back_after: int | None
    """Milliseconds after the service; None: not today."""


def lacks(seed: int, people: Sequence[Visitor]) -> dict[int, Lack]:
    """Return what visitors lack who get a notice, by the visitor's number."""
    chance = random.Random(f"{seed}-lacks")
    missing: dict[int, Lack] = {}
    for visitor in people:
        place, roll, minutes = chance.randrange(4), chance.random(), chance.uniform(*BACK_MINUTES)
        if visitor.ending == "notice_given":
            back = int(minutes * MINUTE) if roll < BACK_SHARE else None
            missing[visitor.number] = Lack(place, back)
    return missing


class Matters:
    """Hand-ins of the day: what each visitor lacked, and the notice about it."""

    def __init__(self, client: Client, lacking: dict[int, Lack], *, on_slip: bool) -> None:
        self._client = client
        self._lacking = lacking
        self._paper = "slip" if on_slip else "a4"
        self._materials: dict[str, list[dict[str, Any]]] = {}
        self._notices: dict[int, str] = {}

    def hand_in(self, send: Send, ticket: dict[str, Any], visitor: Visitor) -> None:
        """Record what a visitor hands in who lacks something, or who brings it now."""
        again = visitor.number >= AGAIN
        first = visitor.number - AGAIN if again else visitor.number
        lack = self._lacking.get(first)
        if lack is None:
            return
        required = [place for place, m in enumerate(self._of(visitor.item)) if m["required"]]
        if not required:
            return
        place = required[lack.place % len(required)]
        marks = [
            {
                "place": n,
                "needed": material["required"],
                "replaced": again and n == place,
                "faults": ["missing"] if n == place and not again else [],
            }
            for n, material in enumerate(self._of(visitor.item))
        ]
        body = {"item": visitor.item, "ticket": ticket["id"], "marks": marks, "paper": self._paper}
        answer = send("notices", body | {"earlier": self._notices.get(first, "")})
        if answer is not None and answer["notice"]:
            self._notices[first] = answer["notice"]

    def hand_in_all(self, send: Send, ticket: dict[str, Any], visitor: Visitor) -> bool:
        """Record that every paper is in order; True also for who brought what was lacking."""
        if visitor.number >= AGAIN and visitor.number - AGAIN in self._notices:
            return True
        marks = [
            {"place": n, "needed": material["required"], "replaced": False, "faults": []}
            for n, material in enumerate(self._of(visitor.item))
        ]
        body = {"item": visitor.item, "ticket": ticket["id"], "marks": marks, "paper": self._paper}
        return not marks or send("notices", body | {"earlier": ""}) is not None

    def back(self, visitor: Visitor) -> tuple[int, Visitor] | None:
        """Return after how many ms a visitor with a notice comes back, and as whom; None: not."""
        lack = self._lacking.get(visitor.number)
        if lack is None or lack.back_after is None or visitor.number not in self._notices:
            return None
        number = visitor.number + AGAIN
        return lack.back_after, replace(visitor, number=number, ending="accepted", patience="comes")

    def _of(self, item: str) -> list[dict[str, Any]]:
        """Return the materials of an item, as everybody can read them."""
        if item not in self._materials:
            page = self._client.get(f"/api/v1/items/{item}")
            self._materials[item] = page["materials"]
        return self._materials[item]
