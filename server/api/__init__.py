"""The door for commands and questions under `/api/v1/`: one registry of routes.

Each route says who may use it, what it takes and gives, which error codes it can answer and an
example. From that come the checks, the OpenAPI document and the access tests. Handlers parse
nothing and hold no rules.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from server.api.access import Access
from server.api.limits import Limits
from server.domain.errors import Code, HallError
from server.hall import Hall
from server.services.context import Actor
from server.services.people import Principal
from server.wire.problems import problem, status_of

log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)
KEY_HEADER = "Idempotency-Key"
REASON_HEADER = "X-Hall-Reason"
"""Percent-encoded UTF-8: why a day that is over shall be changed."""
MAX_REASON = 200
MAX_KEY = 64
MAX_BODY = 64 * 1024


class Who(StrEnum):
    """Who may use a route."""

    ANYONE = "anyone"
    KIOSK = "kiosk"
    BOARD = "board"
    AGENT = "agent"
    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


ANYONE = frozenset({Who.ANYONE})
STAFF = frozenset({Who.CLERK, Who.MANAGER, Who.ADMINISTRATOR})
MANAGERS = frozenset({Who.MANAGER, Who.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Who.ADMINISTRATOR})
DESK = STAFF | {Who.KIOSK}


@dataclass(frozen=True, slots=True)
class Route:
    """One route with all that is said of it."""

    method: str
    path: str
    name: str
    summary: str
    who: frozenset[Who]
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    codes: tuple[Code, ...]
    keyed: bool
    example: dict[str, Any] = field(default_factory=dict)
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: who asks, the key, the body, the arguments of the path."""

    principal: Principal | None
    key: str
    body: Any
    args: dict[str, str]
    why: str = ""
    """The reason for moving a day that is over, if one was given."""

    @property
    def actor(self) -> Actor:
        """Who acts, and why; raises NOT_SIGNED_IN for nobody."""
        if self.principal is None:
            raise HallError(Code.NOT_SIGNED_IN)
        return replace(self.principal.actor, why=self.why)


Handler = Callable[[Call], BaseModel | Response]
BY_STATUS = {404: Code.NOT_FOUND, 405: Code.METHOD, 413: Code.TOO_LARGE}
"""Codes for refusals of Flask and Werkzeug; any other is INVALID."""
COMMON = (Code.INVALID, Code.TOO_MANY, Code.TOO_LARGE, Code.UNAVAILABLE, Code.INTERNAL)


class Api:
    """The registry and its Flask blueprint."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.access = Access(hall)
        self.limits = Limits()
        self.routes: list[Route] = []
        self.blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

    def get(
        self,
        path: str,
        *,
        who: frozenset[Who],
        answer: type[BaseModel] | None,
        codes: tuple[Code, ...] = (),
        media: str = "application/json",
    ) -> Callable[[Handler], Handler]:
        """Register a question."""
        return self._route("GET", path, who, None, answer, codes, False, {}, media)

    def post(
        self,
        path: str,
        *,
        who: frozenset[Who],
        answer: type[BaseModel] | None,
        body: type[BaseModel] | None = None,
        codes: tuple[Code, ...] = (),
        keyed: bool = True,
        example: dict[str, Any] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Register a command."""
        return self._route(
            "POST", path, who, body, answer, codes, keyed, example or {}, "application/json"
        )

    def _route(
        self,
        method: str,
        path: str,
        who: frozenset[Who],
        body: type[BaseModel] | None,
        answer: type[BaseModel] | None,
        codes: tuple[Code, ...],
        keyed: bool,
        example: dict[str, Any],
        media: str,
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            summary = (handler.__doc__ or handler.__name__).strip().splitlines()[0]
            route = Route(
                method,
                path,
                handler.__name__,
                summary,
                who,
                body,
                answer,
                codes + COMMON,
                keyed,
                example,
                media,
            )
            self.routes.append(route)

            def view(**args: str) -> Response:
                return self._serve(route, handler, args)

            endpoint = f"{handler.__module__.replace('.', '_')}_{handler.__name__}_{method}"
            self.blueprint.add_url_rule(path, endpoint, view, methods=[method])
            return handler

        return register

    def _serve(self, route: Route, handler: Handler, args: dict[str, str]) -> Response:
        try:
            call = self._call(route, args)
            answer = handler(call)
        except Exception as error:
            return refusal(error)
        if isinstance(answer, Response):
            return answer
        return Response(answer.model_dump_json(by_alias=True), mimetype="application/json")

    def _call(self, route: Route, args: dict[str, str]) -> Call:
        principal = self.access.principal(request)
        g.actor_kind = principal.kind.value if principal else "none"
        self.limits.check(route, principal, request.remote_addr or "")
        check_allowed(route, principal)
        if route.method == "POST":
            self.access.check_csrf(request, principal)
        for name, value in args.items():
            if not value.isprintable():  # PostgreSQL takes no NUL, and no name of ours has any
                raise HallError(Code.INVALID, field=name)
        key = request.headers.get(KEY_HEADER, "").strip()
        if route.keyed and not (0 < len(key) <= MAX_KEY and key.isprintable()):
            raise HallError(Code.KEY_REQUIRED)
        body = parsed(route.body) if route.body is not None else None
        return Call(principal, key, body, args, reason())


def check_allowed(route: Route, principal: Principal | None) -> None:
    """Raises NOT_SIGNED_IN, PASSWORD_MUST_CHANGE or FORBIDDEN unless the principal may."""
    if Who.ANYONE in route.who:
        return
    if principal is None:
        raise HallError(Code.NOT_SIGNED_IN)
    if principal.must_change:
        raise HallError(Code.PASSWORD_MUST_CHANGE)
    if Who(principal.kind.value) not in route.who:
        raise HallError(Code.FORBIDDEN)


def reason() -> str:
    """The reason that came with the request; raises INVALID for one that is no line of text."""
    text = unquote(request.headers.get(REASON_HEADER, "")).strip()
    if len(text) > MAX_REASON or not text.isprintable():
        raise HallError(Code.INVALID, field="why")
    return text


def parsed(model: type[M]) -> M:
    """The request's JSON body as `model`; raises INVALID naming the first bad field."""
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise HallError(Code.TOO_LARGE)
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise HallError(Code.INVALID, field=where, reason=first["type"]) from None


def refusal(error: Exception) -> Response:
    """Any exception as a Problem; what is not a refusal is logged and said without details."""
    if isinstance(error, HallError):
        refused = error
    elif isinstance(error, HTTPException):
        # Flask refuses wherever a request is read: a body over the limit, a bad form.
        refused = HallError(BY_STATUS.get(error.code or 0, Code.INVALID))
    elif isinstance(error, SQLAlchemyError):
        log.error("database failed", exc_info=error)
        refused = HallError(Code.UNAVAILABLE)
    else:
        log.error("request failed", exc_info=error)
        refused = HallError(Code.INTERNAL)
    body = problem(refused).model_dump_json()
    g.error_code = refused.code.value
    return Response(body, status=status_of(refused), mimetype="application/json")


def json_answer(data: Any, status: int = 200) -> Response:
    """Plain JSON."""
    return Response(
        json.dumps(data, ensure_ascii=False), status=status, mimetype="application/json"
    )
