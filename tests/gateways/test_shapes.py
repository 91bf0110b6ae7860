"""Every form of an upload: data answered with OK is stored, as a punch or quarantined."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.time_clocks import push_gateway as gateway
from server.time_clocks import queries as time_clocks_queries
from support.time_clock_requests import ATTLOG, post, reader, stored_punches
from support.web import Web

EVENT = (
    "time=2026-03-02 08:31:02\tpin=1005\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=0"
    "\tverifytype=1\tindex=21"
)
ROW = (
    "transaction cardno=0\tpin=1005\tverified=1\tdoorid=1\teventtype=0\tinoutstate=0"
    "\ttime_second=841134662\tindex=21"
)
PLAIN = "1005\t2026-03-02 08:31:02\t0\t1\t0\t0\t0"
SHAPES = [
    ("cdata?SN=CE1&table=rtlog", EVENT, b"OK\n"),
    ("cdata?SN=CE1&table=rtlog", EVENT.replace("pin", "Pin").replace("time", "Time"), b"OK\n"),
    ("cdata?SN=CE1&table=tabledata&tablename=transaction&count=1", ROW, b"transaction=1\n"),
    ("cdata?SN=CE1&table=tabledata&tablename=transaction", ROW, b"transaction=1\n"),
    ("querydata?SN=CE1&type=tabledata&tablename=transaction&count=1", ROW, b"transaction=1\n"),
    ("cdata?SN=CE1", PLAIN, b"OK: 1\n"),
    ("cdata?SN=CE1&table=", EVENT, b"OK: 1\n"),
    ("cdata.aspx?SN=CE1&table=attlog", PLAIN, b"OK: 1\n"),
]


@pytest.mark.parametrize(("path", "body", "answer"), SHAPES)
def test_a_punch_is_stored_in_every_form(
    web: Web, terminal: FlaskClient, path: str, body: str, answer: bytes
) -> None:
    for _ in range(2):
        reply = terminal.post(f"/iclock/{path}", data=f"{body}\n".encode())
        assert (reply.status_code, reply.data) == (200, answer)
    assert [(p.enrolment, p.said, p.verify) for p in stored_punches(web)] == [
        ("1005", "2026-03-02 08:31:02", "1")
    ]
    assert aside(web) == []


def aside(web: Web) -> list[Any]:
    return web.small.ctx.read(lambda c: time_clocks_queries.lines(c, "small", settled=False))


def alarms(web: Web) -> list[str]:
    alarm_list = web.manager().get("/office/today").get_json()["alarms"]
    return [alarm["code"] for alarm in alarm_list]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("cdata?SN=CE1&table=rtlog", EVENT.replace("time=2026", "when=2026")),
        ("cdata?SN=CE1&table=rtlog", EVENT.replace("pin=", "who=")),
        ("cdata?SN=CE1&table=rtlog", EVENT.replace("event=3", "event=5022")),
        ("cdata?SN=CE1&table=tabledata&tablename=transaction", ROW.replace("841134662", "9")),
        ("cdata?SN=CE1&table=tabledata&tablename=passage", ROW),
        ("cdata?SN=CE1&table=PASSLOG", "2026-03-02T08:31:02|1005|PASS"),
        ("cdata?SN=CE1", "2026-03-02T08:31:02|1005|PASS"),
        ("querydata?SN=CE1&type=other", PLAIN),
        ("edata?SN=CE1", "c2VjcmV0"),
        ("cdata?SN=CE1&table=ATTLOG", "1005\tyesterday"),
    ],
)
def test_unreadable_lines_are_quarantined_shown_and_keep_delivery_pending(
    web: Web, terminal: FlaskClient, path: str, body: str
) -> None:
    if body == ROW.replace("841134662", "9"):
        body = ROW.replace("841134662", "x")
    for _ in range(3):
        terminal.get("/iclock/getrequest?SN=CE1")
        web.small.clock.advance(seconds=30)
    before = reader(web).delivered_until
    assert before is not None
    assert terminal.post(f"/iclock/{path}", data=f"{body}\n".encode()).status_code == 200
    assert stored_punches(web) == []
    assert [line.line.replace("\t", "") for line in aside(web)] == [body.replace("\t", "")]
    assert "reader_lines" in alarms(web)
    for _ in range(10):
        web.small.clock.advance(seconds=30)
        terminal.get("/iclock/getrequest?SN=CE1")
    assert reader(web).delivered_until == before
    settled = web.manager().post(f"/office/put-aside/{aside(web)[0].id}/settle")
    assert settled.status_code == 200
    terminal.get("/iclock/getrequest?SN=CE1")
    assert reader(web).delivered_until > before
    # The same line again has been settled already.
    terminal.post(f"/iclock/{path}", data=f"{body}\n".encode())
    assert "reader_lines" not in alarms(web)


def test_an_event_without_a_person_is_neither_punch_nor_quarantined(
    web: Web, terminal: FlaskClient
) -> None:
    body = "\n".join([EVENT.replace("pin=1005", "pin=0"), EVENT.replace("1005", ""), EVENT])
    assert terminal.post("/iclock/cdata?SN=CE1&table=rtlog", data=body.encode()).data == b"OK\n"
    for table in ("rtstate", "status", "ERRORLOG"):
        assert post(terminal, table, b"time=2026-03-02 08:00:00\tsensor=01\trelay=00")[0] == 200
    assert len(stored_punches(web)) == 1
    assert aside(web) == []


def test_of_a_picture_in_an_unknown_table_only_the_length_is_stored(
    web: Web, terminal: FlaskClient
) -> None:
    post(terminal, "PASSPHOTO", bytes(range(128, 256)) * 3)
    assert [line.line for line in aside(web)] != []
    assert all("no text" in line.line for line in aside(web))


def test_a_rejected_upload_stays_pending(web: Web, terminal: FlaskClient) -> None:
    for _ in range(4):
        terminal.get("/iclock/getrequest?SN=CE1")
        web.small.clock.advance(seconds=30)
    before = reader(web).delivered_until
    assert post(terminal, "ATTLOG", b"\n" * (gateway.MAX_BODY + 1))[0] == 413
    terminal.get("/iclock/getrequest?SN=CE1")
    assert reader(web).delivered_until == before


def test_an_interrupted_upload_stays_pending(web: Web, terminal: FlaskClient) -> None:
    for _ in range(4):
        terminal.get("/iclock/getrequest?SN=CE1")
        web.small.clock.advance(seconds=30)
    before = reader(web).delivered_until
    path, length = "/iclock/cdata?SN=CE1&table=ATTLOG", {"CONTENT_LENGTH": str(len(ATTLOG))}
    answer = terminal.post(path, data=ATTLOG[:30], environ_overrides=length)
    assert answer.status_code == 400
    terminal.get("/iclock/getrequest?SN=CE1")
    assert reader(web).delivered_until == before
    assert post(terminal, "ATTLOG", ATTLOG) == (200, b"OK: 2\n")


FIELDS = st.sampled_from(
    ["1005", "0", "", "2026-03-02 08:31:02", "pin=1005", "pin=0", "time=2026-03-02 08:31:02",
     "time=x", "event=3", "time_second=841134662", "x", "张伟", "\u00ff"]
)  # fmt: skip
SAID = "2026-03-02 08:31:02"
MOMENTS = {SAID, f"time={SAID}", "time_second=841134662"}
"""Three notations of one time."""
BODIES = st.lists(st.lists(FIELDS, min_size=1, max_size=5).map("\t".join), max_size=4)
TABLES = st.sampled_from(
    ["table=ATTLOG&", "table=rtlog&", "table=tabledata&tablename=transaction&", "", "table=&",
     "table=tabledata&tablename=x&", "table=tabledata&", "table=whatever&", "table=transaction&"]
)  # fmt: skip
PLACES = st.sampled_from(["cdata", "cdata/", "cdata.aspx", "querydata", "edata"])


@given(PLACES, TABLES, BODIES)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_upload_answered_ok_is_stored(
    web: Web, terminal: FlaskClient, place: str, table: str, body: list[str]
) -> None:
    """Store every line that is answered with OK.

    Each is a punch, or quarantined, or an event that concerns no person.
    """
    web.small.clock.advance(minutes=1)
    answer = terminal.post(f"/iclock/{place}?{table}SN=CE1", data="\n".join(body).encode())
    assert answer.status_code == 200
    lines = {line.strip("\r\n ") for line in body} - {""}
    punched = {p.raw.strip() for p in stored_punches(web)}
    put = {line.line.strip() for line in aside(web)}
    pairs = {(p.enrolment, p.said) for p in stored_punches(web)}
    for line in lines:
        if line.strip() in punched or line.strip() in put:
            continue
        if "pin=0" in line:
            continue  # an event that concerns no person
        # The same punch in another form is stored already.
        fields = line.split("\t")
        pins = [field.removeprefix("pin=") for field in fields if field.startswith("pin=")]
        if MOMENTS & set(fields) and ((pins or fields)[0], SAID) in pairs:
            continue
        assert "no text" in " ".join(put), line
