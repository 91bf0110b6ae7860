"""Issue rate of a kiosk: it cannot use up a unit's numbers, and the desk always has some left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.integrity import checks
from server.queue import issue_rate_queries, issuing, number_counters
from server.queue.errors import QueueCode
from server.queue.offline import number_leases
from server.queue.offline.lease_rules import OPEN_NUMBERS, TOP
from support.halls import SmallHall, at
from support.offline_kiosk import DAY, Kiosk


@pytest.fixture
def hall(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall with windows staffed, Monday at nine."""
    small = SmallHall(sqlite_url, tmp_path, at(9))
    small.sign_in("T1", "S1", "G1")
    yield small
    small.close()


def take(hall: SmallHall, item: str = "tax-1", kiosk: str = "1", key: str = "") -> ErrorCode | None:
    """Press at a kiosk; return the error code, if rejected."""
    return by(hall, Actor(ActorKind.KIOSK, kiosk), item, kiosk, key)


def desk(hall: SmallHall, item: str = "tax-1") -> ErrorCode | None:
    """Issue a number at the desk; return the error code, if rejected."""
    return by(hall, hall.clerk("T1"), item, "", "")


def by(hall: SmallHall, actor: Actor, item: str, kiosk: str, key: str) -> ErrorCode | None:
    """Issue a number; return the error code, if rejected."""
    press = key or hall.key()
    request = {"item": item, "applicant": "ordinary", "kiosk": kiosk, "paper": False}
    try:
        issuing.issue(hall.ctx, actor, press, **request)  # type: ignore[arg-type]
    except HallError as error:
        return error.code
    return None


def noted(hall: SmallHall) -> list[Any]:
    """Return the stored records of kiosks that were too fast."""
    return hall.ctx.read(lambda c: issue_rate_queries.since(c, hall.ctx.hall_id, 0))


def notes(hall: SmallHall) -> int:
    """Return the number of journal lines about kiosks that were too fast."""
    lines = hall.ctx.read(lambda c: list(journal.lines(c, hall.ctx.hall_id)))
    return [line.act for line in lines].count("kiosk.pace")


