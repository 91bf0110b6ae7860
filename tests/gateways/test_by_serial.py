"""Time clocks that dial an address of a server with several halls."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from server.services import readers_office
from server.services.context import SYSTEM
from server.services.readers_office import Description
from server.storage import punches, readers
from support.two_halls import HOSTS, Two

ATTLOG = b"1001\t2026-03-02 08:20:05\t0\t1\t0\t0\t0\n"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Both halls."""
    made = Two(tmp_path)
    yield made
    made.close()


def admit(two: Two, hall: str, serial: str = "CE1", networks: str = "") -> None:
    ctx = two.webs[hall].small.ctx
    said = Description("东门", networks=networks)
    readers_office.add(ctx, SYSTEM, f"{hall}-{serial}", serial, "push", said)


def push(two: Two, host: str = "10.0.0.5:8000", serial: str = "CE1", **environ: Any) -> Any:
    query = {"SN": serial, "table": "ATTLOG", "Stamp": "9"}
    return Client(two.house).post(
        "/iclock/cdata",
        query_string=query,
        data=ATTLOG,
        headers={"Host": host},
        environ_overrides={"REMOTE_ADDR": "10.1.2.3"} | environ,
    )


def kept(two: Two) -> dict[str, int]:
    return {
        name: web.small.ctx.read(lambda c: punches.count(c, "small"))
        for name, web in two.webs.items()
    }


@pytest.mark.parametrize("hall", HOSTS)
def test_the_hall_that_lists_the_serial_number_gets_it(two: Two, hall: str) -> None:
    admit(two, hall)
    answer = push(two)
    assert (answer.status_code, answer.data) == (200, b"OK: 1\n")
    assert "Date" in answer.headers
    assert kept(two) == {name: int(name == hall) for name in HOSTS}
    greeting = Client(two.house).get(
        "/iclock/cdata?SN=CE1&options=all", headers={"Host": "10.0.0.5"}
    )
    assert greeting.data.startswith(b"GET OPTION FROM: CE1\n")


def test_of_no_hall_it_is_refused_and_the_operator_is_told_once(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert [push(two).status_code for _ in range(3)] == [403] * 3
    assert kept(two) == {"one": 0, "two": 0}
    assert [record.message for record in caplog.records] == ["a time clock of no hall"]
    # It asks nowhere to be admitted: nobody knows where it hangs.
    for web in two.webs.values():
        assert web.small.ctx.read(lambda c: readers.awaiting_admission(c, "small")) == []


def test_of_two_halls_neither_gets_it_and_both_are_told(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    for hall in HOSTS:
        admit(two, hall)
    assert [push(two).status_code for _ in range(3)] == [403] * 3
    assert kept(two) == {"one": 0, "two": 0}
    assert [record.message for record in caplog.records] == ["a time clock of several halls"]
    for web in two.webs.values():
        shown = web.manager().get("/office/today").get_json()["alarms"]
        assert [a["subject"] for a in shown if a["code"] == "reader_twice"] == ["CE1"]
        # The halls are told that there is another, not which.
        assert not any(host in str(shown) for host in HOSTS.values())
    other = two.webs["two"].small
    readers_office.move(other.ctx, SYSTEM, other.key(), "CE1", "retired")
    assert push(two).status_code == 200
    assert kept(two) == {"one": 1, "two": 0}
    first = two.webs["one"]
    first.small.clock.advance(minutes=11)
    shown = first.manager().get("/office/today").get_json()["alarms"]
    assert "reader_twice" not in {alarm["code"] for alarm in shown}


def test_the_halls_own_networks_decide(two: Two) -> None:
    admit(two, "one", networks="10.9.0.0/16")
    assert push(two).status_code == 403
    assert push(two, REMOTE_ADDR="10.9.1.1").status_code == 200


def test_one_that_only_asked_or_was_retired_is_not_listed(two: Two) -> None:
    # By its name a hall takes note of a stranger; that is no listing.
    assert push(two, HOSTS["one"]).status_code == 403
    assert push(two).status_code == 403
    admit(two, "two")
    assert push(two).status_code == 200
    assert kept(two) == {"one": 0, "two": 1}


def test_by_name_nothing_changes_and_nothing_else_is_found_by_number(two: Two) -> None:
    admit(two, "two")
    assert push(two, HOSTS["one"]).status_code == 403
    assert push(two, HOSTS["two"]).status_code == 200
    elsewhere = Client(two.house).get("/api/v1/session?SN=CE1", headers={"Host": "10.0.0.5"})
    assert elsewhere.get_json()["code"] == "hall_unknown"


@pytest.mark.parametrize("query", ["", "SN=", "SN=%00", "SN=a%20b", "SN=" + "1" * 50])
def test_without_a_serial_number_nothing_is_looked_for(two: Two, query: str) -> None:
    answer = Client(two.house).get(f"/iclock/getrequest?{query}", headers={"Host": "10.0.0.5"})
    assert answer.status_code == 400


def test_guessing_serial_numbers_ends_soon(two: Two) -> None:
    answers = {push(two, serial=f"G{n}").status_code for n in range(500)}
    assert answers == {403, 429}
