"""Stateful fuzzer: every operation in any order, with values from the links of earlier responses.

Each run has a hall of its own. Each step is sent by a person or device of a role and judged as in
`api`; the next step prefers an operation that a response links to. At the end the integrity check
runs. Operations, cases and links come from schemathesis. The state machine does not: schemathesis'
own spends a run on starting points (18 of 122 steps followed a link when it was tried) and makes
every body at random.
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

from bench.attack.api import ROLES, Target, fault_of, send, target
from bench.attack.tally import Tally, errors_logged
from server.core.actors import SYSTEM, Role
from server.integrity.checks import violations
from support.halls import ADMINISTRATOR, MANAGER, STAFF
from support.web import PASSWORD, Browser

WEIGHTED_ROLES = ("administrator",) * 8 + ("clerk",) * 2 + ROLES
"""Weighted roles: mostly administrators, because others are rejected in half of the operations."""
COUNTER = "/api/v1/counter"
PAUSES = (0, 5, 60)
MOSTLY = st.sampled_from((True, True, True, False))
MAX_STORED = 8
"""Maximum number of stored values per operation; the oldest is dropped."""
PEOPLE = {
    "administrator": (ADMINISTRATOR, Role.ADMINISTRATOR),
    "manager": (MANAGER, Role.MANAGER),
    "clerk": (STAFF["T1"], Role.CLERK),
}
DEVICES = {"kiosk": ("kiosk", "1"), "board": ("board", "main"), "agent": ("agent", "kiosk")}


@dataclass(slots=True)
class Linked(Tally):
    """Tally with the number of steps that used a value of an earlier response, and their reach."""

    operations: int = 0
    followed: int = 0
    operations_reached: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)

    def add_summary(self) -> None:
        """Add this summary to the notes below the table."""
        self.notes.append(
            f"{self.followed} steps followed a link; of {self.operations} operations "
            f"{len(self.operations_reached)} were reached, {len(self.accepted)} with a 2xx"
        )


@dataclass(frozen=True, slots=True)
class ApiModel:
    """Parsed document: operations by label, and the links out of each."""

    document: dict[str, Any]
    operations: dict[str, Any]
    links: dict[str, list[Any]]

    def example(self, operation: Any) -> Any:
        """Return the document's own body for an operation, or None."""
        described = self.document["paths"][operation.path][operation.method]
        content = described.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example")


def parse_model(document: dict[str, Any]) -> ApiModel:
    """Parse the document."""
    schema: Any = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    linked = collect_transitions(operations).operations
    return ApiModel(
        document,
        {operation.label: operation for operation in operations},
        {label: list(result.outgoing) for label, result in linked.items()},
    )


