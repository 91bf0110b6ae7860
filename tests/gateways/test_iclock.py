"""Push gateway over HTTP: protocol, admission, data that is never stored."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from server.time_clocks import push_gateway as gateway
from server.time_clocks import queries as time_clocks_queries
from server.web_api.limits import CLOCKS, Limits
from support.halls import STAFF, SmallHall
from support.time_clock_requests import ATTLOG, events, post, reader, stored_punches
from support.web import Web


def test_the_handshake_sets_clock_and_options(web: Web, terminal: FlaskClient) -> None:
    answer = terminal.get("/iclock/cdata?SN=CE1&options=all&pushver=2.4.1&language=83")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain"
    # Monday 09:00 at UTC+8: the hall's time, not the machine's.
    assert answer.headers["Date"] == "Mon, 02 Mar 2026 01:00:00 GMT"
    lines = answer.data.decode().splitlines()
    assert lines[0] == "GET OPTION FROM: CE1"
    assert {"ATTLOGStamp=0", "TimeZone=8", "Realtime=1"} <= set(lines)
    assert time_clocks_queries.facts_of(reader(web))["encoding"] == "gb18030"


@pytest.mark.parametrize("path", ["cdata", "cdata/", "cdata.aspx", "cdata.aspx/"])
def test_a_batch_is_durable_before_it_is_confirmed(
    web: Web, terminal: FlaskClient, path: str
) -> None:
    assert post(terminal, "ATTLOG", ATTLOG, path) == (200, b"OK: 2\n")
    assert [(p.enrolment, p.said, p.verify) for p in reversed(stored_punches(web))] == [
        ("1001", "2026-03-02 08:20:05", "1"),
        ("1002", "2026-03-02 08:21:00", "15"),
    ]
    again = terminal.get("/iclock/cdata?SN=CE1&options=all")
    assert b"ATTLOGStamp=9\n" in again.data


def test_an_invalid_line_blocks_nothing_and_is_shown(web: Web, terminal: FlaskClient) -> None:
    body = b"\xff\xfe broken\n" + ATTLOG + b"1003\t2026-13-02 08:00:00\t0\t1\n"
    for _ in range(2):
        assert post(terminal, "ATTLOG", body) == (200, b"OK: 4\n")
    assert len(stored_punches(web)) == 2
    quarantined = web.manager().get("/office/readers").get_json()["put_aside"]
    assert sorted((line["reason"], line["times"]) for line in quarantined) == [
        ("bad_enrolment", 2),
        ("bad_time", 2),
    ]
    settled = web.manager().post(f"/office/put-aside/{quarantined[0]['id']}/settle")
    assert settled.status_code == 200
    assert len(web.manager().get("/office/readers").get_json()["put_aside"]) == 1


TEMPLATE = b"TMP=SlRTUzIxAAAEeHsECAUHCc7QAAAseWkBAAAAhAkUY3gNAKsPkwDyAPZ3"


@pytest.mark.parametrize(
    ("table", "body"),
    [
        ("OPERLOG", b"OPLOG 6\t0\t2026-03-02 08:00:00\t1\t0\t0\t0\nFP PIN=1\tFID=6\t" + TEMPLATE),
        ("BIODATA", b"BIODATA Pin=1\tNo=0\tIndex=0\t" + TEMPLATE),
        ("ATTLOG", b"FP PIN=1\tFID=6\t" + TEMPLATE + b"\n" + ATTLOG),
        ("ATTPHOTO", b"PIN=x.jpg\nSN=CE1\nsize=99\nCMD=uploadphoto\x00\xff\xd8" + TEMPLATE),
    ],
)
def test_fingerprint_templates_are_neither_stored_nor_logged(
    web: Web,
    terminal: FlaskClient,
    table: str,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
    sqlite_url: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    status, answer = post(terminal, table, body)
    assert (status, answer[:2]) == (200, b"OK")
    assert events(web).count("template_offered") == 1
    post(terminal, table, body)
    assert events(web).count("template_offered") == 1
    mark = TEMPLATE[4:30]
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if mark in path.read_bytes()] == []
    assert mark.decode() not in caplog.text


@pytest.mark.parametrize("table", ["OPERLOG", "USERINFO", "ERRORLOG", "IDCARD", "options", "new"])
def test_every_table_is_answered_ok(terminal: FlaskClient, table: str) -> None:
    body = "USER PIN=1\tName=张伟\tPri=0".encode("gb18030")
    status, answer = post(terminal, table, body)
    assert (status, answer[:2]) == (200, b"OK")


def test_operations_at_the_time_clock_are_recorded(web: Web, terminal: FlaskClient) -> None:
    post(terminal, "OPERLOG", b"OPLOG 23\t7\t2026-03-02 08:00:00\t0\t0\t0\t0\n")
    detail = web.manager().get("/office/readers/CE1").get_json()
    event = next(e for e in detail["events"] if e["kind"] == "operation")
    assert event["data"] == {"what": "records_cleared", "by": "7", "said": "2026-03-02 08:00:00"}


def test_orders_are_sent_and_their_results_recorded(web: Web, terminal: FlaskClient) -> None:
    terminal.get("/iclock/cdata?SN=CE1&options=all&language=83")
    manager = web.manager()
    link = {"enrolment": "7", "staff": STAFF["T1"], "since": "2026-01-01"}
    assert manager.post("/office/fingers", link).status_code == 200
    orders: list[dict[str, str]] = [
        {"kind": "set_time"},
        {"kind": "names"},
        {"kind": "reread", "first": "2026-03-01", "last": "2026-03-02"},
    ]
    for order in orders:
        assert manager.post("/office/readers/CE1/order", order).get_json() == {"count": 1}
    answer = terminal.get("/iclock/getrequest?SN=CE1&INFO=Ver 8.0,31,31,1200,10.0.0.9")
    assert answer.data.decode("gb18030") == (
        "C:1:CHECK\n"
        "C:2:DATA UPDATE USERINFO PIN=7\tName=测试1\n"
        "C:3:DATA QUERY ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-02 23:59:59\n"
    )
    assert terminal.get("/iclock/getrequest?SN=CE1").data == b"OK\n"
    body = b"ID=1&Return=0&CMD=CHECK\nID=2&Return=-1002&CMD=DATA\n"
    assert terminal.post("/iclock/devicecmd?SN=CE1", data=body).data == b"OK\n"
    detail = manager.get("/office/readers/CE1").get_json()["commands"]
    assert [(entry["kind"], entry["state"]) for entry in detail] == [
        ("reread", "sent"),
        ("names", "failed"),
        ("set_time", "done"),
    ]
    assert (reader(web).firmware, reader(web).records) == ("Ver 8.0", 1200)


def test_a_lost_order_is_sent_again(web: Web, terminal: FlaskClient) -> None:
    for kind in ("info", "reboot"):
        web.manager().post("/office/readers/CE1/order", {"kind": kind})
    assert terminal.get("/iclock/getrequest?SN=CE1").data == b"C:1:INFO\nC:2:REBOOT\n"
    web.small.clock.advance(minutes=11)
    # A time clock cannot report a restart: the order is not sent a second time.
    assert terminal.get("/iclock/getrequest?SN=CE1").data == b"C:1:INFO\n"


def test_an_unknown_time_clock_is_recorded_and_rejected_until_admitted(web: Web) -> None:
    line = web.app.flask.test_client()
    assert line.get("/iclock/cdata?SN=CE9&options=all").status_code == 403
    refused = line.post("/iclock/cdata?SN=CE9&table=ATTLOG", data=ATTLOG)
    assert refused.status_code == 403
    assert stored_punches(web) == []
    office = web.administrator().get("/office/today").get_json()
    assert [a["code"] for a in office["alarms"] if a["subject"] == "CE9"] == ["reader_asking"]
    assert web.manager().post("/office/readers/CE9/admit").status_code == 403
    assert web.administrator().post("/office/readers/CE9/admit").status_code == 200
    assert line.post("/iclock/cdata?SN=CE9&table=ATTLOG", data=ATTLOG).data == b"OK: 2\n"


def test_unknown_time_clocks_are_recorded_in_limited_number(web: Web) -> None:
    line = web.app.flask.test_client()
    codes = [line.get(f"/iclock/cdata?SN=X{n}").status_code for n in range(80)]
    assert set(codes) == {403, 429}
    asking = web.small.ctx.read(lambda c: time_clocks_queries.awaiting_admission(c, "small"))
    assert len(asking) == 4  # all from one address


@pytest.mark.parametrize("serial", ["", "../x", "a" * 41, "x y"])
def test_a_request_without_a_valid_serial_number_is_rejected(web: Web, serial: str) -> None:
    line = web.app.flask.test_client()
    assert line.get("/iclock/cdata", query_string={"SN": serial}).status_code == 400


def test_a_terminal_posts_from_its_own_networks_only(web: Web, terminal: FlaskClient) -> None:
    body = {"name": "东门", "networks": "10.1.0.0/16 192.168.7.5"}
    assert web.administrator().post("/office/readers/CE1", body).status_code == 200

    def tried(address: str) -> int:
        return terminal.get(
            "/iclock/ping?SN=CE1", environ_overrides={"REMOTE_ADDR": address}
        ).status_code

    assert [tried(a) for a in ("10.1.9.9", "192.168.7.5", "192.168.7.6", "10.2.0.1")] == [
        200,
        200,
        403,
        403,
    ]
    assert "foreign_network" in events(web)
    bad = web.administrator().post("/office/readers/CE1", {"name": "x", "networks": "10.1"})
    assert bad.get_json()["data"]["field"] == "networks"


def test_floods_and_oversized_uploads_are_rejected(web: Web, terminal: FlaskClient) -> None:
    big = terminal.post(
        "/iclock/cdata?SN=CE1&table=ATTLOG",
        data=b"x" * (gateway.MAX_BODY + 1),
    )
    assert big.status_code == 413
    # The clock stands still, so the bucket is not refilled, however slow the machine.
    flask = Flask("flood")
    flask.register_blueprint(gateway.Gateway(web.small.hall, Limits(lambda: 0.0)).blueprint)
    line = flask.test_client()
    codes = [line.get("/iclock/ping?SN=CE1").status_code for _ in range(CLOCKS.per_caller + 2)]
    assert codes[0] == 200
    assert codes[-1] == 429
    assert stored_punches(web) == []


def test_only_a_failing_database_is_a_server_error(
    small: SmallHall, terminal: FlaskClient, web: Web
) -> None:
    class Broken:
        """Store whose disk is unavailable."""

        hall_id = "small"
        read = small.ctx.store.read

        def write(self, *_args: object, **_more: object) -> Any:
            raise OperationalError("disk", None, Exception("gone"))

    working_store, small.ctx.store = small.ctx.store, Broken()  # type: ignore[assignment]
    status, _ = post(terminal, "ATTLOG", ATTLOG)
    small.ctx.store = working_store
    assert status == 503
    assert stored_punches(web) == []
    # The time clock sends it again, and its delivery stays pending meanwhile.
    terminal.get("/iclock/getrequest?SN=CE1")
    assert time_clocks_queries.facts_of(reader(web))["contact"]["catching_since"] is not None
    assert post(terminal, "ATTLOG", ATTLOG) == (200, b"OK: 2\n")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_route_edits_a_punch(web: Web, terminal: FlaskClient, method: str) -> None:
    post(terminal, "ATTLOG", ATTLOG)
    number = stored_punches(web)[0].id
    for person in (web.manager(), web.administrator(), web.clerk("T1", seated=False)):
        headers = {"X-CSRF-Token": person.csrf, "Idempotency-Key": f"edit-{method}"}
        address = f"/api/v1/office/punches/{number}"
        answer = getattr(person.client, method)(address, json={"said": "x"}, headers=headers)
        assert answer.status_code == 405
        assert answer.get_json()["code"] == "method"
    punch_view = web.manager().get(f"/office/punches/{number}").get_json()
    assert punch_view["punch"]["said"] == "2026-03-02 08:21:00"
    assert punch_view["raw"].startswith("1002\t")


def test_a_clerk_sees_no_time_clocks(web: Web) -> None:
    clerk = web.clerk("T1", seated=False)
    for path in ("/office/readers", "/office/fingers", "/office/punches/1"):
        assert clerk.get(path).get_json()["code"] == "forbidden"


def test_the_office_has_alarms_about_time_clocks(web: Web, terminal: FlaskClient) -> None:
    post(terminal, "ATTLOG", b"1\t2026-03-02 10:30:00\t0\t1\ngarbage\n")
    web.small.clock.advance(minutes=11)
    alarms = web.manager().get("/office/today").get_json()["alarms"]
    codes = {alarm["code"] for alarm in alarms if alarm["subject"] == "CE1"}
    assert codes == {"reader_silent", "reader_clock", "reader_lines"}
    assert all(alarm["message_zh"].startswith("打卡机 东门") for alarm in alarms
               if alarm["subject"] == "CE1")  # fmt: skip
