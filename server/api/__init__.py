"""The door for commands and questions under `/api/v1/`: one registry of routes.

Each route says who may use it, what it takes and gives, which error codes it can answer and an
example. From that come the checks, the OpenAPI document and the access tests. Handlers parse
nothing and hold no rules.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Blueprint, Flask, Request, Response, g, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from server.api.access import Access, bearer_of
from server.api.limits import ACTING, ASKING, NOWHERE, Limits, Policy, policy_of
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
"""Of a command; an upload's route says its own."""
MULTIPART_ROOM = 64 * 1024
"""Bytes that a form has around its file."""
CONNECTION = "hall.connection"
"""Names, in a request's environment, the connection that it came by."""


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
    policy: Policy = ASKING
    upload: int = 0
    """Most bytes of the file that is sent as a form; 0 for a command in JSON."""


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
        """Actor of the request, with the reason given; raises NOT_SIGNED_IN for nobody."""
        if self.principal is None:
            raise HallError(Code.NOT_SIGNED_IN)
        return replace(self.principal.actor, why=self.why)


Handler = Callable[[Call], BaseModel | Response]
BY_STATUS = {
    404: Code.NOT_FOUND,
    405: Code.METHOD,
    413: Code.TOO_LARGE,
    415: Code.MEDIA_TYPE,
}
"""Codes for refusals of Flask and Werkzeug; any other is INVALID."""
COMMON = (Code.INVALID, Code.TOO_MANY, Code.TOO_LARGE, Code.UNAVAILABLE, Code.INTERNAL)


class Api:
    """The registry and its Flask blueprint."""

    def __init__(self, hall: Hall, limits: Limits | None = None) -> None:
        self.hall = hall
        self.access = Access(hall)
        self.limits = limits or Limits()
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
        policy: Policy = ASKING,
    ) -> Callable[[Handler], Handler]:
        """Register a question."""
        return self._route("GET", path, who, None, answer, codes, False, {}, media, policy=policy)

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
        policy: Policy = ACTING,
        upload: int = 0,
    ) -> Callable[[Handler], Handler]:
        """Register a command."""
        return self._route(
            "POST",
            path,
            who,
            body,
            answer,
            codes,
            keyed,
            example or {},
            "application/json",
            policy=policy,
            upload=upload,
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
        *,
        policy: Policy,
        upload: int = 0,
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
                policy,
                upload,
            )
            self.routes.append(route)

            def view(**args: str) -> Response:
                return self._serve(route, handler, args)

            view.policy = policy  # type: ignore[attr-defined]
            view.counts = True  # type: ignore[attr-defined]
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
        """Check the head of a request, then read its body."""
        principal = self.known(request)
        g.actor_kind = principal.kind.value if principal else "none"
        address = request.remote_addr or ""
        self.limits.check(route.policy, principal, address, self.hall.ctx.hall_id)
        check_allowed(route, principal)
        if route.method == "POST":
            self.access.check_origin(request)
            self.access.check_csrf(request, principal)
            check_media(route)
        for name, value in args.items():
            if not value.isprintable():  # PostgreSQL takes no NUL, and no name of ours has any
                raise HallError(Code.INVALID, field=name)
        key = request.headers.get(KEY_HEADER, "").strip()
        if route.keyed and not (0 < len(key) <= MAX_KEY and key.isprintable()):
            raise HallError(Code.KEY_REQUIRED)
        bound_body(route.upload + MULTIPART_ROOM if route.upload else MAX_BODY)
        body = parsed(route.body) if route.body is not None else None
        return Call(principal, key, body, args, reason())

    def known(self, asked: Request, surface: str = "") -> Principal | None:
        """Return who asks. A secret that has not proved good is counted before it is looked up."""
        secret = self.access.secret(asked, surface)
        self.limits.check_secret(secret, asked.remote_addr or "")
        try:
            principal = self.access.principal(asked, surface)
        except HallError as error:
            if error.code is Code.NOT_SIGNED_IN and bearer_of(asked):
                self.hall.people.guesses.wrong("token", asked.remote_addr or "")
            raise
        if principal is not None:
            self.limits.proved(secret)
            recognise(asked.environ, principal.actor.key)
        return principal

    def guard(self, flask: Flask) -> None:
        """Count every request that is not one of these routes by the policy on its view."""

        @flask.before_request
        def count() -> Response | None:
            view = flask.view_functions.get(request.endpoint or "")
            if view is None or not getattr(view, "counts", False):
                try:
                    self.count(policy_of(view) or NOWHERE, request)
                except HallError as error:
                    return refusal(error)
            return None

    def count(self, policy: Policy, asked: Request) -> None:
        """Count by the secret that has proved good, else by address; raises TOO_MANY."""
        address = asked.remote_addr or ""
        good = self.limits.good((bearer_of(asked), *asked.cookies.values()))
        if good:
            recognise(asked.environ, str(hash(good)))
            self.limits.check_by(policy, good, address)
        else:
            self.limits.check(policy, None, address)


def recognise(environ: Mapping[str, Any], name: str) -> None:
    """Tell the connection that somebody known asks by it: it is not closed for strangers."""
    connection = environ.get(CONNECTION)
    if connection is not None:
        connection.recognise(name)


def check_media(route: Route) -> None:
    """Raise MEDIA_TYPE unless the body is said to be what the route takes.

    A form of a foreign page can send text and forms without being asked for leave, never JSON.
    """
    kind = request.mimetype
    if route.upload:
        fits = kind == "multipart/form-data"
    else:
        fits = kind == "application/json" or (route.body is None and not kind)
    if not fits:
        raise HallError(Code.MEDIA_TYPE)


def bound_body(most: int) -> None:
    """Refuse a larger body before it is read; `whole_body` one that does not say its size."""
    request.max_content_length = most + 1
    if (request.content_length or 0) > most:
        raise HallError(Code.TOO_LARGE)


def whole_body(*, cache: bool = False) -> bytes:
    """Read the body; raises TOO_LARGE where the library would hand over its beginning."""
    data = request.get_data(cache=cache)
    if len(data) >= (request.max_content_length or MAX_BODY + 1):
        raise HallError(Code.TOO_LARGE)
    return data


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
    raw = whole_body()
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
