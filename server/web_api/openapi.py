"""OpenAPI 3.1 document, made from the registry of routes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from threading import RLock
from typing import Any

from flask import Response, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.messages import Problem
from server.core.offload import Offloaded
from server.core.problems import problem, refusals
from server.web_api import KEY_HEADER, MAX_KEY, REASON_HEADER, STAFF, Caller, Route
from server.web_api.access import CSRF_HEADER
from server.web_api.links import PATH_ARGUMENT, links, operation_id

VERSION = "0.1.0"
_REF = "#/components/schemas/{model}"


_DOCUMENTS: dict[tuple[str, ...], tuple[bytes, str]] = {}
"""Documents of this process by their routes: its halls have the same ones."""
_LOCK = RLock()


class Description:
    """Served document: made once per process, off the event loop."""

    def __init__(self, routes: list[Route], offload: Offloaded) -> None:
        self._routes = routes
        self._offload = offload

    def answer(self) -> Response:
        """Return the document, or 304 if the client has it already."""
        data, tag = self._document()
        response = Response(data, mimetype="application/json")
        response.headers["Cache-Control"] = "no-cache"
        response.set_etag(tag)
        response.make_conditional(request)
        return response

    def _document(self) -> tuple[bytes, str]:
        key = tuple(f"{route.method} {route.path}" for route in self._routes)
        if key not in _DOCUMENTS:
            with _LOCK:  # concurrent requests wait for the same bytes
                if key not in _DOCUMENTS:
                    _DOCUMENTS[key] = self._offload(self._make)
        return _DOCUMENTS[key]

    def _make(self) -> tuple[bytes, str]:
        data = json.dumps(document(self._routes), ensure_ascii=False).encode()
        return data, sha256(data).hexdigest()[:32]


def document(routes: Iterable[Route], messages: Iterable[type[BaseModel]] = ()) -> dict[str, Any]:
    """Return the whole document; `messages` are described even if no route has them."""
    route_list = list(routes)
    models: set[type[BaseModel]] = {Problem, *messages}
    for route in route_list:
        models |= {m for m in (route.body, route.answer) if m is not None}
    _, schemas = models_json_schema(
        [(m, "serialization") for m in sorted(models, key=lambda m: m.__name__)],
        ref_template=_REF,
    )
    links_by_operation = links(route_list, schemas.get("$defs", {}))
    paths: dict[str, Any] = {}
    for route in route_list:
        path = "/api/v1" + PATH_ARGUMENT.sub(r"{\1}", route.path)
        operation = paths.setdefault(path, {})[route.method.lower()] = _operation(route)
        if links_by_operation[operation_id(route)]:
            operation["responses"]["200"]["links"] = links_by_operation[operation_id(route)]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hallkeeper",
            "version": VERSION,
            "description": "Commands are POST with an Idempotency-Key; a repeat with the same key "
            "gets the first answer. Refusals are `Problem` with a stable code.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "hall_session"},
                "device": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "hall_device_kiosk_1",
                    "description": "hall_device_<kind>_<name>, with X-Hall-Surface: <kind>/<name>",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "x-error-codes": {
            code.value: {"status": refusal.status, "zh": refusal.zh, "en": refusal.en}
            for code, refusal in refusals().items()
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "x-who": sorted(w.value for w in route.who),
        "parameters": _parameters(route),
        "responses": {"200": _good(route), **_refusals(route)},
    }
    if route.body is not None:
        content: dict[str, Any] = {"schema": {"$ref": _REF.format(model=route.body.__name__)}}
        if route.example:
            content["example"] = route.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    if Caller.ANYONE not in route.who:
        operation["security"] = [{"session": []}, {"device": []}, {"bearer": []}]
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PATH_ARGUMENT.findall(route.path)
    ]
    if route.keyed:
        parameters.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
                "example": "1f8b7a52-take-a-number",
            }
        )
    if route.method == "POST" and route.who & STAFF:
        parameters.append(
            {
                "name": REASON_HEADER,
                "in": "header",
                "required": False,
                "description": "Why a day that is over shall be changed; percent-encoded UTF-8.",
                "schema": {"type": "string"},
            }
        )
    if route.method == "POST":
        parameters.append(
            {
                "name": CSRF_HEADER,
                "in": "header",
                "required": False,
                "description": "Needed when a cookie identifies the browser.",
                "schema": {"type": "string"},
            }
        )
    return parameters


def _good(route: Route) -> dict[str, Any]:
    if route.answer is None:
        schema: dict[str, Any] = {}
        return {"description": "Done", "content": {route.media: {"schema": schema}}}
    ref = {"$ref": _REF.format(model=route.answer.__name__)}
    return {"description": "Done", "content": {route.media: {"schema": ref}}}


def _refusals(route: Route) -> dict[str, Any]:
    codes = list(route.codes)
    if route.keyed:
        codes += [CommonCode.KEY_REQUIRED, CommonCode.KEY_REUSED]
    # A wrong token is reported also on routes that need no sign-in.
    codes += [CommonCode.NOT_SIGNED_IN, CommonCode.TOKEN_REVOKED]
    if route.method == "POST":
        codes += [CommonCode.CSRF, CommonCode.ORIGIN, CommonCode.MEDIA_TYPE]
    if route.method == "POST" and route.who & STAFF:
        codes += [CommonCode.PAST_REASON, CommonCode.PAST_ASKED, CommonCode.PAST_CLOSED]
    if Caller.ANYONE not in route.who:
        codes += [CommonCode.FORBIDDEN, CommonCode.PASSWORD_MUST_CHANGE]
    by_status: dict[int, list[ErrorCode]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(refusals()[code].status, []).append(code)
    return {
        str(status): {
            "description": ", ".join(c.value for c in status_codes),
            "content": {
                "application/json": {
                    "schema": {"$ref": _REF.format(model="Problem")},
                    "examples": {
                        c.value: {"value": problem(HallError(c)).model_dump()} for c in status_codes
                    },
                }
            },
        }
        for status, status_codes in sorted(by_status.items())
    }
