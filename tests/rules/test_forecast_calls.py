"""Forecast and real calls: the turns are those of windows that call by the rules in force."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush

from hypothesis import example, given
from hypothesis import strategies as st

from server.queue.call_candidates import Moment, choose, takes
from server.queue.call_order import Choice
from server.queue.memory_floor import MemoryFloor
from server.queue.tickets import State, Ticket
from server.queue.turns import Kind, Turn
from server.queue.wait_forecast import NEWCOMER, NEXT_CALL_MINUTES, PresentFloor, forecast
from support.forecast_floor import HALL, MINUTES, NOW, floor, moment, ticket, turns

LENGTHS = {"tax-1": 10.0, "tax-2": 14.0, "social-1": 7.5, "build-1": 10.0}
"""Minutes of the errands in the property tests."""


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(("tax-1", "tax-2", "social-1", "build-1")),
        st.sampled_from(("ordinary", "ordinary", "elderly")),
    ),
    max_size=25,
)


WINDOWS = ("T1", "T2", "S1", "G1", "G2")


def queue(people: Sequence[tuple[str, str]]) -> list[Ticket]:
    """Return these people; the first has waited longest, four minutes more than the next."""
    return [
        ticket(n, item, klass, since=NOW - (len(people) - n) * 4 * 60_000)
        for n, (item, klass) in enumerate(people, 1)
    ]


def errands(present: PresentFloor) -> PresentFloor:
    """Return the floor with errands of different lengths."""
    return replace(present, minutes_of=lambda item, unit: LENGTHS[item] + len(unit))


def visits(people: Sequence[tuple[str, str]]) -> list[str]:
    """Return a visit for each person: every third came for two errands."""
    return [f"v{n // 3}" if n % 3 else "" for n in range(len(people))]


BUSY = st.dictionaries(st.sampled_from(WINDOWS), st.integers(1, 30))
"""Minutes since the last call of busy windows."""


QUEUE = [("tax-1", "ordinary")] * 9
PRIORITY = [("tax-1", "elderly"), ("tax-2", "elderly"), ("tax-1", "elderly")]


# A person held back comes into a queue of which somebody expected was called meanwhile.
@example([*QUEUE, *PRIORITY], {"G1", "S1", "T1", "T2"}, {}, [*QUEUE[:2], *QUEUE, PRIORITY[0]], 0)
@given(PEOPLE, st.sets(st.sampled_from(WINDOWS), min_size=1), BUSY, PEOPLE, st.integers(0, 4))
def test_turns_are_those_of_real_calls(
    people: list[tuple[str, str]],
    windows: set[str],
    busy: dict[str, int],
    lately: list[tuple[str, str]],
    run: int,
) -> None:
    """The oracle calls by `choose` over the floor in memory, with the same times and arrivals."""
    waiting = [
        replace(t, visit=visit) for t, visit in zip(queue(people), visits(people), strict=True)
    ]
    others = [
        replace(ticket(500 + n, item, klass), waiting_since=NOW - (n + 1) * 4 * 60_000)
        for n, (item, klass) in enumerate(lately[:12])
    ]
    since = {code: NOW - minutes * 60_000 for code, minutes in busy.items() if code in windows}
    present = moment(sorted(windows))
    runs = {"tax": run, "*": run}
    played = forecast(present, errands(floor(waiting, since, runs=runs, lately=others)))
    assert played.turns == Oracle(present, waiting, since, runs, others).play()


@given(
    PEOPLE,
    st.sets(st.sampled_from(WINDOWS), min_size=1),
    BUSY,
    st.sampled_from(("tax-1", "tax-2", "social-1", "build-1")),
    st.sampled_from(("ordinary", "elderly")),
)
def test_a_newcomer_has_the_turn_of_the_last_who_came(
    people: list[tuple[str, str]],
    windows: set[str],
    busy: dict[str, int],
    item: str,
    klass: str,
) -> None:
    """Without people who are expected, and without priority before an ordinary newcomer.

    The pass does not know the newcomer: expected people may keep a window that nobody else waits
    for, and a run of priority calls counts only while an ordinary person waits.
    """
    waiting = queue([(i, "ordinary") for i, _ in people])
    since = {code: NOW - minutes * 60_000 for code, minutes in busy.items() if code in windows}
    present = moment(sorted(windows))
    me = replace(ticket(0, item, klass), id="me", ord=NEWCOMER)
    with_me = forecast(present, errands(floor([*waiting, me], since)))
    played = forecast(present, errands(floor(waiting, since)))
    turn = played.newcomer(HALL.item_by[item], me.level)
    assert played.newcomer(HALL.item_by[item], me.level) == turn, "asked again"
    assert turn == with_me.turns.get("me")


@given(PEOPLE, st.integers(0, 2**32))
def test_everybody_whom_a_window_may_call_has_a_turn(
    people: list[tuple[str, str]], seed: int
) -> None:
    waiting = [ticket(n, item, klass) for n, (item, klass) in enumerate(people, 1)]
    random.Random(seed).shuffle(waiting)
    by_ticket = turns(("T1", "S1", "G1"), floor(waiting, {"T1": NOW}))
    assert set(by_ticket) == {t.id for t in waiting}
    assert all(turn.ahead < len(waiting) for turn in by_ticket.values())


class Oracle:
    """Calls by `choose` over the floor in memory, with errands of different lengths."""

    def __init__(
        self,
        present: Moment,
        waiting: Sequence[Ticket],
        busy: Mapping[str, int],
        runs: Mapping[str, int],
        lately: Sequence[Ticket],
    ) -> None:
        self._present, self._busy = present, busy
        self._waiting = {person.id: person for person in waiting}
        self._floor = MemoryFloor()
        for person in waiting:
            self._floor.put(person)
        for pool, run in runs.items():
            self._floor.set_run(pool, run)
        arrivals = [(60 - (NOW - p.waiting_since) / 60_000, n, p) for n, p in enumerate(lately)]
        self._coming = [(at, n, person) for n, (at, _, person) in enumerate(sorted(arrivals))]
        self._calls: list[tuple[str, Ticket]] = []
        self._ends: dict[str, tuple[float, str]] = {}
        first = {code: self._choice(code, 0.0) for code in present.sessions}
        self._next = {code: chosen[0] for code, chosen in first.items() if chosen is not None}

    def play(self) -> dict[str, Turn]:
        """Return the turns of all who are called."""
        by_ticket: dict[str, Turn] = {}
        ready = self._ready()
        heapify(ready)
        while ready:
            minutes, code = heappop(ready)
            self._admit(minutes)
            self._finish(minutes)
            mine = [p for p in self._waiting.values() if code in self._able(p)]
            aside = [self._ends[p.visit][0] for p in mine if p.visit in self._ends]
            if len(aside) == len(mine):
                if aside:
                    heappush(ready, (min(aside), code))
                continue
            chosen = self._choice(code, minutes)
            assert chosen is not None
            name, choice = chosen
            self._floor.count(choice)
            person = self._floor.ticket(name)
            self._floor.put(replace(person, state=State.CALLED))
            self._floor.record_call(person, code, NOW + round(minutes * 60_000))
            if self._waiting.pop(name, None) is not None:
                by_ticket[name] = self._turn(person, minutes)
                self._calls.append((code, person))
            length = LENGTHS[person.item] + len(person.queue)
            if person.visit:
                self._ends[person.visit] = minutes + length, name
            heappush(ready, (minutes + length + NEXT_CALL_MINUTES, code))
        return by_ticket

    def _finish(self, minutes: float) -> None:
        for visit, (end, name) in list(self._ends.items()):
            if end <= minutes:
                del self._ends[visit]
                self._floor.put(replace(self._floor.ticket(name), state=State.FINISHED))

    def _turn(self, person: Ticket, minutes: float) -> Turn:
        able = self._able(person)
        before = [called for code, called in self._calls if code in able]
        is_next = all(self._next.get(code) == person.id for code in able)
        ahead = len(before) if is_next or minutes == 0 else max(1, len(before))
        priority = sum(called.level > 0 for called in before) if person.level == 0 else 0
        kinds = {HALL.window_by[code].kind for code in able}
        kind = Kind.BOTH if len(kinds) == 2 else Kind(min(kinds).value)
        kind = Kind.PRIORITY if person.level else kind
        return Turn(kind, ahead, minutes, len(able), priority)

    def _able(self, person: Ticket) -> list[str]:
        windows = (HALL.window_by[code] for code in self._present.sessions)
        return [w.code for w in windows if takes(HALL, w, person, self._present.now)]

    def _choice(self, code: str, minutes: float) -> tuple[str, Choice] | None:
        millis = NOW + round(minutes * 60_000)
        return choose(self._floor, replace(self._present, millis=millis), code)

    def _admit(self, minutes: float) -> None:
        while self._coming and self._coming[0][0] <= minutes:
            at_minutes, n, person = self._coming.pop(0)
            since = NOW + round(at_minutes * 60_000)
            self._floor.put(replace(person, id=f"x{n}", ord=NEWCOMER + 1 + n, waiting_since=since))

    def _ready(self) -> list[tuple[float, str]]:
        ready = [(0.0, code) for code in self._present.sessions if code not in self._busy]
        for group in (("T1", "T2"), ("S1",), ("G1", "G2")):
            working = sorted((self._busy[c], c) for c in group if c in self._busy)
            rests = ((1.0,), (0.5, 1.5))[len(working) - 1] if working else ()
            for rest, (_, code) in zip(rests, working, strict=True):
                ready.append((MINUTES * 0.75 * rest + NEXT_CALL_MINUTES, code))
        return ready
