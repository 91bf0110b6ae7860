"""Time clocks that connect by address to a server with several halls."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from server.core.actors import SYSTEM
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.actions import Description
from support.two_halls import HOSTS, TwoHalls

ATTLOG = b"1001\t2026-03-02 08:20:05\t0\t1\t0\t0\t0\n"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoHalls]:
    """Yield both halls."""
    made = TwoHalls(tmp_path)
    yield made
    made.close()


def admit(two: TwoHalls, hall: str, serial: str = "CE1", networks: str = "") -> None:
    ctx = two.webs[hall].small.ctx
    description = Description("东门", networks=networks)
    time_clocks_actions.add(ctx, SYSTEM, f"{hall}-{serial}", serial, "push", description)


def push(two: TwoHalls, host: str = "10.0.0.5:8000", serial: str = "CE1", **environ: Any) -> Any:
    query = {"SN": serial, "table": "ATTLOG", "Stamp": "9"}
    return Client(two.router).post(
        "/iclock/cdata",
        query_string=query,
        data=ATTLOG,
        headers={"Host": host},
        environ_overrides={"REMOTE_ADDR": "10.1.2.3"} | environ,
    )


def kept(two: TwoHalls) -> dict[str, int]:
    return {
        name: web.small.ctx.read(lambda c: punch_queries.count(c, "small"))
        for name, web in two.webs.items()
    }


@pytest.mark.parametrize("hall", HOSTS)
def test_the_hall_that_lists_the_serial_number_gets_it(two: TwoHalls, hall: str) -> None:
    admit(two, hall)
    answer = push(two)
    assert (answer.status_code, answer.data) == (200, b"OK: 1\n")
    assert "Date" in answer.headers
    assert kept(two) == {name: int(name == hall) for name in HOSTS}
    greeting = Client(two.router).get(
        "/iclock/cdata?SN=CE1&options=all", headers={"Host": "10.0.0.5"}
    )
    assert greeting.data.startswith(b"GET OPTION FROM: CE1\n")


def test_an_unlisted_serial_number_is_rejected_and_logged_once(
    two: TwoHalls, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert [push(two).status_code for _ in range(3)] == [403] * 3
    assert kept(two) == {"one": 0, "two": 0}
    assert [record.message for record in caplog.records] == ["a time clock of no hall"]
    # It is listed as asking in no hall, because nobody knows where it is.
    for web in two.webs.values():
        assert (
            web.small.ctx.read(lambda c: time_clocks_queries.awaiting_admission(c, "small")) == []
        )


def test_a_serial_number_of_two_halls_is_rejected_and_both_have_an_alarm(
    two: TwoHalls, caplog: pytest.LogCaptureFixture
) -> None:
    for hall in HOSTS:
        admit(two, hall)
    assert [push(two).status_code for _ in range(3)] == [403] * 3
    assert kept(two) == {"one": 0, "two": 0}
    assert [record.message for record in caplog.records] == ["a time clock of several halls"]
    for web in two.webs.values():
        alarms = web.manager().get("/office/today").get_json()["alarms"]
        assert [a["subject"] for a in alarms if a["code"] == "reader_twice"] == ["CE1"]
        # The halls get the information that there is another, not which.
        assert not any(host in str(alarms) for host in HOSTS.values())
    other = two.webs["two"].small
    time_clocks_actions.move(other.ctx, SYSTEM, other.key(), "CE1", "retired")
    assert push(two).status_code == 200
    assert kept(two) == {"one": 1, "two": 0}
    first = two.webs["one"]
    first.small.clock.advance(minutes=11)
    alarms = first.manager().get("/office/today").get_json()["alarms"]
    assert "reader_twice" not in {alarm["code"] for alarm in alarms}


def test_the_halls_own_networks_decide(two: TwoHalls) -> None:
    admit(two, "one", networks="10.9.0.0/16")
    assert push(two).status_code == 403
    assert push(two, REMOTE_ADDR="10.9.1.1").status_code == 200


def test_a_time_clock_that_only_asked_or_was_retired_is_not_listed(two: TwoHalls) -> None:
    # Under its own host name a hall records an unknown time clock; that is no listing.
    assert push(two, HOSTS["one"]).status_code == 403
    assert push(two).status_code == 403
    admit(two, "two")
    assert push(two).status_code == 200
    assert kept(two) == {"one": 0, "two": 1}


def test_host_names_win_and_only_time_clocks_are_found_by_serial_number(two: TwoHalls) -> None:
    admit(two, "two")
    assert push(two, HOSTS["one"]).status_code == 403
    assert push(two, HOSTS["two"]).status_code == 200
    elsewhere = Client(two.router).get("/api/v1/session?SN=CE1", headers={"Host": "10.0.0.5"})
    assert elsewhere.get_json()["code"] == "hall_unknown"


@pytest.mark.parametrize("query", ["", "SN=", "SN=%00", "SN=a%20b", "SN=" + "1" * 50])
def test_without_a_serial_number_no_hall_is_searched(two: TwoHalls, query: str) -> None:
    answer = Client(two.router).get(f"/iclock/getrequest?{query}", headers={"Host": "10.0.0.5"})
    assert answer.status_code == 400


def test_guessing_serial_numbers_is_limited_soon(two: TwoHalls) -> None:
    answers = {push(two, serial=f"G{n}").status_code for n in range(500)}
    assert answers == {403, 429}
