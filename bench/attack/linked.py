"""Every operation of the OpenAPI document in any order, fed with what earlier answers said.

Each run has a hall of its own; each step is asked by somebody of a role and judged as in `api`, and
what an answer links to is asked next rather than something at random. At the end `hall check`.
Operations, cases and links are schemathesis'; the machine is not: its own spends a run on starting
points (18 of 122 steps followed a link when it was tried) and makes every body at random.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.core.transforms import UNRESOLVABLE
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.specs.openapi.stateful import collect_transitions

from bench.attack.api import ROLES, Target, send, target, wrong
from bench.attack.tally import Tally, errors_logged
from server.domain.catalogue import Role
from server.services.checks import violations
from server.services.context import SYSTEM
from support.halls import ADMINISTRATOR, MANAGER, STAFF
from support.web import PASSWORD, Browser

WHO = ("administrator",) * 8 + ("clerk",) * 2 + ROLES
"""An administrator asks most of the time: others get nowhere in half of the operations."""
COUNTER = "/api/v1/counter"
PAUSES = (0, 5, 60)
MOSTLY = st.sampled_from((True, True, True, False))
KEPT = 8
"""Values that are kept for an operation; the oldest goes."""
PEOPLE = {
    "administrator": (ADMINISTRATOR, Role.ADMINISTRATOR),
    "manager": (MANAGER, Role.MANAGER),
    "clerk": (STAFF["T1"], Role.CLERK),
}
DEVICES = {"kiosk": ("kiosk", "1"), "board": ("board", "main"), "agent": ("agent", "kiosk")}


@dataclass(slots=True)
class Linked(Tally):
    """Also how many steps had a value of an earlier answer, and how far they all came."""

    operations: int = 0
    followed: int = 0
    reached: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def tell(self) -> None:
        """Say so below the table."""
        self.notes.append(
            f"{self.followed} steps followed a link; of {self.operations} operations "
            f"{len(self.reached)} were reached, {len(self.taken)} with a 2xx"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """The document as schemathesis reads it: operations by label, and the links out of each."""

    document: dict[str, Any]
    operations: dict[str, Any]
    links: dict[str, list[Any]]

    def example(self, operation: Any) -> Any:
        """The document's own body for an operation, or None."""
        asked = self.document["paths"][operation.path][operation.method]
        content = asked.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example")


def known(document: dict[str, Any]) -> Known:
    """Read it."""
    schema: Any = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations()]
    linked = collect_transitions(operations).operations
    return Known(
        document,
        {operation.label: operation for operation in operations},
        {label: list(found.outgoing) for label, found in linked.items()},
    )


