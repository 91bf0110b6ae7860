"""Requests that provoke the error codes of the issuing window."""

from __future__ import annotations

from io import BytesIO

from werkzeug.test import TestResponse

from server.fees.actions import make
from server.issuing.errors import LicenceCode
from support.code_cases import case
from support.code_cases.cases import accepted, opened
from support.fees import charge
from support.halls import MANAGER, STAFF
from support.licences import UNIT_CLERK, licence_of
from support.web import Browser, Web

KIND = {"kind": "食品经营许可证", "number": "JY-1"}
HANDED = {"id_number": "0021", "signed": "paper"}


def granted(web: Web) -> tuple[Browser, str]:
    """Return the browser of the unit's clerk, who decided a case, and the case."""
    manager = web.manager()
    for post in ("handler", "reviewer", "approver"):
        manager.post("/office/cases/posts", {"unit": "tax", "post": post, "holders": [STAFF["T1"]]})
    issuers = [STAFF["G1"], STAFF["T1"]]
    manager.post("/office/cases/posts", {"post": "issuer", "holders": issuers})
    clerk, case_id = opened(web)
    steps = f"/cases/{case_id}/move"
    for move in ("accept", "pass", "pass"):
        clerk.post(steps, {"move": move, "words": "同意"})
    clerk.post(steps, {"move": "decide", "words": "准予", "outcome": "granted"})
    return clerk, case_id


def registered(web: Web) -> tuple[Browser, str]:
    """Return the browser of the unit's clerk, and a licence at the unit."""
    clerk, case_id = granted(web)
    answer = clerk.post(f"/cases/{case_id}/licences", KIND).get_json()
    return clerk, str(answer["licences"][0]["id"])


def given(web: Web) -> tuple[Browser, str, str]:
    """Return the browser of the unit's clerk, a hand-over list and its licence."""
    clerk, licence = registered(web)
    answer = clerk.post("/my/licence-lists", {"licences": [licence], "counted": 1})
    return clerk, str(answer.get_json()["id"]), licence


def ready(web: Web) -> tuple[Browser, str]:
    """Return the issuer's browser, and a licence at the window."""
    _clerk, number, licence = given(web)
    issuer = web.person(STAFF["G1"])
    issuer.post(f"/issuing/lists/{number}/receive", {"present": [licence], "counted": 1})
    return issuer, licence


@case(LicenceCode.LICENCE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get("/licences/Z0")


@case(LicenceCode.LICENCE_STATE)
def _(web: Web) -> TestResponse:
    _clerk, licence = registered(web)
    issuer = web.person(STAFF["G1"])
    return issuer.post("/issuing/shelf", {"licences": [licence], "shelf": "A-1"})


@case(LicenceCode.LICENCE_POST)
def _(web: Web) -> TestResponse:
    return web.person(STAFF["G2"]).get("/issuing")


@case(LicenceCode.LICENCE_SECOND)
def _(web: Web) -> TestResponse:
    clerk, number, licence = given(web)
    return clerk.post(f"/issuing/lists/{number}/receive", {"present": [licence], "counted": 1})


@case(LicenceCode.LICENCE_WORDS)
def _(web: Web) -> TestResponse:
    _clerk, number, _licence = given(web)
    issuer = web.person(STAFF["G1"])
    return issuer.post(f"/issuing/lists/{number}/receive", {"counted": 0})


@case(LicenceCode.LICENCE_COUNT)
def _(web: Web) -> TestResponse:
    clerk, licence = registered(web)
    return clerk.post("/my/licence-lists", {"licences": [licence], "counted": 2})


@case(LicenceCode.LICENCE_CASE)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps.replace("/move", "/licences"), KIND)


@case(LicenceCode.LICENCE_OPEN)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.get(steps.replace("/move", "/archive"))


@case(LicenceCode.LICENCE_LEFT)
def _(web: Web) -> TestResponse:
    clerk, case_id = granted(web)
    clerk.post(f"/cases/{case_id}/licences", KIND)
    clerk.post(f"/cases/{case_id}/move", {"move": "ask_void", "words": "重复"})
    return web.manager().post(f"/cases/{case_id}/move", {"move": "make_void", "words": "同意"})


@case(LicenceCode.LICENCE_TAKEN)
def _(web: Web) -> TestResponse:
    clerk, case_id = granted(web)
    clerk.post(f"/cases/{case_id}/licences", KIND)
    return clerk.post(f"/cases/{case_id}/licences", KIND)


@case(LicenceCode.LICENCE_SHELF)
def _(web: Web) -> TestResponse:
    issuer, licence = ready(web)
    return issuer.post("/issuing/shelf", {"licences": [licence], "shelf": ""})


@case(LicenceCode.LICENCE_IDENTITY)
def _(web: Web) -> TestResponse:
    issuer, licence = ready(web)
    return issuer.post("/issuing/hand-out", HANDED | {"licences": [licence], "id_number": "12345"})


@case(LicenceCode.LICENCE_RECEIVER)
def _(web: Web) -> TestResponse:
    issuer, licence = ready(web)
    body = {"licences": [licence], "id_number": "0021"}
    return issuer.post("/issuing/hand-out", body)


@case(LicenceCode.LICENCE_DUES)
def _(web: Web) -> TestResponse:
    issuer, licence = ready(web)
    row = licence_of(web.small, licence)
    charge(web.small)
    make(web.small.ctx, UNIT_CLERK, web.small.key(), row.case, "home", 1)
    return issuer.post("/issuing/hand-out", HANDED | {"licences": [licence]})


@case(LicenceCode.LICENCE_ENTERED)
def _(web: Web) -> TestResponse:
    clerk, licence = registered(web)
    return clerk.post(f"/licences/{licence}/entry", {})


@case(LicenceCode.WAYBILL_TAKEN)
def _(web: Web) -> TestResponse:
    issuer, licence = ready(web)
    body = {"licences": [licence], "waybill": "EX123456789CN"}
    issuer.post("/issuing/parcels", body)
    back = {"move": "return", "words": "未投", "shelf": "A-1"}
    issuer.post("/issuing/parcels/EX123456789CN/step", back)
    return issuer.post("/issuing/parcels", body)


def _roll(web: Web, text: str) -> TestResponse:
    manager = web.person(MANAGER)
    return manager.client.post(
        "/api/v1/my/licence-rolls/tax",
        data={"file": (BytesIO(text.encode()), "roll.csv")},
        headers=manager.headers(""),
        content_type="multipart/form-data",
    )


@case(LicenceCode.ROLL_FILE)
def _(web: Web) -> TestResponse:
    return _roll(web, "证照编号,名称,日期\nJY-1,证,昨天\n")


@case(LicenceCode.ROLL_TAKEN)
def _(web: Web) -> TestResponse:
    _roll(web, "JY-1,证,2026-03-01\n")
    return _roll(web, "JY-1,证,2026-03-01\n")
