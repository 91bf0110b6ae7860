"""Approval by silence: never without a scheme, once with one, whatever sleeps or turns back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from server.cases import actions, due_cache, queries, serving
from server.cases.actions import Applicant, Opening, Wish
from server.cases.clocks import Clock
from server.cases.integrity import problems as case_problems
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.rules import CaseMove, CaseOutcome, CaseState, CaseWay, SuspensionBasis
from server.cases.week_facts import cases_of, counts_of
from server.catalogue.actions import import_catalogue
from server.catalogue.calendar_import import put_year
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import week_of
from server.core.working_days import SpecialDay
from server.spot_checks import finding_queries
from server.supervision import lamps
from server.tacit_approval import actions as schemes
from server.tacit_approval import queries as tacit
from server.tacit_approval.actions import Proposal
from server.tacit_approval.consent_review import ConsentReview
from server.tacit_approval.errors import TacitCode
from server.tacit_approval.integrity import problems
from server.tacit_approval.rules import SchemeKind, SchemeLimit, SchemeMove
from server.tacit_approval.silence import SilenceSearch
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at, catalogue
from support.web import Web

HANDLER = STAFF["T1"]
CLERK = Actor(ActorKind.CLERK, HANDLER)
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
ITEM = "tax-1"
BASIS = "某市行政审批超时默许办法第三条"
DAY_MS = 86_400_000
MARCH = "2026-03-01", "2026-03-31"
LAST = date(2026, 3, 9)
"""Last of five working days after Monday 2 March."""


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall; the item promises 5 of 20 working days."""
    book = catalogue()
    items = tuple(
        replace(i, promised_days=5, legal_days=20, materials=(), flow=())
        if i.code == ITEM
        else replace(i, hazard=i.code == "tax-2", promised_days=5, legal_days=0)
        for i in book.items
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items), "test")
    return small


def on(hall: SmallHall, day: int, hour: int = 10, minute: int = 0) -> None:
    """Set the clock to a day of March 2026; days after the 31st are those of April."""
    hall.clock.set(at(hour, minute) + (day - MONDAY.day) * DAY_MS)


def proposed(hall: SmallHall, limit: SchemeLimit = SchemeLimit.PROMISED, **more: Any) -> str:
    plain = Proposal(SchemeKind.DECISION, (ITEM,), limit, BASIS, hall.ctx.local().date())
    return schemes.propose(hall.ctx, OFFICE, hall.key(), replace(plain, **more))


def in_force(hall: SmallHall, **more: Any) -> str:
    """Return a scheme with both signatures."""
    scheme = proposed(hall, **more)
    schemes.move(hall.ctx, SECOND, hall.key(), scheme, SchemeMove.SIGN)
    return scheme


def accepted(hall: SmallHall) -> str:
    """Return a case that was accepted now."""
    opening = Opening(ITEM, Applicant("测试人"), CaseWay.RECEPTION)
    case = actions.open_case(hall.ctx, CLERK, hall.key(), opening)
    actions.move(hall.ctx, CLERK, hall.key(), case, Wish(CaseMove.ACCEPT))
    return case


def search(hall: SmallHall) -> int:
    """Run the periodic work, as a server that has just been started."""
    return SilenceSearch(hall.ctx).update()


def state(hall: SmallHall, case: str) -> str:
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, case))
    assert row is not None
    return row.state


def moves(hall: SmallHall, case: str) -> list[str]:
    facts = hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, [case]))[case]
    return [fact.move for fact in facts]


def violations(hall: SmallHall) -> list[str]:
    def read(check: Callable[..., Any]) -> list[str]:
        return hall.ctx.read(lambda c: [en for _zh, en in check(c, hall.ctx.hall_id)])

    return read(problems) + read(case_problems)


