"""First answer to the desk's page: the session, and nobody's window but the person's own."""

from __future__ import annotations

from support.halls import STAFF
from support.web import Web


def test_nobody_is_shown_no_window(web: Web) -> None:
    web.clerk("T1")
    page = web.browser().get("/counter/page").get_json()
    assert (page["session"]["kind"], page["desk"]) == ("none", None)
    for device in (web.device("kiosk", "1"), web.device("board", "main")):
        assert device.get("/counter/page").get_json()["desk"] is None


def test_a_person_without_a_window_is_shown_none(web: Web) -> None:
    web.clerk("T2")
    for person in (web.clerk("T1", seated=False), web.administrator()):
        page = person.get("/counter/page").get_json()
        assert page["session"]["window"] == ""
        assert page["desk"] is None


def test_each_person_is_shown_their_own_window(web: Web) -> None:
    for window in ("T1", "T2"):
        clerk = web.clerk(window)
        page = clerk.get("/counter/page").get_json()
        assert page["session"] == clerk.get("/session").get_json()
        assert page["desk"] == clerk.get("/counter").get_json()
        assert (page["desk"]["window"]["code"], page["desk"]["staff"]) == (window, STAFF[window])
        clerk.post("/counter/sign-out", {"force": True})
        assert clerk.get("/counter/page").get_json()["desk"] is None


def test_a_first_password_comes_before_the_window(web: Web) -> None:
    web.clerk("T1")
    reset = web.administrator().post(f"/office/accounts/{STAFF['T1']}/reset").get_json()
    clerk = web.browser()
    clerk.login(STAFF["T1"], reset["password"])
    page = clerk.get("/counter/page").get_json()
    assert page["session"]["must_change"]
    assert page["desk"] is None
