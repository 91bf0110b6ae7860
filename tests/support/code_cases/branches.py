"""Requests that provoke the error codes of branch servers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from server.branches import changes
from server.branches.errors import BranchCode
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.core.config import BranchFile
from server.core.engine import newest
from server.core.errors import CommonCode
from server.queue.errors import QueueCode
from support.code_cases import case
from support.code_cases.hall import issued_ticket
from support.halls import branches
from support.web import Browser, Web

ADD = {"site": "north", "first_number": 801, "last_number": 999}


def _in_two_buildings(web: Web) -> Browser:
    import_catalogue(web.small.ctx, SYSTEM, branches(), "two buildings")
    return web.administrator()


def _joined(web: Web) -> tuple[Browser, int]:
    """Return the client of a branch server that has joined, and its run."""
    _in_two_buildings(web).post("/office/branches", ADD)
    server = web.device("branch", "north")
    started = server.post("/branch/start", {"revision": newest()}).get_json()
    return server, started["run"]


def _exchange(server: Browser, run: int, **words: Any) -> TestResponse:
    body: dict[str, Any] = {
        "revision": newest(),
        "run": run,
        "delivered": 0,
        "changes": [],
        "received": 0,
    }
    return server.post("/branch/exchange", body | {"windows": 0, "waiting": 0} | words)


def at_branch(web: Web, since: str = "2026-03-02") -> Web:
    """Return the small hall as the branch server of its north building."""
    import_catalogue(web.small.ctx, SYSTEM, branches(), "two buildings")
    web.small.configure(branch_servers=f"north 801-999 {since}")
    hall = web.small.hall
    place = BranchFile(site="north", main="http://main.invalid")
    web.small.hall = replace(hall, config=replace(hall.config, branch=place))
    web.small.ctx.local_settings = {"own_building": "north"}
    web.small.configure(priority_run=2)  # read the settings anew
    return Web(web.small)


@case(CommonCode.AT_MAIN_SERVER)
def _(web: Web) -> TestResponse:
    return at_branch(web).manager().get("/office/cases")


@case(QueueCode.BRANCH_SERVER)
def _(web: Web) -> TestResponse:
    _in_two_buildings(web).post("/office/branches", ADD)
    return web.clerk("S1", seated=False).post("/counter/sign-in", {"window": "S1"})


@case(QueueCode.BRANCH_DAY)
def _(web: Web) -> TestResponse:
    there = at_branch(web, since="2026-03-09")
    there.clerk("T2")
    return there.device("kiosk", "2").post("/tickets", {"item": "tax-1"})


@case(QueueCode.TICKET_OF_BRANCH)
def _(web: Web) -> TestResponse:
    server, run = _joined(web)
    web.clerk("T1")
    own = issued_ticket(web)
    rows = web.small.ctx.read(lambda c: changes.rows_of(c, web.small.ctx.hall_id, "ticket"))
    there = {"id": "20260302-A801", "seq": 801, "number": "A801", "token": "t-801"}
    row = json.dumps(changes.read_row(rows[0]) | there)
    _exchange(server, run, changes=[{"seq": 1, "name": "ticket", "row": row}])
    assert own != there["id"]
    return web.manager().post(f"/tickets/{there['id']}/cancel")


@case(BranchCode.BRANCH_UNKNOWN)
def _(web: Web) -> TestResponse:
    return _in_two_buildings(web).post("/office/branches/north/end")


@case(BranchCode.BRANCH_RUNS)
def _(web: Web) -> TestResponse:
    office = _in_two_buildings(web)
    office.post("/office/branches", ADD)
    return office.post("/office/branches", ADD | {"first_number": 701, "last_number": 800})


@case(BranchCode.BRANCH_SITE)
def _(web: Web) -> TestResponse:
    return _in_two_buildings(web).post("/office/branches", ADD | {"site": "centre"})


@case(BranchCode.BRANCH_BLOCK)
def _(web: Web) -> TestResponse:
    return _in_two_buildings(web).post("/office/branches", ADD | {"first_number": 401})


@case(BranchCode.BRANCH_VERSION)
def _(web: Web) -> TestResponse:
    server, run = _joined(web)
    return _exchange(server, run, revision="0001")


@case(BranchCode.BRANCH_BROKEN)
def _(web: Web) -> TestResponse:
    server, run = _joined(web)
    return _exchange(server, run + 1)


@case(BranchCode.BRANCH_ROW)
def _(web: Web) -> TestResponse:
    server, run = _joined(web)
    return _exchange(server, run, changes=[{"seq": 1, "name": "account", "row": "{}"}])
