"""Registry of the routes under `/api/v1/`: commands and queries.

Each route declares its permitted callers, body, answer, error codes and an example. The checks,
the OpenAPI document and the access tests are made from it. Handlers parse nothing and hold no
rules.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Flask, Request, Response, g, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from server.core.actors import Actor, Principal
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.problems import problem, status_of
from server.hall.composition import Hall
from server.web_api.access import Access, bearer_of
from server.web_api.limits import (
    COMMANDS,
    QUERIES,
    UNKNOWN_ADDRESS,
    Limits,
    Policy,
    limited,
    policy_of,
)

log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)
KEY_HEADER = "Idempotency-Key"
REASON_HEADER = "X-Hall-Reason"
"""Header with the reason of a retroactive change, percent-encoded UTF-8."""
PREFIX = "/api/v1"
"""Beginning of the addresses of every route."""
MAX_REASON = 200
MAX_KEY = 64
MAX_BODY = 64 * 1024
"""Maximum bytes of a command; an upload's route has its own limit."""
MULTIPART_ROOM = 64 * 1024
"""Bytes that a form may add around its file."""
CONNECTION = "hall.connection"
"""Key of the request's connection in its environment."""


class Caller(StrEnum):
    """Kind of caller that may use a route."""

    ANYONE = "anyone"
    KIOSK = "kiosk"
    BOARD = "board"
    TABLET = "tablet"
    AGENT = "agent"
    BRANCH = "branch"
    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


ANYONE = frozenset({Caller.ANYONE})
STAFF = frozenset({Caller.CLERK, Caller.MANAGER, Caller.ADMINISTRATOR})
MANAGERS = frozenset({Caller.MANAGER, Caller.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Caller.ADMINISTRATOR})
DESK = STAFF | {Caller.KIOSK}