class Run(RuleBasedStateMachine):
    """One hall and what is asked there. `tally` and `known` are set before."""

    tally: Linked
    known: Known

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="attack-")
        # A hall for each run: what a run finds does not hang on the runs before it.
        self.hall = target(Path(self.folder.name))
        self.ready: dict[str, deque[dict[str, Any]]] = {}

    @rule(
        data=st.data(),
        role=st.sampled_from(WHO),
        pause=st.sampled_from(PAUSES),
        strange=st.sampled_from((False,) * 9 + (True,)),
    )
    def ask(self, data: st.DataObject, role: str, pause: int, strange: bool) -> None:
        """One operation: mostly one that a link leads to, and what needs a link only with one."""
        labels = list(self.ready) if data.draw(st.booleans()) and not strange else []
        labels = labels or [
            label
            for label, operation in self.known.operations.items()
            if strange or label in self.ready or not operation.path_parameters
        ]
        operation = self.known.operations[data.draw(st.sampled_from(labels))]
        given = {}
        if not strange and operation.label in self.ready:
            given = data.draw(st.sampled_from(list(self.ready[operation.label])))
        case = data.draw(self._case(operation, given, example=data.draw(MOSTLY)))
        if not strange:
            case.headers.clear()  # `send` has a fresh key
        self.hall.web.small.clock.advance(seconds=pause)
        self.tally.followed += bool(given)
        if role == "administrator" and operation.path.startswith(COUNTER):
            role = "clerk"  # an administrator sits at no window
        self._send(operation, case, role)

    def _case(self, operation: Any, given: dict[str, Any], *, example: bool) -> Any:
        """A case with what is given; the document's example as body, if none is and it has one."""
        more = dict(given)
        body = self.known.example(operation)
        if example and body is not None:
            more.setdefault("body", body)
        # What does not fit at all is sent by `api`, to every operation.
        return operation.as_strategy(generation_mode=GenerationMode.POSITIVE, **more)

    def _send(self, operation: Any, case: Any, role: str) -> None:
        browser = come_in(self.hall, role)
        begun = time.monotonic()
        try:
            with errors_logged() as errors:
                answer = send(browser, case)
        except Exception as error:  # noqa: BLE001 - an exception through the WSGI door is a find
            self.tally.found(f"{operation.label} as {role}: raised {error!r}")
            return
        seconds = time.monotonic() - begun
        good = answer.status_code // 100 == 2
        self.tally.count(f"{answer.status_code // 100}xx", seconds)
        self.tally.reached.add(operation.label)
        if good:
            self.tally.taken.add(operation.label)
            self._learn(operation, case, answer)
        fault = wrong(self.known.document, operation, answer)
        if fault:
            self.tally.found(f"{operation.label} as {role}: {fault}", f"{errors[:1]} {case.body!r}")
        if "Set-Cookie" in answer.headers:  # the browser is somebody else's now, or nobody's
            del self.hall.browsers[role]

    def _learn(self, operation: Any, case: Any, answer: Any) -> None:
        """What the answer gives to the operations that its links lead to."""
        output = StepOutput(_as_theirs(answer), case)
        for link in self.known.links.get(operation.label, ()):
            found = link.extract(output)
            given: dict[str, Any] = {
                where: {name: _value(one) for name, one in values.items()}
                for where, values in found.parameters.items()
            }
            if found.request_body is not None:
                given["body"] = _value(found.request_body)
            if all(_whole(value) for value in given.values()):
                kept = self.ready.setdefault(link.target.label, deque(maxlen=KEPT))
                if given not in kept:
                    kept.append(given)

    def teardown(self) -> None:
        """Prove the hall's books."""
        ctx = self.hall.web.small.ctx
        for problem in ctx.read(lambda c: violations(ctx.hall_id, c)):
            self.tally.found(f"hall check: {problem}")
        self.hall.web.small.close()
        self.folder.cleanup()


def attack(seed_: int, examples: int, steps: int = 200) -> Linked:
    """So many runs of at most so many steps."""
    tally = Linked("links")
    logging.getLogger("schemathesis").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        hall = target(Path(folder))
        hall.web.small.close()
    said = known(hall.document)
    tally.operations = len(said.operations)
    machine = type("OneRun", (Run,), {"tally": tally, "known": said})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(seed(seed_)(machine), settings=chosen)
    tally.tell()
    return tally


def _value(found: Any) -> Any:
    return found.value.ok() if isinstance(found.value, Ok) else None


def _whole(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else [value]
    return all(one is not UNRESOLVABLE and one not in (None, "") for one in inside)


def _as_theirs(answer: Any) -> Response:
    return Response(
        status_code=answer.status_code,
        headers={name: answer.headers.getlist(name) for name in dict(answer.headers)},
        content=answer.get_data(),
        request=requests.Request("GET", "http://localhost/").prepare(),
        elapsed=0.0,
        verify=False,
    )


def come_in(hall: Target, role: str) -> Browser:
    """The role's browser; whoever was thrown out comes in anew, with an account made good."""
    browser = hall.browsers.get(role)
    if role in PEOPLE:
        staff, rights = PEOPLE[role]
        session = browser.get("/session").get_json() if browser else {}
        if browser is None or (session.get("name"), session.get("role")) != (staff, rights):
            people = hall.web.small.hall.people
            people.change_account(SYSTEM, staff, rights, disabled=False)
            people.change_password(staff, people.reset_password(SYSTEM, staff), PASSWORD, "")
            browser = hall.web.person(staff)
    elif browser is None:
        browser = hall.web.device(*DEVICES[role]) if role in DEVICES else hall.web.browser()
    hall.browsers[role] = browser
    return browser
