"""Desks that go on calling while the server is away, and hand in what they did, each act once.

What a counter's page does with its list is played here by the API: the list is read before the
server goes, the acts are handed in afterwards under one key, which is asked again over a kill.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from bench.breaking.history import ISSUED
from bench.breaking.run import Scene, able_staff
from support.hall_server import MANAGER, Client

Json = dict[str, Any]
DESKS, EACH = 2, 4
"""So many desks, and people whom each of them calls by itself."""
WAITING = 60
STEP_MS = 20_000
LISTED_WITHIN = 20.0


@dataclass
class Desk:
    """A clerk, the list of the last picture, and what was done without the server."""

    client: Client
    window: str
    people: list[Json]
    key: str
    acts: list[Json] = field(default_factory=list)
    results: list[Json] = field(default_factory=list)

    def serve(self, since: int) -> None:
        """Call, start and finish everybody on the list; `since`: hall time in milliseconds."""
        moments = iter(range(since, since + STEP_MS * 3 * len(self.people) + 1, STEP_MS))
        for person in self.people:
            for kind in ("call", "start", "finish"):
                act = {"kind": kind, "ticket": person["id"], "at": next(moments)}
                self.acts.append(act | ({"outcome": "accepted"} if kind == "finish" else {}))

    def hand_in(self) -> list[Json]:
        """What became of each act."""
        body = {"window": self.window, "known": "", "acts": self.acts}
        found: list[Json] = self.client.post("/counter/handed-in", body, self.key)["results"]
        return found


def desks(now: Scene) -> list[Desk]:
    """Desks with people on their lists; nobody is at their windows, since everybody rests."""
    _come(now)
    found = []
    for person in able_staff(DESKS)[0]:
        client, end = now.hall.clerk(person), time.monotonic() + LISTED_WITHIN
        while True:
            state = client.get("/counter")
            if len(state["share"]) >= EACH or time.monotonic() > end:
                break
            time.sleep(0.2)
        now.outcome.expect(
            len(state["share"]) >= EACH and state["current"] is None,
            f"the desk of {person} has a list: {len(state['share'])}",
        )
        key = uuid.UUID(int=now.chance.getrandbits(128)).hex
        found.append(Desk(client, state["window"]["code"], state["share"][:EACH], key))
    return found


def _come(now: Scene) -> None:
    """So many more people that every desk's list is long enough."""
    client = now.hall.clerk(MANAGER)
    for _ in range(WAITING):
        sent = time.monotonic()
        asked = {"item": now.chance.choice(now.crowd.items), "applicant": "ordinary"}
        ticket = now.crowd.insist(client, "/tickets", asked | {"print": False}, now.chance)
        now.crowd.acknowledged(ISSUED, ticket["ticket"], "", sent)


def hand_in(now: Scene, away: list[Desk]) -> None:
    """Every desk hands in; then the server is killed, and each asks again as if unanswered."""
    sent = time.monotonic()
    for desk in away:
        desk.results = desk.hand_in()
    now.hall.kill()
    now.outcome.hit("server killed after the desks' hand-in")
    now.hall.start()
    for desk in away:
        now.outcome.expect(desk.hand_in() == desk.results, "handed in twice, done once")
        wrong = [one for one in desk.results if one["code"]]
        now.outcome.expect(not wrong, f"what a desk did fits: {wrong[:2]}")
        for one in desk.results:
            ticket = {"id": one["ticket"], "number": one["number"]}
            now.crowd.acknowledged(f"ticket.{one['kind']}", ticket, desk.window, sent)
    done = sum(len(desk.acts) for desk in away)
    now.outcome.notes.append(f"{len(away)} desks did {done} acts without the server")