@dataclass(frozen=True, slots=True)
class Route:
    """Declaration of one route."""

    method: str
    path: str
    name: str
    summary: str
    who: frozenset[Caller]
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    codes: tuple[ErrorCode, ...]
    keyed: bool
    example: dict[str, Any] = field(default_factory=dict)
    media: str = "application/json"
    policy: Policy = QUERIES
    upload: int = 0
    """Maximum bytes of the file that is sent as a form; 0 for a command in JSON."""
    most: int = MAX_BODY
    """Maximum bytes of a command in JSON."""
    at_main: bool = False
    """True for a command that a branch server leaves to the main one."""


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request: principal, idempotency key, body, path arguments."""

    principal: Principal | None
    key: str
    body: Any
    args: dict[str, str]
    why: str = ""
    """Reason for a retroactive change; empty if none was sent."""

    @property
    def actor(self) -> Actor:
        """Actor of the request with its reason; raises NOT_SIGNED_IN without a principal."""
        if self.principal is None:
            raise HallError(CommonCode.NOT_SIGNED_IN)
        return replace(self.principal.actor, why=self.why)


Handler = Callable[[Call], BaseModel | Response]
BY_STATUS = {
    404: CommonCode.NOT_FOUND,
    405: CommonCode.METHOD,
    413: CommonCode.TOO_LARGE,
    415: CommonCode.MEDIA_TYPE,
}
"""Codes for errors of Flask and Werkzeug by status; any other is INVALID."""
COMMON = (
    CommonCode.INVALID,
    CommonCode.TOO_MANY,
    CommonCode.TOO_LARGE,
    CommonCode.UNAVAILABLE,
    CommonCode.INTERNAL,
)


class Api:
    """Registry of routes with their views."""

    def __init__(self, hall: Hall, limits: Limits | None = None) -> None:
        self.hall = hall
        self.access = Access(hall)
        self.limits = limits or Limits()
        self.routes: list[Route] = []
        self._views: list[tuple[Route, str, Callable[..., Response]]] = []

    def get(
        self,
        path: str,
        *,
        who: frozenset[Caller],
        answer: type[BaseModel] | None,
        codes: tuple[ErrorCode, ...] = (),
        media: str = "application/json",
        policy: Policy = QUERIES,
    ) -> Callable[[Handler], Handler]:
        """Register a query."""
        return self._route("GET", path, who, None, answer, codes, False, {}, media, policy=policy)

    def post(
        self,
        path: str,
        *,
        who: frozenset[Caller],
        answer: type[BaseModel] | None,
        body: type[BaseModel] | None = None,
        codes: tuple[ErrorCode, ...] = (),
        keyed: bool = True,
        example: dict[str, Any] | None = None,
        policy: Policy = COMMANDS,
        upload: int = 0,
        most: int = MAX_BODY,
        at_main: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a command; `at_main`: a branch server refuses it (AT_MAIN_SERVER)."""
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
            most=most,
            at_main=at_main,
        )

    def _route(
        self,
        method: str,
        path: str,
        who: frozenset[Caller],
        body: type[BaseModel] | None,
        answer: type[BaseModel] | None,
        codes: tuple[ErrorCode, ...],
        keyed: bool,
        example: dict[str, Any],
        media: str,
        *,
        policy: Policy,
        upload: int = 0,
        most: int = MAX_BODY,
        at_main: bool = False,
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
                most,
                at_main,
            )
            self.routes.append(route)

            def view(**args: str) -> Response:
                return self._serve(route, handler, args)

            view.policy = policy  # type: ignore[attr-defined]
            view.counts = True  # type: ignore[attr-defined]
            endpoint = f"{handler.__module__.replace('.', '_')}_{handler.__name__}_{method}"
            self._views.append((route, f"api.{endpoint}", view))
            return handler

        return register

    def add_to(self, flask: Flask, prefix: str = PREFIX) -> None:
        """Add every route to the app; a blueprint would take twice as long for the same."""
        for route, endpoint, view in self._views:
            flask.add_url_rule(f"{prefix}{route.path}", endpoint, view, methods=[route.method])

    def refuse_others(self, flask: Flask, prefix: str = PREFIX) -> None:
        """Answer every other address of the API of a branch server: it is done at the main one."""
        url = self.hall.config.main_url

        def elsewhere(rest: str) -> Response:  # noqa: ARG001
            return refusal(HallError(CommonCode.AT_MAIN_SERVER, url=url))

        rule = f"{prefix}/<path:rest>"
        flask.add_url_rule(rule, "elsewhere", limited(COMMANDS, elsewhere), methods=["GET", "POST"])

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
        """Check the headers of a request, then read its body."""
        principal = self.authenticate(request)
        g.actor_kind = principal.kind.value if principal else "none"
        address = request.remote_addr or ""
        self.limits.check(route.policy, principal, address, self.hall.ctx.hall_id)
        check_allowed(route, principal)
        if route.method == "POST":
            self.access.check_origin(request)
            self.access.check_csrf(request, principal)
            check_media(route)
        for name, value in args.items():
            if not value.isprintable():  # PostgreSQL rejects NUL, and no valid name contains any
                raise HallError(CommonCode.INVALID, field=name)
        key = request.headers.get(KEY_HEADER, "").strip()
        if route.keyed and not (0 < len(key) <= MAX_KEY and key.isprintable()):
            raise HallError(CommonCode.KEY_REQUIRED)
        if route.at_main and (url := self.hall.config.main_url):
            raise HallError(CommonCode.AT_MAIN_SERVER, url=url)
        limit_body(route.upload + MULTIPART_ROOM if route.upload else route.most)
        body = parsed(route.body) if route.body is not None else None
        return Call(principal, key, body, args, reason())

    def authenticate(self, incoming: Request, surface: str = "") -> Principal | None:
        """Return the principal of a request, or None.

        A secret that is not known to be good is counted before it is looked up.
        """
        secret = self.access.secret(incoming, surface)
        self.limits.check_secret(secret, incoming.remote_addr or "")
        try:
            principal = self.access.principal(incoming, surface)
        except HallError as error:
            if error.code is CommonCode.NOT_SIGNED_IN and bearer_of(incoming):
                self.hall.people.guesses.wrong("token", incoming.remote_addr or "")
            raise
        if principal is not None:
            self.limits.remember_good(secret)
            mark_known_connection(incoming.environ, principal.actor.key)
        return principal

    def guard(self, flask: Flask) -> None:
        """Count requests outside these routes by the policy of their view."""

        @flask.before_request
        def count() -> Response | None:
            view = flask.view_functions.get(request.endpoint or "")
            if view is None or not getattr(view, "counts", False):
                try:
                    self.count(policy_of(view) or UNKNOWN_ADDRESS, request)
                except HallError as error:
                    return refusal(error)
            return None

    def count(self, policy: Policy, incoming: Request) -> None:
        """Count by a secret that is known to be good, else by address; raises TOO_MANY."""
        address = incoming.remote_addr or ""
        good = self.limits.first_good((bearer_of(incoming), *incoming.cookies.values()))
        if good:
            mark_known_connection(incoming.environ, str(hash(good)))
            self.limits.check_by(policy, good, address)
        else:
            self.limits.check(policy, None, address)


