"""A branch server and the main one: what is done in one building is in the books of both, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from kiosk import phone_hall
from server.accounts.people import People
from server.appointments.capacity import slots_of_day
from server.appointments.rules import Plan
from server.branches import alarms, double_seats, membership
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.config import Config
from server.core.errors import HallError
from server.core.offload import run_directly
from server.core.presence import SingleWorker
from server.hall.composition import Hall
from server.integrity.checks import violations
from server.queue import calling, issuing, snapshot, window_sessions
from server.queue.business_day import keep_day
from server.queue.errors import QueueCode
from server.queue.issuing import IssueExtras
from server.queue.queue_views import window_states
from server.queue.settings import NumberSettings
from server.queue.tickets import State
from support.branch_pair import HALL, HERE, OFFICE, SITE, Pair, Server, clerk
from support.halls import MONDAY, NEWCOMER, SmallHall, at


@pytest.fixture
def pair(small: SmallHall, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(small, tmp_path)
    yield pair
    pair.close()


def test_a_branch_works_while_the_line_is_cut_and_delivers_afterwards(pair: Pair) -> None:
    pair.main.sign_in("T1")
    pair.branch.sign_in("T2")
    pair.deliver()
    pair.cable.fault = "cut"
    here = pair.main.issue("tax-1", "1")
    there = pair.branch.issue("tax-1", "2")
    assert (here.number, there.number) == ("A001", "A801")
    called = calling.call_next(pair.branch.ctx, clerk("T2"), pair.branch.key(), "T2", None)
    assert called == there.id
    assert not pair.line.exchange_all()
    assert [row["id"] for row in pair.main.rows("ticket")] == [here.id]
    pair.deliver()
    seen = pair.main.ticket(there.id)
    assert (seen.state, seen.window, seen.branch) == (State.CALLED, "T2", "north")
    assert pair.branch.ticket(there.id).branch == ""
    assert len(pair.main.rows("call")) == 1


def test_only_the_branch_changes_its_numbers(pair: Pair) -> None:
    pair.main.sign_in("T1")
    pair.branch.sign_in("T2")
    there = pair.branch.issue("tax-1", "2")
    pair.deliver()
    with pytest.raises(HallError) as nobody:
        calling.call_next(pair.main.ctx, clerk("T1"), pair.main.key(), "T1", None)
    assert nobody.value.code is QueueCode.NOBODY_WAITING
    with pytest.raises(HallError) as refused:
        calling.cancel(pair.main.ctx, clerk("T1"), pair.main.key(), there.id)
    assert refused.value.code is QueueCode.TICKET_OF_BRANCH
    with pytest.raises(HallError) as elsewhere:
        pair.main.sign_in("S1")
    assert elsewhere.value.code is QueueCode.BRANCH_SERVER
    with pytest.raises(HallError) as other:
        pair.branch.sign_in("T1")
    assert other.value.code is QueueCode.BRANCH_SERVER


def test_nobody_is_sent_to_a_window_of_the_other_server(pair: Pair) -> None:
    pair.main.sign_in("T1")
    pair.branch.sign_in("T2")
    for server, kiosk, window, other in (
        (pair.main, "1", "T1", "T2"),
        (pair.branch, "2", "T2", "T1"),
    ):
        ticket = server.issue("tax-1", kiosk)
        calling.call_next(server.ctx, clerk(window), server.key(), window, None)
        with pytest.raises(HallError) as refused:
            calling.transfer_confirmed(
                server.ctx, clerk(window), server.key(), window, other, "请到那边"
            )
        assert refused.value.code is QueueCode.BRANCH_SERVER
        assert server.ticket(ticket.id).state is State.CALLED


def alarms_of(server: Server, config: Config) -> list[str]:
    """Return the codes of the alarms of branches at a server, by the office's own source."""
    hall = Hall(
        config, server.ctx, People(server.ctx, run_directly), run_directly, SingleWorker("test")
    )
    return [alarm.code for alarm in alarms.alarms(hall)(snapshot.take(server.ctx))]


def test_both_offices_are_warned_while_the_line_is_cut(pair: Pair) -> None:
    main, there = Config(data=pair.folder), pair.config
    pair.deliver()
    assert (alarms_of(pair.main, main), alarms_of(pair.branch, there)) == ([], [])
    pair.cable.fault = "cut"
    pair.clock.advance(minutes=5)
    assert not pair.line.exchange_all()
    assert (alarms_of(pair.main, main), alarms_of(pair.branch, there)) == (
        [alarms.CODE],
        [alarms.CODE],
    )
    pair.deliver()
    assert (alarms_of(pair.main, main), alarms_of(pair.branch, there)) == ([], [])


def test_the_main_office_sees_who_is_signed_in_at_windows_of_both_servers(pair: Pair) -> None:
    person = Actor(ActorKind.CLERK, NEWCOMER)
    main = Hall(
        Config(data=pair.folder),
        pair.main.ctx,
        People(pair.main.ctx, run_directly),
        run_directly,
        SingleWorker("test"),
    )
    current = double_seats.alarms(main)
    window_sessions.sign_in(pair.branch.ctx, person, pair.branch.key(), "T2")
    pair.deliver()
    assert current(snapshot.take(pair.main.ctx)) == []
    pair.cable.fault = "cut"
    window_sessions.sign_in(pair.main.ctx, person, pair.main.key(), "T1")
    (alarm,) = current(snapshot.take(pair.main.ctx))
    assert (alarm.code, alarm.subject) == ("two_windows", NEWCOMER)
    assert "城北楼2号" in alarm.message_zh
    assert "中心楼1号" in alarm.message_zh
    window_sessions.sign_out(pair.branch.ctx, person, pair.branch.key(), "T2", force=True)
    assert current(snapshot.take(pair.main.ctx)) != []
    pair.cable.fault = ""
    pair.deliver()
    assert current(snapshot.take(pair.main.ctx)) == []


