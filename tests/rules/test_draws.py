"""Draw of spot checks, in figures: the rules of a day, the published text, and fixed draws."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import time
from itertools import count

import pytest

from server.catalogue.hours import Span
from server.spot_checks import draw_proof
from server.spot_checks.draw_proof import DrawSettings, Rules

DAY = "2026-03-02"
HOURS = (Span(time(8, 30), time(12)), Span(time(14, 30), time(15)), Span(time(16), time(17, 30)))
OPENS, CLOSES = 510, 1050
USUAL = DrawSettings(count=2, after_open=10, before_close=20, gap=60, within=15)
SPANS = ((520, 700), (880, 880), (970, 1030))


def rules(sealed: int = 5, settings: DrawSettings = USUAL) -> Rules:
    return draw_proof.rules_for("small", "Asia/Shanghai", HOURS, settings, sealed)


def test_the_rules_of_a_day() -> None:
    assert rules() == Rules(
        hall="small",
        timezone="Asia/Shanghai",
        requested_count=2,
        count=2,
        spans=SPANS,
        gap=60,
        within=15,
        opens=OPENS,
        closes=CLOSES,
        late=False,
    )


def test_a_spot_check_has_to_be_over_before_the_hall_closes() -> None:
    assert rules(settings=replace(USUAL, before_close=5)).spans[0] == (520, 705)


@pytest.mark.parametrize("sealed", [-1, 0, OPENS - 1])
def test_a_draw_before_the_hall_opens_is_of_the_whole_day(sealed: int) -> None:
    assert (rules(sealed).spans, rules(sealed).late) == (SPANS, False)


def test_a_draw_after_the_hall_has_opened_is_of_the_rest_of_the_day() -> None:
    assert (rules(OPENS).spans, rules(OPENS).late) == (SPANS, True)
    assert rules(600).spans == ((601, 700), *SPANS[1:])
    assert rules(699).spans[0] == (700, 700)
    assert rules(700).spans == SPANS[1:]
    assert rules(CLOSES).spans == ()


def test_spans_at_midnight_keep_their_first_minute() -> None:
    hours = (Span(time(0), time(1)),)
    settings = replace(USUAL, after_open=0)
    assert draw_proof.rules_for("small", "UTC", hours, settings, -1).spans == ((0, 40),)


def test_a_rest_day_has_no_draw() -> None:
    day_rules = draw_proof.rules_for("small", "UTC", (), USUAL, 600)
    assert (day_rules.opens, day_rules.closes, day_rules.late) == (None, None, False)
    assert (day_rules.count, day_rules.requested_count) == (0, 2)
    assert draw_proof.draw(bytes(32), day_rules, DAY) == ()


def test_the_published_text() -> None:
    text = (
        '{"asked":2,"closes":1050,"count":2,"gap":60,"hall":"small","late":false,"opens":510,'
        '"spans":[[520,700],[880,880],[970,1030]],"timezone":"Asia/Shanghai","within":15}'
    )
    assert draw_proof.text_of(rules()) == text
    assert draw_proof.rules_of(text) == rules()


def hmac_draw(seed: bytes, total: int, about: str) -> int:
    """Return the number below `total` as the documentation defines it."""
    for turn in count():
        digest = hmac.digest(seed, f"{about}{turn}".encode(), "sha256")
        number = int.from_bytes(digest)
        if number < (1 << 256) - (1 << 256) % total:
            return number % total
    raise AssertionError("unreachable")


@pytest.mark.parametrize("gap", [0, 1, 2, 100])
def test_the_draw_is_the_set_at_the_rank_that_the_seed_gives(gap: int) -> None:
    day_rules = replace(rules(), count=2, spans=((0, 4), (100, 102)), gap=gap)
    minutes = [0, 1, 2, 3, 4, 100, 101, 102]
    sets = [(a, b) for a in minutes for b in minutes if b - a >= max(gap, 1)]
    for n in range(20):
        seed = hashlib.sha256(str(n).encode()).digest()
        rank = hmac_draw(seed, len(sets), draw_proof.text_of(day_rules) + DAY)
        assert draw_proof.draw(seed, day_rules, DAY) == sets[rank]


def test_a_number_that_would_favour_some_sets_is_drawn_again() -> None:
    total = (1 << 255) + 1  # nearly half of all numbers are rejected
    numbers = []
    for n in range(20):
        seed = hashlib.sha256(str(n).encode()).digest()
        numbers.append(draw_proof._below(total, seed, "x"))
        assert numbers[-1] == hmac_draw(seed, total, "x")
    assert max(numbers) < total


def test_more_checks_than_there_is_room_for_are_none() -> None:
    day_rules = replace(rules(), count=3, spans=((0, 1),), gap=5)
    assert draw_proof.draw(bytes(32), day_rules, DAY) == ()
    assert draw_proof.draw(bytes(32), replace(day_rules, count=0), DAY) == ()


def test_as_many_checks_are_drawn_as_have_room() -> None:
    settings = replace(USUAL, count=6, gap=90)
    # 520, 610, 700 in the morning, then 880 and 970.
    assert rules(settings=settings).count == 5
    assert rules(settings=replace(settings, gap=0)).count == 6


def test_a_day_that_was_sealed_when_the_hall_opened_says_so() -> None:
    seed, text = bytes(32), draw_proof.text_of(rules())
    times = tuple(enumerate(draw_proof.draw(seed, rules(), DAY), 1))
    day = draw_proof.Day(DAY, draw_proof.seal(seed, text, DAY), seed.hex(), text, OPENS, times)
    assert draw_proof.faults(day) == ["late_unsaid"]
    assert draw_proof.faults(replace(day, sealed_at=OPENS - 1)) == []


@pytest.mark.parametrize("seed", ["00" * 31, "00" * 33, "no hex"])
def test_a_seed_of_another_length_proves_nothing(seed: str) -> None:
    text = draw_proof.text_of(rules())
    raw = bytes.fromhex(seed) if seed != "no hex" else b""
    day = draw_proof.Day(DAY, draw_proof.seal(raw, text, DAY), seed, text, 5, ())
    assert draw_proof.faults(day) == ["seal"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"asked":1}'])
def test_rules_that_cannot_be_read_prove_nothing(text: str) -> None:
    day = draw_proof.Day(DAY, draw_proof.seal(bytes(32), text, DAY), "00" * 32, text, 5, ())
    assert draw_proof.faults(day) == ["seal"]