def mark_known_connection(environ: Mapping[str, Any], name: str) -> None:
    """Mark the connection as used by a known principal, so that it is not closed for others."""
    connection = environ.get(CONNECTION)
    if connection is not None:
        connection.recognise(name)


def check_media(route: Route) -> None:
    """Raise MEDIA_TYPE unless the content type is the one that the route accepts.

    A form of a foreign page can send text and forms without permission, but never JSON.
    """
    kind = request.mimetype
    if route.upload:
        fits = kind == "multipart/form-data"
    else:
        fits = kind == "application/json" or (route.body is None and not kind)
    if not fits:
        raise HallError(CommonCode.MEDIA_TYPE)


def limit_body(most: int) -> None:
    """Reject a larger body before it is read.

    `whole_body` rejects one without a declared size.
    """
    request.max_content_length = most + 1
    if (request.content_length or 0) > most:
        raise HallError(CommonCode.TOO_LARGE)


def whole_body(*, cache: bool = False) -> bytes:
    """Read the body; raises TOO_LARGE where the library would return only its beginning."""
    data = request.get_data(cache=cache)
    if len(data) >= (request.max_content_length or MAX_BODY + 1):
        raise HallError(CommonCode.TOO_LARGE)
    return data


def check_allowed(route: Route, principal: Principal | None) -> None:
    """Raise NOT_SIGNED_IN, PASSWORD_MUST_CHANGE or FORBIDDEN unless the principal may."""
    if Caller.ANYONE in route.who:
        return
    if principal is None:
        raise HallError(CommonCode.NOT_SIGNED_IN)
    if principal.must_change:
        raise HallError(CommonCode.PASSWORD_MUST_CHANGE)
    if Caller(principal.kind.value) not in route.who:
        raise HallError(CommonCode.FORBIDDEN)


def reason() -> str:
    """Return the reason in the request's header; raises INVALID unless it is a line of text."""
    text = unquote(request.headers.get(REASON_HEADER, "")).strip()
    if len(text) > MAX_REASON or not text.isprintable():
        raise HallError(CommonCode.INVALID, field="why")
    return text


def parsed(model: type[M]) -> M:
    """Return the request's JSON body as `model`; raises INVALID with the first bad field."""
    raw = whole_body()
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise HallError(CommonCode.INVALID, field=where, reason=first["type"]) from None


def refusal(error: Exception) -> Response:
    """Return any exception as a Problem.

    An exception that is no refusal is logged, and the answer contains no details.
    """
    if isinstance(error, HallError):
        hall_error = error
    elif isinstance(error, HTTPException):
        # Flask raises wherever a request is read: a body over the limit, a bad form.
        hall_error = HallError(BY_STATUS.get(error.code or 0, CommonCode.INVALID))
    elif isinstance(error, SQLAlchemyError):
        log.error("database failed", exc_info=error)
        hall_error = HallError(CommonCode.UNAVAILABLE)
    else:
        log.error("request failed", exc_info=error)
        hall_error = HallError(CommonCode.INTERNAL)
    body = problem(hall_error).model_dump_json()
    g.error_code = hall_error.code.value
    return Response(body, status=status_of(hall_error), mimetype="application/json")


def json_answer(data: Any, status: int = 200) -> Response:
    """Return data as a JSON response."""
    return Response(
        json.dumps(data, ensure_ascii=False), status=status, mimetype="application/json"
    )
