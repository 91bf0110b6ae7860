"""Third-party time clocks and servers against those of this project; kill -9 under a backlog."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fingerprint_attendance.testing.simulator import ADMSDeviceSimulator
from flask.testing import FlaskClient

from devices.fingerprint.pull_simulator import PullModel, PullTerminal
from devices.fingerprint.push_simulator import FAMILIES, PushModel, PushTerminal
from devices.fingerprint.simulator import Enrolled, PunchRecord
from devices.simulate.base import Journal
from server.core.actors import SYSTEM
from server.core.engine import open_store
from server.integrity.checks import violations
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.actions import Description
from support.hall_server import ADMINISTRATOR, PATIENCE, ROOT, HallServer
from support.halls import STAFF, SmallHall, at
from support.web import Web

BASE = datetime.fromisoformat("2026-03-02T08:00:00")
PEOPLE = [Enrolled("1001", "张伟"), Enrolled("1002", "欧阳测试")]


def touches(count: int, base: datetime = BASE) -> list[PunchRecord]:
    return [PunchRecord(PEOPLE[n % 2].number, base + timedelta(seconds=n)) for n in range(count)]


ZK = """
import json, sys
from zk import ZK
port, key, udp = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "udp"
line = ZK("127.0.0.1", port=port, timeout=5, password=key, force_udp=udp, ommit_ping=True,
          encoding="gb18030").connect()
