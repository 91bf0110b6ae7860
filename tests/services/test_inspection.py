"""Spot checks on both databases: sealed, come due, missed, walked, doubted, proven."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DatabaseError

from server.domain.errors import Code, HallError
from server.domain.inspection import draws
from server.domain.tickets import ActorKind
from server.services import checks as hall_check
from server.services.context import Actor
from server.services.days import keep_day
from server.services.inspection import finding, knowing, proof, sealing, walks
from server.services.inspection.keeping import Keeper
from server.storage import checks, findings, journal, leaves, punches
from server.storage.store import Tx
from server.storage.tables_attendance import leave
from server.storage.tables_checks import check_day, spot_check, spot_mark
from server.storage.tables_readers import finger, reader
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at

DAY = MONDAY.isoformat()
BOSS = Actor(ActorKind.MANAGER, MANAGER)
ADMIN = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
CLERK = Actor(ActorKind.CLERK, STAFF["T1"])


class Inspected:
    """The small hall with its keeper, as a server has it."""

    def __init__(self, small: SmallHall) -> None:
        self.small, self.ctx = small, small.ctx
        self.keeper = self.restarted()

    def restarted(self) -> Keeper:
        self.keeper = Keeper(self.ctx, self.small.hall.config.data)
        return self.keeper

    def keep(self, now: int) -> None:
        """The server's loop comes round at this time."""
        self.small.clock.set(now)
        keep_day(self.ctx)
        self.keeper.keep()

    def opened(self) -> sealing.Opened:
        """Today's seed and times, as only the server knows them."""
        key = sealing.key_in(self.small.hall.config.data, self.ctx.chance)
        return sealing.opened(key, self.row())

    def due(self) -> list[int]:
        """Today's drawn moments."""
        found = self.opened()
        return [found.at(minute) for minute in found.times]

    def row(self, day: str = DAY) -> Any:
        found = self.ctx.read(lambda c: checks.day(c, "small", day))
        assert found is not None
        return found

    def checks(self, day: str = DAY) -> list[tuple[str, str, str]]:
        rows = self.ctx.read(lambda c: checks.of_days(c, "small", day, day))
        return [(row.id, row.state, row.reason) for row in rows]

    def findings(self) -> list[Any]:
        return self.ctx.read(lambda c: findings.of_days(c, "small", "", "9"))

    def acts(self, subject: str) -> list[str]:
        lines = self.ctx.read(lambda c: journal.of_subject(c, "small", subject))
        return [line["act"] for line in lines]

    def walk(self, other: str = STAFF["G2"]) -> str:
        return str(walks.by_hand(self.ctx, BOSS, self.small.key(), other)["check"])

    def mark(self, check: str, window: str, seen: str, **values: Any) -> None:
        now = self.ctx.clock.now()
        asked = walks.Asked(
            values.get("id", f"m-{self.small.key()}"),
            window,
            values.get("staff", ""),
            seen,
            values.get("reason", ""),
            (),
            "",
            (),
            values.get("at", now),
        )
        walks.mark(self.ctx, BOSS, asked.id, check, asked)

    def wrong(self) -> list[str]:
        found = self.ctx.read(lambda c: hall_check.findings("small", c))
        return [one.en for one in found]


@pytest.fixture
def hall(small: SmallHall) -> Inspected:
    """At six in the morning; nobody is there yet."""
    found = Inspected(small)
    found.keep(at(6))
    return found


def refused(code: Code) -> pytest.RaisesExc[HallError]:
    return pytest.raises(HallError, match=f"^{code.value}$")


# -- the day ---------------------------------------------------------------------------------------


