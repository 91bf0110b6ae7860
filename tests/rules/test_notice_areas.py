"""Areas of notices and pauses: the hall, its buildings and rooms, and the windows in each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.queue.notice_scope import HALL, areas, covers, window_in
from support.halls import catalogue, two_sites

ONE, TWO = catalogue(), two_sites()


def test_the_office_chooses_among_the_hall_and_its_rooms() -> None:
    assert areas(ONE) == [
        ("", "全大厅", "Whole hall"),
        ("zone:east", "东厅", "East room"),
        ("zone:west", "西厅", "West room"),
    ]


def test_a_hall_of_two_buildings_names_the_building_before_its_room() -> None:
    assert areas(TWO) == [
        ("", "全大厅", "Whole hall"),
        ("site:centre", "中心楼", "Main building"),
        ("site:north", "城北楼", "North building"),
        ("zone:east", "中心楼东厅", "East room"),
        ("zone:west", "城北楼西厅", "West room"),
    ]


@pytest.mark.parametrize(
    ("area", "zones"),
    [
        (HALL, ["east", "west", "nowhere"]),
        ("zone:east", ["east"]),
        ("zone:west", ["west"]),
        ("zone:gone", []),
        ("site:centre", ["east"]),
        ("site:north", ["west"]),
        ("site:gone", []),
    ],
)
def test_a_notice_is_shown_in_the_rooms_of_its_area_only(area: str, zones: list[str]) -> None:
    assert [zone for zone in ("east", "west", "nowhere") if covers(TWO, area, zone)] == zones


@pytest.mark.parametrize(
    ("area", "windows"),
    [
        (HALL, ["T1", "S1", "X9"]),
        ("zone:east", ["T1"]),
        ("zone:west", ["S1"]),
        ("site:north", ["S1"]),
    ],
)
def test_a_pause_concerns_the_windows_of_its_area_only(area: str, windows: list[str]) -> None:
    """A window that has left the hall (X9) belongs to no room or building."""
    assert [code for code in ("T1", "S1", "X9") if window_in(TWO, area, code)] == windows


def test_a_room_without_a_building_is_in_none() -> None:
    hall = replace(TWO, zones=ONE.zones)
    assert areas(hall)[-1] == ("zone:west", "西厅", "West room")
    assert not window_in(hall, "site:north", "S1")
