"""Who is behind a request: staff session cookie, device cookie, or bearer token; and CSRF."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Request, Response

from server.domain.errors import Code, HallError
from server.hall import Hall
from server.services.people import Principal, csrf_of
from server.services.tries import BROWSER_DAYS

SESSION_COOKIE = "hall_session"
BROWSER_COOKIE = "hall_browser"
"""Proves an earlier sign-in in this browser; it opens nothing."""
DEVICE_COOKIE = "hall_device_{kind}_{name}"
SURFACE_HEADER = "X-Hall-Surface"
"""`kiosk/1` or `board/main`: which of this browser's devices a page speaks for."""
CSRF_HEADER = "X-CSRF-Token"
DEVICE_DAYS = 365 * 5
BEARER = "Authorization"
ORIGIN = "Origin"
PORTS = {"http": ":80", "https": ":443"}


class Asked(Protocol):
    """What is needed of a request: Flask's, or the one that opened a socket."""

    @property
    def cookies(self) -> Mapping[str, str]: ...

    @property
    def headers(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brought to be known by, kept to be asked again."""

    cookies: Mapping[str, str]
    headers: Mapping[str, str]


class Access:
    """Looks up principals."""

    def __init__(self, hall: Hall) -> None:
        self._people = hall.people
        self._secure = hall.config.base_url.startswith("https://")
        self._own = hall.config.base_url

    def principal(self, asked: Asked, surface: str = "") -> Principal | None:
        """Who asks: a bearer token, else the device a kiosk or board page names, else staff.

        A kiosk page stays that kiosk even in a browser where a clerk is signed in.
        """
        bearer = bearer_of(asked)
        if bearer:
            found = self._people.device(bearer)
            if found is None:
                raise HallError(Code.NOT_SIGNED_IN)
            return found
        secret, is_device = self._secret(asked, surface)
        if not secret:
            return None
        return self._people.device(secret) if is_device else self._people.session(secret)

    def _secret(self, asked: Asked, surface: str = "") -> tuple[str, bool]:
        """The secret of the cookie that counts, and whether it is a device's."""
        kind, _, name = (surface or asked.headers.get(SURFACE_HEADER, "")).partition("/")
        if kind in ("kiosk", "board"):
            return asked.cookies.get(device_cookie(kind, name), ""), True
        return asked.cookies.get(SESSION_COOKIE, ""), False

    def secret(self, asked: Asked, surface: str = "") -> str:
        """Return the secret that a request wants to be known by; empty for nobody."""
        return bearer_of(asked) or self._secret(asked, surface)[0]

    def check_origin(self, asked: Request) -> None:
        """Raise ORIGIN for a page of somebody else, whether or not it shows a cookie.

        Browsers say with every command which page sends it; programs say nothing.
        """
        origin = asked.headers.get(ORIGIN)
        if origin is None or origin == self._own:
            return
        scheme, _, place = origin.partition("://")
        own = asked.environ.get("HTTP_HOST", "")
        if scheme not in PORTS or not own or _place(scheme, place) != _place(scheme, own):
            raise HallError(Code.ORIGIN)

    def check_csrf(self, asked: Asked, principal: Principal | None) -> None:
        """A cookie alone does not act: raises CSRF unless the header proves the page is ours."""
        if principal is None or bearer_of(asked):
            return
        given = asked.headers.get(CSRF_HEADER, "")
        secret, _ = self._secret(asked)
        if not secret or not hmac.compare_digest(csrf_of(secret).encode(), given.encode()):
            raise HallError(Code.CSRF)

    def csrf(self, asked: Asked, surface: str = "") -> str:
        """The CSRF token for this browser and surface; empty without a cookie."""
        secret, _ = self._secret(asked, surface)
        return csrf_of(secret) if secret else ""

    def set_session(self, response: Response, secret: str, hours: int) -> None:
        """Give the browser its session."""
        self._set(response, SESSION_COOKIE, secret, hours * 3600)

    def set_browser(self, response: Response, secret: str) -> None:
        """Let the browser show at the next sign-in that somebody signed in here before."""
        self._set(response, BROWSER_COOKIE, secret, BROWSER_DAYS * 86_400)

    def set_device(self, response: Response, kind: str, name: str, token: str) -> None:
        """Give the browser a device token."""
        self._set(response, device_cookie(kind, name), token, DEVICE_DAYS * 86_400)

    def clear_session(self, response: Response) -> None:
        """Take the session back."""
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Strict")

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="Strict", secure=self._secure
        )


def _place(scheme: str, place: str) -> str:
    """A host and its port as browsers write them: without the port that goes without saying."""
    return place.lower().removesuffix(PORTS[scheme])


def device_cookie(kind: str, name: str) -> str:
    """The cookie that holds the token of a kiosk or board."""
    return DEVICE_COOKIE.format(kind=kind, name=name)


def bearer_of(asked: Asked | Request) -> str:
    """The bearer token of a request, if any."""
    kind, _, token = str(asked.headers.get(BEARER, "")).partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
