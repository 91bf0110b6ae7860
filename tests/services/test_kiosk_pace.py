"""A kiosk's pace: it cannot burn a unit's numbers, and the desk has some left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import Code, HallError
from server.domain.leases import OPEN_NUMBERS, TOP
from server.domain.tickets import ActorKind
from server.services import checks, issuing, leases
from server.services.context import Actor
from server.storage import counters, journal, kiosk_pace
from support.halls import SmallHall, at
from support.offline_kiosk import DAY, Kiosk


@pytest.fixture
def hall(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """The small hall with windows manned, at nine on Monday."""
    small = SmallHall(sqlite_url, tmp_path, at(9))
    small.seat("T1", "S1", "G1")
    yield small
    small.close()


def take(hall: SmallHall, item: str = "tax-1", kiosk: str = "1", key: str = "") -> Code | None:
    """Press at a kiosk; the refusal, if any."""
    return by(hall, Actor(ActorKind.KIOSK, kiosk), item, kiosk, key)


def desk(hall: SmallHall, item: str = "tax-1") -> Code | None:
    """Give a number at the desk."""
    return by(hall, hall.clerk("T1"), item, "", "")


def by(hall: SmallHall, actor: Actor, item: str, kiosk: str, key: str) -> Code | None:
    """Take a number."""
    press = key or hall.key()
    asked = {"item": item, "applicant": "ordinary", "kiosk": kiosk, "paper": False}
    try:
        issuing.issue(hall.ctx, actor, press, **asked)  # type: ignore[arg-type]
    except HallError as error:
        return error.code
    return None


def noted(hall: SmallHall) -> list[Any]:
    """What stands in the books of kiosks that were too fast."""
    return hall.ctx.read(lambda c: kiosk_pace.since(c, hall.ctx.hall_id, 0))


def notes(hall: SmallHall) -> int:
    """How many lines the journal has of it."""
    lines = hall.ctx.read(lambda c: list(journal.lines(c, hall.ctx.hall_id)))
    return [line.act for line in lines].count("kiosk.pace")


def test_a_minutes_numbers_are_all_it_gives_in_a_minute(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    assert [take(hall) for _ in range(8)] == [None] * 6 + [Code.KIOSK_PACE] * 2
    # The other kiosk, another unit and the desk go on.
    assert take(hall, kiosk="2") is None
    assert take(hall, "build-1") is None
    assert desk(hall) is None
    hall.clock.advance(seconds=59)
    assert take(hall) is Code.KIOSK_PACE
    hall.clock.advance(seconds=1)
    assert take(hall) is None


def test_an_hours_numbers_are_all_it_gives_in_an_hour(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6, kiosk_hour_numbers=30)
    for _ in range(5):
        assert [take(hall) for _ in range(6)] == [None] * 6
        hall.clock.advance(seconds=60)
    assert take(hall) is Code.KIOSK_PACE
    hall.clock.advance(seconds=55 * 60)
    assert take(hall) is None


def test_a_repeat_of_a_press_is_not_another_number(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    keys = [f"press-{n}" for n in range(6)]
    for key in keys:
        assert take(hall, key=key) is None
    assert take(hall, key=keys[0]) is None
    assert noted(hall) == []
    assert take(hall, key="one-more") is Code.KIOSK_PACE
    hall.clock.advance(seconds=120)
    row = noted(hall)[0]
    assert take(hall, key="one-more") is Code.KIOSK_PACE  # the first answer, not another try
    assert noted(hall) == [row]


def test_the_pace_outlives_the_server_and_holds_at_another_worker(
    hall: SmallHall, sqlite_url: str, tmp_path: Path
) -> None:
    hall.configure(kiosk_minute_numbers=6)
    assert [take(hall) for _ in range(6)] == [None] * 6
    other = SmallHall(sqlite_url, tmp_path, hall.clock.now(), seed=2)
    try:
        assert by(other, Actor(ActorKind.KIOSK, "1"), "tax-1", "1", "other") is Code.KIOSK_PACE
    finally:
        other.close()


def test_the_office_is_told_once_a_minute_however_often_it_is_tried(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    for _ in range(50):
        take(hall)
    [row] = noted(hall)
    assert (row.kiosk, row.prefix, row.numbers, row.minutes, row.refused) == ("1", "A", 6, 1, 1)
    assert notes(hall) == 1


def test_a_clock_that_was_ahead_stops_no_kiosk(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    hall.clock.advance(seconds=3600)
    assert [take(hall) for _ in range(6)] == [None] * 6
    hall.clock.advance(seconds=-3600)
    assert take(hall) is None


def far(hall: SmallHall, last: int, prefix: str = "A") -> None:
    """Let the day be so far with its numbers."""
    hall.ctx.write(lambda tx: counters.move_on(tx, DAY, prefix, last))


def test_the_last_numbers_are_the_desks(hall: SmallHall) -> None:
    hall.configure(desk_numbers=3)
    far(hall, TOP - 5)
    assert [take(hall) for _ in range(3)] == [None, None, Code.NUMBERS_AT_DESK]
    assert [desk(hall) for _ in range(4)] == [None] * 3 + [Code.NUMBERS_EXHAUSTED]


def test_leases_leave_the_desk_its_numbers(hall: SmallHall) -> None:
    hall.configure(desk_numbers=50, offline_numbers=20)
    far(hall, TOP - 60)
    blocks = [row for row in Kiosk(hall).blocks if row.prefix == "A"]
    assert blocks == []
    far(hall, TOP - 71)
    kept = leases.top_up(hall.ctx, "1")
    assert [(row.first, row.last) for row in kept if row.prefix == "A"] == [(980, 999)]
    hall.configure(kiosk_minute_numbers=999)
    given = [take(hall) for _ in range(30)]
    assert given[:1] == [None]
    assert given[-1] is Code.NUMBERS_AT_DESK
    assert [desk(hall) for _ in range(50)] == [None] * 50


def test_what_was_given_without_the_server_stands_and_is_told(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    kiosk = Kiosk(hall)
    given = [kiosk.give() for _ in range(8)]
    assert [kiosk.hand_in(one) for one in given] == ["waiting"] * 8
    [row] = noted(hall)
    assert (row.kiosk, row.prefix, row.numbers, row.refused) == ("1", "A", 7, 0)
    assert notes(hall) == 1


def test_a_kiosk_that_invents_leases_takes_none_of_the_servers_numbers(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    one = kiosk.give()

    def invented(first: int, last: int, day: str = DAY) -> str:
        number = f"A{first:03d}"
        more = {"id": f"{day.replace('-', '')}-{number}", "lease": f"lease-{first}", "seq": first}
        more |= {"first": first, "last": last, "day": day, "key": f"k-{day}-{first}"}
        more |= {"slip": f"s-{day}-{first}", "token": f"token-{day}-{first}"}
        return kiosk.hand_in(one.model_copy(update=more))

    assert invented(1, 20) == "conflict"
    assert invented(OPEN_NUMBERS, OPEN_NUMBERS + 20) == "conflict"
    assert invented(600, 900) == "conflict"
    assert invented(600, 619, "2026-03-03") == "conflict"
    assert [invented(first, first + 19) for first in (700, 720, 740, 760)] == [
        *["waiting"] * 3,
        "conflict",
    ]
    assert take(hall, kiosk="2") is None
    assert desk(hall) is None


def test_a_kiosk_that_loses_one_book_after_another_burns_no_numbers(hall: SmallHall) -> None:
    hall.configure(offline_numbers=20)
    for n in range(12):
        Kiosk(hall, book=f"{n:032x}")
    held = hall.ctx.read(lambda c: leases.outstanding(c, hall.ctx.hall_id, DAY))
    assert held["1", "A"] == leases.MOST_HELD * 20
    # Another kiosk has its own.
    assert Kiosk(hall, "2", "b" * 32).block("A").first == TOP - 6 * 20 + 1


def test_a_kiosk_that_leaves_numbers_out_burns_no_others(hall: SmallHall) -> None:
    hall.configure(offline_numbers=20)
    kiosk = Kiosk(hall)
    before = [kiosk.give()] * 19
    for _ in range(12):
        hall.clock.advance(seconds=120)
        newest = [row for row in leases.top_up(hall.ctx, "1") if row.prefix == "A"][-1]
        kiosk.blocks, kiosk.given = [newest], list(before)
        kiosk.hand_in(kiosk.give())  # the last number of the block alone
    held = hall.ctx.read(lambda c: leases.outstanding(c, hall.ctx.hall_id, DAY))
    assert 3 * 20 < held["1", "A"] <= leases.MOST_HELD * 20


def test_a_kiosk_that_gave_numbers_too_fast_gets_no_more_of_them_for_a_while(
    hall: SmallHall,
) -> None:
    hall.configure(kiosk_minute_numbers=6, offline_numbers=20)
    kiosk = Kiosk(hall)
    for _ in range(15):
        kiosk.hand_in(kiosk.give())
    assert [r.prefix for r in leases.top_up(hall.ctx, "1")].count("A") == 1
    hall.clock.advance(seconds=31 * 60)
    assert [r.prefix for r in leases.top_up(hall.ctx, "1")].count("A") == 2


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_no_minute_and_no_hour_has_more_than_its_numbers(
    tmp_path_factory: pytest.TempPathFactory, presses: list[tuple[int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("pace")
    hall = SmallHall(f"sqlite:///{folder}/hall.db", folder, at(9))
    hall.seat("T1", "S1", "G1")
    hall.configure(kiosk_minute_numbers=6, kiosk_hour_numbers=30)
    times: list[int] = []
    for seconds, first in presses:
        hall.clock.advance(seconds=seconds)
        if take(hall, kiosk="1" if first else "2") is None and first:
            times.append(hall.clock.now())
    assert all(sum(t - 60_000 < u <= t for u in times) <= 6 for t in times)
    assert all(sum(t - 3_600_000 < u <= t for u in times) <= 30 for t in times)
    assert hall.ctx.read(lambda c: checks.violations(hall.ctx.hall_id, c)) == []
    hall.close()
