"""Rehearsed day, played against a real server: the same seed gives the same day."""

from __future__ import annotations

import re
from pathlib import Path

from server.catalogue.reference import load
from server.core import journal
from server.core.engine import open_store
from server.demo.command import REHEARSED_BOOKING
from server.demo.rehearsal.bookings import bookings, numbers_from_afar, popular
from server.demo.rehearsal.cases import followed
from server.demo.rehearsal.day import Day, Script
from server.demo.rehearsal.matters import lacks
from server.demo.rehearsal.people import MINUTE, grievances, opinions, visitors
from server.integrity.checks import violations
from support.hall_server import ADMINISTRATOR, MANAGER, Client, HallServer

HALL = "reference"
WINDOWS = ("W01", "W02", "W05", "W06", "W08", "W11", "W14", "W17", "W20", "W21", "W23")
BACK_OFFICE = ("1014", "1015", "1016")
Line = tuple[str, str, str, str, int]


def _enrolled(hall: HallServer, kind: str, name: str) -> str:
    device = {"kind": kind, "name": name}
    code = hall.clerk(ADMINISTRATOR).post("/office/codes", device)["code"]
    return str(Client(hall.base).post("/enrol", {"code": code, **device})["token"])


def _posts() -> dict[str, str]:
    """Return a person for each of some windows in both rooms."""
    posts: dict[str, str] = {}
    for window in [w for w in load().windows if w.code in WINDOWS]:
        able = (s.number for s in load().staff if window.code in s.windows)
        posts[window.code] = next(n for n in able if n not in posts.values())
    return posts


def _played(folder: Path) -> tuple[list[Line], list[str]]:
    """Return the journal's lines of a rehearsed morning, and the rehearsal's output."""
    posts = _posts()
    people = (ADMINISTRATOR, MANAGER, *posts.values(), *BACK_OFFICE)
    with HallServer(
        folder,
        at="08:10",
        seated=(),
        accounts=people,
        staged=True,
        speed=3000.0,
        settings={**REHEARSED_BOOKING, "remote_numbers": "on"},
    ) as hall:
        script = Script(
            server=hall.base,
            speed=3000.0,
            seed=4,
            password=hall.password,
            kiosks={name: _enrolled(hall, "kiosk", name) for name in ("1", "2")},
            board=_enrolled(hall, "board", "main"),
            windows={**posts, "office": MANAGER},
            back_office=BACK_OFFICE,
            visits=300,
            minutes=150,
        )
        output = list(Day(script).play())
    store = open_store(f"sqlite:///{(folder / 'data' / 'hall.db').resolve()}", HALL)
    try:
        assert store.read(lambda c: violations(HALL, c)) == []
        lines = store.read(lambda c: list(journal.lines(c, HALL)))
    finally:
        store.close()
    acts = [(r.act, r.subject, r.window, r.actor, r.at) for r in lines if r.act[:7] == "ticket."]
    return acts, output


def test_the_same_seed_plays_the_same_day(tmp_path: Path) -> None:
    first, output = _played(tmp_path / "a")
    again, _ = _played(tmp_path / "b")
    assert first == again
    acts = {line[0] for line in first}
    assert {"ticket.issue", "ticket.call", "ticket.start", "ticket.finish"} <= acts
    assert any("call → board" in line for line in output)
    ratings = next(line for line in output if line.startswith("评价 ratings"))
    assert int(ratings.split()[2]) > 0
    complaints = next(line for line in output if line.startswith("投诉建议 complaints"))
    assert int(complaints.split()[2]) > 0
    notices = next(line for line in output if line.startswith("告知单 notices"))
    given, back = int(notices.split()[2]), int(notices.split()[-1].rstrip(")"))
    assert given > 0
    assert 0 < back <= given
    numbers = re.findall(r"\d+", next(line for line in output if line.startswith("办件 cases")))
    opened, accepted, decided = map(int, numbers)
    assert 0 < decided < accepted == opened
    booked, on_time, late, early, never = map(int, re.findall(r"\d+", _line(output, "预约 booked")))
    assert booked >= on_time + late + never > 0
    assert on_time > 0
    assert early < booked
    served = re.search(r"within 10 min: (\d+)/(\d+)", _line(output, "准时者等候"))
    assert served is not None
    assert 0 < int(served[1]) <= int(served[2]) <= on_time
    afar, checked_in = map(int, re.findall(r"\d+", _line(output, "远程取号 afar")))
    assert 0 < checked_in <= afar
    assert "mean" in _line(output, "现场取号等候")
    signs = next(line for line in output if line.startswith("体外办理嫌疑 signs"))
    assert signs.split()[2] == "0"


def _line(output: list[str], begins: str) -> str:
    return next(line for line in output if line.startswith(begins))


def test_who_books_depends_on_the_seed() -> None:
    items = [{"code": f"i{n}"} for n in range(20)]
    people = visitors(1, 1000, items, ["ordinary"], ["1"])
    booked, others = bookings(1, people), bookings(2, people)
    assert booked == bookings(1, people) != others
    by_number = {visitor.number: visitor for visitor in people}
    assert {by_number[n].item for n in booked} <= set(popular(people))
    assert {b.kind for b in booked.values()} == {"early", "on_time", "late", "never"}
    assert {b.way for b in booked.values()} == {"kiosk", "desk", "phone"}
    assert all(b.start % 30 == 0 for b in booked.values())
    afar = numbers_from_afar(1, people, booked)
    assert afar == numbers_from_afar(1, people, booked)
    assert afar.keys().isdisjoint(booked)
    assert all(own.at < by_number[n].at for n, own in afar.items())
    assert {own.comes for own in afar.values()} == {True, False}


def test_arrivals_depend_on_the_seed() -> None:
    items = [{"code": f"i{n}"} for n in range(20)]
    days = [visitors(seed, 200, items, ["ordinary", "elderly"], ["1"]) for seed in (1, 1, 2)]
    assert days[0] == days[1]
    assert days[0] != days[2]
    assert [v.at for v in days[0]] == sorted(v.at for v in days[0])
    assert all(20 * MINUTE <= v.at <= 560 * MINUTE for v in days[0])


def test_opinions_depend_on_the_seed_and_change_no_visitor() -> None:
    people = visitors(1, 400, [{"code": "i"}], ["ordinary"], ["1"])
    given = opinions(1, people)
    assert given == opinions(1, people) != opinions(2, people)
    assert 100 < len(given) < 220
    assert {1, 4} <= {opinion.level for opinion in given.values()}


def test_complaints_and_lacks_depend_on_the_seed() -> None:
    people = visitors(1, 1000, [{"code": "i"}], ["ordinary"], ["1"])
    made, missing = grievances(1, people), lacks(1, people)
    assert (made, missing) == (grievances(1, people), lacks(1, people))
    assert made != grievances(2, people)
    assert missing != lacks(2, people)
    assert 10 < len(made) < 60
    noticed = {visitor.number for visitor in people if visitor.ending == "notice_given"}
    assert set(missing) == noticed
    assert {lack.back_after is None for lack in missing.values()} == {True, False}


def test_whose_case_is_opened_depends_on_the_seed() -> None:
    people = visitors(1, 400, [{"code": "i"}], ["ordinary"], ["1"])
    cases = followed(1, people)
    assert cases == followed(1, people) != followed(2, people)
    assert 200 < len(cases) < 280
    assert all(25 <= each <= 150 for minutes in cases.values() for each in minutes)
