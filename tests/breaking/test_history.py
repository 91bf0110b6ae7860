"""Judge of a fault-injected hall: finds planted violations, and none in a correct day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.breaking.evidence import numbers_on
from bench.breaking.history import (
    Ack,
    History,
    JournalLine,
    Slip,
    StoredTicket,
    count_by_kind,
    violations,
)
from bench.breaking.player import Plan, jobs, names
from server.core.config import Config
from server.hall.opening import open_hall
from support.halls import CHEAP

DAY = "2026-11-24"


def issue(seq: int, ticket: str, item: str = "a") -> JournalLine:
    return JournalLine(seq, "ticket.issue", ticket, "", {"item": item, "applicant": "ordinary"})


def line(seq: int, act: str, ticket: str, window: str = "W1") -> JournalLine:
    return JournalLine(seq, f"ticket.{act}", ticket, window, {})


def right() -> History:
    """Return a correct day: three people come, two are called at two windows, one is done."""
    return History(
        acks=[
            Ack("ticket.issue", "t1", "", 0.0, 0.1, "A001"),
            Ack("ticket.issue", "t2", "", 0.2, 0.3, "A002"),
            Ack("ticket.issue", "t3", "", 0.4, 0.5, "A003"),
            Ack("ticket.call", "t1", "W1", 0.6, 0.7, "A001"),
            Ack("ticket.finish", "t1", "W1", 0.8, 0.9, "A001"),
            Ack("ticket.call", "t2", "W2", 0.8, 0.9, "A002"),
        ],
        lines=[
            issue(1, "t1"),
            issue(2, "t2"),
            issue(3, "t3"),
            line(4, "call", "t1"),
            line(5, "start", "t1"),
            line(6, "finish", "t1"),
            line(7, "call", "t2", "W2"),
        ],
        tickets=[
            StoredTicket("t1", DAY, "A001", "finished", "W1"),
            StoredTicket("t2", DAY, "A002", "called", "W2"),
            StoredTicket("t3", DAY, "A003", "waiting", ""),
        ],
        slips=[
            Slip("t1", "A001", "printed"),
            Slip("t2", "A002", "unknown"),
            Slip("t3", "A003", "failed"),
        ],
        paper=Counter({"A001": 1, "A002": 1}),
        shown={"main": {("W2", "A002")}},
        complete=True,
    )


def test_a_correct_day_has_no_violation() -> None:
    assert violations(right()) == []


def number_twice(h: History) -> None:
    h.tickets.append(StoredTicket("t4", DAY, "A002", "waiting", ""))


def issued_twice(h: History) -> None:
    h.lines.append(issue(8, "t3"))


def given_again(h: History) -> None:
    h.lost_before = frozenset({"t3"})


def lost_ticket(h: History) -> None:
    h.tickets = [t for t in h.tickets if t.id != "t3"]


def lost_call(h: History) -> None:
    h.lines = [x for x in h.lines if x.seq != 7]
    h.tickets[1] = replace(h.tickets[1], state="waiting", window="")
    h.shown = {"main": set()}


def a_press_that_counted_twice(h: History) -> None:
    h.lines.append(issue(8, "t4"))
    h.tickets.append(StoredTicket("t4", DAY, "A004", "waiting", ""))


def one_answer_for_two(h: History) -> None:
    h.acks.append(Ack("ticket.issue", "t3", "", 1.0, 1.1, "A003"))


def two_windows(h: History) -> None:
    h.lines.insert(5, line(50, "resume", "t1", "W2"))


def two_at_a_window(h: History) -> None:
    h.lines[6] = line(7, "call", "t2", "W1")
    h.lines[5], h.lines[6] = h.lines[6], h.lines[5]


def before_an_earlier_one(h: History) -> None:
    h.lines[6] = line(7, "call", "t3", "W2")
    h.acks = h.acks[:5]


def later_before_earlier(h: History) -> None:
    h.lines[1], h.lines[2] = issue(2, "t3"), issue(3, "t2")
    h.lines[6] = line(7, "call", "t3", "W2")
    h.acks = h.acks[:5]


def paper_twice(h: History) -> None:
    h.paper = Counter({"A001": 2, "A002": 1})


def failed_on_paper(h: History) -> None:
    h.paper = Counter({"A001": 1, "A003": 1})


def printed_not_there(h: History) -> None:
    h.paper = Counter()


def never_settled(h: History) -> None:
    h.slips[1] = Slip("t2", "A002", "sent")


def another_board(h: History) -> None:
    h.shown = {"main": {("W2", "A002")}, "east": set()}
    h.zones = {"W1": "west", "W2": "east"}


def done_twice(h: History) -> None:
    h.acks.append(Ack("ticket.recall", "t2", "W2", 0.9, 1.0, "A002"))
    h.lines += [line(8, "recall", "t2", "W2"), line(9, "recall", "t2", "W2")]


def broken_books(h: History) -> None:
    h.check_problems = ["journal line 3 breaks the chain"]


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (number_twice, "number twice"),
        (issued_twice, "number twice"),
        (given_again, "number twice"),
        (lost_ticket, "lost"),
        (lost_call, "lost"),
        (one_answer_for_two, "double"),
        (a_press_that_counted_twice, "unasked"),
        (two_windows, "two holders"),
        (two_at_a_window, "two holders"),
        (before_an_earlier_one, "order"),
        (later_before_earlier, "real time"),
        (paper_twice, "paper twice"),
        (failed_on_paper, "paper"),
        (printed_not_there, "paper"),
        (never_settled, "paper"),
        (another_board, "board"),
        (done_twice, "double"),
        (broken_books, "hall check"),
    ],
)
def test_a_planted_violation_is_reported(plant: Callable[[History], None], expected: str) -> None:
    history = right()
    plant(history)
    assert expected in count_by_kind(violations(history))


def test_a_board_of_a_zone_shows_its_windows_only() -> None:
    history = right()
    history.zones = {"W1": "west", "W2": "east"}
    history.shown = {"main": {("W2", "A002")}, "east": {("W2", "A002")}, "west": set()}
    assert violations(history) == []


def test_after_a_restore_lost_actions_are_no_violation() -> None:
    history = right()
    history.lines.append(line(8, "recall", "t2", "W2"))
    assert count_by_kind(violations(history)) == {"double": 1}
    history.never_restored = False
    assert violations(history) == []


def test_transferred_and_returned_tickets_are_not_compared() -> None:
    history = right()
    history.acks, history.slips, history.paper, history.shown = [], [], None, {}
    history.tickets, history.complete = [], False
    history.lines = [
        issue(1, "t1"),
        issue(2, "t2"),
        line(3, "call", "t1"),
        line(4, "transfer", "t1"),
        line(5, "call", "t2"),
        line(6, "finish", "t2"),
        line(7, "call", "t1"),
    ]
    assert violations(history) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12), st.data())
def test_any_other_order_than_the_lanes_is_reported(items: list[str], data: st.DataObject) -> None:
    """Accept calls in the order of each lane; report the first of a lane called last."""
    people = [(f"t{n}", item) for n, item in enumerate(items)]
    lines = [issue(n, ticket, item) for n, (ticket, item) in enumerate(people, 1)]
    order = data.draw(st.permutations(sorted({*items})))
    called = [t for lane in order for t, item in people if item == lane]
    seq = len(lines)

    def history(calls: list[str]) -> History:
        ends = [
            step
            for n, t in enumerate(calls)
            for step in (line(seq + 2 * n, "call", t), line(seq + 2 * n + 1, "finish", t))
        ]
        return History(lines=[*lines, *ends])

    assert violations(history(called)) == []
    lane = [t for t, item in people if item == items[0]]
    if len(lane) > 1:
        late = [t for t in called if t != lane[0]] + [lane[0]]
        assert count_by_kind(violations(history(late))) == {"order": 1} or len(lane) > 2


def test_a_slip_is_read_with_its_day() -> None:
    assert numbers_on(f"政务服务中心\n----\nA012\n取号时间 Time  {DAY} 10:00\nB001") == [
        f"{DAY} A012"
    ]


def test_kills_are_spread_over_halls_and_file_faults_are_for_sqlite() -> None:
    shares = jobs(Plan(seed=3, kills=300, database="sqlite", only=("kills",)))
    assert shares == [("kills", 3, 125), ("kills", 4, 125), ("kills", 5, 50)]
    on_postgres = [name for name, _, _ in jobs(Plan(1, 1, "postgres"))]
    assert "disk-full" not in on_postgres
    assert {"kills", "devices", "clock"} <= set(on_postgres)
    assert len(jobs(Plan(1, 1, "sqlite"))) == len(names())
    with pytest.raises(ValueError, match="flood"):
        jobs(Plan(1, 1, "sqlite", only=("flood",)))


def test_a_single_server_counts_as_alive(tmp_path: Path) -> None:
    """Count the only server as alive.

    Fault injection found that every device fell silent, because its server took itself for dead.
    """
    hall = open_hall(Config(data=tmp_path), hasher=CHEAP)
    assert hall.presence.alive(hall.worker)
    hall.ctx.store.close()
