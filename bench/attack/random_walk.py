"""Random walk through the public API: a state machine of people who do anything in any order.

Several people and a kiosk send commands that are mostly sensible, with fresh and repeated keys. It
reports a 5xx, a ticket at two windows, and a number that was issued twice. At the end the integrity
check runs.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bench.attack.api import Target, target
from bench.attack.tally import Tally, errors_logged
from server.integrity.checks import violations
from server.queue import snapshot
from support.halls import STAFF
from support.web import Browser

ITEMS = ("tax-1", "tax-2", "social-1", "fire-1", "build-1", "cars-1", "ask-1", "nothing")
WINDOWS = ("T1", "T2", "S1", "G1", "X9")
WORDS = st.sampled_from(("", "好", "<script>alert(1)</script>", "=1+1", "a" * 200, "😀"))
AT_WINDOW: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("call-next", ({}, {"complete": "done"}, {"complete": "default"})),
    ("recall", ({},)),
    ("start", ({},)),
    ("finish", ({"outcome": "done"}, {"outcome": "refused", "note": "x"}, {"outcome": "refused"})),
    ("no-show", ({},)),
    ("hold", ({"note": "x"},)),
    ("pause", ({"reason": "rest"},)),
    ("unpause", ({},)),
    ("sign-out", ({}, {"force": True})),
    ("transfer", ({"window": "T2"}, {"item": "tax-2"}, {"unit": "tax"}, {}, {"window": "X9"})),
)


class Walk(RuleBasedStateMachine):
    """One hall and the actions in it. `tally` and `hall` are set before a run."""

    tally: Tally
    hall: Target

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[str, str] = {}
        self.keys: list[str] = []
        self.people: dict[str, Browser] = {}
        self.steps = 0

    def _person(self, window: str) -> Browser:
        if window not in self.people:
            self.people[window] = self.hall.web.person(STAFF.get(window, STAFF["T1"]))
            self.people[window].post("/counter/sign-in", {"window": window})
        return self.people[window]

    def _post(self, browser: Browser, path: str, body: dict[str, Any], again: bool) -> Any:
        key = self.keys[-1] if again and self.keys else f"walk-{id(self)}-{self.steps}"
        self.steps += 1
        self.keys.append(key)
        start = time.monotonic()
        with errors_logged() as errors:
            answer = browser.post(path, body, key=key)
        data = answer.get_json(silent=True) or {}
        self.tally.count(f"{answer.status_code // 100}xx", time.monotonic() - start)
        if answer.status_code >= 500:
            self.tally.add_find(f"{path}: {answer.status_code}", f"{body} {errors[:1]}")
        return data if answer.status_code == 200 else None

    @rule(item=st.sampled_from(ITEMS), who=st.sampled_from(("ordinary", "elderly", "nobody")),
          again=st.booleans())  # fmt: skip
    def take(self, item: str, who: str, again: bool) -> None:
        body = {"item": item, "applicant": who}
        issued = self._post(self.hall.browsers["kiosk"], "/tickets", body, again)
        if issued is None:
            return
        ticket = issued["ticket"]
        other = self.tickets.setdefault(ticket["number"], ticket["id"])
        if other != ticket["id"]:
            self.tally.add_find(f"number {ticket['number']} was given twice")

    @rule(window=st.sampled_from(WINDOWS))
    def sit(self, window: str) -> None:
        self._post(self._person(window), "/counter/sign-in", {"window": window}, again=False)

    @rule(data=st.data(), window=st.sampled_from(WINDOWS[:4]), again=st.booleans())
    def work(self, data: st.DataObject, window: str, again: bool) -> None:
        act, bodies = data.draw(st.sampled_from(AT_WINDOW))
        self._post(
            self._person(window), f"/counter/{act}", data.draw(st.sampled_from(bodies)), again
        )

    @rule(data=st.data(), act=st.sampled_from(("cancel", "return", "reprint")), again=st.booleans())
    def at_ticket(self, data: st.DataObject, act: str, again: bool) -> None:
        ticket = data.draw(st.sampled_from([*self.tickets.values(), "nobody's"]))
        self._post(self._person("T1"), f"/tickets/{ticket}/{act}", {}, again)

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from([*self.tickets.values(), "nobody's"]))
        self._post(self._person("T2"), "/counter/resume", {"ticket": ticket}, again=False)

    @rule(reason=WORDS, kind=st.sampled_from(("sick", "personal", "outing", "x")),
          begins=st.sampled_from(("2026-03-03T08:30", "2026-03-02T07:00", "9999-12-31T23:59")),
          ends=st.sampled_from(("2026-03-03T17:30", "2026-03-09T17:30", "9999-12-31T23:59")),
    )  # fmt: skip
    def ask_leave(self, reason: str, kind: str, begins: str, ends: str) -> None:
        body = {
            "staff": STAFF["T1"],
            "kind": kind,
            "begins": begins,
            "ends": ends,
            "reason": reason,
        }
        self._post(self._person("T1"), "/requests/leaves", body, again=False)

    @rule(reason=WORDS, day=st.sampled_from(("2026-03-02", "0001-01-01", "9999-12-31")),
          slot=st.sampled_from(("morning_in", "0", "1", "x")))  # fmt: skip
    def ask_correction(self, reason: str, day: str, slot: str) -> None:
        body = {"staff": STAFF["T1"], "day": day, "slot": slot, "reason": reason}
        body["verdict"] = "on_time"
        self._post(self._person("T1"), "/requests/corrections", body, again=False)

    @rule(minutes=st.sampled_from((0, 1, 30)))
    def wait(self, minutes: int) -> None:
        self.hall.web.small.clock.advance(minutes=minutes, seconds=20)

    @invariant()
    def one_holder(self) -> None:
        """Report a ticket that is at two windows."""
        if not self.people:
            return
        state = self.hall.web.small.ctx
        seen: dict[str, str] = {}
        for window, ticket in snapshot.take(state).current.items():
            if seen.setdefault(ticket.id, window) != window:
                self.tally.add_find("a ticket stands at two windows")


def attack(seed_: int, examples: int, steps: int = 40) -> Tally:
    """Play `examples` walks of `steps` steps on one hall."""
    tally = Tally("walks")
    with tempfile.TemporaryDirectory(prefix="attack-") as folder, contextlib.ExitStack() as stack:
        hall = target(Path(folder))
        stack.callback(hall.web.small.close)
        machine = type("OneWalk", (Walk,), {"tally": tally, "hall": hall})
        chosen = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        run_state_machine_as_test(seed(seed_)(machine), settings=chosen)
        ctx = hall.web.small.ctx
        for problem in ctx.read(lambda c: violations(ctx.hall_id, c)):
            tally.add_find(f"hall check: {problem}")
    return tally
