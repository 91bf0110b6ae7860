"""Requests that provoke the error codes of spot checks and findings."""

from __future__ import annotations

import io

from PIL import Image
from werkzeug.test import TestResponse

from server.core.store import Tx
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.errors import SpotCheckCode
from support.code_cases import case
from support.halls import ADMINISTRATOR, MANAGER, STAFF, at
from support.web import Browser, Web

SAID = {"statement": "当时在打印室取材料"}


def walk(web: Web) -> tuple[Browser, str]:
    """Start an extra spot check of a manager and the clerk of G2.

    Return the browser and the check.
    """
    manager = web.manager()
    answer = manager.post("/office/checks/extra", {"other": STAFF["G2"]})
    assert answer.status_code == 200, answer.get_json()
    return manager, str(answer.get_json()["check"])


def join(web: Web, check: str) -> TestResponse:
    """Confirm, as the clerk of G2, to be the second checker."""
    return web.person(STAFF["G2"]).post(f"/my/checks/{check}/second", {"agree": True})


def mark(manager: Browser, check: str, **values: object) -> TestResponse:
    """Post one mark of window T1; `empty` by default."""
    body = {"id": "m-1", "window": "T1", "mark": "empty", "at": at(9)} | values
    return manager.post(f"/office/checks/{check}/marks", body)


def make_finding(web: Web) -> tuple[Browser, str]:
    """Make a finding on the clerk of T1; return the manager's browser and the finding."""
    manager, check = walk(web)
    assert mark(manager, check, staff=STAFF["T1"]).status_code == 200
    assert manager.post(f"/office/checks/{check}/finish").status_code == 200
    assert join(web, check).status_code == 200
    listed = manager.get("/office/findings").get_json()["findings"]
    return manager, str(listed[0]["id"])


def photo(width: int = 40, height: int = 30) -> bytes:
    """Return a JPEG photo."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "JPEG")
    return out.getvalue()


def upload(browser: Browser, check: str, content: bytes) -> TestResponse:
    """Upload a photo to a spot check."""
    return browser.client.post(
        f"/api/v1/office/checks/{check}/photos",
        data={"photo": (io.BytesIO(content), "photo.jpg")},
        headers={"X-CSRF-Token": browser.csrf},
    )


@case(SpotCheckCode.CHECK_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/checks/2026-03-02-9/start", {"other": STAFF["G2"]})


@case(SpotCheckCode.CHECK_NOT_DUE)
def _(web: Web) -> TestResponse:
    manager, check = walk(web)
    return manager.post(f"/office/checks/{check}/start", {"other": STAFF["G2"]})


@case(SpotCheckCode.CHECK_NOT_RUNNING)
def _(web: Web) -> TestResponse:
    def come(tx: Tx) -> None:
        spot_checks_queries.add(
            tx, "2026-03-02-1", "2026-03-02", "drawn", 1, due_at=at(9), state="due"
        )

    web.small.ctx.write(come)
    return mark(web.manager(), "2026-03-02-1")


@case(SpotCheckCode.CHECKERS_TWO)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/checks/extra", {"other": MANAGER})


@case(SpotCheckCode.NOT_A_CHECKER)
def _(web: Web) -> TestResponse:
    _, check = walk(web)
    return mark(web.administrator(), check)


@case(SpotCheckCode.CHECK_SECOND)
def _(web: Web) -> TestResponse:
    _, check = walk(web)
    join(web, check)
    return join(web, check)


@case(SpotCheckCode.MARK_REASON)
def _(web: Web) -> TestResponse:
    manager, check = walk(web)
    return mark(manager, check, mark="away")


@case(SpotCheckCode.PHOTO_INVALID)
def _(web: Web) -> TestResponse:
    manager, check = walk(web)
    return upload(manager, check, b"no picture at all")


@case(SpotCheckCode.PHOTO_UNKNOWN)
def _(web: Web) -> TestResponse:
    manager, check = walk(web)
    return mark(manager, check, photos=["0" * 64])


@case(SpotCheckCode.FINDING_UNKNOWN)
def _(web: Web) -> TestResponse:
    _, finding = make_finding(web)
    return web.clerk("S1").post(f"/my/findings/{finding}/dispute", SAID)


@case(SpotCheckCode.FINDING_STATE)
def _(web: Web) -> TestResponse:
    _, finding = make_finding(web)
    body = {"stands": True, "why": "事实清楚"}
    return web.person(ADMINISTRATOR).post(f"/office/findings/{finding}/settle", body)


@case(SpotCheckCode.FINDING_OWN)
def _(web: Web) -> TestResponse:
    manager, finding = make_finding(web)
    web.clerk("T1").post(f"/my/findings/{finding}/dispute", SAID)
    return manager.post(f"/office/findings/{finding}/settle", {"stands": True, "why": "事实清楚"})


@case(SpotCheckCode.DISPUTE_OVER)
def _(web: Web) -> TestResponse:
    _, finding = make_finding(web)
    web.small.clock.advance(minutes=4 * 24 * 60)
    return web.clerk("T1", seated=False).post(f"/my/findings/{finding}/dispute", SAID)