def error(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refused:
        act()
    return refused.value.code.value


def test_without_a_scheme_silence_is_overdue_and_never_consent(hall: SmallHall) -> None:
    case = accepted(hall)
    proposed(hall)  # one signature is none
    for day in (9, 10, 31, 60):
        on(hall, day, 18)
        assert search(hall) == 0
    assert state(hall, case) == "handling"
    assert lamps.light(hall.ctx) > 0
    wall = Web(hall).manager().get("/office/supervision").get_json()
    assert [unit["red"] for unit in wall["units"]] == [1]
    actions.move(hall.ctx, CLERK, hall.key(), case, Wish(CaseMove.PASS, "意见"))
    assert violations(hall) == []


def test_a_scheme_needs_two_people_and_spares_hazards(hall: SmallHall) -> None:
    assert error(lambda: proposed(hall, items=("tax-2",))) == TacitCode.TACIT_BARRED
    assert error(lambda: proposed(hall, items=("build-1",), limit=SchemeLimit.LEGAL)) == (
        TacitCode.TACIT_LIMIT
    )
    assert error(lambda: proposed(hall, items=("nothing",))) == "item_unknown"
    assert error(lambda: proposed(hall, first=date(2026, 3, 1))) == "invalid"
    assert error(lambda: proposed(hall, last=date(2026, 3, 1))) == "invalid"
    scheme = proposed(hall)

    def sign(actor: Actor) -> None:
        schemes.move(hall.ctx, actor, hall.key(), scheme, SchemeMove.SIGN)

    assert error(lambda: sign(OFFICE)) == TacitCode.TACIT_SECOND
    sign(SECOND)
    assert error(lambda: sign(SECOND)) == TacitCode.TACIT_STATE
    assert violations(hall) == []


def test_silence_counts_from_the_close_of_the_last_day_and_once(hall: SmallHall) -> None:
    scheme = in_force(hall)
    case = accepted(hall)
    on(hall, LAST.day, 17, 29)
    assert search(hall) == 0
    on(hall, LAST.day, 17, 30)
    assert (search(hall), search(hall)) == (1, 0)
    assert (state(hall, case), moves(hall, case)) == ("decided", ["file", "accept", "tacit"])
    consent = hall.ctx.read(lambda c: tacit.consent(c, hall.ctx.hall_id, case))
    assert consent is not None
    assert (consent.scheme, consent.day) == (scheme, LAST.isoformat())
    assert consent.effective_at == hall.clock.now()
    papers = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))
    assert papers[-1].kind == PaperKind.TACIT
    assert BASIS in json.loads(papers[-1].content)["words"]
    dues = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    assert [(due.clock, due.rule) for due in dues] == [(Clock.SERVE, "2026-03-10")]
    on(hall, LAST.day, 16, 30)  # the clock is set back an hour
    assert search(hall) == 0
    week = week_of(LAST)
    span = week.first.isoformat(), week.last.isoformat()
    counts = hall.ctx.read(lambda c: counts_of(cases_of(hall.ctx, c, *span), week))
    assert (counts.decided, counts.on_time, counts.early) == (1, 0, 0)
    on(hall, 10)
    how, to = ServedHow.HANDED, ServedTo.APPLICANT
    serving.serve(hall.ctx, CLERK, hall.key(), papers[-1].id, how, to, None)
    assert violations(hall) == []


def test_a_server_that_slept_records_when_it_took_effect(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    on(hall, 13, 9)
    assert search(hall) == 1
    consent = hall.ctx.read(lambda c: tacit.consent(c, hall.ctx.hall_id, case))
    assert consent is not None
    assert consent.effective_at == at(17, 30) + (LAST.day - MONDAY.day) * DAY_MS
    assert consent.at == hall.clock.now()
    facts = hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, [case]))[case]
    assert facts[-1].day == LAST.isoformat()
    assert violations(hall) == []