def test_a_whole_day_is_sealed_walked_missed_revealed_and_proven(hall: Inspected) -> None:
    first, second = hall.due()
    assert hall.checks() == []
    assert hall.acts(DAY) == ["day.open", "check.seal"]
    hall.keep(first + 3000)
    assert hall.checks() == [(f"{DAY}-1", "due", "")]
    walks.start(hall.ctx, BOSS, hall.small.key(), f"{DAY}-1", STAFF["G2"])
    walks.finish(hall.ctx, BOSS, hall.small.key(), f"{DAY}-1")
    hall.keep(second + 3000)
    hall.keep(second + 15 * 60_000)
    assert hall.checks()[1] == (f"{DAY}-2", "due", "")
    hall.keep(second + 15 * 60_000 + 1)
    assert hall.checks() == [(f"{DAY}-1", "done", ""), (f"{DAY}-2", "missed", "not_started")]
    assert hall.row().revealed_at is None
    hall.keep(at(17, 30))
    row = hall.row()
    assert draws.seal(bytes.fromhex(row.seed), row.rules, DAY) == row.seal
    assert hall.ctx.read(lambda c: proof.faults_of(c, "small", row)) == []
    assert hall.wrong() == []


def test_nothing_tells_the_times_before_they_come(hall: Inspected) -> None:
    opened = hall.opened()
    lines = list(hall.ctx.read(lambda c: list(journal.lines(c, "small"))))
    told = " ".join(str(dict(line._mapping)) for line in lines) + str(dict(hall.row()._mapping))
    secrets = [opened.seed, *(str(opened.at(minute)) for minute in opened.times)]
    assert not [secret for secret in secrets if secret in told]


def test_a_restart_changes_neither_seal_nor_times(hall: Inspected) -> None:
    before, times = hall.row().seal, hall.due()
    hall.restarted()
    hall.keep(at(7))
    assert (hall.row().seal, hall.due()) == (before, times)


def test_a_time_that_passed_while_the_server_was_down_is_missed_for_that(hall: Inspected) -> None:
    first, second = hall.due()
    hall.restarted()
    hall.keep(second - 60_000)
    assert hall.checks() == [(f"{DAY}-1", "missed", "server_down")]
    assert first < second
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    assert hall.checks()[1] == (f"{DAY}-2", "missed", "server_down")
    assert hall.row().revealed_at is not None
    assert hall.wrong() == []


def test_a_day_sealed_late_says_so_and_draws_from_what_is_left(small: SmallHall) -> None:
    hall = Inspected(small)
    hall.keep(at(15))
    rules = draws.rules_of(hall.row().rules)
    assert rules.late
    assert all(due > at(15) for due in hall.due())
    hall.keep(at(17, 30))
    assert hall.wrong() == []


def test_a_rest_day_has_a_seal_and_no_checks(small: SmallHall) -> None:
    sunday = MONDAY - timedelta(days=1)
    hall = Inspected(small)
    hall.keep(at(9, day=sunday))
    hall.keep(at(23, day=sunday))
    assert hall.checks(sunday.isoformat()) == []
    assert draws.rules_of(hall.row(sunday.isoformat()).rules).opens is None
    hall.keep(at(0, 1))
    assert hall.row(sunday.isoformat()).revealed_at is not None
    assert hall.wrong() == []


def test_settings_changed_in_the_day_move_nothing(hall: Inspected) -> None:
    times = hall.due()
    hall.small.configure(check_count=6, check_gap_minutes=1)
    hall.restarted()
    hall.keep(at(17, 30))
    assert len(hall.checks()) == len(times)
    assert hall.wrong() == []


def test_without_the_key_the_seed_is_lost_and_that_is_on_record(hall: Inspected) -> None:
    key = hall.small.hall.config.data / sealing.KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    hall.restarted()
    hall.keep(at(8))
    assert hall.row().seed == ""
    assert "check.lost" in hall.acts(DAY)
    assert hall.wrong() == [f"{DAY} spot checks: the seed is lost, nothing can be proven"]


def tampered(hall: Inspected, what: Any) -> list[str]:
    """What `hall check` finds after somebody wrote into the database."""
    hall.keep(at(17, 30))
    hall.ctx.write(partial(written, what))
    return [said.partition(": ")[2] for said in hall.wrong()]


