"""Cases of a rehearsed day: opened at the window, then handled, reviewed and approved."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.demo.rehearsal.client import Client, RefusedError
from server.demo.rehearsal.matters import Matters, Send
from server.demo.rehearsal.people import MINUTE, Visitor
from server.demo.rehearsal.stage import Scheduler

SHARE = 0.6
"""Share of the accepted numbers whose case is opened."""
NAME, PHONE = "演示{stem}", "1390000{n:04d}"
STEMS = "甲乙丙丁戊己庚辛壬癸"
POSTS = ("handler", "reviewer", "approver")
STEPS = (
    ("pass", "材料齐全，符合规定条件，拟准予", None),
    ("pass", "经审核，无不同意见", None),
    ("decide", "准予", "granted"),
)
"""Step of each post, its opinion and its decision."""
MINUTES = (25, 150)
"""Bounds of the minutes that a case lies at each post."""


def followed(seed: int, people: Sequence[Visitor]) -> dict[int, tuple[float, ...]]:
    """Return whose case is opened, by number: the minutes that it lies at each post."""
    chance = random.Random(f"{seed}-cases")
    cases: dict[int, tuple[float, ...]] = {}
    for visitor in people:
        minutes = tuple(chance.uniform(*MINUTES) for _ in POSTS)
        if chance.random() < SHARE:
            cases[visitor.number] = minutes
    return cases


class BackOffice:
    """People of the units who never sit at a window, one for each post."""

    def __init__(
        self, office: Client, people: Sequence[Client], staff: Sequence[str], key: Callable[[], str]
    ) -> None:
        """`people`, `staff`: sessions and staff numbers by post."""
        self._office = office
        self._people = people
        self._staff = staff
        self._key = key
        self._units: set[str] = set()

    def name(self, unit: str) -> None:
        """Let the office name them for a unit's posts, once."""
        if unit not in self._units:
            self._units.add(unit)
            for post, staff in zip(POSTS, self._staff, strict=True):
                body = {"unit": unit, "post": post, "holders": [staff]}
                self._office.post("/api/v1/office/cases/posts", body, self._key())

    def take(self, place: int, case: str) -> bool:
        """Take the step of a post; False if the server rejects it."""
        move, words, outcome = STEPS[place]
        body = {"move": move, "words": words, "outcome": outcome}
        with contextlib.suppress(RefusedError):
            self._people[place].post(f"/api/v1/cases/{case}/move", body, self._key())
            return True
        return False


class Cases:
    """Cases of the day."""

    def __init__(
        self,
        stage: Scheduler,
        matters: Matters,
        back_office: BackOffice,
        minutes: Mapping[int, tuple[float, ...]],
    ) -> None:
        """`minutes`: as `followed` returns them."""
        self._stage = stage
        self._matters = matters
        self._back_office = back_office
        self._minutes = minutes
        self._opened = 0

    def open(self, send: Send, ticket: dict[str, Any], visitor: Visitor) -> None:
        """Open and accept the case of an accepted person; decide it if the item needs no stages."""
        minutes = self._minutes.get(visitor.number)
        if minutes is None or visitor.ending not in ("accepted", "hold", "transfer"):
            return
        if not self._matters.hand_in_all(send, ticket, visitor):
            return
        n, self._opened = self._opened, self._opened + 1
        who = {"name": NAME.format(stem=STEMS[n % len(STEMS)]), "phone": PHONE.format(n=n)}
        case = send("counter/cases", who | {"ticket": ticket["id"]})
        if case is None:
            return
        path = f"cases/{case['id']}/move"
        if send(path, {"move": "accept"}) is None:
            return
        if case["mode"] == "direct":
            send(path, {"move": "decide", "words": "当场审查，准予", "outcome": "granted"})
            return
        self._back_office.name(case["unit"])
        self._pass_on(case["id"], 0, minutes)

    def _pass_on(self, case: str, place: int, minutes: tuple[float, ...]) -> None:
        def step() -> None:
            if self._back_office.take(place, case) and place + 1 < len(POSTS):
                self._pass_on(case, place + 1, minutes)

        self._stage.after(minutes[place] * MINUTE, step)
