"""Commands of foreign pages and bodies of strangers: rejected before a body is read."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from server.catalogue.workbook_routes import MAX_WORKBOOK
from server.core.errors import CommonCode
from server.web_api import MAX_BODY, Caller, Route
from support.halls import MANAGER, STAFF
from support.web import PASSWORD, Browser, Web

FOREIGN = ("http://elsewhere.example", "https://localhost.example", "null", "", "ftp://localhost")


class Unread(io.RawIOBase):
    """Body that must not be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise AssertionError("it was read")


def unread(size: int) -> dict[str, Any]:
    """Return the environment of a request whose body must not be read."""
    return {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size)}


def browsers(web: Web) -> dict[Caller, Browser]:
    """Return a browser of every role."""
    return {
        Caller.ANYONE: web.browser(),
        Caller.ADMINISTRATOR: web.administrator(),
        Caller.MANAGER: web.manager(),
        Caller.CLERK: web.clerk("T1", seated=False),
        Caller.KIOSK: web.device("kiosk", "1"),
        Caller.BOARD: web.device("board", "main"),
        Caller.TABLET: web.device("tablet", "T1"),
        Caller.AGENT: web.device("agent", "kiosk"),
        Caller.BRANCH: web.device("branch", "north"),
    }


def commands(web: Web) -> list[tuple[Route, str]]:
    """Return every command with one of its addresses."""
    return [
        (route, "/api/v1" + re.sub(r"<[^>]+>", "1", route.path))
        for route in web.app.api.routes
        if route.method == "POST"
    ]


def code(answer: Any) -> str:
    return str(answer.get_json()["code"])


def test_no_command_is_taken_from_a_foreign_page(web: Web) -> None:
    people = browsers(web)
    pairs = commands(web)
    assert len(pairs) > 60
    for number, (route, address) in enumerate(pairs):
        someone = people[min(route.who)]
        headers = {**someone.headers(""), "Origin": FOREIGN[number % len(FOREIGN)]}
        answer = someone.client.post(address, json={}, headers=headers)
        assert (answer.status_code, code(answer)) == (403, CommonCode.ORIGIN), route.path


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_no_command_is_taken_as_a_form_or_text(web: Web, kind: str) -> None:
    people = browsers(web)
    for route, address in commands(web):
        if (route.upload and kind == "multipart/form-data") or (route.body is None and not kind):
            continue
        someone = people[min(route.who)]
        headers = {**someone.headers(""), **({"Content-Type": kind} if kind else {})}
        answer = someone.client.post(address, headers=headers, environ_overrides=unread(9))
        assert (answer.status_code, code(answer)) == (415, CommonCode.MEDIA_TYPE), route.path


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("hall.example", "https://hall.example"),
        ("hall.example", "http://hall.example"),
        ("hall.example:80", "http://hall.example"),
        ("hall.example", "https://hall.example:443"),
        ("hall.example:8000", "http://hall.example:8000"),
        ("HALL.example", "http://hall.example"),
        ("10.0.0.9:8000", "http://127.0.0.1:8000"),
    ],
)
def test_the_halls_own_pages_are_recognised_by_host_or_public_address(
    web: Web, host: str, origin: str
) -> None:
    assert web.small.hall.config.base_url == "http://127.0.0.1:8000"
    answer = web.browser().client.post("/api/v1/logout", headers={"Host": host, "Origin": origin})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("hall.example:8000", "http://hall.example"),
        ("hall.example", "http://hall.example:8000"),
        ("hall.example", "http://hall.example.evil.example"),
        ("hall.example", "http://evil.example/hall.example"),
    ],
)
def test_another_port_or_name_is_another_page(web: Web, host: str, origin: str) -> None:
    answer = web.browser().client.post("/api/v1/logout", headers={"Host": host, "Origin": origin})
    assert code(answer) == CommonCode.ORIGIN


def test_a_foreign_page_neither_signs_in_nor_out(web: Web) -> None:
    clerk = web.clerk("T1", seated=False)
    body = f'{{"staff": "{MANAGER}", "password": "{PASSWORD}"}}'
    for path, kind in (("/login", "text/plain"), ("/login", "application/json"), ("/logout", "")):
        headers = {"Origin": "http://elsewhere.example"} | ({"Content-Type": kind} if kind else {})
        answer = clerk.client.post(f"/api/v1{path}", data=body, headers=headers)
        assert answer.status_code in (403, 415)
        assert "Set-Cookie" not in answer.headers
        assert clerk.get("/session").get_json()["name"] == STAFF["T1"]


