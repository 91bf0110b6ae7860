"""Authentication of requests: staff session cookie, device cookie or bearer token; and CSRF."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Request, Response

from server.accounts.password_tries import BROWSER_DAYS
from server.accounts.people import csrf_of
from server.core.actors import Principal
from server.core.errors import CommonCode, HallError
from server.hall.composition import Hall

SESSION_COOKIE = "hall_session"
BROWSER_COOKIE = "hall_browser"
"""Cookie that proves an earlier sign-in in this browser; it grants no access."""
DEVICE_COOKIE = "hall_device_{kind}_{name}"
SURFACE_HEADER = "X-Hall-Surface"
"""Header with `kiosk/1` or `board/main`: the browser's device that the page belongs to."""
CSRF_HEADER = "X-CSRF-Token"
DEVICE_DAYS = 365 * 5
BEARER = "Authorization"
ORIGIN = "Origin"
PORTS = {"http": ":80", "https": ":443"}


class RequestLike(Protocol):
    """Part of a request that authentication reads: Flask's, or the one that opened a socket."""

    @property
    def cookies(self) -> Mapping[str, str]: ...

    @property
    def headers(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials of a request, stored for a later check."""

    cookies: Mapping[str, str]
    headers: Mapping[str, str]


class Access:
    """Lookup of principals, and cookies."""

    def __init__(self, hall: Hall) -> None:
        self._people = hall.people
        self._secure = hall.config.base_url.startswith("https://")
        self._own = hall.config.base_url

    def principal(self, request: RequestLike, surface: str = "") -> Principal | None:
        """Return the principal of a request; None without credentials.

        A bearer token is used alone if present; a wrong one raises NOT_SIGNED_IN. Otherwise a
        kiosk's or board's page uses its device cookie only, and any other page the session
        cookie. So a kiosk page stays that kiosk even in a browser in which a clerk is signed
        in.
        """
        bearer = bearer_of(request)
        if bearer:
            device = self._people.device(bearer)
            if device is None:
                raise HallError(CommonCode.NOT_SIGNED_IN)
            return device
        secret, is_device = self._secret(request, surface)
        if not secret:
            return None
        return self._people.device(secret) if is_device else self._people.session(secret)

    def _secret(self, request: RequestLike, surface: str = "") -> tuple[str, bool]:
        """Return the secret of the cookie that applies, and True if it is a device's."""
        kind, _, name = (surface or request.headers.get(SURFACE_HEADER, "")).partition("/")
        if kind in ("kiosk", "board", "tablet"):
            return request.cookies.get(device_cookie(kind, name), ""), True
        return request.cookies.get(SESSION_COOKIE, ""), False

    def secret(self, request: RequestLike, surface: str = "") -> str:
        """Return the secret that identifies the request; empty without one."""
        return bearer_of(request) or self._secret(request, surface)[0]

    def check_origin(self, request: Request) -> None:
        """Raise ORIGIN for a page of a foreign site, with or without a cookie.

        Browsers send the page's origin with every command; programs send none.
        """
        origin = request.headers.get(ORIGIN)
        if origin is None or origin == self._own:
            return
        scheme, _, place = origin.partition("://")
        own = request.environ.get("HTTP_HOST", "")
        if scheme not in PORTS or not own or _place(scheme, place) != _place(scheme, own):
            raise HallError(CommonCode.ORIGIN)

    def check_csrf(self, request: RequestLike, principal: Principal | None) -> None:
        """Raise CSRF unless the header proves a page of this hall: a cookie is not enough."""
        if principal is None or bearer_of(request):
            return
        token = request.headers.get(CSRF_HEADER, "")
        secret, _ = self._secret(request)
        if not secret or not hmac.compare_digest(csrf_of(secret).encode(), token.encode()):
            raise HallError(CommonCode.CSRF)

    def csrf(self, request: RequestLike, surface: str = "") -> str:
        """Return the CSRF token for this browser and surface; empty without a cookie."""
        secret, _ = self._secret(request, surface)
        return csrf_of(secret) if secret else ""

    def set_session(self, response: Response, secret: str, hours: int) -> None:
        """Set the browser's session cookie."""
        self._set(response, SESSION_COOKIE, secret, hours * 3600)

    def set_browser(self, response: Response, secret: str) -> None:
        """Set the cookie that proves at the next sign-in an earlier one in this browser."""
        self._set(response, BROWSER_COOKIE, secret, BROWSER_DAYS * 86_400)

    def set_device(self, response: Response, kind: str, name: str, token: str) -> None:
        """Set the cookie with a device token."""
        self._set(response, device_cookie(kind, name), token, DEVICE_DAYS * 86_400)

    def clear_session(self, response: Response) -> None:
        """Delete the session cookie."""
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Strict")

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="Strict", secure=self._secure
        )


def _place(scheme: str, host: str) -> str:
    """Return host and port in the form of browsers: without the scheme's default port."""
    return host.lower().removesuffix(PORTS[scheme])


def device_cookie(kind: str, name: str) -> str:
    """Return the name of the cookie with the token of a kiosk or board."""
    return DEVICE_COOKIE.format(kind=kind, name=name)


def bearer_of(request: RequestLike | Request) -> str:
    """Return the bearer token of a request; "" without one."""
    kind, _, token = str(request.headers.get(BEARER, "")).partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