def test_who_writes_into_the_database_is_found_out(hall: Inspected) -> None:
    assert tampered(hall, delete(spot_check).where(spot_check.c.n == 1)) == [
        "a drawn check is missing from the records"
    ]
    moved = update(spot_check).values(due_at=spot_check.c.due_at + 60_000)
    assert "a check's time is not the drawn one" in tampered(hall, moved)
    assert "seal, seed and rules do not fit" in tampered(
        hall, update(check_day).values(seed="0" * 64)
    )


def test_a_day_without_a_seal_is_found(hall: Inspected) -> None:
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    hall.keep(at(6, day=MONDAY + timedelta(days=2)))
    gone = delete(check_day).where(check_day.c.day == "2026-03-03")
    hall.ctx.write(partial(written, gone))
    assert "2026-03-03 spot checks: no seed was sealed on that day" in hall.wrong()


# -- walking ---------------------------------------------------------------------------------------


def test_a_check_needs_two_people_and_its_time(hall: Inspected) -> None:
    first = hall.due()[0]
    hall.keep(first)
    check = f"{DAY}-1"
    for other in (MANAGER, "nobody"):
        with refused(Code.CHECKERS_TWO):
            walks.start(hall.ctx, BOSS, hall.small.key(), check, other)
    hall.small.clock.set(first + 15 * 60_000 + 1)
    with refused(Code.CHECK_NOT_DUE):
        walks.start(hall.ctx, BOSS, hall.small.key(), check, ADMINISTRATOR)


