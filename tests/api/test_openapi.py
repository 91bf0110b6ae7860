"""The OpenAPI document: valid, complete, and consistent with the routes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from server.core.problems import refusals
from server.web_api import Caller
from support.web import Web


@pytest.fixture
def document(web: Web) -> dict[str, Any]:
    """Return the document as served."""
    served: dict[str, Any] = web.browser().client.get("/api/openapi.json").get_json()
    return served


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_error_code_is_listed_with_words(document: dict[str, Any]) -> None:
    assert set(document["x-error-codes"]) == {code.value for code in refusals()}


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
            assert not route.who & {
                Caller.ANYONE,
                Caller.KIOSK,
                Caller.BOARD,
                Caller.AGENT,
                Caller.CLERK,
            }


def described(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Return the responses that the document lists for an operation."""
    responses: dict[str, Any] = document["paths"][f"/api/v1{path}"][method]["responses"]
    return responses


def test_the_answer_to_a_revoked_token_is_described_everywhere(
    web: Web, document: dict[str, Any]
) -> None:
    device = web.device("board", "main")
    assert web.administrator().post("/office/revoke", {"kind": "board", "name": "main"}).status_code
    answer = device.get("/session")
    assert answer.get_json()["code"] == "token_revoked"
    for method, path in (("get", "/session"), ("post", "/logout"), ("get", "/catalogue")):
        response = described(document, method, path)[str(answer.status_code)]
        assert "token_revoked" in response["description"], path


def test_the_answer_to_a_missing_csrf_token_is_described(
    web: Web, document: dict[str, Any]
) -> None:
    manager = web.manager()
    manager.csrf = ""
    answer = manager.post("/logout", key=None)
    assert answer.get_json()["code"] == "csrf"
    response = described(document, "post", "/logout")[str(answer.status_code)]
    assert "csrf" in response["description"]


def every_link(document: dict[str, Any]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return each link with its operation and the schema of the answer."""
    return [
        (operation["operationId"], link, answer["content"]["application/json"]["schema"])
        for methods in document["paths"].values()
        for operation in methods.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]


def at_pointer(document: dict[str, Any], schema: dict[str, Any], pointer: str) -> dict[str, Any]:
    """Return the schema at a JSON pointer."""
    for step in pointer.split("/")[1:]:
        kinds = [resolved(document, kind) for kind in schema.get("anyOf", [schema])]
        schema = next(k["items"] if step == "0" else k["properties"][step] for k in kinds
                      if ("items" if step == "0" else "properties") in k)  # fmt: skip
    return schema


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    target: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return target


def test_every_link_takes_a_value_to_a_parameter(document: dict[str, Any]) -> None:
    places = {
        operation["operationId"]: {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    links = every_link(document)
    assert len(links) > 500
    for source, link, schema in links:
        expressions = [*link.get("parameters", {}).values(), *link.get("requestBody", {}).values()]
        assert expressions, source
        assert set(link.get("parameters", {})) == places[link["operationId"]], link
        for expression in expressions:
            where, _, pointer = expression.partition("#")
            if where == "$response.body":
                assert at_pointer(document, schema, pointer)
            else:
                assert where == "$request.body" or where.startswith("$request.path."), expression


def test_links_lead_to_every_operation_but_two(document: dict[str, Any]) -> None:
    targets = {link["operationId"] for _, link, _ in every_link(document)}
    unlinked = {
        operation["operationId"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "{" in path and operation["operationId"] not in targets
    }
    # Photos of a finding and pages of the values of a change are counted, not named.
    assert unlinked == {"get_finding_photo", "get_past_moves"}


@pytest.mark.parametrize(
    ("source", "target", "values"),
    [
        ("post_issue", "post_cancel", {"ticket": "$response.body#/ticket/id"}),
        ("post_issue", "get_look", {"token": "$response.body#/ticket/token"}),
        ("post_hold", "post_resume", {"ticket": "$response.body#/held/0/id"}),
        ("post_ask_leave", "post_decide_leave", {"leave": "$response.body#/id"}),
        ("post_ask_correction", "get_correction", {"correction": "$response.body#/id"}),
        ("post_add_reader", "post_admit_reader", {"serial": "$request.body#/serial"}),
        ("get_account_list", "post_reset", {"staff": "$response.body#/accounts/0/staff"}),
        (
            "post_amend_bulletin",
            "post_release_amendment",
            {"bulletin": "$request.path.bulletin", "n": "$response.body#/n"},
        ),
    ],
)
def test_links_from_an_answer(
    document: dict[str, Any], source: str, target: str, values: dict[str, str]
) -> None:
    assert values in [
        link.get("parameters", {}) | link.get("requestBody", {})
        for origin, link, _ in every_link(document)
        if (origin, link["operationId"]) == (source, target)
    ]
