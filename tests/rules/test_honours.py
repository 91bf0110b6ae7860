"""Honours: one flag, nobody barred has it, a withdrawn veto gives back what it took."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import HallError
from server.core.workflow import Attempt, Moment
from server.honours.allowance_rules import Allowance, AllowanceRule, Cut, MonthFacts, allowance
from server.honours.errors import HonourCode
from server.honours.interview_rules import InterviewMove, InterviewState, Place, due, last_places
from server.honours.rules import (
    OFFICE,
    Award,
    BarKind,
    Candidate,
    FlagMove,
    FlagState,
    Limits,
    Veto,
    VetoMove,
    VetoState,
    after_quarters,
    bars,
    flag_at,
    needs_reason,
    standing_awards,
)
from server.honours.words import cut_words, rule_words
from server.honours.workflow import (
    CONCERNED,
    DISPUTE_PERIOD,
    EVIDENCE,
    FIRST,
    FLAG,
    INTERVIEW,
    REASON,
    SUBJECT,
    VETO,
    WORDS,
)
from server.honours.workflow import OFFICE as OFFICE_ROLE

QUARTERS = [after_quarters("2025-Q3", n) for n in range(6)]
WINDOWS = ["W1", "W2", "W3"]
AWARDS = st.dictionaries(st.sampled_from(QUARTERS), st.sampled_from(WINDOWS)).map(
    lambda chosen: [Award(quarter, window) for quarter, window in chosen.items()]
)
VETOES = st.lists(
    st.builds(
        Veto,
        st.uuids().map(str),
        st.sampled_from(VetoState),
        st.frozensets(st.sampled_from(WINDOWS)),
        st.sampled_from(QUARTERS),
        st.sampled_from(QUARTERS),
    ),
    max_size=5,
)


def test_a_year_ends_with_its_fourth_quarter() -> None:
    assert after_quarters("2026-Q4", 1) == "2027-Q1"
    assert after_quarters("2026-Q2", 0) == "2026-Q2"
    assert after_quarters("2026-Q1", 3) == "2026-Q4"
    assert after_quarters("2026-Q3", 7) == "2028-Q2"


@given(AWARDS, VETOES, st.randoms(use_true_random=False))
def test_the_flag_is_at_one_window_and_never_at_a_struck_one(
    awards: list[Award], vetoes: list[Veto], chance: Random
) -> None:
    place = flag_at(awards, vetoes)
    newest = max((award.quarter for award in awards), default="")
    assert place.quarter == newest
    if place.window != OFFICE:
        assert Award(newest, place.window) in awards
        assert not any(veto.strikes(newest, place.window) for veto in vetoes)
        assert standing_awards(awards, vetoes)[newest] == place.window
    elif awards:
        assert newest not in standing_awards(awards, vetoes)
    chance.shuffle(awards)
    chance.shuffle(vetoes)
    assert flag_at(awards, vetoes) == place


@given(AWARDS, VETOES, VETOES.filter(bool))
def test_a_withdrawn_veto_gives_back_exactly_what_it_took(
    awards: list[Award], vetoes: list[Veto], more: list[Veto]
) -> None:
    before = standing_awards(awards, vetoes), flag_at(awards, vetoes)
    veto = replace(more[0], state=VetoState.UPHELD)
    struck = standing_awards(awards, [*vetoes, veto])
    withdrawn = replace(veto, state=VetoState.WITHDRAWN)
    after = standing_awards(awards, [*vetoes, withdrawn]), flag_at(awards, [*vetoes, withdrawn])
    assert after == before
    for quarter, window in before[0].items():
        assert (quarter in struck) is not veto.strikes(quarter, window)
    assert struck.items() <= before[0].items()


@pytest.mark.parametrize("state", VetoState)
def test_only_a_confirmed_veto_strikes_and_only_its_quarters_and_windows(state: VetoState) -> None:
    veto = Veto("V", state, frozenset({"W1"}), "2026-Q2", "2026-Q3")
    stands = state in (VetoState.CONFIRMED, VetoState.DISPUTED, VetoState.UPHELD)
    assert veto.strikes("2026-Q2", "W1") is veto.strikes("2026-Q3", "W1") is stands
    assert not veto.strikes("2026-Q3", "W2")
    assert not veto.strikes("2026-Q1", "W1")
    assert not veto.strikes("2026-Q4", "W1")


def test_a_veto_of_the_newest_quarter_takes_the_flag_to_the_office() -> None:
    awards = [Award("2026-Q1", "W1"), Award("2026-Q2", "W2")]
    earlier = Veto("V", VetoState.UPHELD, frozenset({"W1"}), "2026-Q1", "2026-Q2")
    assert flag_at(awards, [earlier]) == Award("2026-Q2", "W2")
    newest = Veto("V", VetoState.UPHELD, frozenset({"W2"}), "2026-Q2", "2026-Q2")
    assert flag_at(awards, [earlier, newest]) == Award("2026-Q2", OFFICE)
    assert standing_awards(awards, [earlier]) == {"2026-Q2": "W2"}


def test_without_a_decision_the_flag_is_in_the_office() -> None:
    assert flag_at([], []) == Award("", OFFICE)


def test_bars_count_from_their_limit_and_name_their_evidence() -> None:
    evidence = {
        BarKind.COMPLAINT: ["C2", "C1"],
        BarKind.RATING: ["R1"],
        BarKind.FINDING: ["F1", "F2"],
        BarKind.VETO: ["V1"],
    }
    assert bars(evidence, Limits(2, 2, 0)) == {
        BarKind.VETO: ["V1"],
        BarKind.COMPLAINT: ["C1", "C2"],
    }
    assert bars(evidence, Limits(3, 1, 2)) == {
        BarKind.VETO: ["V1"],
        BarKind.RATING: ["R1"],
        BarKind.FINDING: ["F1", "F2"],
    }
    assert bars({}, Limits(0, 0, 0)) == {}


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        st.integers(1, 4),
        st.integers(0, 3),
        st.booleans(),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=5,
).map(lambda all_of: [replace(c, rank_worst=c.rank + c.rank_worst) for c in all_of])


@given(CANDIDATES)
def test_a_reason_is_spared_only_to_a_certain_first(ranking: list[Candidate]) -> None:
    free = [entry for entry in ranking if not entry.is_barred]
    for choice in free:
        plain = not needs_reason(choice, ranking)
        assert plain is all(
            (choice.rank_worst, -choice.served) < (other.rank, -other.served)
            for other in free
            if other is not choice
        )


def test_a_barred_first_leaves_the_place_to_the_next() -> None:
    first, second = Candidate("W1", 1, 1, is_barred=True), Candidate("W2", 2, 2)
    third = Candidate("W3", 3, 3)
    assert not needs_reason(second, [first, second, third])
    assert needs_reason(third, [first, second, third])
    assert needs_reason(Candidate("W4", 2, 2), [first, second])


def test_of_windows_that_share_a_rank_the_one_that_served_more_is_first() -> None:
    more, fewer = Candidate("W1", 1, 1, served=30), Candidate("W2", 1, 1, served=20)
    assert not needs_reason(more, [fewer, more])
    assert needs_reason(fewer, [fewer, more])
    same = replace(fewer, served=30)
    assert needs_reason(more, [same, more])
    assert needs_reason(same, [same, more])


# -- who may ------------------------------------------------------------------------------------


def flag(state: FlagState | None, person: str = "2", *given: str, first: str = "1") -> Attempt:  # type: ignore[type-arg]
    return Attempt(state, person, earlier={FIRST: [first], SUBJECT: ["9"]}, given=given)


def code_of(act: object) -> str:
    with pytest.raises(HallError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code.value


def test_a_flag_is_decided_by_another_and_not_by_the_window_itself() -> None:
    proposed = FlagState.PROPOSED
    assert FLAG.after(FlagMove.PROPOSE, flag(None, "1", REASON)) is proposed
    assert FLAG.after(FlagMove.DECIDE, flag(proposed, "2", REASON)) is FlagState.DECIDED
    for person in ("1", "9"):
        attempt = flag(proposed, person, REASON)
        assert code_of(lambda a=attempt: FLAG.after(FlagMove.DECIDE, a)) == HonourCode.FLAG_SECOND
    own = flag(None, "9", REASON)
    assert code_of(lambda: FLAG.after(FlagMove.PROPOSE, own)) == HonourCode.FLAG_SECOND
    bare = flag(proposed, "2")
    assert code_of(lambda: FLAG.after(FlagMove.DECIDE, bare)) == HonourCode.FLAG_REASON
    decided = flag(FlagState.DECIDED, "2", REASON)
    assert code_of(lambda: FLAG.after(FlagMove.PROPOSE, decided)) == HonourCode.FLAG_STATE


def test_a_decision_is_revoked_by_two_with_a_reason() -> None:
    decided, revoking = FlagState.DECIDED, FlagState.REVOKING
    bare = flag(decided, "1")
    assert code_of(lambda: FLAG.after(FlagMove.ASK_REVOKE, bare)) == HonourCode.FLAG_WORDS
    assert FLAG.after(FlagMove.ASK_REVOKE, flag(decided, "1", WORDS)) is revoking
    alone = flag(revoking, "1", WORDS)
    assert code_of(lambda: FLAG.after(FlagMove.REVOKE, alone)) == HonourCode.FLAG_SECOND
    assert FLAG.after(FlagMove.REVOKE, flag(revoking, "2")) is FlagState.REVOKED
    assert FLAG.after(FlagMove.UPHOLD, flag(revoking, "2", WORDS)) is decided
    assert FLAG.after(FlagMove.PROPOSE, flag(FlagState.REVOKED, "1", REASON)) is FlagState.PROPOSED


def veto(
    state: VetoState | None, person: str, *given: str, roles: tuple[str, ...] = (OFFICE_ROLE,)
) -> Attempt:  # type: ignore[type-arg]
    return Attempt(
        state,
        person,
        holds=lambda role: role in roles,
        earlier={FIRST: ["1", "2"] if state is not VetoState.PROPOSED else ["1"], SUBJECT: ["9"]},
        given=given,
        deadlines={DISPUTE_PERIOD: Moment(100, 99)},
    )


def test_a_veto_needs_evidence_words_and_two_people() -> None:
    propose = VETO.after(VetoMove.PROPOSE, veto(None, "5", WORDS, EVIDENCE))
    assert propose is VetoState.PROPOSED
    for name, code in (
        (EVIDENCE, HonourCode.VETO_WORDS),
        (WORDS, HonourCode.VETO_EVIDENCE),
    ):
        attempt = veto(None, "5", name)
        assert code_of(lambda a=attempt: VETO.after(VetoMove.PROPOSE, a)) == code
    assert VETO.after(VetoMove.CONFIRM, veto(VetoState.PROPOSED, "2")) is VetoState.CONFIRMED
    for person in ("1", "9"):
        attempt = veto(VetoState.PROPOSED, person)
        assert code_of(lambda a=attempt: VETO.after(VetoMove.CONFIRM, a)) == HonourCode.VETO_SECOND


def test_a_dispute_is_of_whom_it_concerns_and_settled_by_a_third() -> None:
    confirmed, disputed = VetoState.CONFIRMED, VetoState.DISPUTED
    mine = veto(confirmed, "9", WORDS, roles=(CONCERNED,))
    assert VETO.after(VetoMove.DISPUTE, mine) is disputed
    office = veto(confirmed, "5", WORDS)
    assert code_of(lambda: VETO.after(VetoMove.DISPUTE, office)) == HonourCode.VETO_UNKNOWN
    late = replace(mine, deadlines={DISPUTE_PERIOD: Moment(100, 100)})
    assert code_of(lambda: VETO.after(VetoMove.DISPUTE, late)) == HonourCode.VETO_DISPUTE_OVER
    for person in ("1", "2", "9"):
        attempt = veto(disputed, person, WORDS)
        assert code_of(lambda a=attempt: VETO.after(VetoMove.WITHDRAW, a)) == HonourCode.VETO_SECOND
    assert VETO.after(VetoMove.WITHDRAW, veto(disputed, "5", WORDS)) is VetoState.WITHDRAWN
    assert VETO.after(VetoMove.UPHOLD, veto(disputed, "5", WORDS)) is VetoState.UPHELD
    stranger = veto(disputed, "7", WORDS, roles=())
    assert code_of(lambda: VETO.after(VetoMove.UPHOLD, stranger)) == HonourCode.VETO_UNKNOWN
    settle = veto(disputed, "9", WORDS, roles=(CONCERNED,))
    assert code_of(lambda: VETO.after(VetoMove.UPHOLD, settle)) == HonourCode.VETO_OFFICE


def test_an_interview_is_noted_with_words_and_dropped_by_another() -> None:
    proposed = InterviewState.PROPOSED

    def attempt(person: str, *given: str) -> Attempt:  # type: ignore[type-arg]
        return Attempt(proposed, person, earlier={FIRST: ["1"], SUBJECT: ["9"]}, given=given)

    assert INTERVIEW.after(InterviewMove.HOLD, attempt("1", WORDS)) is InterviewState.HELD
    assert INTERVIEW.after(InterviewMove.DROP, attempt("2", WORDS)) is InterviewState.DROPPED
    for move, entry, code in (
        (InterviewMove.HOLD, attempt("1"), HonourCode.INTERVIEW_WORDS),
        (InterviewMove.HOLD, attempt("9", WORDS), HonourCode.INTERVIEW_SECOND),
        (InterviewMove.DROP, attempt("1", WORDS), HonourCode.INTERVIEW_SECOND),
    ):
        assert code_of(lambda m=move, e=entry: INTERVIEW.after(m, e)) == code


# -- interviews ---------------------------------------------------------------------------------


def test_last_is_who_is_last_for_certain() -> None:
    assert last_places([Place("a", 1, 1), Place("b", 2, 2), Place("c", 2, 2)]) == {"b", "c"}
    assert last_places([Place("a", 1, 1), Place("b", 3, 1), Place("c", 3, 3)]) == {"c"}
    assert last_places([Place("a", 1, 1), Place("b", 1, 1)]) == frozenset()
    assert last_places([]) == frozenset()


def test_a_run_of_last_places_makes_an_interview_due_and_a_gap_ends_it() -> None:
    assert due([{"a"}, {"a", "b"}, {"b"}], 2) == {1: {"a"}, 2: {"b"}}
    assert due([{"a"}, None, {"a"}], 2) == {}
    assert due([{"a"}] * 4, 2) == {1: {"a"}, 3: {"a"}}
    assert due([{"a"}, {"b"}], 1) == {0: {"a"}, 1: {"b"}}
    assert due([], 2) == {}


# -- allowance ----------------------------------------------------------------------------------

RULE = AllowanceRule(amount=200, per_lapse=20, most_lapses=3, leave_days=2)
GOOD = MonthFacts(due=80, lapses=0)


@pytest.mark.parametrize(
    ("facts", "amount", "cut"),
    [
        (GOOD, 200, None),
        (replace(GOOD, lapses=3), 140, Cut.LAPSE),
        (replace(GOOD, lapses=4), 0, Cut.LAPSES),
        (replace(GOOD, absent_halves=1), 0, Cut.ABSENT),
        (replace(GOOD, leave_days=Fraction(2)), 200, None),
        (replace(GOOD, leave_days=Fraction(5, 2)), 0, Cut.LEAVE),
        (replace(GOOD, is_vetoed=True), 0, Cut.VETO),
        (MonthFacts(due=0, lapses=0), 0, Cut.NOTHING_DUE),
        (MonthFacts(due=0, lapses=0, pending=2), 200, None),
    ],
)
def test_the_allowance_and_why_not_all_of_it(
    facts: MonthFacts, amount: int, cut: Cut | None
) -> None:
    assert allowance(facts, RULE) == Allowance(amount, ((cut, 200 - amount),) if cut else ())


def test_a_hall_may_count_every_lapse_and_never_takes_more_than_there_is() -> None:
    plain = replace(RULE, most_lapses=0, per_lapse=90)
    assert allowance(replace(GOOD, lapses=9), plain) == Allowance(0, ((Cut.LAPSE, 200),))
    assert (
        "超过"
        not in rule_words(replace(plain, leave_days=0)).partition("不发")[0].partition("、")[0]
    )
    assert rule_words(RULE).startswith("每月200元；迟到、早退、缺卡每次扣20元；超过3次、旷工")
    assert allowance(replace(GOOD, lapses=2), replace(RULE, most_lapses=1)).amount == 0


@given(st.integers(0, 30), st.integers(0, 4), st.integers(0, 12), st.booleans(), st.integers(0, 9))
def test_what_is_cut_and_what_is_given_are_the_whole(
    lapses: int, absent: int, halves: int, is_vetoed: bool, most: int
) -> None:
    facts = MonthFacts(40, lapses, absent, Fraction(halves, 2), is_vetoed=is_vetoed)
    given_amount = allowance(facts, replace(RULE, most_lapses=most))
    assert given_amount.amount + sum(yuan for _, yuan in given_amount.cuts) == RULE.amount
    worse = allowance(replace(facts, lapses=lapses + 1), replace(RULE, most_lapses=most))
    assert worse.amount <= given_amount.amount


def test_reasons_have_their_figures() -> None:
    facts = MonthFacts(40, 4, 2, Fraction(5, 2))
    assert [cut_words(cut, facts, RULE) for cut in Cut] == [
        "当月没有应打卡",
        "当季被一票否决",
        "旷工2个半天",
        "事假、病假2.5天，超过2天",
        "迟到、早退、缺卡4次，超过3次",
        "迟到、早退、缺卡4次",
    ]
