"""Told once: the rule against cases by hand, and against a second, slow implementation."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from server.one_time_notices.rules import (
    Breach,
    HandIn,
    Look,
    MaterialFault,
    breaches,
    material_keys,
    without_corrected,
)

OK = Look()
MISSING = Look(frozenset({MaterialFault.MISSING}))
UNCLEAR = Look(frozenset({MaterialFault.UNCLEAR}))
EXPIRED = Look(frozenset({MaterialFault.EXPIRED}), valid_until="2026-02-28")
NOT_NEEDED = Look(needed=False)
PAPER_FAULTS = [MaterialFault.WRONG_FORM, MaterialFault.EXPIRED, MaterialFault.UNCLEAR]


def matter(*looks: tuple[Look, Look], published: str = "") -> list[HandIn]:
    """Return a matter of two materials, a hand-in a day from 2 March on.

    `published`: a letter a hand-in for what was published then.
    """
    return [
        HandIn(f"h{n}", f"2026-03-0{n + 2}", published[n : n + 1], {"card": card, "form": form})
        for n, (card, form) in enumerate(looks)
    ]


def named(history: Sequence[HandIn]) -> list[tuple[str, str, str]]:
    """Return the breaches as the later hand-in, material and fault."""
    return [(b.later, b.material, b.fault.value) for b in breaches(history)]


def test_a_fault_of_the_same_paper_that_the_first_notice_left_out_is_a_breach() -> None:
    history = matter((OK, MISSING), (UNCLEAR, OK))
    assert breaches(history) == [Breach("h0", "h1", "card", MaterialFault.UNCLEAR)]


def test_one_notice_is_no_breach() -> None:
    assert named(matter((UNCLEAR, MISSING))) == []
    assert named(matter((OK, OK), (UNCLEAR, MISSING))) == []
    assert named(matter((UNCLEAR, MISSING), (OK, OK))) == []
    assert named([]) == []


def test_what_was_told_may_be_told_again() -> None:
    assert named(matter((OK, MISSING), (OK, MISSING))) == []
    assert named(matter((UNCLEAR, OK), (UNCLEAR, OK))) == []


def test_a_fault_that_the_supplement_brought_is_no_breach() -> None:
    replaced = Look(frozenset({MaterialFault.UNCLEAR}), replaced=True)
    assert named(matter((OK, MISSING), (replaced, OK))) == []
    assert named(matter((OK, MISSING), (OK, UNCLEAR))) == []
    assert named(matter((OK, MISSING), (Look(replaced=True), MISSING), (UNCLEAR, OK))) == []


def test_a_material_that_was_not_needed_and_is_missing_now_is_a_breach() -> None:
    assert named(matter((NOT_NEEDED, UNCLEAR), (MISSING, OK))) == [("h1", "card", "missing")]
    assert named(matter((NOT_NEEDED, UNCLEAR), (NOT_NEEDED, MISSING), (MISSING, OK))) == [
        ("h2", "card", "missing")
    ]
    assert named(matter((NOT_NEEDED, UNCLEAR), (OK, UNCLEAR), (MISSING, OK))) == []


def test_a_paper_that_was_there_and_is_gone_is_no_breach() -> None:
    assert named(matter((OK, UNCLEAR), (MISSING, OK))) == []
    assert named(matter((OK, UNCLEAR), (NOT_NEEDED, UNCLEAR), (MISSING, OK))) == []


def test_an_expired_paper_is_a_breach_only_if_it_had_expired_at_the_first_hand_in() -> None:
    assert named(matter((OK, MISSING), (EXPIRED, OK))) == [("h1", "card", "expired")]
    for until in ("", "2026-03-02", "2026-03-03"):
        late = Look(frozenset({MaterialFault.EXPIRED}), valid_until=until)
        assert named(matter((OK, MISSING), (late, OK))) == []


def test_a_change_of_what_is_published_excuses() -> None:
    assert named(matter((OK, MISSING), (UNCLEAR, OK), published="AB")) == []
    assert named(matter((OK, MISSING), (OK, MISSING), (UNCLEAR, OK), published="ABA")) == [
        ("h2", "card", "unclear")
    ]


def test_a_breach_is_found_once_at_the_notice_that_names_it_first() -> None:
    assert named(matter((OK, MISSING), (UNCLEAR, OK), (UNCLEAR, OK))) == [("h1", "card", "unclear")]
    complete_between = matter((OK, MISSING), (OK, OK), (UNCLEAR, OK))
    assert named(complete_between) == [("h2", "card", "unclear")]


def test_the_matter_begins_with_its_first_notice() -> None:
    assert named(matter((OK, OK), (OK, MISSING), (UNCLEAR, OK))) == [("h2", "card", "unclear")]
    assert breaches(matter((OK, OK), (OK, MISSING), (UNCLEAR, OK)))[0].first == "h1"


def test_a_second_fault_of_a_paper_is_a_fault_of_its_own() -> None:
    both = Look(frozenset({MaterialFault.UNCLEAR, MaterialFault.WRONG_FORM}))
    assert named(matter((UNCLEAR, OK), (both, OK))) == [("h1", "card", "wrong_form")]


def test_a_corrected_hand_in_does_not_count() -> None:
    history = matter((OK, MISSING), (UNCLEAR, MISSING), (UNCLEAR, OK))
    assert named(without_corrected(history, {"h1": "h0"})) == []
    assert named(without_corrected(history, {"h2": "h1"})) == [("h2", "card", "unclear")]


def test_materials_of_one_name_have_keys_of_their_own() -> None:
    assert material_keys(["照片", "表", "照片", "照片"]) == ["照片", "表", "照片#2", "照片#3"]


# A second implementation, as the definition reads: each named fault is asked by itself.


def _told_before(history: Sequence[HandIn], k: int, key: str, fault: MaterialFault) -> bool:
    return any(fault in h.looks[key].faults for h in history[:k] if key in h.looks)


def _handed_in(hand_in: HandIn, key: str) -> bool:
    look = hand_in.looks.get(key)
    return look is not None and look.needed and MaterialFault.MISSING not in look.faults


def _was_there_at_first(
    history: Sequence[HandIn], b: int, k: int, key: str, fault: MaterialFault
) -> bool:
    if key not in history[b].looks:
        return False
    if fault is MaterialFault.MISSING:
        not_asked = not history[b].looks[key].needed
        return not_asked and not any(_handed_in(h, key) for h in history[b:k])
    if not all(_handed_in(h, key) for h in history[b : k + 1]):
        return False
    if any(h.looks[key].replaced for h in history[b + 1 : k + 1]):
        return False
    until = history[k].looks[key].valid_until
    return fault is not MaterialFault.EXPIRED or "" < until < history[b].day


def naive(history: Sequence[HandIn]) -> list[tuple[str, str, str, MaterialFault]]:
    """Return the breaches by asking the definition of every fault of every notice."""
    noticed = [n for n, h in enumerate(history) if any(x.faults for x in h.looks.values())]
    if not noticed:
        return []
    b = noticed[0]
    return [
        (history[b].id, history[k].id, key, fault)
        for k in noticed[1:]
        for key in sorted(history[k].looks)
        for fault in sorted(history[k].looks[key].faults)
        if history[k].requirements == history[b].requirements
        and not _told_before(history, k, key, fault)
        and _was_there_at_first(history, b, k, key, fault)
    ]


def looks() -> st.SearchStrategy[Look]:
    """Return looks as a clerk can record them."""
    return st.one_of(
        st.sampled_from([OK, OK, NOT_NEEDED, MISSING, Look(replaced=True)]),
        st.builds(
            Look,
            st.frozensets(st.sampled_from(PAPER_FAULTS), min_size=1),
            st.just(value=True),
            st.sampled_from([False, False, True]),
            st.sampled_from(["", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"]),
        ),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[HandIn]:
    """Return matters of up to five hand-ins and three materials; a list may change between."""
    size = draw(st.integers(0, 5))
    published = draw(st.lists(st.sampled_from("AAAB"), min_size=size, max_size=size))
    return [
        HandIn(
            f"h{n}",
            f"2026-03-0{n // 2 + 1}",
            published[n],
            {
                key: draw(looks())
                for key in ("a", "b", "c")
                if not (published[n] == "B" and key == "c")
            },
        )
        for n in range(size)
    ]


@given(histories())
@settings(max_examples=150, deadline=None)
def test_the_rule_says_what_the_definition_says(history: list[HandIn]) -> None:
    by_rule = [(b.first, b.later, b.material, b.fault) for b in breaches(history)]
    assert by_rule == naive(history)


def _history(chance: random.Random) -> list[HandIn]:
    """Return a matter as `histories` does; a thousand of them take a twentieth of a second."""

    def look() -> Look:
        kind = chance.randrange(9)
        if kind < 5:
            return (OK, OK, NOT_NEEDED, MISSING, Look(replaced=True))[kind]
        until = chance.choice(["", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"])
        faults = frozenset(chance.sample(PAPER_FAULTS, chance.choice([1, 1, 2, 3])))
        return Look(faults, replaced=chance.random() < 0.3, valid_until=until)

    result = []
    for n in range(chance.randrange(6)):
        published = chance.choice("AAAAB")
        keys = "ab" if published == "B" else "abc"
        day = f"2026-03-0{n // 2 + 1}"
        result.append(HandIn(f"h{n}", day, published, {key: look() for key in keys}))
    return result


def test_the_rule_is_exact_on_ten_thousand_histories() -> None:
    chance = random.Random(13)
    seen: dict[MaterialFault, int] = dict.fromkeys(MaterialFault, 0)
    for _ in range(10_000):
        history = _history(chance)
        by_rule = breaches(history)
        assert [(b.first, b.later, b.material, b.fault) for b in by_rule] == naive(history)
        for breach in by_rule:
            seen[breach.fault] += 1
    # The histories are not empty of what they are to show.
    assert min(seen.values()) > 100
