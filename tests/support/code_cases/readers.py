"""Requests that provoke the error codes of time clocks, fingers and punches."""

from __future__ import annotations

import io

from werkzeug.test import TestResponse

from server.time_clocks.errors import TimeClockCode
from support.code_cases import case
from support.halls import MANAGER, STAFF
from support.web import Web


@case(TimeClockCode.READER_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get("/office/readers/NOBODY")


@case(TimeClockCode.READER_STATE)
def _(web: Web) -> TestResponse:
    web.browser().client.get("/iclock/cdata?SN=ASKS1&options=all")
    return web.manager().post("/office/readers/ASKS1/order", {"kind": "info"})


@case(TimeClockCode.PUNCH_FILE)
def _(web: Web) -> TestResponse:
    added = {"serial": "FILE1", "way": "file", "name": "侧门"}
    assert web.administrator().post("/office/readers", added).status_code == 200
    manager = web.manager()
    headers = {"X-CSRF-Token": manager.csrf}
    data = {"file": (io.BytesIO("姓名,部门\n".encode("gb18030")), "user.dat")}
    address = "/api/v1/office/readers/FILE1/file"
    return manager.client.post(address, data=data, headers=headers)


@case(TimeClockCode.SHEET_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/my/sheets/nothing/witness", {"agree": True})


@case(TimeClockCode.SHEET_STATE)
def _(web: Web) -> TestResponse:
    sheet = {
        "day": "2026-03-02",
        "reason": "停电",
        "witness": STAFF["G1"],
        "lines": [{"staff": STAFF["T1"], "at": "08:25"}],
    }
    made = web.manager().post("/office/sign-in-sheets", sheet).get_json()["sheet"]
    witness = web.person(STAFF["G1"])
    witness.post(f"/my/sheets/{made}/witness", {"agree": True})
    return witness.post(f"/my/sheets/{made}/witness", {"agree": True})


@case(TimeClockCode.SHEET_OWN)
def _(web: Web) -> TestResponse:
    sheet = {
        "day": "2026-03-02",
        "reason": "停电",
        "witness": STAFF["G1"],
        "lines": [{"staff": MANAGER, "at": "08:25"}],
    }
    return web.manager().post("/office/sign-in-sheets", sheet)


@case(TimeClockCode.SHEET_WITNESS)
def _(web: Web) -> TestResponse:
    sheet = {
        "day": "2026-03-02",
        "reason": "停电",
        "witness": MANAGER,
        "lines": [{"staff": STAFF["T1"], "at": "08:25"}],
    }
    return web.manager().post("/office/sign-in-sheets", sheet)
