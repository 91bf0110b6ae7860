"""QueueSnapshot after every act: what is cached under the journal's last line equals a fresh read.

An act that changes a ticket or a window session without a journal line after it would leave a wrong
snapshot in the cache (docs/adr/0025). The acts are those of the registries: every command of every
role, every key function, every job. The test fails for a move of a ticket or an act on a window
that it never ran, so a new one is included by construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from counters.keypad import FUNCTIONS
from server.capability import Job, capabilities
from server.core import journal
from server.core.errors import HallError
from server.hall.context import Context
from server.queue import calling, snapshot, ticket_queries, window_sessions
from server.queue.business_day import keep_day
from server.queue.issuing import IssueExtras
from server.queue.snapshot import Parts
from server.queue.tickets import ABSENT, Move, Outcome, State
from server.web_api import Caller, Route
from support.contracts.declared import journal_acts
from support.desk_actions import act, import_codes
from support.every_command import (
    KINDS,
    PEOPLE,
    ROLES,
    VALUES,
    ask,
    browsers,
    code_of,
    files,
    tries,
)
from support.halls import SmallHall, at
from support.offline_kiosk import Kiosk
from support.settled_hall import TODAY, SettledHall

PAIRS = 2
"""Most bodies of a command that a person tries on the first floor; one on the others."""
ENDING = ("login", "logout", "password", "enrol")
"""Commands that end a session."""


def stale_parts(ctx: Context) -> list[str]:
    """Return the parts of the cached snapshot that a fresh read contradicts; cache the fresh."""
    cached = _parts(ctx)
    ctx.snapshot_cache.clear()
    fresh = _parts(ctx)
    return [name for name in fresh if cached[name] != fresh[name]]


def _parts(ctx: Context) -> dict[str, Any]:
    present = snapshot.take(ctx)
    parts = {name: getattr(present, name) for name in Parts.__slots__}
    parts["at_windows"] = {t.id: t for t in parts["at_windows"]}
    return parts


@pytest.fixture
def settled(tmp_path: Path) -> Iterator[SettledHall]:
    made = SettledHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path)
    yield made
    made.close()


def floors(hall: SettledHall) -> Iterator[str]:
    """Lead the hall through every state of a ticket and of a window; yield each one's name."""
    small, ctx = hall.small, hall.ctx
    clerk = small.clerk("T1")
    small.sign_in("T2", "S1")
    small.issue_extra("tax-1", IssueExtras(absent=True), "elderly")
    small.issue("tax-1", "elderly")
    yield "waiting"
    small.call("T1")
    small.clock.advance(seconds=60)
    calling.recall(ctx, clerk, small.key(), "T1")
    small.clock.advance(seconds=60)
    yield "called"
    calling.start(ctx, clerk, small.key(), "T1")
    window_sessions.pause(ctx, clerk, small.key(), "T1", "rest", "", after=True)
    yield "serving, then a pause"
    window_sessions.drop_next_pause(ctx, clerk, small.key(), "T1")
    calling.hold(ctx, clerk, small.key(), "T1", "")
    yield "held"
    small.call("T1")
    small.clock.advance(seconds=60)
    calling.recall(ctx, clerk, small.key(), "T1")
    small.clock.advance(seconds=60)
    calling.no_show(ctx, clerk, small.key(), "T1")
    yield "missed"
    window_sessions.pause(ctx, clerk, small.key(), "T1", "rest", "")
    yield "paused"
    window_sessions.unpause(ctx, clerk, small.key(), "T1")
    held = ctx.read(lambda c: ticket_queries.at_window(c, "small", "T1"))
    calling.resume(ctx, clerk, small.key(), "T1", held[0].id)
    calling.start(ctx, clerk, small.key(), "T1")
    calling.finish(ctx, clerk, small.key(), "T1", Outcome.DONE, "")
    yield "finished"
    window_sessions.sign_out(ctx, clerk, small.key(), "T1", force=True)
    yield "signed out"


def name_tickets(hall: SettledHall) -> dict[str, list[Any]]:
    """Name the tickets of today for paths; return the values for bodies."""
    tickets = hall.ctx.read(lambda c: ticket_queries.of_day(c, "small", TODAY.isoformat()))
    tickets.sort(key=lambda t: (t.state is State.WAITING, t.state is State.FINISHED))
    absent = [t for t in tickets if t.lane.startswith(ABSENT)]
    tickets[PAIRS - 1 : PAIRS - 1] = absent  # tried by every command, also by the check-in
    hall.ids_by_parameter["ticket"] = [t.id for t in tickets]
    hall.ids_by_parameter["token"] = [t.token for t in tickets]
    hall.ids_by_parameter["slip"] = [t.token for t in tickets]
    return VALUES | {"ticket": [t.id for t in tickets], "window": ["T1", "T2"]}


