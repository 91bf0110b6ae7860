"""Spot checks: the draw and its proof, marks, findings and their steps, anomalies."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue.hours import Span
from server.core.errors import ErrorCode, HallError
from server.spot_checks import draw_proof, finding_rules
from server.spot_checks.anomalies import MINUTE_MS, Desk, MorningPresence, idle, unpunched
from server.spot_checks.draw_proof import DrawSettings, Rules
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.finding_rules import DAY_MS, Finding, Person, State, Step, Steps
from server.spot_checks.marks import Kind, Mark, Seen, fault_list, kind_of, standing

DAY = "2026-03-02"
HOURS = (Span(time(8, 30), time(12)), Span(time(14, 30), time(17, 30)))
USUAL = DrawSettings(2, 10, 20, 60, 15)

seeds = st.binary(min_size=32, max_size=32)
wishes = st.builds(
    DrawSettings,
    st.integers(0, 6),
    st.integers(0, 120),
    st.integers(0, 120),
    st.integers(0, 240),
    st.integers(3, 60),
)


def rules(request: DrawSettings = USUAL, sealed: int = 5) -> Rules:
    return draw_proof.rules_for("small", "Asia/Shanghai", HOURS, request, sealed)


def sealed_day(seed: bytes, day_rules: Rules, day: str = DAY) -> draw_proof.Day:
    text = draw_proof.text_of(day_rules)
    times = tuple(enumerate(draw_proof.draw(seed, day_rules, day), 1))
    return draw_proof.Day(day, draw_proof.seal(seed, text, day), seed.hex(), text, 5, times)


@given(seeds, wishes, st.integers(0, 1439))
def test_drawn_times_keep_number_hours_and_gap(
    seed: bytes, request: DrawSettings, sealed: int
) -> None:
    day_rules = rules(request, sealed)
    times = draw_proof.draw(seed, day_rules, DAY)
    assert len(times) == day_rules.count <= request.count
    assert all(b - a >= max(request.gap, 1) for a, b in pairwise(times))
    for minute in times:
        span = next(s for s in ((510, 720), (870, 1050)) if s[0] <= minute <= s[1])
        assert span[0] + request.after_open <= minute
        assert minute + max(request.before_close, request.within) <= span[1]
        assert not day_rules.late or minute > sealed
    assert day_rules.late == (sealed >= 510)


@given(seeds)
def test_the_same_seed_gives_the_same_times_and_verifies(seed: bytes) -> None:
    day = sealed_day(seed, rules())
    assert draw_proof.faults(day) == []
    assert draw_proof.draw(seed, draw_proof.rules_of(day.rules), DAY) == draw_proof.draw(
        seed, rules(), DAY
    )


@given(seeds, st.integers(0, 255))
def test_any_changed_bit_of_the_seed_breaks_the_commitment(seed: bytes, bit: int) -> None:
    day = sealed_day(seed, rules())
    other = (int.from_bytes(seed) ^ (1 << bit)).to_bytes(32)
    assert draw_proof.faults(replace(day, seed=other.hex())) == ["seal"]


@given(seeds, st.data())
def test_any_changed_character_of_rules_or_day_breaks_the_commitment(
    seed: bytes, data: st.DataObject
) -> None:
    day = sealed_day(seed, rules())
    at = data.draw(st.integers(0, len(day.rules) - 1))
    other = chr(ord(day.rules[at]) ^ 1)
    changed = day.rules[:at] + other + day.rules[at + 1 :]
    assert draw_proof.faults(replace(day, rules=changed)) == ["seal"]
    assert draw_proof.faults(replace(day, day="2026-03-03")) == ["seal"]


def test_the_commitment_is_the_documented_hash() -> None:
    seed, text = bytes(range(32)), draw_proof.text_of(rules())
    content = seed + text.encode() + DAY.encode()
    assert draw_proof.seal(seed, text, DAY) == hashlib.sha256(content).hexdigest()


def test_every_set_of_times_is_as_likely_as_any_other() -> None:
    day_rules = replace(rules(), count=2, spans=((0, 3), (10, 11)), gap=2)
    sets = [(a, b) for a in (0, 1, 2, 3, 10, 11) for b in (0, 1, 2, 3, 10, 11) if b - a >= 2]
    rounds = 300 * len(sets)
    drawn = Counter(
        draw_proof.draw(hashlib.sha256(str(n).encode()).digest(), day_rules, DAY)
        for n in range(rounds)
    )
    assert set(drawn) == set(sets)
    squares = sum((drawn[times] - 300) ** 2 / 300 for times in sets)
    assert squares < 35  # chi square, 10 degrees of freedom: once in ten thousand


def test_fewer_times_are_drawn_if_the_hours_leave_no_room() -> None:
    assert rules(replace(USUAL, count=6, gap=240)).count == 2
    assert rules(replace(USUAL, count=6, gap=240)).requested_count == 6
    assert draw_proof.rules_for("small", "Asia/Shanghai", (), USUAL, 5).count == 0


def test_verification_names_what_does_not_fit() -> None:
    day = sealed_day(bytes(32), rules())
    first, second = day.times
    assert draw_proof.faults(replace(day, times=(first,))) == ["check_missing"]
    assert draw_proof.faults(replace(day, times=(first, (2, second[1] + 1)))) == ["check_time"]
    assert draw_proof.faults(replace(day, times=(first, second, (3, 900)))) == ["check_extra"]
    assert draw_proof.faults(replace(day, seed="")) == ["seed_lost"]
    assert draw_proof.faults(replace(day, sealed_at=511)) == ["late_unsaid"]
    late = sealed_day(bytes(32), rules(sealed=511))
    assert draw_proof.faults(replace(late, sealed_at=511)) == []


def mark(
    at: int, seen: Seen, window: str = "T1", reason: str = "", faults: tuple[str, ...] = ()
) -> Mark:
    return Mark(f"{window}-{at}", window, seen, at, at, reason, faults)


def test_the_last_mark_of_a_window_counts_and_an_undone_one_does_not() -> None:
    marks = [
        mark(3, Seen.SERVING),
        mark(1, Seen.EMPTY),
        mark(2, Seen.EMPTY, "T2"),
        mark(4, Seen.UNDONE, "T2"),
    ]
    assert {w: m.seen for w, m in standing(marks).items()} == {"T1": Seen.SERVING}


@pytest.mark.parametrize(
    ("seen", "reason", "faults", "kind"),
    [
        (Seen.AT_POST, "", (), None),
        (Seen.SERVING, "", ("玩手机",), Kind.CONDUCT),
        (Seen.AWAY, "toilet", (), None),
        (Seen.AWAY, "unknown", (), Kind.AWAY),
        (Seen.EMPTY, "", ("闲聊",), Kind.EMPTY),
        (Seen.UNDONE, "", ("闲聊",), None),
    ],
)
def test_marks_that_are_findings(
    seen: Seen, reason: str, faults: tuple[str, ...], kind: Kind
) -> None:
    assert kind_of(mark(1, seen, reason=reason, faults=faults)) is kind


def test_the_halls_own_faults_come_from_one_line() -> None:
    assert fault_list("玩手机, 闲聊、饮食；玩手机,,") == ("玩手机", "闲聊", "饮食")


CLERK = Person("1001", "tax")
CHIEF = Person("1002", "tax", chief=True)
STRANGER = Person("1003", "build", chief=True)
FINDER, CONFIRMER, OTHER = (Person(n, office=True) for n in ("2001", "2002", "2003"))


def finding(state: State, at: int = 0, **values: object) -> Finding:
    basis = {"id": f"F{at}", "staff": "1001", "unit": "tax", "dispute_until": 100}
    involved = {"involved": frozenset({"2001", "2002"})}
    return Finding(**basis | involved | values, state=state, at=at)  # type: ignore[arg-type]


def refused(code: ErrorCode) -> pytest.RaisesExc[HallError]:
    return pytest.raises(HallError, match=f"^{code.value}$")


def test_a_finding_is_visible_to_person_chief_and_office() -> None:
    confirmed, proposed = finding(State.CONFIRMED), finding(State.PROPOSED)
    assert [finding_rules.may_see(confirmed, p) for p in (CLERK, CHIEF, STRANGER, OTHER)] == [
        True,
        True,
        False,
        True,
    ]
    assert [finding_rules.may_see(proposed, p) for p in (CLERK, CHIEF, OTHER)] == [
        False,
        False,
        True,
    ]


def test_nobody_decides_the_own_finding_or_a_finding_made_by_oneself() -> None:
    disputed = finding(State.DISPUTED)
    for person in (FINDER, CONFIRMER, Person("1001", office=True)):
        with refused(SpotCheckCode.FINDING_OWN):
            finding_rules.settle(disputed, person, True)
    assert finding_rules.settle(disputed, OTHER, True) is State.UPHELD
    assert finding_rules.settle(disputed, OTHER, False) is State.WITHDRAWN
    with refused(SpotCheckCode.FINDING_OWN):
        finding_rules.judge(finding(State.PROPOSED), Person("1001", office=True), False)


def test_a_dispute_has_a_deadline_and_permitted_people() -> None:
    confirmed = finding(State.CONFIRMED)
    assert finding_rules.dispute(confirmed, CHIEF, 100) is State.DISPUTED
    with refused(SpotCheckCode.DISPUTE_OVER):
        finding_rules.dispute(confirmed, CLERK, 101)
    with refused(SpotCheckCode.FINDING_UNKNOWN):
        finding_rules.dispute(confirmed, STRANGER, 50)


@pytest.mark.parametrize("state", State)
def test_a_finding_moves_only_forwards(state: State) -> None:
    row = finding(state)
    acts: dict[State, Callable[[], State]] = {
        State.PROPOSED: lambda: finding_rules.judge(row, OTHER, True),
        State.CONFIRMED: lambda: finding_rules.dispute(row, CLERK, 1),
        State.DISPUTED: lambda: finding_rules.settle(row, OTHER, True),
    }
    for allowed, act in acts.items():
        if state is allowed:
            assert act() is not state
        else:
            with refused(SpotCheckCode.FINDING_STATE):
                act()


def test_steps_follow_from_the_findings_in_the_period() -> None:
    limits = Steps(2, 3, 30)
    rows = [finding(State.CONFIRMED, n * DAY_MS, id=f"F{n}") for n in (0, 5, 10)]
    steps = finding_rules.steps(rows, limits)
    assert steps == {"F0": Step.NOTICE, "F5": Step.REPLACEMENT, "F10": Step.INTERVIEW}
    fallen = [rows[0], replace(rows[1], state=State.WITHDRAWN), rows[2]]
    assert finding_rules.steps(fallen, limits) == {"F0": Step.NOTICE, "F10": Step.REPLACEMENT}
    later = [rows[0], replace(rows[1], at=40 * DAY_MS)]
    assert finding_rules.steps(later, limits) == {"F0": Step.NOTICE, "F5": Step.NOTICE}


IDLE = Desk("T1", "1001", False, False, False, active_at=0, waiting=2, waiting_since=0)
NOW = 15 * MINUTE_MS


def test_a_free_window_that_calls_nobody_is_one_anomaly() -> None:
    (anomaly,) = idle([IDLE], NOW, 15)
    assert (anomaly.kind, anomaly.staff, anomaly.facts["minutes"]) == (Kind.NO_CALL, "1001", 15)
    (again,) = idle([replace(IDLE, waiting=3, waiting_since=1)], NOW + MINUTE_MS, 15)
    assert again.mark == anomaly.mark


@pytest.mark.parametrize(
    "why",
    [
        {"busy": True},
        {"paused": True},
        {"away": True},
        {"waiting": 0, "waiting_since": None},
        {"active_at": 1},
        {"waiting_since": 1},
    ],
    ids=lambda why: next(iter(why)),
)
def test_an_idle_window_with_a_reason_is_no_anomaly(why: dict[str, object]) -> None:
    assert idle([replace(IDLE, **why)], NOW, 15) == []  # type: ignore[arg-type]


def test_a_morning_at_work_without_a_punch_is_an_anomaly() -> None:
    seen = MorningPresence("1001", "T1", 5, "mark", punched=False, away=False)
    (anomaly,) = unpunched([seen, replace(seen, staff="1002", punched=True)], DAY)
    assert (anomaly.kind, anomaly.staff) == (Kind.NO_PUNCH, "1001")
    assert unpunched([replace(seen, away=True)], DAY) == []
