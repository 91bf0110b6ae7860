"""Desks that go on calling without the server, then import their actions, each action once.

The API plays the part of a counter's page: the list is read before the server goes away. The
actions are imported afterwards under one key, and the request is repeated across a kill.
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
"""Number of desks, and number of people that each of them calls without the server."""
WAITING = 60
STEP_MS = 20_000
LISTED_WITHIN = 20.0


@dataclass
class Desk:
    """Clerk, the list of the last state, and the actions done without the server."""

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
        """Import the actions and return the result of each."""
        body = {"window": self.window, "known": "", "acts": self.acts}
        results: list[Json] = self.client.post("/counter/handed-in", body, self.key)["results"]
        return results


def desks(scene: Scene) -> list[Desk]:
    """Return desks with people on their lists.

    Everybody rests, so nobody is at their windows.
    """
    _come(scene)
    ready = []
    for person in able_staff(DESKS)[0]:
        client, end = scene.hall.clerk(person), time.monotonic() + LISTED_WITHIN
        while True:
            state = client.get("/counter")
            if len(state["share"]) >= EACH or time.monotonic() > end:
                break
            time.sleep(0.2)
        scene.outcome.expect(
            len(state["share"]) >= EACH and state["current"] is None,
            f"the desk of {person} has a list: {len(state['share'])}",
        )
        key = uuid.UUID(int=scene.chance.getrandbits(128)).hex
        ready.append(Desk(client, state["window"]["code"], state["share"][:EACH], key))
    return ready


def _come(scene: Scene) -> None:
    """Issue more tickets so that every desk's list is long enough."""
    client = scene.hall.clerk(MANAGER)
    for _ in range(WAITING):
        sent_at = time.monotonic()
        body = {"item": scene.chance.choice(scene.crowd.items), "applicant": "ordinary"}
        ticket = scene.crowd.post_until_answered(
            client, "/tickets", body | {"print": False}, scene.chance
        )
        scene.crowd.record_ack(ISSUED, ticket["ticket"], "", sent_at)


def hand_in(scene: Scene, away: list[Desk]) -> None:
    """Import the actions of every desk; kill the server; import again as if unanswered."""
    sent_at = time.monotonic()
    for desk in away:
        desk.results = desk.hand_in()
    scene.hall.kill()
    scene.outcome.count_fault("server killed after the desks' hand-in")
    scene.hall.start()
    for desk in away:
        scene.outcome.expect(desk.hand_in() == desk.results, "handed in twice, done once")
        wrong = [result for result in desk.results if result["code"]]
        scene.outcome.expect(not wrong, f"what a desk did fits: {wrong[:2]}")
        for result in desk.results:
            ticket = {"id": result["ticket"], "number": result["number"]}
            scene.crowd.record_ack(f"ticket.{result['kind']}", ticket, desk.window, sent_at)
    done = sum(len(desk.acts) for desk in away)
    scene.outcome.notes.append(f"{len(away)} desks did {done} acts without the server")