users = [[u.user_id, u.name] for u in line.get_users()]
records = [[a.user_id, str(a.timestamp), a.status, a.punch] for a in line.get_attendance()]
print(json.dumps({"users": users, "records": records, "clock": str(line.get_time())}))
line.disconnect()
"""


@pytest.mark.parametrize(("scheme", "key"), [("tcp", 0), ("tcp", 2468), ("udp", 0), ("udp", 2468)])
@pytest.mark.parametrize("size", [8, 16, 40])
def test_a_third_party_client_reads_the_simulated_time_clock(
    scheme: str, key: int, size: int
) -> None:
    terminal = PullTerminal("t", PullModel(record_size=size, comm_key=key), PEOPLE, Journal())
    terminal.remember(touches(40 if size == 8 else 3000))
    terminal.start()
    try:
        # GPL code that loops forever on a broken connection: a process of its own, with a deadline.
        argv = [sys.executable, "-W", "ignore", "-c", ZK, str(terminal.port), str(key), scheme]
        done = subprocess.run(argv, capture_output=True, timeout=30, check=True, text=True)
    finally:
        terminal.stop()
    records = json.loads(done.stdout)
    assert records["users"] == [["1001", "张伟"], ["1002", "欧阳测试"]]
    assert records["records"] == [
        [t.number, t.device_time.isoformat(" "), t.verify, t.in_out] for t in terminal.memory
    ]
    clock = datetime.fromisoformat(records["clock"])
    assert abs(clock - terminal.clock.now()) < timedelta(seconds=20)


@pytest.fixture
def adms(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a third-party ADMS server."""
    program = str(ROOT / "tests" / "support" / "adms_server.py")
    with (tmp_path / "adms.log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, program, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert child.stdout is not None
    port = child.stdout.readline().strip()
    assert port, (tmp_path / "adms.log").read_text()
    yield f"http://127.0.0.1:{port}"
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_third_party_server_accepts_the_simulated_time_clock(adms: str) -> None:
    model = PushModel("SIM1", adms, pace=0.02)
    terminal = PushTerminal("t", model, PEOPLE, Journal())
    terminal.remember(touches(250))
    terminal.faults.switch("gbk_names", on=True)
    terminal.faults.switch("garbage_line", on=True)
    terminal.start()
    try:
        assert terminal.wait_until_sent(PATIENCE)
        terminal.faults.switch("replay", on=True)
        assert terminal.wait_until_sent(PATIENCE)
    finally:
        terminal.stop()
    with urllib.request.urlopen(f"{adms}/kept", timeout=PATIENCE) as answer:
        stored = json.loads(answer.read())
    expected = [[t.number, t.device_time.isoformat(" ")] for t in terminal.memory]
    assert sorted(stored["punches"]) == sorted(expected)
    assert stored["bad"] == 6


@dataclass
class Line:
    """Client interface that the third-party time clock needs: Django's test client, to our app."""

    client: FlaskClient

    def get(self, path: str, params: Mapping[str, str], *, REMOTE_ADDR: str) -> Any:  # noqa: N803
        place = {"REMOTE_ADDR": REMOTE_ADDR}
        return self._answer(
            self.client.get(path, query_string=dict(params), environ_overrides=place)
        )

    def post(self, url: str, *, data: bytes, content_type: str, REMOTE_ADDR: str) -> Any:  # noqa: N803
        place = {"REMOTE_ADDR": REMOTE_ADDR}
        return self._answer(
            self.client.post(url, data=data, content_type=content_type, environ_overrides=place)
        )

    def _answer(self, response: Any) -> Any:
        response.content = response.data
        return response


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    small = SmallHall(sqlite_url, tmp_path, at(18))
    yield Web(small)
    small.close()


@pytest.mark.parametrize("firmware", ["legacy", "push2", "biodata"])
def test_a_third_party_time_clock_pushes_to_the_gateway(web: Web, firmware: str) -> None:
    small = web.small
    time_clocks_actions.add(small.ctx, SYSTEM, "k", "SIM001", "push", Description("东门"))
    time_clocks_actions.link(small.ctx, SYSTEM, "l", "1001", STAFF["T1"], "2026-01-01")
    line: Any = Line(web.app.flask.test_client())
    device = ADMSDeviceSimulator(line, serial="SIM001", firmware=firmware)
    assert device.handshake()["TimeZone"] == "8"
    device.push_user("1001", "张伟")
    device.punch("1001", BASE)
    device.enroll_at_device("1001", 6, b"a finger of nobody")
    device.go_offline()
    for touch in touches(1200, BASE + timedelta(minutes=5)):
        device.punch(touch.number, touch.device_time)
    device.go_online(catch_up=False)
    device.upload_pending(batch_size=500, corrupt_line=3)
    small.ctx.write(
        lambda tx: time_clocks_queries.add_command(tx, "SIM001", "info", "INFO", "test")
    )
    time_clocks_actions.order(small.ctx, SYSTEM, "n", "SIM001", "names")
    time_clocks_actions.order(
        small.ctx, SYSTEM, "r", "SIM001", "reread", "2026-03-02", "2026-03-02"
    )
    applied = device.run_commands()
    device.upload_pending()
    assert [text.split(" PIN")[0] for text in applied[:2]] == ["INFO", "DATA UPDATE USERINFO"]
    assert device.users["1001"]["name"] == "测试1"
    rows = small.ctx.read(lambda c: punch_queries.between(c, "small", 1, 10**9))
    assert {(row.enrolment, row.said) for row in rows} == {
        (p.pin, p.when.isoformat(" ")) for p in device.log
    }
    assert len(rows) == len(device.log)
    states = small.ctx.read(lambda c: time_clocks_queries.commands(c, "small", "SIM001"))
    assert {row.state for row in states} == {"done"}
    kinds = {
        e.kind for e in small.ctx.read(lambda c: time_clocks_queries.events(c, "small", "SIM001"))
    }
    assert "template_offered" in kinds
    assert small.ctx.read(lambda c: violations("small", c)) == []


def test_punches_of_every_protocol_family_are_stored(tmp_path: Path, sqlite_url: str) -> None:
    journal, serials = Journal(), {family: f"SIM-{family}" for family in FAMILIES}
    with HallServer(tmp_path, seated=[], database=sqlite_url) as hall:
        office = hall.clerk(ADMINISTRATOR)
        for serial in serials.values():
            office.post("/office/readers", {"serial": serial, "way": "push", "name": serial})
        terminals = [
            PushTerminal(
                serial, PushModel(serial, hall.base, pace=0.02, family=family), PEOPLE, journal
            )
            for family, serial in serials.items()
        ]
        for terminal in terminals:
            terminal.remember(touches(130, datetime.fromisoformat("2026-11-23T08:00:00")))
            terminal.start()
        try:
            assert all(terminal.wait_until_sent(PATIENCE) for terminal in terminals)
        finally:
            for terminal in terminals:
                terminal.stop()
        alarms = {(a["code"], a["subject"]) for a in office.get("/office/today")["alarms"]}
    store = open_store(sqlite_url, "reference")
    try:
        rows = store.read(lambda c: punch_queries.between(c, "reference", 1, 10**9))
        aside = store.read(lambda c: time_clocks_queries.lines(c, "reference", settled=False))
        assert store.read(lambda c: violations("reference", c)) == []
    finally:
        store.close()
    expected = sorted((t.number, t.device_time.isoformat(" ")) for t in terminals[0].memory)
    for family in ("attlog", "bare", "rtlog", "transaction"):
        stored = [(row.enrolment, row.said) for row in rows if row.reader == serials[family]]
        assert sorted(stored) == expected, family
    assert len(rows) == 4 * 130
    assert [line.reader for line in aside] == [serials["foreign"]] * 130
    assert [subject for code, subject in alarms if code == "reader_lines"] == [serials["foreign"]]


KILLS = 2
BACKLOG = 2000


def test_no_punch_is_lost_when_the_server_is_killed_during_a_backlog(
    tmp_path: Path, database_url: str
) -> None:
    chance, journal = random.Random(11), Journal()
    with HallServer(tmp_path, seated=[], database=database_url) as hall:
        added = {"serial": "SIM1", "way": "push", "name": "东门"}
        hall.clerk(ADMINISTRATOR).post("/office/readers", added)
        model = PushModel("SIM1", hall.base, pace=0.02, batch=25)
        terminal = PushTerminal("t", model, PEOPLE, journal)
        terminal.remember(touches(BACKLOG, datetime.fromisoformat("2026-11-23T08:00:00")))
        terminal.start()
        try:
            for _ in range(KILLS):
                _pushed(journal, chance.randint(3, 12))
                hall.kill()
                hall.start()
            assert terminal.wait_until_sent(PATIENCE)
        finally:
            terminal.stop()
    store = open_store(database_url, "reference")
    try:
        rows = store.read(lambda c: punch_queries.between(c, "reference", 1, 10**9))
        assert store.read(lambda c: violations("reference", c)) == []
    finally:
        store.close()
    expected = [(t.number, t.device_time.isoformat(" ")) for t in terminal.memory]
    assert sorted((row.enrolment, row.said) for row in rows) == sorted(expected)


def _pushed(journal: Journal, batches: int) -> None:
    """Wait until this many more batches are confirmed."""
    seen = journal.number
    for _ in range(batches):
        event = journal.wait_for(lambda e: e["kind"] == "pushed", PATIENCE, seen)
        assert event is not None
        seen = int(str(event["seq"]))