def test_a_mark_sent_twice_is_kept_once_with_what_was_known(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1")
    hall.small.issue("tax-1")
    hall.small.call("T1")
    check = hall.walk()
    hall.small.clock.forward(minutes=20)
    for _ in range(2):
        hall.mark(check, "T1", "serving", id="phone-1", staff=STAFF["T1"], at=at(9, 1))
    (kept,) = hall.ctx.read(lambda c: checks.marks(c, "small", check))
    known = json.loads(kept.known)
    assert (kept.at, kept.received_at) == (at(9, 1), at(9, 20))
    assert (known["staff"], known["since"], known["number"]) == (STAFF["T1"], at(9), "A001")
    assert hall.acts(check).count("check.mark") == 1


def test_a_phone_with_a_wrong_clock_stays_inside_the_walk(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    check = hall.walk()
    hall.mark(check, "T1", "at_post", at=at(3))
    hall.mark(check, "T2", "at_post", at=at(23))
    rows = hall.ctx.read(lambda c: checks.marks(c, "small", check))
    assert [row.at for row in rows] == [at(9), at(9)]


def test_what_the_books_know_of_a_past_minute(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1")
    assert books(hall, at(9, 5)).staff == STAFF["T1"]
    assert books(hall, at(8, 59)).staff == ""


def books(hall: Inspected, moment: int) -> knowing.Known:
    return hall.ctx.read(lambda c: knowing.known_at(hall.ctx, c, "T1", moment))


def test_expected_are_those_who_may_sit_there_less_leave_and_with_cover(hall: Inspected) -> None:
    def away(tx: Tx) -> None:
        tx.conn.execute(
            insert(leave).values(
                hall_id="small", id="L1", staff=STAFF["S1"], kind="sick", state="approved",
                begins=f"{DAY}T08:00", ends=f"{DAY}T12:00", cover=STAFF["G1"], created_at=0,
            )
        )  # fmt: skip

    hall.ctx.write(away)
    found = hall.ctx.read(lambda c: leaves.approved(c, "small", MONDAY, MONDAY))
    moment = datetime.combine(MONDAY, time(9))
    people = knowing.expected(hall.ctx.catalogue(), {}, found, "S1", moment)
    assert [(p.staff.number, p.how, p.leave) for p in people] == [
        (STAFF["S1"], "leave", "sick"),
        (STAFF["G1"], "cover", ""),
    ]
    walk = [w.code for w in knowing.walking_order(hall.ctx.catalogue(), MONDAY)]
    assert walk == ["T1", "T2", "G1", "G2", "S1"]  # F1 comes on Tuesdays


def test_marks_are_never_changed(hall: Inspected) -> None:
    hall.mark(hall.walk(), "T1", "empty")
    for statement in (update(spot_mark).values(mark="at_post"), delete(spot_mark)):
        with pytest.raises(DatabaseError, match="only added to"):
            hall.ctx.write(partial(written, statement))


def written(statement: Any, tx: Tx) -> int:
    return tx.conn.execute(statement).rowcount


# -- findings --------------------------------------------------------------------------------------


def found(hall: Inspected, window: str = "T1") -> str:
    """A finding of the clerk of a window, told."""
    before = {row.id for row in hall.findings()}
    check = hall.walk()
    hall.mark(check, window, "empty", staff=STAFF[window])
    assert {row.id for row in hall.findings()} == before
    walks.finish(hall.ctx, BOSS, hall.small.key(), check)
    (new,) = {row.id for row in hall.findings()} - before
    return str(new)


def one(hall: Inspected, finding_id: str) -> Any:
    return next(row for row in hall.findings() if row.id == finding_id)


def test_a_finding_is_told_disputed_and_settled_by_a_third(hall: Inspected) -> None:
    number, key = found(hall), hall.small.key
    row = one(hall, number)
    assert (row.staff, row.unit, row.state, row.step) == (STAFF["T1"], "tax", "confirmed", "notice")
    finding.dispute(hall.ctx, CLERK, key(), number, "当时在打印室")
    for actor in (BOSS, Actor(ActorKind.MANAGER, STAFF["G2"])):
        with refused(Code.FINDING_OWN):
            finding.settle(hall.ctx, actor, key(), number, False, "我说了算")
    finding.settle(hall.ctx, ADMIN, key(), number, False, "打印室有签字")
    row = one(hall, number)
    steps = [line["state"] for line in json.loads(row.history)]
    assert steps == ["confirmed", "told", "step", "disputed", "withdrawn", "step"]
    assert (row.state, row.step) == ("withdrawn", "")


def test_the_third_finding_asks_for_an_interview_and_falls_back_with_the_first(
    hall: Inspected,
) -> None:
    numbers = []
    for _ in range(3):
        hall.small.clock.forward(minutes=1)
        numbers.append(found(hall))
    assert [one(hall, n).step for n in numbers] == ["notice", "replacement", "interview"]
    finding.dispute(hall.ctx, CLERK, hall.small.key(), numbers[0], "请假")
    finding.settle(hall.ctx, ADMIN, hall.small.key(), numbers[0], False, "有假条")
    assert [one(hall, n).step for n in numbers] == ["", "notice", "replacement"]


def test_an_undone_mark_takes_its_finding_back(hall: Inspected) -> None:
    check = hall.walk()
    hall.mark(check, "T1", "empty", staff=STAFF["T1"])
    hall.mark(check, "T2", "empty", staff=STAFF["T2"])
    hall.small.clock.forward(seconds=2)
    hall.mark(check, "T1", "undone")
    walks.finish(hall.ctx, BOSS, hall.small.key(), check)
    assert [row.window for row in hall.findings()] == ["T2"]
    hall.mark(check, "T2", "undone")  # a phone that was in a dead spot comes late
    hall.mark(check, "S1", "empty", staff=STAFF["S1"])
    assert {(r.window, r.state) for r in hall.findings()} == {
        ("T2", "withdrawn"),
        ("S1", "confirmed"),
    }


def test_a_unit_puts_right_and_the_history_only_grows(hall: Inspected) -> None:
    number = found(hall)
    before = json.loads(one(hall, number).history)
    words = "已明确替岗安排"
    finding.rectify(hall.ctx, CLERK, hall.small.key(), number, words, "2026-03-05")
    row = one(hall, number)
    assert json.loads(row.history)[: len(before)] == before
    assert json.loads(row.rectified)["day"] == "2026-03-05"
    with refused(Code.FINDING_UNKNOWN):
        stranger = Actor(ActorKind.CLERK, STAFF["S1"])
        finding.rectify(hall.ctx, stranger, hall.small.key(), number, words, "2026-03-05")


def test_a_walk_that_nobody_ended_is_told_the_next_day(hall: Inspected) -> None:
    check = hall.walk()
    hall.mark(check, "T1", "empty", staff=STAFF["T1"])
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    assert (check, "unfinished", "") in hall.checks()
    assert [row.state for row in hall.findings()] == ["confirmed"]


# -- doubts ----------------------------------------------------------------------------------------


def test_a_window_that_calls_nobody_is_proposed_once(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1")
    hall.small.issue("tax-2")
    hall.keep(at(9, 14))
    assert hall.findings() == []
    for minute in (15, 16, 30):
        hall.keep(at(9, minute))
    (row,) = hall.findings()
    assert (row.kind, row.staff, row.state, row.told_at) == (
        "no_call",
        STAFF["T1"],
        "proposed",
        None,
    )
    finding.judge(hall.ctx, BOSS, hall.small.key(), row.id, False, "当时在换打印纸")
    (row,) = hall.findings()
    assert (row.state, row.step, row.told_at) == ("dismissed", "", None)


def test_a_confirmed_doubt_is_told_and_settled_by_neither(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1")
    hall.small.issue("tax-2")
    hall.keep(at(9, 15))
    (row,) = hall.findings()
    finding.judge(hall.ctx, BOSS, hall.small.key(), row.id, True, "现场无人叫号")
    finding.dispute(hall.ctx, CLERK, hall.small.key(), row.id, "在复核材料")
    with refused(Code.FINDING_OWN):
        finding.settle(hall.ctx, BOSS, hall.small.key(), row.id, True, "属实")
    finding.settle(hall.ctx, ADMIN, hall.small.key(), row.id, True, "属实")
    (row,) = hall.findings()
    assert (row.state, row.step) == ("upheld", "notice")


def clock_in(hall: Inspected, delivered: int, punched: tuple[str, ...]) -> None:
    """A reader that has delivered so far, everybody's finger, and some punches at 8:20."""

    def act(tx: Tx) -> None:
        tx.conn.execute(
            insert(reader).values(
                hall_id="small", serial="R1", way="push", state="admitted",
                delivered_until=delivered, created_at=0,
            )
        )  # fmt: skip
        for staff in STAFF.values():
            tx.conn.execute(
                insert(finger).values(hall_id="small", enrolment=staff, since=0, staff=staff, at=0)
            )
        said = f"{DAY} 08:20:00"
        rows = [
            {
                "reader": "R1",
                "enrolment": n,
                "said": said,
                "day": DAY,
                "at": at(8, 20),
                "source": "push",
            }
            for n in punched
        ]
        punches.add(tx, rows)

    hall.ctx.write(act)


def test_at_work_without_a_punch_is_proposed_once_every_reader_has_reported(
    hall: Inspected,
) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1", "T2")
    clock_in(hall, at(13), (STAFF["T2"],))
    hall.keep(at(12, 59))
    assert hall.findings() == []
    hall.keep(at(13))
    hall.keep(at(13, 5))
    (row,) = hall.findings()
    assert (row.kind, row.staff, row.state) == ("no_punch", STAFF["T1"], "proposed")


def test_a_silent_reader_makes_no_doubts(hall: Inspected) -> None:
    hall.small.clock.set(at(9))
    hall.small.seat("T1")
    clock_in(hall, at(11), ())
    hall.keep(at(14))
    assert hall.findings() == []
