"""The OpenAPI document: valid, complete, and true of the routes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from server.api import Who
from server.domain.errors import Code
from support.web import Web


@pytest.fixture
def document(web: Web) -> dict[str, Any]:
    """The document as served."""
    found: dict[str, Any] = web.browser().client.get("/api/openapi.json").get_json()
    return found


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_error_code_is_listed_with_words(document: dict[str, Any]) -> None:
    assert set(document["x-error-codes"]) == {code.value for code in Code}


def test_every_route_under_api_is_documented(web: Web, document: dict[str, Any]) -> None:
    rules = {
        re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in web.app.flask.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert rules == set(document["paths"])


def test_every_command_takes_an_example_that_fits(web: Web) -> None:
    commands = [r for r in web.app.api.routes if r.body is not None]
    assert commands
    for route in commands:
        assert route.body is not None
        route.body.model_validate(route.example or _least(route.path))


def _least(path: str) -> dict[str, Any]:
    return {"current": "a", "new": "b"} if path == "/password" else {}


def test_every_route_says_who_may_use_it(web: Web) -> None:
    for route in web.app.api.routes:
        assert route.who
        assert route.summary.endswith(".")
        if route.path.startswith("/office/"):
            assert not route.who & {Who.ANYONE, Who.KIOSK, Who.BOARD, Who.AGENT, Who.CLERK}
