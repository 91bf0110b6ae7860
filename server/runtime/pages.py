"""Server of the built pages: HTML uncached, assets cached for ever; gzip twins; strict policy.

It maps addresses to pages. In demo mode it also enrols a browser that opens a kiosk or a board, so
that the printed addresses work directly; no other mode does.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.security import safe_join

from server.core.clock import fixed_minutes
from server.core.errors import CommonCode, HallError
from server.core.settings import GeneralSettings
from server.hall.composition import Hall
from server.queue.offline import lease_queries
from server.web_api.access import Access, device_cookie
from server.web_api.limits import FILES, PAGES, limited

DIST = Path(__file__).resolve().parents[1] / "web" / "dist"
LINE = re.compile(r"^http://127\.0\.0\.1:[0-9]{2,5}$")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'{ws}{line}; media-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
MISSING = (
    "页面还没有构建，请先运行 python3 go.py setup / Pages are not built: python3 go.py setup\n"
)


def build_id() -> str:
    """Return the id of the built pages; pages reload themselves when it changes."""
    path = DIST / "build.json"
    return str(json.loads(path.read_text())["build"]) if path.exists() else "none"


class Pages:
    """Pages of one hall."""

    def __init__(self, hall: Hall, access: Access) -> None:
        self._hall = hall
        self._access = access
        self.blueprint = Blueprint("pages", __name__)

        def add(path: str, endpoint: str, view: Callable[..., Response]) -> None:
            policy = FILES if endpoint == "static" else PAGES
            self.blueprint.add_url_rule(path, endpoint, limited(policy, view))

        add("/", "root", self._root)
        add("/kiosk/<name>", "kiosk", self._kiosk)
        add("/board", "boards", lambda: self._page("boards.html"))
        add("/board/<name>", "board", self._board)
        add("/rate/<name>", "tablet", self._tablet)
        add("/counter/<number>", "window", lambda **_number: self._page("counter.html"))
        add("/items/<code>", "guide", lambda **_code: self._page("guide.html"))
        add("/t/<token>", "phone", lambda **_token: self._page("phone.html"))
        add("/c/<number>", "complaint", lambda **_number: self._page("follow.html"))
        add("/k/<number>", "case", lambda **_number: self._page("progress.html"))
        add("/notices/<number>", "notice", lambda **_number: self._page("notice.html"))
        add("/static/<path:path>", "static", self._static)
        for path, page in (
            ("counter", "counter.html"),
            ("reception", "reception.html"),
            ("office", "office.html"),
            ("c", "follow.html"),
            ("k", "progress.html"),
            ("m", "phone-hall.html"),
            ("check", "check.html"),
            ("bulletin", "bulletin.html"),
            ("voices", "voices.html"),
            ("login", "login.html"),
            ("my", "my.html"),
            ("enrol", "login.html"),
        ):
            add(f"/{path}", path, lambda page=page: self._page(page))
        if hall.config.demo:
            add("/simulators", "simulators", lambda: self._page("simulators.html"))

    def _root(self) -> Response:
        return Response(status=302, headers={"Location": "/login"})

    def _page(self, name: str, line: str = "") -> Response:
        """Return a built page; `line` is the one other address that it may connect to."""
        path = DIST / name
        if not path.exists():
            return Response(MISSING, status=503, mimetype="text/plain")
        html = path.read_text(encoding="utf-8").replace("<html ", f"<html {self._zone()} ", 1)
        response = Response(html, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = POLICY.format(
            ws=_websocket(), line=f" {line}" if LINE.match(line) else ""
        )
        return response

    def _zone(self) -> str:
        """Return the attributes by which a page knows the hall's wall clock (clock.ts)."""
        ctx = self._hall.ctx
        name = ctx.settings().of(GeneralSettings).timezone
        ahead = fixed_minutes(name, ctx.local().year)
        attributes = {"data-zone": name} | ({} if ahead is None else {"data-ahead": str(ahead)})
        return " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())

    def _kiosk(self, name: str) -> Response:
        ctx = self._hall.ctx
        access_row = ctx.read(lambda c: lease_queries.standby_of(c, ctx.hall_id, name))
        return self._device_page(
            "kiosk", name, "kiosk.html", access_row.line if access_row is not None else ""
        )

    def _board(self, name: str) -> Response:
        return self._device_page("board", name, "board.html")

    def _tablet(self, name: str) -> Response:
        return self._device_page("tablet", name, "rate.html")

    def _device_page(self, kind: str, name: str, page: str, line: str = "") -> Response:
        if not NAME.match(name):
            raise HallError(CommonCode.NOT_FOUND)
        response = self._page(page, line)
        if (
            self._hall.config.demo
            and response.status_code == 200
            and not self._enrolled(kind, name)
        ):
            self._access.set_device(response, kind, name, self._hall.people.grant(kind, name))
        return response

    def _enrolled(self, kind: str, name: str) -> bool:
        token = request.cookies.get(device_cookie(kind, name), "")
        try:
            return bool(token) and self._hall.people.device(token) is not None
        except HallError:
            return False

    def _static(self, path: str) -> Response:
        resolved = safe_join(str(DIST), path)
        if resolved is None or not Path(resolved).is_file():
            return Response(status=404)
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        file, headers = Path(resolved), {"X-Content-Type-Options": "nosniff"}
        twin = file.with_name(file.name + ".gz")
        if twin.is_file() and "gzip" in request.headers.get("Accept-Encoding", ""):
            file = twin
            headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return Response(file.read_bytes(), mimetype=kind, headers=headers)


def wants_page(accept: str) -> bool:
    """Return True if a browser asks: its header Accept prefers HTML over JSON."""
    accepted = parse_accept_header(accept, MIMEAccept)
    return accepted["text/html"] > accepted["application/json"]


def problem_page(status: int) -> Response | None:
    """Return the page that explains a failed request; None if pages are not built."""
    path = DIST / "problem.html"
    if not path.exists():
        return None
    html = path.read_text(encoding="utf-8").replace("<html ", f'<html data-status="{status}" ', 1)
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY.format(ws="", line="")
    return response


def _websocket() -> str:
    """Return the page's own WebSocket origin: older browsers do not count it as 'self'."""
    host = request.host
    return f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
