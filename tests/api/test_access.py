"""Permissions: every route tried by every kind of person and device; sessions and enrolment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from server.accounts import queries as accounts_queries
from server.accounts.errors import AccountCode
from server.app import build
from server.core.errors import CommonCode
from server.queue import slip_queries
from server.queue.errors import QueueCode
from server.web_api import Caller
from server.web_api.limits import Limits
from support.halls import ADMINISTRATOR, STAFF
from support.web import PASSWORD, Browser, Web

PEOPLE: dict[Caller | None, Callable[[Web], Browser]] = {
    None: Web.browser,
    Caller.KIOSK: lambda web: web.device("kiosk", "1"),
    Caller.BOARD: lambda web: web.device("board", "main"),
    Caller.AGENT: lambda web: web.device("agent", "kiosk"),
    Caller.CLERK: lambda web: web.clerk("T1"),
    Caller.MANAGER: Web.manager,
    Caller.ADMINISTRATOR: Web.administrator,
}
REFUSALS = {CommonCode.NOT_SIGNED_IN.value, CommonCode.FORBIDDEN.value}


@pytest.mark.parametrize("who", list(PEOPLE), ids=lambda w: w.value if w else "nobody")
def test_every_route_by_everybody(web: Web, who: Caller | None) -> None:
    person = PEOPLE[who](web)
    ticks = count(step=3_600_000)
    web.app.api.limits = Limits(lambda: next(ticks))  # an hour between two requests
    skipped = {"/logout", "/password"}
    for route in web.app.api.routes:
        if route.path in skipped:
            continue
        path = re.sub(r"<[^>]+>", "x", route.path)
        answer = person.get(path) if route.method == "GET" else person.post(path)
        code = (answer.get_json(silent=True) or {}).get("code")
        allowed = Caller.ANYONE in route.who or who in route.who
        if allowed:
            assert code not in REFUSALS, f"{route.method} {path}"
        else:
            expected = CommonCode.FORBIDDEN if who else CommonCode.NOT_SIGNED_IN
            assert code == expected.value, f"{route.method} {path}"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=edge"])
def test_a_body_over_the_limit_is_refused_by_every_route(web: Web, kind: str) -> None:
    for who in (Caller.ADMINISTRATOR, Caller.CLERK, Caller.KIOSK, Caller.AGENT):
        person = PEOPLE[who](web)
        for route in web.app.api.routes:
            if route.method == "POST" and who in route.who:
                path = re.sub(r"<[^>]+>", "x", route.path)
                answer = person.client.post(
                    f"/api/v1{path}",
                    headers=person.headers(""),
                    content_type=kind,
                    environ_overrides={"CONTENT_LENGTH": str(2**30)},
                )
                assert answer.status_code < 500, f"{route.method} {path}"


def test_cookies_cannot_be_read_or_sent_from_elsewhere(web: Web) -> None:
    answer = web.browser().login(STAFF["T1"])
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_session_ends_with_logout_and_with_time(web: Web) -> None:
    clerk = web.clerk("T1")
    clerk.post("/logout", key=None)
    assert clerk.get("/counter").get_json()["code"] == CommonCode.NOT_SIGNED_IN
    other = web.person(STAFF["T2"])
    web.small.clock.advance(minutes=12 * 60 + 1)
    assert other.get("/counter").get_json()["code"] == CommonCode.NOT_SIGNED_IN


def test_a_session_survives_the_servers_restart(web: Web) -> None:
    clerk = web.clerk("T1")
    cookie = clerk.client.get_cookie("hall_session")
    assert cookie is not None
    restarted = Browser(build(web.small.hall).flask.test_client())
    restarted.client.set_cookie("hall_session", cookie.value)
    restarted.csrf = clerk.csrf
    assert restarted.get("/counter").status_code == 200
    assert restarted.post("/counter/pause", {"reason": "rest"}).status_code == 200


def test_wrong_passwords_lock_only_that_account(web: Web) -> None:
    for _ in range(5):
        assert web.browser().login(STAFF["T1"], "wrong").status_code == 401
    locked = web.browser().login(STAFF["T1"])
    assert locked.get_json()["code"] == AccountCode.LOCKED_OUT
    assert locked.get_json()["data"]["minutes"] == 10
    assert web.browser().login(STAFF["T2"]).status_code == 200
    web.small.clock.advance(minutes=11)
    assert web.browser().login(STAFF["T1"]).status_code == 200


def test_an_unknown_person_is_answered_like_a_known_one(web: Web) -> None:
    known_answer = web.browser().login(STAFF["T1"], "wrong").get_json()
    unknown = web.browser().login("nobody", "wrong").get_json()
    assert known_answer == unknown


def test_a_first_password_must_be_changed(web: Web) -> None:
    password = web.administrator().post(f"/office/accounts/{STAFF['T1']}/reset").get_json()
    clerk = web.browser()
    session = clerk.login(STAFF["T1"], password["password"]).get_json()
    assert session["must_change"]
    body = {"current": password["password"], "new": "better-words-9"}
    changed = clerk.post("/password", body, key=None)
    assert not changed.get_json()["must_change"]
    assert clerk.post("/counter/sign-in", {"window": "T1"}).status_code == 200


def test_a_disabled_account_is_out_at_once(web: Web) -> None:
    clerk = web.clerk("T1")
    web.administrator().post(f"/office/accounts/{STAFF['T1']}", {"disabled": True})
    assert clerk.get("/counter").status_code == 401
    assert web.browser().login(STAFF["T1"]).get_json()["code"] == AccountCode.LOGIN_FAILED


def test_an_administrator_cannot_disable_the_own_account(web: Web) -> None:
    answer = web.administrator().post(f"/office/accounts/{ADMINISTRATOR}", {"disabled": True})
    assert answer.get_json()["code"] == CommonCode.FORBIDDEN


def test_an_enrolment_code_works_once_for_its_device(web: Web) -> None:
    made = web.administrator().post("/office/codes", {"kind": "kiosk", "name": "7"}).get_json()
    body = {"code": made["code"], "kind": "kiosk", "name": "7"}
    wrong = web.browser().post("/enrol", body | {"name": "8"}, key=None)
    assert wrong.get_json()["code"] == AccountCode.ENROL_CODE
    good = web.browser().post("/enrol", body, key=None)
    assert good.get_json()["token"]
    assert web.browser().post("/enrol", body, key=None).status_code == 403


def test_an_enrolment_code_expires(web: Web) -> None:
    made = web.administrator().post("/office/codes", {"kind": "board", "name": "main"}).get_json()
    web.small.clock.advance(minutes=made["minutes"] + 1)
    body = {"code": made["code"], "kind": "board", "name": "main"}
    assert web.browser().post("/enrol", body, key=None).status_code == 403


def test_secrets_are_kept_as_hashes_only(web: Web) -> None:
    kiosk = web.small.hall.people.grant("kiosk", "1")
    rows = web.small.ctx.read(lambda c: accounts_queries.tokens(c, "small"))
    stored = web.small.ctx.read(lambda c: accounts_queries.accounts(c, "small"))
    assert kiosk not in {row.token_hash for row in rows}
    assert all(row.password_hash.startswith("$argon2id$") for row in stored)
    assert all(PASSWORD not in row.password_hash for row in stored)


def test_pages_and_answers_carry_the_strict_headers(web: Web) -> None:
    answer = web.browser().get("/session")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    page = web.browser().client.get("/login")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_demo_doors_in_production(web: Web) -> None:
    client = web.browser().client
    assert client.get("/simulators").status_code == 404
    assert client.get("/api/v1/demo/state").status_code == 404
    assert "Set-Cookie" not in client.get("/kiosk/1").headers


def test_a_repeat_after_leaving_the_window_gets_the_first_answer(web: Web) -> None:
    clerk = web.clerk("T1")
    for _ in range(2):
        assert clerk.post("/counter/sign-out", key="leave").get_json() == {"ok": True}
    assert clerk.post("/counter/sign-out").get_json()["code"] == QueueCode.WINDOW_NOT_SIGNED_IN


def test_an_unknown_time_zone_is_refused(web: Web) -> None:
    admin = web.administrator()
    answer = admin.post("/office/settings", {"values": {"timezone": "Nowhere/At"}})
    assert answer.get_json()["code"] == CommonCode.SETTING_INVALID
    assert admin.get("/office/today").status_code == 200


def test_the_database_is_readable_by_its_owner_only(web: Web) -> None:
    url = web.small.hall.config.database_url
    assert Path(url.removeprefix("sqlite:///")).stat().st_mode & 0o077 == 0


def test_slip_and_screen_agree_for_a_priority_person(web: Web) -> None:
    web.clerk("T1")
    kiosk = web.device("kiosk", "1")
    for _ in range(5):
        kiosk.post("/tickets", {"item": "tax-2"})
    body = {"item": "tax-2", "applicant": "elderly"}
    ticket = kiosk.post("/tickets", body).get_json()["ticket"]
    slip_rows = web.small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket["id"]))
    facts = json.loads(slip_rows[0].document)
    assert (facts["ahead"], facts["low"], facts["high"]) == (0, ticket["low"], ticket["high"])
    assert ticket["ahead"] == 0