def test_signing_in_again_ends_the_session_before(web: Web) -> None:
    clerk = web.clerk("T1", seated=False)
    before = clerk.client.get_cookie("hall_session")
    assert before is not None
    other = web.browser()
    assert clerk.login(STAFF["T2"]).status_code == 200
    other.client.set_cookie("hall_session", before.value)
    assert other.get("/session").get_json()["kind"] == "none"
    assert clerk.get("/session").get_json()["name"] == STAFF["T2"]


def test_a_wrong_password_ends_no_session(web: Web) -> None:
    clerk = web.clerk("T1", seated=False)
    assert clerk.login(STAFF["T2"], "wrong").status_code == 401
    assert clerk.get("/session").get_json()["name"] == STAFF["T1"]


def test_a_time_clock_is_no_browser(web: Web) -> None:
    answer = web.browser().client.post(
        "/iclock/cdata?SN=1&table=ATTLOG",
        data="1",
        content_type="text/plain",
        headers={"Origin": "http://elsewhere.example"},
    )
    assert answer.status_code == 403
    assert answer.data == b"this terminal is not admitted\n"


def sent(browser: Browser, path: str, size: int, kind: str = "application/json") -> Any:
    """Send a command that declares a body of this size, which must not be read."""
    return browser.client.post(
        f"/api/v1{path}",
        content_type=kind,
        headers=browser.headers(""),
        environ_overrides=unread(size),
    )


def test_a_large_body_is_refused_before_it_is_read(web: Web) -> None:
    people = browsers(web)
    for route, _ in commands(web):
        if route.body is not None:
            path = re.sub(r"<[^>]+>", "1", route.path)
            answer = sent(people[min(route.who)], path, route.most + 1)
            assert (answer.status_code, code(answer)) == (413, CommonCode.TOO_LARGE), route.path


def test_an_upload_without_permission_is_rejected_before_its_body_is_read(web: Web) -> None:
    uploads = [route for route in web.app.api.routes if route.upload]
    assert {route.path for route in uploads} == {
        "/files",
        "/office/workbook",
        "/office/calendar/<year>/sheet",
        "/office/supervision/calendar/<year>/sheet",
        "/office/readers/<serial>/file",
        "/office/checks/<check>/photos",
        "/office/staff-photos/<staff>",
        "/fees/bank-files",
        "/office/assessment/sheets/<sheet>/workbook",
        "/my/licence-rolls/<unit>",
    }
    form = "multipart/form-data; boundary=x"
    for route in uploads:
        path = re.sub(r"<[^>]+>", "1", route.path)
        assert Caller.ANYONE not in route.who
        assert code(sent(web.browser(), path, 1000, form)) == CommonCode.NOT_SIGNED_IN
        assert code(sent(web.device("kiosk", "1"), path, 1000, form)) == CommonCode.FORBIDDEN
    admin = web.administrator()
    answer = sent(admin, "/office/workbook", MAX_WORKBOOK + 10 * MAX_BODY, form)
    assert code(answer) == CommonCode.TOO_LARGE


def test_a_body_without_a_declared_size_is_limited_while_it_is_read(web: Web) -> None:
    stream = io.BytesIO(b" " * (MAX_BODY * 3))
    answer = web.browser().client.post(
        "/api/v1/login",
        content_type="application/json",
        environ_overrides={
            "wsgi.input": stream,
            "wsgi.input_terminated": True,
            "HTTP_TRANSFER_ENCODING": "chunked",
        },
    )
    assert code(answer) == CommonCode.TOO_LARGE
    assert stream.tell() <= 2 * MAX_BODY


def test_the_openapi_document_is_built_once_and_cached_by_clients(web: Web) -> None:
    client = web.browser().client
    first, second = (client.get("/api/openapi.json") for _ in range(2))
    assert first.data == second.data
    tag = first.headers["ETag"]
    again = client.get("/api/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