class Acts:
    """Acts that were run on a hall, and the parts of the snapshot that they left stale."""

    def __init__(self, hall: SettledHall) -> None:
        self.hall = hall
        self.journal: set[str] = set()
        self.stale: list[str] = []
        self.people = browsers(hall)
        self.sent = files()
        self.settled: set[str] = set()
        """Names of commands that were accepted and touched no ticket."""
        self.pairs = PAIRS

    def run_commands(self, floor: str) -> None:
        """Run every command as every role, until one is accepted.

        A command that was accepted on an earlier floor and touched no ticket is not run again.
        """
        hall, values = self.hall, name_tickets(self.hall)
        for route in hall.web.app.api.routes:
            if route.method != "GET" and route.name not in self.settled:
                self._run_command(floor, route, tries(route, hall, self.sent, values))

    def _run_command(self, floor: str, route: Route, pairs: list[Any]) -> None:
        hall, field = self.hall, self.sent.get(route.name, ("", []))[0]
        roles = [r for r in ROLES if {Caller.ANYONE, Caller(KINDS.get(r, r))} & route.who]
        for role in roles:
            for path, body in pairs[: self.pairs if role in PEOPLE else 1]:
                head = hall.last_journal_number()
                answer = ask(self.people[role], path, body, field)
                lines = self.check(f"{floor}: {role} {path} {str(body)[:60]}", head)
                if code_of(answer) and not lines:
                    continue
                if lines and not any(line.startswith(("ticket.", "window.")) for line in lines):
                    self.settled.add(route.name)
                hall.restore()
                if route.name in ENDING:
                    self.people = browsers(hall)
                    hall.save()
                snapshot.take(hall.ctx)
                return

    def run_keys(self, floor: str) -> None:
        """Press every key of a pad."""
        hall = self.hall
        for name, press in FUNCTIONS.items():
            head = hall.last_journal_number()
            with suppress(HallError):
                press(hall.ctx, hall.small.clerk("T1"), hall.small.key(), "T1")
            if self.check(f"{floor}: key {name}", head):
                hall.restore()
                snapshot.take(hall.ctx)

    def run_jobs(self, floor: str) -> None:
        """Run every job that a room registers, and the business day's own."""
        hall = self.hall.small.hall
        jobs: list[Job] = [partial(keep_day, hall.ctx)]
        jobs += [job(hall) for capability in capabilities() for job in capability.jobs]
        for run in jobs:
            head = self.hall.last_journal_number()
            run()
            self.check(f"{floor}: a job", head)

    def check(self, name: str, head: int) -> list[str]:
        """Record what an act left stale; return the names of its journal lines."""
        lines = [line["act"] for line in self.hall.acts_since(head)]
        self.journal |= set(lines)
        self.stale += [f"{name}: {part}" for part in stale_parts(self.hall.ctx)]
        return lines


def required_acts() -> set[str]:
    """Return the moves of tickets and the acts on windows that the code can write."""
    windows = {name for name in journal_acts(Path()) if name.startswith("window.")}
    return {f"ticket.{move}" for move in Move} | {name for name in windows if "*" not in name}


def test_no_act_leaves_a_stale_snapshot(settled: SettledHall) -> None:
    acts = Acts(settled)
    for floor in floors(settled):
        settled.save()
        snapshot.take(settled.ctx)
        acts.pairs = PAIRS if floor == "finished" else acts.pairs
        acts.run_commands(floor)
        acts.run_keys(floor)
        acts.pairs = 1
    acts.people.clear()
    settled.small.clock.set(at(22, day=TODAY))
    acts.run_jobs("evening")
    assert acts.stale == []
    assert required_acts() - acts.journal == set()


def test_no_import_leaves_a_stale_snapshot(small: SmallHall) -> None:
    small.sign_in("T1")
    kiosk = Kiosk(small)
    ctx, journal_head = small.ctx, 0
    snapshot.take(ctx)
    given = kiosk.issue()
    for step in (
        lambda: kiosk.import_ticket(given),
        lambda: import_codes(small, "T1", [act("call", given.id, small.clock.now())]),
        lambda: import_codes(small, "T1", [act("start", given.id, small.clock.now())]),
        lambda: import_codes(
            small, "T1", [act("finish", given.id, small.clock.now(), outcome="accepted")]
        ),
    ):
        step()
        assert stale_parts(ctx) == []
        head = ctx.read(lambda c: journal.head(c, "small")[0])
        assert head > journal_head
        journal_head = head
    assert small.ticket(given.id).state is State.FINISHED


def test_an_act_without_a_journal_line_is_detected(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    snapshot.take(small.ctx)
    assert stale_parts(small.ctx) == []
    small.ctx.write(
        lambda tx: ticket_queries.change(tx, replace(ticket, state=State.CALLED), ticket)
    )
    assert stale_parts(small.ctx) == ["waiting", "at_windows"]