def test_a_kiosk_issues_a_limited_number_in_a_minute(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    assert [take(hall) for _ in range(8)] == [None] * 6 + [QueueCode.KIOSK_PACE] * 2
    # The other kiosk, another unit and the desk are not limited.
    assert take(hall, kiosk="2") is None
    assert take(hall, "build-1") is None
    assert desk(hall) is None
    hall.clock.advance(seconds=59)
    assert take(hall) is QueueCode.KIOSK_PACE
    hall.clock.advance(seconds=1)
    assert take(hall) is None


def test_a_kiosk_issues_a_limited_number_in_an_hour(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6, kiosk_hour_numbers=30)
    for _ in range(5):
        assert [take(hall) for _ in range(6)] == [None] * 6
        hall.clock.advance(seconds=60)
    assert take(hall) is QueueCode.KIOSK_PACE
    hall.clock.advance(seconds=55 * 60)
    assert take(hall) is None


def test_a_repeat_of_a_press_is_not_another_number(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    keys = [f"press-{n}" for n in range(6)]
    for key in keys:
        assert take(hall, key=key) is None
    assert take(hall, key=keys[0]) is None
    assert noted(hall) == []
    assert take(hall, key="one-more") is QueueCode.KIOSK_PACE
    hall.clock.advance(seconds=120)
    row = noted(hall)[0]
    assert take(hall, key="one-more") is QueueCode.KIOSK_PACE  # the first answer, not another try
    assert noted(hall) == [row]


def test_the_issue_rate_survives_a_restart_and_holds_at_another_worker(
    hall: SmallHall, sqlite_url: str, tmp_path: Path
) -> None:
    hall.configure(kiosk_minute_numbers=6)
    assert [take(hall) for _ in range(6)] == [None] * 6
    other = SmallHall(sqlite_url, tmp_path, hall.clock.now(), seed=2)
    try:
        assert by(other, Actor(ActorKind.KIOSK, "1"), "tax-1", "1", "other") is QueueCode.KIOSK_PACE
    finally:
        other.close()


def test_the_office_is_warned_once_a_minute_however_often_a_kiosk_tries(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    for _ in range(50):
        take(hall)
    [row] = noted(hall)
    assert (row.kiosk, row.prefix, row.numbers, row.minutes, row.refused) == ("1", "A", 6, 1, 1)
    assert notes(hall) == 1


def test_a_clock_that_was_ahead_blocks_no_kiosk(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    hall.clock.advance(seconds=3600)
    assert [take(hall) for _ in range(6)] == [None] * 6
    hall.clock.advance(seconds=-3600)
    assert take(hall) is None


def set_last_number(hall: SmallHall, last: int, prefix: str = "A") -> None:
    """Set the day's last issued number of a prefix."""
    hall.ctx.write(lambda tx: number_counters.move_on(tx, DAY, prefix, last))


def test_the_last_numbers_are_reserved_for_the_desk(hall: SmallHall) -> None:
    hall.configure(desk_numbers=3)
    set_last_number(hall, TOP - 5)
    assert [take(hall) for _ in range(3)] == [None, None, QueueCode.NUMBERS_AT_DESK]
    assert [desk(hall) for _ in range(4)] == [None] * 3 + [QueueCode.NUMBERS_EXHAUSTED]


def test_leases_leave_the_desks_reserve(hall: SmallHall) -> None:
    hall.configure(desk_numbers=50, offline_numbers=20)
    set_last_number(hall, TOP - 60)
    blocks = [row for row in Kiosk(hall).blocks if row.prefix == "A"]
    assert blocks == []
    set_last_number(hall, TOP - 71)
    leased = number_leases.top_up(hall.ctx, "1")
    assert [(row.first, row.last) for row in leased if row.prefix == "A"] == [(980, 999)]
    hall.configure(kiosk_minute_numbers=999)
    codes = [take(hall) for _ in range(30)]
    assert codes[:1] == [None]
    assert codes[-1] is QueueCode.NUMBERS_AT_DESK
    assert [desk(hall) for _ in range(50)] == [None] * 50


def test_offline_tickets_over_the_rate_are_imported_and_reported(hall: SmallHall) -> None:
    hall.configure(kiosk_minute_numbers=6)
    kiosk = Kiosk(hall)
    offline_tickets = [kiosk.issue() for _ in range(8)]
    assert [kiosk.import_ticket(ticket) for ticket in offline_tickets] == ["waiting"] * 8
    [row] = noted(hall)
    assert (row.kiosk, row.prefix, row.numbers, row.refused) == ("1", "A", 7, 0)
    assert notes(hall) == 1


def test_an_invented_lease_takes_none_of_the_servers_numbers(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    ticket = kiosk.issue()

    def invented(first: int, last: int, day: str = DAY) -> str:
        number = f"A{first:03d}"
        more = {"id": f"{day.replace('-', '')}-{number}", "lease": f"lease-{first}", "seq": first}
        more |= {"first": first, "last": last, "day": day, "key": f"k-{day}-{first}"}
        more |= {"slip": f"s-{day}-{first}", "token": f"token-{day}-{first}"}
        return kiosk.import_ticket(ticket.model_copy(update=more))

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


def test_a_kiosk_that_loses_ledgers_uses_up_no_numbers(hall: SmallHall) -> None:
    hall.configure(offline_numbers=20)
    for n in range(12):
        Kiosk(hall, book=f"{n:032x}")
    outstanding = hall.ctx.read(lambda c: number_leases.outstanding(c, hall.ctx.hall_id, DAY))
    assert outstanding["1", "A"] == number_leases.MOST_HELD * 20
    # Another kiosk has its own limit.
    assert Kiosk(hall, "2", "b" * 32).block("A").first == TOP - 6 * 20 + 1


def test_a_kiosk_that_skips_numbers_uses_up_few_others(hall: SmallHall) -> None:
    hall.configure(offline_numbers=20)
    kiosk = Kiosk(hall)
    before = [kiosk.issue()] * 19
    for _ in range(12):
        hall.clock.advance(seconds=120)
        newest = [row for row in number_leases.top_up(hall.ctx, "1") if row.prefix == "A"][-1]
        kiosk.blocks, kiosk.issued = [newest], list(before)
        kiosk.import_ticket(kiosk.issue())  # the last number of the block alone
    outstanding = hall.ctx.read(lambda c: number_leases.outstanding(c, hall.ctx.hall_id, DAY))
    assert 3 * 20 < outstanding["1", "A"] <= number_leases.MOST_HELD * 20


def test_a_kiosk_that_issued_too_fast_gets_no_new_lease_for_a_while(
    hall: SmallHall,
) -> None:
    hall.configure(kiosk_minute_numbers=6, offline_numbers=20)
    kiosk = Kiosk(hall)
    for _ in range(15):
        kiosk.import_ticket(kiosk.issue())
    assert [r.prefix for r in number_leases.top_up(hall.ctx, "1")].count("A") == 1
    hall.clock.advance(seconds=31 * 60)
    assert [r.prefix for r in number_leases.top_up(hall.ctx, "1")].count("A") == 2


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_no_minute_and_no_hour_exceeds_its_limit(
    tmp_path_factory: pytest.TempPathFactory, presses: list[tuple[int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("pace")
    hall = SmallHall(f"sqlite:///{folder}/hall.db", folder, at(9))
    hall.sign_in("T1", "S1", "G1")
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
