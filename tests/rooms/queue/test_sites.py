"""A hall in two buildings: whoever waits in one is never called by a window of the other."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.queue import (
    barred,
    calling,
    issuing,
    reception,
    returning,
    snapshot,
    ticket_queries,
    undo,
    window_sessions,
)
from server.queue.errors import QueueCode
from server.queue.issuing import IssueExtras
from server.queue.queue_views import queue_views, waiting_in
from server.queue.tickets import Outcome, State, Ticket, site_of
from support.halls import MANAGER, STAFF, SmallHall, at, branches

HALL = branches()
WINDOWS = ("T1", "G1", "T2", "S1")
SITE = {window: HALL.site_of_window(window) for window in WINDOWS}
ITEMS = ("tax-1", "tax-2", "social-1", "build-1")
KIOSKS = {"1": "centre", "2": "north"}
DESK = Actor(ActorKind.MANAGER, MANAGER)


def open_branches(small: SmallHall) -> SmallHall:
    """Return the small hall after it has got its second building, with kiosk 2 in it."""
    import_catalogue(small.ctx, SYSTEM, HALL, "two buildings")
    small.configure(kiosk_sites="1 centre; 2 north", priority_run=2)
    return small


def take(small: SmallHall, kiosk: str, item: str, applicant: str = "ordinary") -> Ticket:
    """Take a number at a kiosk."""
    who = Actor(ActorKind.KIOSK, kiosk)
    values: dict[str, Any] = {"item": item, "applicant": applicant, "kiosk": kiosk, "paper": False}
    return small.ticket(issuing.issue(small.ctx, who, small.key(), **values))


def test_a_number_is_called_in_the_building_where_it_was_taken(small: SmallHall) -> None:
    hall = open_branches(small)
    hall.sign_in("T1", "T2", "S1")
    with pytest.raises(HallError) as refused:
        take(hall, "1", "build-1")
    assert refused.value.code is QueueCode.OTHER_SITE
    north = take(hall, "2", "tax-1")
    assert site_of(north.lane) == "north"
    with pytest.raises(HallError) as nobody:
        hall.call("T1")
    assert nobody.value.code is QueueCode.NOBODY_WAITING
    seen = snapshot.take(hall.ctx)
    assert (waiting_in(seen, "tax", "centre"), waiting_in(seen, "tax", "north")) == (0, 1)
    assert [(q.unit, q.waiting, q.windows) for q in queue_views(seen, "centre")] == [
        ("tax", 0, [1])
    ]
    assert hall.call_and_miss("T2").id == north.id
    returning.return_missed(hall.ctx, hall.clerk("T2"), hall.key(), north.id)
    with pytest.raises(HallError):
        hall.call("T1")
    assert hall.call("T2").id == north.id
    calling.transfer(
        hall.ctx,
        hall.clerk("T2"),
        hall.key(),
        "T2",
        to_window="T1",
        to_item=None,
        to_unit=None,
        text="",
    )
    assert hall.call("T1").id == north.id
    hall.ctx.write(lambda tx: barred.end_work(hall.ctx, tx, DESK, STAFF["T1"], "account"))
    assert hall.ticket(north.id).lane == "tax-1/ordinary^centre"


def test_a_number_from_afar_and_one_of_the_desk_belong_to_a_building(small: SmallHall) -> None:
    hall = open_branches(small)
    hall.sign_in("T2", "S1")
    remote = hall.issue_extra("tax-1", IssueExtras(absent=True))
    assert remote.lane == "~tax-1/ordinary^north"
    behind = take(hall, "2", "tax-1")
    assert hall.call("T2").id == behind.id
    assert hall.ticket(remote.id).lane == "!tax-1/ordinary^north"
    returning.check_in(hall.ctx, hall.clerk("T2"), hall.key(), remote.id)
    assert hall.ticket(remote.id).lane == "tax-1/ordinary^north"
    booked = hall.issue_extra("build-1", IssueExtras(slot=at(9)))
    assert booked.lane == f"build-1/ordinary/{at(9)}^north"
    values: dict[str, Any] = {"applicant": "ordinary", "kiosk": "", "paper": False}
    desk = issuing.issue(hall.ctx, hall.clerk("S1"), hall.key(), item="build-1", **values)
    assert hall.ticket(desk).lane == "build-1/ordinary^north"
    with pytest.raises(HallError) as refused:
        issuing.issue(hall.ctx, DESK, hall.key(), item="build-1", **values)
    assert refused.value.code is QueueCode.OTHER_SITE


def test_buildings_share_their_queues_until_the_kiosks_have_a_place(small: SmallHall) -> None:
    import_catalogue(small.ctx, SYSTEM, HALL, "two buildings")
    small.sign_in("T1", "S1")
    ticket = take(small, "2", "build-1")
    assert ticket.lane == "build-1/ordinary"
    assert small.call("S1").id == ticket.id


class TwoBuildings(RuleBasedStateMachine):
    """Random acts in two buildings; the model holds the building where each person waits."""

    fresh: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.hall = open_branches(type(self).fresh())
        self.place: dict[str, str] = {}
        """Building of each number: where it was taken, or of the window that it was sent to."""

    def teardown(self) -> None:
        self.hall.close()

    @initialize()
    def open(self) -> None:
        self.hall.sign_in(*WINDOWS)

    def attempt(self, act: Any, *args: Any, **values: Any) -> bool:
        """Return True if an act was done; a refusal changes nothing."""
        self.hall.clock.advance(seconds=20)
        try:
            act(*args, **values)
        except HallError:
            return False
        return True

    def at_window(self, window: str) -> Ticket | None:
        ctx = self.hall.ctx
        tickets = ctx.read(lambda c: ticket_queries.at_window(c, ctx.hall_id, window))
        return next((t for t in tickets if t.state in (State.CALLED, State.SERVING)), None)

    @rule(kiosk=st.sampled_from(sorted(KIOSKS)), item=st.sampled_from(ITEMS), old=st.booleans())
    def issue(self, kiosk: str, item: str, old: bool) -> None:
        try:
            ticket = take(self.hall, kiosk, item, "elderly" if old else "ordinary")
        except HallError as error:
            assert error.code in (QueueCode.OTHER_SITE, QueueCode.NOBODY_SIGNED_IN)
            return
        self.place[ticket.id] = KIOSKS[kiosk]

    @rule(item=st.sampled_from(ITEMS))
    def from_afar(self, item: str) -> None:
        try:
            ticket = self.hall.issue_extra(item, IssueExtras(absent=True))
        except HallError as error:
            assert error.code is QueueCode.NOBODY_SIGNED_IN
            return
        self.place[ticket.id] = site_of(ticket.lane)

    @rule(window=st.sampled_from(WINDOWS))
    def call(self, window: str) -> None:
        hall = self.hall
        who, key = hall.clerk(window), hall.key()
        if self.attempt(calling.call_next, hall.ctx, who, key, window, "default"):
            ticket = self.at_window(window)
            if ticket is not None:
                assert self.place[ticket.id] == SITE[window], "called from another building"

    @rule(window=st.sampled_from(WINDOWS))
    def miss(self, window: str) -> None:
        hall = self.hall
        if self.attempt(calling.recall, hall.ctx, hall.clerk(window), hall.key(), window):
            hall.clock.advance(seconds=60)
            self.attempt(calling.no_show, hall.ctx, hall.clerk(window), hall.key(), window)

    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        hall = self.hall
        if self.place:
            ticket = data.draw(st.sampled_from(sorted(self.place)))
            act = data.draw(st.sampled_from([returning.return_missed, returning.check_in]))
            self.attempt(act, hall.ctx, DESK, hall.key(), ticket)

    @rule(window=st.sampled_from(WINDOWS), data=st.data())
    def transfer(self, window: str, data: st.DataObject) -> None:
        hall, ticket = self.hall, self.at_window(window)
        targets = self._targets(data)
        values = {"text": "", **targets}
        if self.attempt(
            calling.transfer, hall.ctx, hall.clerk(window), hall.key(), window, **values
        ):
            assert ticket is not None
            self.place[ticket.id] = SITE[targets["to_window"] or window]

    @rule(data=st.data())
    def redirect(self, data: st.DataObject) -> None:
        hall = self.hall
        if self.place:
            ticket, targets = data.draw(st.sampled_from(sorted(self.place))), self._targets(data)
            values = {"text": "", **targets}
            if self.attempt(reception.redirect, hall.ctx, DESK, hall.key(), ticket, **values):
                self.place[ticket] = SITE.get(targets["to_window"] or "", self.place[ticket])

    def _targets(self, data: st.DataObject) -> dict[str, Any]:
        kind = data.draw(st.sampled_from(["to_window", "to_item", "to_unit"]))
        values = {"to_window": WINDOWS, "to_item": ITEMS, "to_unit": ("tax", "build")}[kind]
        none = dict.fromkeys(["to_window", "to_item", "to_unit"])
        return {**none, kind: data.draw(st.sampled_from(values))}

    @rule(window=st.sampled_from(WINDOWS))
    def take_back(self, window: str) -> None:
        hall = self.hall
        self.attempt(undo.undo, hall.ctx, hall.clerk(window), hall.key(), window)
        ticket = self.at_window(window)
        if ticket is not None:
            self.place[ticket.id] = SITE[window]

    @rule(window=st.sampled_from(WINDOWS))
    def release(self, window: str) -> None:
        hall, ticket = self.hall, self.at_window(window)
        hall.ctx.write(lambda tx: barred.end_work(hall.ctx, tx, DESK, STAFF[window], "account"))
        self.attempt(window_sessions.sign_in, hall.ctx, hall.clerk(window), hall.key(), window)
        if ticket is not None:
            self.place[ticket.id] = site_of(hall.ticket(ticket.id).lane)

    @rule(window=st.sampled_from(WINDOWS))
    def finish(self, window: str) -> None:
        hall = self.hall
        who = hall.clerk(window)
        if self.attempt(calling.start, hall.ctx, who, hall.key(), window):
            calling.finish(hall.ctx, who, hall.key(), window, Outcome.DONE, "")


def test_no_window_calls_a_person_of_another_building(tmp_path: Path) -> None:
    folders: list[str] = []

    def fresh() -> SmallHall:
        for old in folders:
            shutil.rmtree(old, ignore_errors=True)
        folders[:] = [tempfile.mkdtemp(dir=tmp_path)]
        return SmallHall(f"sqlite:///{folders[0]}/hall.db", Path(folders[0]), at(9))

    TwoBuildings.fresh = staticmethod(fresh)
    run_state_machine_as_test(
        TwoBuildings,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
