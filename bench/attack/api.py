"""Fuzzer of the API: every documented operation with valid and invalid bodies, by role.

In process, on the small hall of the tests. It reports a 5xx, a response that the OpenAPI document
does not describe, and a request over five seconds. It does not judge whether an action was right;
the walks do.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from werkzeug.test import TestResponse

from bench.attack.tally import Tally, errors_logged
from server.web_api.limits import Limits
from support.halls import ADMINISTRATOR, SmallHall, at
from support.web import Browser, Web

ROLES = ("administrator", "manager", "clerk", "kiosk", "board", "agent", "nobody")
OURS = frozenset({"cookie", "authorization", "x-csrf-token", "content-length", "host"})
PLACE = re.compile(r"<[^>]+>")
NASTY = (
    "²", "٣", "-1", "0", "1e9", "9" * 30, "9" * 5000, "\0", "a\0b", "..", "../../etc/passwd",
    "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}", "😀", "' OR 1=1 --", "<script>", "{}", " ", "\r\nX: y",
    "9999-12-31", "0000-00-00", "2026-02-30", "2026-W99", "2026-13", "10000-01", "A" * 3000,
    "0001-01-01", "0001-01", "9999-12", "0001-W01", "9999-W52",
)  # fmt: skip
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(slots=True)
class Target:
    """Small hall behind its web application, with a browser for every role."""

    web: Web
    browsers: dict[str, Browser]
    document: dict[str, Any]

    def browser_of(self, role: str) -> Browser:
        """Return the role's browser; sign in again if an attack has signed it out."""
        if role in ("administrator", "manager", "clerk"):
            browser = self.browsers[role]
            if browser.get("/session").get_json().get("kind") != "staff":
                self.browsers[role] = browser = _people(self.web)[role]
        return self.browsers[role]


def _people(web: Web) -> dict[str, Browser]:
    """Sign in all people; restore their accounts first."""
    return {
        "administrator": web.person(ADMINISTRATOR),
        "manager": web.manager(),
        "clerk": web.clerk("T1", seated=False),
    }


def target(folder: Path) -> Target:
    """Create a hall in this folder."""
    small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    web = Web(small)
    web.app.api.limits = Limits(lambda: time.monotonic() * 100_000)
    browsers = _people(web) | {
        "kiosk": web.device("kiosk", "1"),
        "board": web.device("board", "main"),
        "agent": web.device("agent", "kiosk"),
        "nobody": web.browser(),
    }
    browsers["clerk"].post("/counter/sign-in", {"window": "T1"})
    document = browsers["nobody"].client.get("/api/openapi.json").get_json()
    return Target(web, browsers, document)


def attack(seed_: int, examples: int, part: int = 1, of: int = 1) -> Tally:
    """Send every operation (every `of`-th, from `part`) as every role, valid and invalid."""
    tally = Tally("api")
    logging.getLogger("schemathesis").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        hall = target(Path(folder))
        schema: Any = schemathesis.openapi.from_wsgi("/api/openapi.json", hall.web.app.flask)
        operations = [result.ok() for result in schema.get_all_operations()]
        for number, operation in enumerate(operations):
            if number % of != part % of:
                continue
            for mode in MODES:
                for role in ROLES:
                    count = examples if role == "administrator" else max(1, examples // 4)
                    _operation(tally, hall, operation, mode, role, count, seed_)
        hall.web.small.close()
    return tally


def paths(part: int = 1, of: int = 1) -> Tally:
    """Request every path with a hostile value in each of its parameters, as an administrator."""
    tally = Tally("addresses")
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        hall = target(Path(folder))
        browser = hall.browsers["administrator"]
        routes = [r for r in hall.web.app.api.routes if "<" in r.path]
        for number, route in enumerate(routes):
            for nasty in NASTY if number % of == part % of else ():
                path = "/api/v1" + PLACE.sub(
                    quote(nasty, safe="", errors="surrogatepass"), route.path
                )
                start = time.monotonic()
                with errors_logged() as errors:
                    answer = browser.client.open(
                        path, method=route.method, headers=browser.headers(""), data=b"{}"
                    )
                tally.count(f"{answer.status_code // 100}xx", time.monotonic() - start)
                if answer.status_code >= 500:
                    tally.add_find(
                        f"{route.method} {route.path}: {answer.status_code}",
                        f"{nasty!r:.40} {errors[:1]}",
                    )
        hall.web.small.close()
    return tally


def _operation(
    tally: Tally,
    hall: Target,
    operation: Any,
    mode: GenerationMode,
    role: str,
    count: int,
    seed_: int,
) -> None:
    browser = hall.browser_of(role)

    @seed(seed_)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        start = time.monotonic()
        with errors_logged() as errors:
            answer = send(browser, case)
            seconds = time.monotonic() - start
        tally.count(f"{answer.status_code // 100}xx", seconds)
        fault = fault_of(hall.document, operation, answer)
        if fault:
            tally.add_find(f"{operation.label} as {role}: {fault} {' '.join(errors)}")

    try:
        run()
    except (schemathesis.errors.SchemathesisError, Unsatisfiable):
        tally.count("nothing to make")
    except Exception as error:  # noqa: BLE001 - an exception out of the WSGI application is a find
        tally.add_find(f"{operation.label} as {role}: raised {error!r}")


def send(browser: Browser, case: Any) -> TestResponse:
    """Send a generated case; cookies, tokens and CSRF are the browser's."""
    headers = {
        name: _latin(value)
        for name, value in (case.headers or {}).items()
        if name.lower() not in OURS
    }
    headers = {"Idempotency-Key": uuid.uuid4().hex, **headers, **browser.headers(None)}
    more: dict[str, Any] = {}
    if type(case.body).__name__ != "NotSet":
        more["data"] = _bytes(case.body)
        headers.setdefault("Content-Type", case.media_type or "application/json")
    query = {name: str(value) for name, value in (case.query or {}).items()}
    return browser.client.open(
        case.formatted_path, method=case.method, headers=headers, query_string=query, **more
    )


def _latin(value: object) -> str:
    """Return a header value that a client can send."""
    text = str(value).encode("latin-1", "replace").decode("latin-1")
    return text.replace("\r", " ").replace("\n", " ")


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body).encode()
    except (TypeError, ValueError):
        return str(body).encode("utf-8", "surrogatepass")


def fault_of(document: dict[str, Any], operation: Any, answer: TestResponse) -> str:
    """Return the fault of a response in words; empty if there is none."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    described = document["paths"][operation.path][operation.method]["responses"]
    kind = answer.mimetype
    response = described.get(str(answer.status_code))
    if response is None:
        # 404 and 405 come from the router where a path does not fit the route.
        return "" if answer.status_code in (404, 405) else f"{answer.status_code} not described"
    if kind not in response["content"]:
        return f"{answer.status_code} as {kind} not described"
    if kind != "application/json":
        return ""
    schema = response["content"][kind]["schema"] | {"components": document["components"]}
    failed = next(iter(Draft202012Validator(schema).iter_errors(answer.get_json())), None)
    return f"{answer.status_code} does not fit: {failed.message[:120]}" if failed else ""