def test_each_office_sees_the_windows_of_its_own_building(pair: Pair) -> None:
    seen = {
        name: [window.code for window in window_states(snapshot.take(server.ctx))]
        for name, server in (("main", pair.main), ("branch", pair.branch))
    }
    assert seen == {"main": ["T1", "G1", "G2"], "branch": ["T2", "S1", "F1"]}


def test_settings_and_business_data_reach_the_branch(pair: Pair, small: SmallHall) -> None:
    pair.deliver()
    small.configure(priority_run=7)
    book = replace(HALL, hall_name="新名字")
    import_catalogue(small.ctx, SYSTEM, book, "renamed")
    pair.cable.fault = "cut"
    pair.line.exchange_all()
    assert pair.branch.ctx.settings().of(NumberSettings).priority_run == 2
    pair.deliver()
    assert pair.branch.ctx.settings().of(NumberSettings).priority_run == 7
    assert pair.branch.ctx.catalogue().hall_name == "新名字"
    assert pair.branch.ctx.settings().of(NumberSettings).own_building == "north"


def test_a_lost_server_is_replaced_and_its_day_goes_on(pair: Pair) -> None:
    pair.branch.sign_in("T2")
    first, second = pair.branch.issue("tax-1", "2"), pair.branch.issue("tax-1", "2")
    calling.call_next(pair.branch.ctx, clerk("T2"), pair.branch.key(), "T2", None)
    pair.deliver()
    pair.cable.fault = "cut"
    lost = pair.branch.issue("tax-1", "2")
    pair.branch, pair.line = pair.join()
    pair.branch.sign_in("T2")
    assert pair.branch.ticket(second.id).state is State.WAITING
    assert pair.branch.ticket(first.id).window == "T2"
    fresh = pair.branch.issue("tax-1", "2")
    assert fresh.number > lost.number
    pair.deliver()
    assert pair.main.ticket(fresh.id).branch == "north"
    for server in (pair.main, pair.branch):
        assert server.ctx.read(partial(violations, server.ctx.hall_id)) == []


def test_a_restored_branch_is_refused_and_nothing_is_overwritten(pair: Pair) -> None:
    pair.branch.sign_in("T2")
    pair.deliver()
    with pair.restored_after(lambda: pair.branch.issue("tax-1", "2")):
        forked = pair.branch.issue("tax-2", "2")
        assert not pair.line.exchange_all()
        line = pair.branch.rows("main_line")[0]
        assert line["refusal"] == "branch_broken"
        seen = pair.main.ticket(forked.id)
        assert (seen.item, seen.number) == ("tax-1", forked.number)


def test_a_branch_that_has_ended_is_not_heard_any_more(pair: Pair, small: SmallHall) -> None:
    pair.branch.sign_in("T2")
    there = pair.branch.issue("tax-1", "2")
    pair.deliver()
    membership.end(pair.main.ctx, OFFICE, pair.main.key(), SITE)
    with pytest.raises(HallError) as today:
        pair.main.sign_in("T2")
    assert today.value.code is QueueCode.BRANCH_SERVER
    pair.cable.fault = ""
    assert not pair.line.exchange_all()
    assert pair.branch.rows("main_line")[0]["refusal"] == "branch_unknown"
    pair.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    keep_day(pair.main.ctx)
    assert pair.main.ticket(there.id).state is State.EXPIRED
    small.configure(kiosk_sites="2 north")
    pair.main.sign_in("S1")
    assert pair.main.issue("build-1", "2").number == "C001"


def test_the_main_hall_promises_nothing_in_the_name_of_a_branch(pair: Pair) -> None:
    pair.branch.sign_in("T2", "S1")
    pair.branch.issue("tax-1", "2")
    pair.deliver()
    ctx = pair.main.ctx
    phone = Actor(ActorKind.PHONE, "phone")
    with pytest.raises(HallError) as remote:
        issuing.issue_with_data(
            ctx,
            phone,
            pair.main.key(),
            item="build-1",
            applicant="ordinary",
            kiosk="",
            paper=False,
            extras=IssueExtras(absent=True, site="north"),
        )
    assert remote.value.code is QueueCode.BRANCH_SERVER
    seen = {site.code: (site.calling, site.waiting) for site in phone_hall.view(ctx).sites}
    assert seen == {"centre": (0, 0), "north": (2, 1)}
    pair.clock.advance(minutes=10)
    seen = {site.code: (site.calling, site.waiting) for site in phone_hall.view(ctx).sites}
    assert seen == {"centre": (0, 0), "north": (None, None)}


def test_no_appointment_is_offered_at_windows_of_a_branch(pair: Pair) -> None:
    ctx = pair.main.ctx
    plans = [
        Plan(
            id=site,
            n=1,
            name=site,
            items=("tax-1",),
            groups=(),
            valid_from="2026-03-02",
            valid_to="2026-03-31",
            weekdays=frozenset({1, 2, 3, 4, 5}),
            opens=9 * 60,
            closes=12 * 60,
            step=30,
            share=100,
            site=site,
        )
        for site in ("centre", SITE)
    ]
    slots = ctx.read(lambda c: slots_of_day(ctx, c, MONDAY, plans))
    seats = {
        site: sum(s.figures.public for s in slots if s.plan.site == site) for site in HERE.values()
    }
    assert seats[SITE] == 0
    assert seats["centre"] > 0