class Run(RuleBasedStateMachine):
    """One hall and the steps in it. `tally` and `model` are set before a run."""

    tally: Linked
    model: ApiModel

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="attack-")
        # A hall of its own for each run: the finds of a run must not depend on earlier runs.
        self.hall = target(Path(self.folder.name))
        self.ready: dict[str, deque[dict[str, Any]]] = {}

    @rule(
        data=st.data(),
        role=st.sampled_from(WEIGHTED_ROLES),
        pause=st.sampled_from(PAUSES),
        strange=st.sampled_from((False,) * 9 + (True,)),
    )
    def ask(self, data: st.DataObject, role: str, pause: int, strange: bool) -> None:
        """Send one operation: mostly one that a link leads to.

        An operation that needs a link is sent only with one.
        """
        labels = list(self.ready) if data.draw(st.booleans()) and not strange else []
        labels = labels or [
            label
            for label, operation in self.model.operations.items()
            if strange or label in self.ready or not operation.path_parameters
        ]
        operation = self.model.operations[data.draw(st.sampled_from(labels))]
        values = {}
        if not strange and operation.label in self.ready:
            values = data.draw(st.sampled_from(list(self.ready[operation.label])))
        case = data.draw(self._case(operation, values, example=data.draw(MOSTLY)))
        if not strange:
            case.headers.clear()  # `send` has a fresh key
        self.hall.web.small.clock.advance(seconds=pause)
        self.tally.followed += bool(values)
        if role == "administrator" and operation.path.startswith(COUNTER):
            role = "clerk"  # an administrator sits at no window
        self._send(operation, case, role)

    def _case(self, operation: Any, values: dict[str, Any], *, example: bool) -> Any:
        """Return a case with the given values.

        The document's example is the body if none is given.
        """
        more = dict(values)
        body = self.model.example(operation)
        if example and body is not None:
            more.setdefault("body", body)
        # `api` sends invalid data to every operation.
        return operation.as_strategy(generation_mode=GenerationMode.POSITIVE, **more)

    def _send(self, operation: Any, case: Any, role: str) -> None:
        browser = browser_for(self.hall, role)
        start = time.monotonic()
        try:
            with errors_logged() as errors:
                answer = send(browser, case)
        except Exception as error:  # noqa: BLE001 - an exception out of the WSGI application is a find
            self.tally.add_find(f"{operation.label} as {role}: raised {error!r}")
            return
        seconds = time.monotonic() - start
        good = answer.status_code // 100 == 2
        self.tally.count(f"{answer.status_code // 100}xx", seconds)
        self.tally.operations_reached.add(operation.label)
        if good:
            self.tally.accepted.add(operation.label)
            self._learn(operation, case, answer)
        fault = fault_of(self.model.document, operation, answer)
        if fault:
            self.tally.add_find(
                f"{operation.label} as {role}: {fault}", f"{errors[:1]} {case.body!r}"
            )
        if "Set-Cookie" in answer.headers:  # the browser is somebody else's now, or nobody's
            del self.hall.browsers[role]

    def _learn(self, operation: Any, case: Any, answer: Any) -> None:
        """Store the values of a response for the operations that its links lead to."""
        output = StepOutput(_as_theirs(answer), case)
        for link in self.model.links.get(operation.label, ()):
            extracted = link.extract(output)
            arguments: dict[str, Any] = {
                where: {name: _value(item) for name, item in values.items()}
                for where, values in extracted.parameters.items()
            }
            if extracted.request_body is not None:
                arguments["body"] = _value(extracted.request_body)
            if all(_whole(value) for value in arguments.values()):
                store = self.ready.setdefault(link.target.label, deque(maxlen=MAX_STORED))
                if arguments not in store:
                    store.append(arguments)

    def teardown(self) -> None:
        """Run the integrity check on the hall's database."""
        ctx = self.hall.web.small.ctx
        for problem in ctx.read(lambda c: violations(ctx.hall_id, c)):
            self.tally.add_find(f"hall check: {problem}")
        self.hall.web.small.close()
        self.folder.cleanup()


def attack(seed_: int, examples: int, steps: int = 200) -> Linked:
    """Play `examples` runs of at most `steps` steps."""
    tally = Linked("links")
    logging.getLogger("schemathesis").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        hall = target(Path(folder))
        hall.web.small.close()
    model = parse_model(hall.document)
    tally.operations = len(model.operations)
    machine = type("OneRun", (Run,), {"tally": tally, "model": model})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(seed(seed_)(machine), settings=chosen)
    tally.add_summary()
    return tally


def _value(extracted: Any) -> Any:
    return extracted.value.ok() if isinstance(extracted.value, Ok) else None


def _whole(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else [value]
    return all(item is not UNRESOLVABLE and item not in (None, "") for item in inside)


def _as_theirs(answer: Any) -> Response:
    return Response(
        status_code=answer.status_code,
        headers={name: answer.headers.getlist(name) for name in dict(answer.headers)},
        content=answer.get_data(),
        request=requests.Request("GET", "http://localhost/").prepare(),
        elapsed=0.0,
        verify=False,
    )


def browser_for(hall: Target, role: str) -> Browser:
    """Return the role's browser; sign in again if needed, with a restored account."""
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