def test_later_answers_are_late(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    on(hall, LAST.day, 17, 31)  # before the periodic work came by
    refuse = Wish(CaseMove.DECIDE, "不予", CaseOutcome.REFUSED)

    def answer() -> None:
        actions.move(hall.ctx, CLERK, hall.key(), case, refuse)

    assert error(answer) == "case_state"
    assert search(hall) == 0
    on(hall, 10)
    assert error(answer) == "case_state"
    assert moves(hall, case) == ["file", "accept", "tacit"]
    late = hall.ctx.read(lambda c: tacit.late(c, hall.ctx.hall_id, [case]))[case]
    assert [(step.n, step.move, step.outcome) for step in late] == [
        (1, "decide", "refused"),
        (2, "decide", "refused"),
    ]
    listed = Web(hall).manager().get("/office/tacit-approval").get_json()["consents"][0]
    assert (listed["number"][:6], len(listed["late"])) == ("small-", 2)
    assert violations(hall) == []


def test_an_answer_in_time_ends_it(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    on(hall, LAST.day, 17, 29)
    decide = Wish(CaseMove.DECIDE, "准予", CaseOutcome.GRANTED)
    actions.move(hall.ctx, CLERK, hall.key(), case, decide)
    on(hall, 20)
    assert (search(hall), moves(hall, case)[-1]) == (0, "decide")


def test_a_calendar_changed_on_the_last_day_moves_it_and_later_does_not(hall: SmallHall) -> None:
    in_force(hall)
    first, second = accepted(hall), accepted(hall)
    calendar = [day for day in hall.ctx.workdays().state if day.day.year == 2026]

    def rest(*days: int) -> None:
        more = [SpecialDay(date(2026, 3, day), False, "临时放假") for day in days]
        put_year(hall.ctx, SYSTEM, 2026, [*calendar, *more], "test")

    on(hall, LAST.day, 15)
    rest(LAST.day)
    due_cache.DueCache(hall.ctx).update()
    on(hall, LAST.day, 18)
    assert search(hall) == 0
    on(hall, 10, 18)
    assert search(hall) == 2
    on(hall, 11)
    rest(LAST.day, 10)
    due_cache.DueCache(hall.ctx).update()
    assert (search(hall), state(hall, first), state(hall, second)) == (0, "decided", "decided")
    assert violations(hall) == []


def test_a_calendar_changed_after_a_consent_opens_a_finding_once(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    on(hall, 9, 18)
    assert search(hall) == 1
    review = ConsentReview(hall.ctx)
    assert review.update() == 0, "nothing has changed"
    days = [day for day in hall.ctx.workdays().state if day.day.year == 2026]

    def put(*more: SpecialDay) -> None:
        put_year(hall.ctx, SYSTEM, 2026, [*days, *more], "test")

    put(SpecialDay(date(2026, 3, 24), False, "与它无关的假日"))
    assert review.update() == 0, "the day is the same by this calendar"
    put(SpecialDay(date(2026, 3, 6), False, "补录的假日"))
    assert [review.update(), review.update(), ConsentReview(hall.ctx).update()] == [1, 0, 0]
    put(SpecialDay(date(2026, 3, 6), False, "假日"), SpecialDay(date(2026, 3, 9), False, "假日"))
    assert review.update() == 1, "another day is another question"
    findings = hall.ctx.read(lambda c: finding_queries.of_days(c, hall.ctx.hall_id, *MARCH))
    notes = sorted(json.loads(finding.facts)["note"] for finding in findings)
    assert {finding.kind for finding in findings} == {"consent_moved"}
    assert ["2026-03-10" in notes[0], "2026-03-11" in notes[1]] == [True, True]
    assert state(hall, case) == "decided", "what took effect stays"
    assert violations(hall) == []


def test_a_calendar_that_the_cache_does_not_know_yet_counts(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    calendar = [day for day in hall.ctx.workdays().state if day.day.year == 2026]
    on(hall, LAST.day, 17, 30)
    rest = SpecialDay(LAST, False, "临时放假")
    put_year(hall.ctx, SYSTEM, 2026, [*calendar, rest], "test")
    assert (search(hall), state(hall, case)) == (0, "handling")


def test_the_scheme_must_be_in_force_at_that_moment(hall: SmallHall) -> None:
    late, early = accepted(hall), accepted(hall)
    on(hall, LAST.day, 12)
    scheme = in_force(hall, first=date(2026, 3, 9))
    on(hall, 10)
    assert search(hall) == 0  # accepted before its first day
    assert {state(hall, late), state(hall, early)} == {"handling"}
    third = accepted(hall)
    on(hall, 17, 17, 30)  # its last day closes
    schemes.move(hall.ctx, OFFICE, hall.key(), scheme, SchemeMove.WITHDRAW, "规定调整")
    assert (search(hall), state(hall, third)) == (0, "handling")


def test_a_scheme_that_was_withdrawn_later_still_counts(hall: SmallHall) -> None:
    scheme = in_force(hall)
    case = accepted(hall)
    on(hall, 10)
    schemes.move(hall.ctx, OFFICE, hall.key(), scheme, SchemeMove.WITHDRAW, "规定调整")
    assert (search(hall), state(hall, case)) == (1, "decided")
    assert error(
        lambda: schemes.move(hall.ctx, OFFICE, hall.key(), scheme, SchemeMove.WITHDRAW, "再来")
    ) == (TacitCode.TACIT_STATE)
    assert violations(hall) == []


def test_a_stopped_clock_and_an_item_that_became_a_hazard_are_spared(hall: SmallHall) -> None:
    in_force(hall)
    stopped, dangerous = accepted(hall), accepted(hall)
    suspend = Wish(CaseMove.SUSPEND, "意见", basis=SuspensionBasis.EXPERT, days=10)
    actions.move(hall.ctx, CLERK, hall.key(), stopped, suspend)
    book = hall.ctx.catalogue()
    items = tuple(replace(i, hazard=i.code == ITEM) for i in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items), "test")
    on(hall, 20)
    assert search(hall) == 0
    assert (state(hall, stopped), state(hall, dangerous)) == ("suspended", "handling")


def test_in_doubt_about_a_stop_the_later_day_counts(hall: SmallHall) -> None:
    in_force(hall)
    case = accepted(hall)
    on(hall, 4)
    suspend = Wish(CaseMove.SUSPEND, "意见", basis=SuspensionBasis.EXPERT, days=1)
    actions.move(hall.ctx, CLERK, hall.key(), case, suspend)
    on(hall, 5)
    actions.move(hall.ctx, CLERK, hall.key(), case, Wish(CaseMove.RESUME))
    dues = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    days = next((d.rule, d.latest) for d in dues if d.clock == Clock.PROMISED)
    assert days == ("2026-03-10", "2026-03-11")
    on(hall, 10, 18)
    assert search(hall) == 0
    on(hall, 11, 18)
    assert search(hall) == 1


def test_a_hall_that_is_closed_on_the_last_day_waits_for_its_end(hall: SmallHall) -> None:
    book = hall.ctx.catalogue()
    closed = replace(book, special_days=(SpecialDay(LAST, False, "本厅休息"),))
    import_catalogue(hall.ctx, SYSTEM, closed, "test")
    in_force(hall)
    case = accepted(hall)
    on(hall, LAST.day, 23, 59)
    assert search(hall) == 0
    on(hall, 10, 0, 0)
    assert (search(hall), state(hall, case)) == (1, "decided")


@pytest.mark.parametrize("seed", range(8))
def test_random_days_grant_each_silent_case_once(hall: SmallHall, seed: int) -> None:
    """Whoever comes first, in any order, with a clock that may turn back: one decision a case."""
    chance = random.Random(seed)
    in_force(hall)
    cases = [accepted(hall) for _ in range(6)]
    answered = set(chance.sample(cases, 2))
    decide = Wish(CaseMove.DECIDE, "不予", CaseOutcome.REFUSED)
    on(hall, LAST.day, 17)
    for case in answered:
        actions.move(hall.ctx, CLERK, hall.key(), case, decide)
    for _ in range(20):
        on(hall, LAST.day + chance.randrange(2), 16 + chance.randrange(3), chance.randrange(60))
        if chance.random() < 0.4:
            search(hall)
        elif hall.ctx.local().date() > LAST or hall.ctx.local().time() >= time(17, 30):
            assert error(
                lambda: actions.move(hall.ctx, CLERK, hall.key(), chance.choice(cases), decide)
            ) in {"case_state", "case_post", "case_stages"}
    on(hall, 11)
    search(hall)
    assert {case: state(hall, case) for case in cases} == dict.fromkeys(
        cases, CaseState.DECIDED.value
    )
    for case in cases:
        expected = "decide" if case in answered else "tacit"
        assert moves(hall, case) == ["file", "accept", expected]
    acts = ("case.tacit", "tacit.consent")
    lines = hall.ctx.read(lambda c: list(journal.of_acts(c, hall.ctx.hall_id, acts)))
    assert len(lines) == 2 * (len(cases) - len(answered))
    assert violations(hall) == []
