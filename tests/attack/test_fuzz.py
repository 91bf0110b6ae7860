"""Small seeded portion of the long attacks (`go.py attack`), and cases that they once found."""

from __future__ import annotations

import io

import pytest
from socketio.packet import Packet

from bench.attack import api, codecs, files, flood, link_walk, random_walk
from bench.attack.tally import Tally, table
from server.catalogue.calendar_list import Flaw, Problem, rows_of_sheet
from server.catalogue.workbook import Flaw as BookFlaw
from server.catalogue.workbook import read
from server.live.packet_guard import is_valid_packet
from server.time_clocks import iclock
from support.web import Web

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def quiet(tally: Tally) -> None:
    assert tally.total
    assert not tally.finds, table([tally])


def test_some_operations_with_any_body() -> None:
    quiet(api.attack(seed_=7, examples=1, part=7, of=110))


def test_some_addresses_with_hostile_parameters() -> None:
    quiet(api.paths(part=3, of=16))


def test_a_sequence_of_requests_in_any_order() -> None:
    quiet(random_walk.attack(seed_=7, examples=2))


def test_links_of_answers_are_followed() -> None:
    tally = link_walk.attack(seed_=7, examples=3)
    quiet(tally)
    # About 200 steps, 100 operations, 50 of them with a 2xx, of 124; without links it was 0, 78,
    # 35. The walk is not the same in every process: 60 and more links were followed.
    assert tally.followed > 40
    assert len(tally.operations_reached) > 60
    assert len(tally.accepted) > 20


def test_clerks_are_served_during_a_flood() -> None:
    tally = flood.attack(["pongs"], seconds=1.0)
    # Waiting times are measured by `go.py attack`, not asserted here.
    assert not [find for find in tally.finds if "refused" in str(find)]
    assert {"quiet", "pongs", "quiet again"} <= set(tally.tried)


def test_mutated_bytes_of_every_protocol() -> None:
    quiet(codecs.attack(seed=7, examples=60))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_at_the_end_of_time_are_refused(web: Web, day: str) -> None:
    manager = web.manager()
    week = "9999-W52" if day > "2" else "0001-W01"
    for path in (
        f"/office/attendance/days/{day}",
        f"/attendance/evidence/1001/{day}",
        f"/office/attendance/exceptions/{day[:7]}",
        f"/office/tickets/A/{week}",
        f"/office/findings?from={day}&to={day}",
    ):
        assert manager.get(path).status_code == 400, path


def test_invalid_numbers_in_an_address_are_not_found(web: Web) -> None:
    assert web.manager().get("/office/punches/²").status_code == 404


def test_an_address_with_a_nul_is_refused(web: Web) -> None:
    assert web.browser().get("/items/a%00b").get_json()["code"] == "invalid"


def test_superscript_digits_of_a_time_clock_are_dropped() -> None:
    assert iclock.info("Ver 8,²," + "9" * 5000) == {"firmware": "Ver 8"}


def hostile(name: str) -> bytes:
    return next(
        content for workbook_name, content in files.workbooks(rows=10) if workbook_name == name
    )


@pytest.mark.parametrize("name", ["bomb", "declared small"])
def test_a_hostile_list_of_days_is_not_opened(name: str) -> None:
    content = hostile(name)
    assert rows_of_sheet(content) == Problem(0, Flaw.FILE)


def test_a_hundred_kilobytes_of_strings_are_too_many() -> None:
    content = hostile("huge strings")
    assert len(content) < 200_000
    result = read(io.BytesIO(content), "small")
    assert isinstance(result, list)
    assert [p.code for p in result] == [BookFlaw.FILE_TOO_LARGE]


@pytest.mark.parametrize(
    ("packet", "good"),
    [
        ('0/live,{"surface":"board","key":"main"}', True),
        ("1/live,", True),
        ('2/agent,7["hello",{"devices":[]}]', True),
        ("3/agent,7[]", True),
        ('2/live,["connect",{"surface":"board"}]', False),
        ('2/live,["disconnect"]', False),
        ('51-/live,["x",{"_placeholder":true,"num":0}]', False),
        ("61-/live,7[]", False),
        ("2/live,", False),
        ("2/live,[]", True),
        ("2/live,[7]", False),
        ("0/live,[]", False),
        ('4/live,"x"', False),
        ("2/live,[" * 3, False),
        ("x", False),
        ("", False),
        (b"\x00\x01", False),
    ],
)
def test_packets_accepted_on_a_live_connection(packet: str | bytes, good: bool) -> None:
    assert is_valid_packet(Packet, packet) is good
