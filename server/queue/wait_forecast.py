"""Forecast of every waiting person's turn: the rules in force, played forward. Pure.

The windows that are signed in call one person after the other, as `call_order` chooses for each of
them, and serve each for the mean time of the errand; a paused one from its expected return on (not
at all without it), a free one in the midday break from its end on. Meanwhile the same people arrive
as within the last hour: they are not *ahead*, but some of them are called first (priority, errands
of comprehensive windows). From this one pass follow the people ahead, those whom windows
that may call me will call before me; and the expected minutes until my call. A newcomer's turn is
the first call of the pass at which the rules would have chosen the newcomer.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Item, Window, WindowKind
from server.queue import tickets
from server.queue.call_candidates import LaneHead, Moment, choose_head, takes, target_wait
from server.queue.call_order import Choice, Head
from server.queue.routing import break_end, only_comprehensive, windows_for
from server.queue.tickets import site_of, slot_of
from server.queue.turns import Turn, kind_of

NEXT_CALL_MINUTES = 0.7
"""Minutes between the end of a service and the start of the next: the call, and the walk."""
HOUR_MINUTES = 60
MINUTE_MS = 60_000
BREATH = 16
NEWCOMER = 1 << 60
"""Seniority of a newcomer: junior to everybody here, senior to those who are yet to arrive."""
OVERDUE_MINUTES = 2
"""Minutes until a window calls whose pause was to be over by now."""
RESIDUAL = 0.75
"""Expected rest of a running service over its mean, seen at any moment of it."""


@dataclass(frozen=True, slots=True)
class PriorityCall:
    """First call of a priority ticket today."""

    at: int
    """Time in ms."""
    queue: str
    order: int
    """Seniority of the ticket."""
    window: str


@dataclass(frozen=True, slots=True)
class PresentFloor:
    """People and windows at the moment from which the rules are played forward."""

    waiting: Sequence[LaneHead]
    busy: Mapping[str, int]
    """Time (ms) of the call that each busy window works on."""
    serving: Mapping[str, float]
    """Mean minutes of that errand, by window."""
    priority_calls: Sequence[PriorityCall]
    runs: Mapping[str, int]
    """Counters of `Choice.counts`, by name."""
    lately: Sequence[LaneHead]
    """People who took a number within the last hour, wherever they are now."""
    minutes_of: Callable[[str, str], float]
    """Mean minutes of an item (code) in a queue (unit code)."""
    booked: Sequence[LaneHead] = ()
    """People with an appointment today who are not here yet; `waiting_since`: when it begins."""
    visits: Mapping[str, str] = field(default_factory=dict)
    """Windows of the visits of which a ticket is called or served."""


@dataclass(slots=True)
class _Lane:
    """Waiting people who are alike for choosing, most senior first."""

    people: list[LaneHead]
    real: int
    """People of today among them; those after are expected to arrive."""
    windows: tuple[str, ...]
    """Staffed windows that may call them."""
    entitled: frozenset[str]
    """Windows that may serve the item on this day, staffed or not; for overtaking."""
    only_comprehensive: bool
    target: float
    slot: int | None
    """Start (ms) of their appointment."""
    next: int = 0
    head: Head | None = None
    """Head as last built; None after a change."""
    calls_seen: int = -1
    """Priority calls of the queue that the head's overtaking counts."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One choice of the pass: what the window chose from, and the calls before it."""

    window: str
    minutes: float
    heads: tuple[Head, ...]
    runs: Mapping[str, int]
    before: Mapping[str, int]
    """Calls of people of today so far, by window."""
    priority_before: Mapping[str, int]
    """Those of people with priority among them."""


@dataclass(slots=True)
class Forecast:
    """Turns of all waiting people, and of those who come next."""

    moment: Moment
    waiting: Sequence[LaneHead]
    turns: dict[str, Turn]
    """By ticket id."""
    _calls: list[_Call]
    _first: Mapping[str, _Call]
    """Choice that each window would have, were it free now."""
    _back: Mapping[str, float]
    """Minutes until each window of the pass is back."""
    _newcomers: dict[tuple[object, ...], Turn | None] = field(default_factory=dict)
    """Turns by all that they depend on: items of a unit with the same windows are alike."""

    def newcomer(
        self, item: Item, level: int, slot: int | None = None, site: str = ""
    ) -> Turn | None:
        """Return the turn of a person who takes a number now; None if no window would call.

        `slot`: start (ms) of the person's appointment. `site`: building in which it is taken.
        """
        moment = self.moment
        only = only_comprehensive(moment.catalogue.at(site), item, moment.now, moment.sessions)
        key = item.unit, level, self.callers(item, site), only, slot, site
        if key not in self._newcomers:
            self._newcomers[key] = self._newcomer(*key)
        return self._newcomers[key]

    def callers(self, item: Item, site: str = "") -> tuple[str, ...]:
        """Return the windows that call for an item, now or after a pause or break of known end."""
        windows = windows_for(self.moment.catalogue.at(site), item, self.moment.now)
        return tuple(w.code for w in windows if w.code in self._back)

    def _newcomer(
        self,
        unit: str,
        level: int,
        able: tuple[str, ...],
        only: bool,
        slot: int | None,
        site: str,
    ) -> Turn | None:
        target, own = target_wait(self.moment.catalogue, unit), tickets.lane("", "", site)
        me = Head(own, unit, level, NEWCOMER, 0.0, target, only)
        last = None
        for call in self._calls:
            if call.window in able:
                last = call
                begun = _begun(slot, self.moment, call.minutes)
                if self._is_called(replace(me, waited=call.minutes, slot=begun), call):
                    break
        if last is None:
            return None
        # At 0 minutes a free window calls at once.
        now = replace(me, slot=_begun(slot, self.moment, 0.0))
        is_next = last.minutes == 0 or all(self._is_called(now, self._first[c]) for c in able)
        ahead = sum(last.before.get(code, 0) for code in able)
        priority = sum(last.priority_before.get(code, 0) for code in able) if level == 0 else 0
        kind = kind_of(level, (self.moment.catalogue.window_by[code] for code in able))
        delay = min(self._back[code] for code in able)
        ahead = ahead if is_next else max(1, ahead)
        return Turn(kind, ahead, last.minutes, len(able), priority, delay)

    def _is_called(self, me: Head, call: _Call) -> bool:
        """Return True if a newcomer had been called at one of the choices."""
        window = self.moment.catalogue.window_by[call.window]
        return _choose(self.moment, window, (*call.heads, me), call.runs).head is me


@dataclass(frozen=True, slots=True)
class _Expected:
    """Person who is expected to arrive, like one of the last hour."""

    lane: str
    queue: str
    item: str
    level: int
    ord: int
    waiting_since: int
    id: str = ""
    visit: str = ""

    @classmethod
    def like(cls, person: LaneHead, number: int, now: int, minutes: float) -> _Expected:
        """Return the expected person; it is junior to all who are here, and to a newcomer.

        `number`: the place among those who are expected, from 1.
        """
        at = now + round(minutes * MINUTE_MS)
        order = NEWCOMER + number
        return cls(person.lane, person.queue, person.item, person.level, order, at)


class _Play:
    """The pass: lanes, windows, and what was called so far."""

    def __init__(self, moment: Moment, floor: PresentFloor) -> None:
        self._moment = moment
        self._floor = floor
        catalogue = moment.catalogue
        self._back = _back(moment, floor.busy)
        self._windows = [catalogue.window_by[code] for code in self._back]
        lately = [
            (HOUR_MINUTES - (moment.millis - p.waiting_since) / MINUTE_MS, p) for p in floor.lately
        ]
        booked = [
            (max(0.0, (p.waiting_since - moment.millis) / MINUTE_MS), p) for p in floor.booked
        ]
        self._arrivals = sorted((at, n, p) for n, (at, p) in enumerate([*lately, *booked]))
        self._lane_of: dict[str, _Lane] = {}
        for people in _by_lane(floor.waiting):
            self._lane_of[people[0].lane] = self._lane(people)
        for _, _, person in self._arrivals:
            if person.lane not in self._lane_of:
                self._lane_of[person.lane] = self._lane([person], real=0)
        self._lanes = list(self._lane_of.values())
        self._lanes_of: dict[str, list[_Lane]] = {
            w.code: [lane for lane in self._lanes if w.code in lane.windows] for w in self._windows
        }
        self._runs = dict(floor.runs)
        self._called: dict[str, int] = {}
        """Calls of the pass by window."""
        self._priority_called: dict[str, int] = {}
        self._priority: dict[str, list[PriorityCall]] = defaultdict(list)
        for call in floor.priority_calls:
            self._priority[call.queue].append(call)
        self._calls: list[_Call] = []
        self._arrived = 0
        self._next: set[str]
        """People whom each of their windows would call, were it free now."""
        self._turns: dict[str, Turn] = {}
        self._companions: dict[str, list[LaneHead]] = defaultdict(list)
        """Waiting people by visit, of those with several errands."""
        for person in floor.waiting:
            if person.visit:
                self._companions[person.visit].append(person)
        self._aside: list[tuple[float, int, str, LaneHead]] = []
        """People at another window with another number, by the minutes until it is finished."""

    def run(self, breathe: Callable[[], None]) -> Forecast:
        ready = self._ready()
        self._hold_back_companions({code: minutes for minutes, code in ready})
        first = {w.code: self._seen_by(w, 0.0) for w in self._windows}
        chosen = {
            code: _choose(self._moment, w, first[code].heads, self._runs).head.order
            for code, w in ((w.code, w) for w in self._windows)
            if first[code].heads
        }
        self._next = {
            lane.people[0].id
            for lane in self._lanes
            if lane.real and all(chosen.get(c) == lane.people[0].ord for c in lane.windows)
        }
        windows = {w.code: w for w in self._windows}
        heapify(ready)
        while ready:
            minutes, code = heappop(ready)
            if len(self._calls) % BREATH == 0:
                breathe()
            self._admit(minutes)
            window = windows[code]
            call = self._seen_by(window, minutes)
            self._calls.append(call)
            if not any(lane.next < lane.real for lane in self._lanes_of[code]):
                self._wait_for_aside(ready, code)
                continue  # nobody of today is left for this window
            choice = _choose(self._moment, window, call.heads, self._runs)
            self._runs.update(choice.counts)
            person = self._take(self._lane_of[choice.head.lane], code, minutes)
            service = self._floor.minutes_of(person.item, person.queue)
            self._hold_back(person.visit, minutes + service)
            heappush(ready, (minutes + service + NEXT_CALL_MINUTES, code))
        return Forecast(
            self._moment, self._floor.waiting, self._turns, self._calls, first, self._back
        )

    def _hold_back_companions(self, ready: Mapping[str, float]) -> None:
        """Hold back whoever is at a window with another number; `ready`: minutes by window."""
        for visit, window in self._floor.visits.items():
            rest = self._floor.serving[window] * RESIDUAL
            self._hold_back(visit, ready.get(window, rest + NEXT_CALL_MINUTES) - NEXT_CALL_MINUTES)

    def _hold_back(self, visit: str, until: float) -> None:
        """Set the other waiting tickets of a visit aside until a minute; they keep their order."""
        for person in self._companions.get(visit, ()):
            lane = self._lane_of[person.lane]
            if person not in lane.people[lane.next : lane.real]:
                continue
            lane.people.remove(person)
            lane.real -= 1
            lane.head = None
            heappush(self._aside, (until, person.ord, person.id, person))

    def _wait_for_aside(self, ready: list[tuple[float, str]], window: str) -> None:
        """Let a window without people wait for the first whom it may call after another one."""
        lanes = self._lane_of
        untils = [until for until, *_, p in self._aside if window in lanes[p.lane].windows]
        if untils:
            heappush(ready, (min(untils), window))

    def _admit(self, minutes: float) -> None:
        """Let those arrive who are expected until then, and those who were held back."""
        while self._aside and self._aside[0][0] <= minutes:
            person = heappop(self._aside)[-1]
            lane = self._lane_of[person.lane]
            lane.real = max(lane.real, lane.next)  # somebody expected may have been called before
            insort(lane.people, person, lane.next, key=lambda p: (p.ord, p.id))
            lane.real += 1
            lane.head = None
        while self._arrived < len(self._arrivals) and self._arrivals[self._arrived][0] <= minutes:
            at, _, person = self._arrivals[self._arrived]
            self._arrived += 1
            lane = self._lane_of[person.lane]
            lane.people.append(_Expected.like(person, self._arrived, self._moment.millis, at))

    def _seen_by(self, window: Window, minutes: float) -> _Call:
        """Return what a window would choose from at that time."""
        lanes = [lane for lane in self._lanes_of[window.code] if lane.next < len(lane.people)]
        heads = tuple(self._heads(window, lanes, minutes))
        called, priority = dict(self._called), dict(self._priority_called)
        return _Call(window.code, minutes, heads, dict(self._runs), called, priority)

    def _lane(self, people: list[LaneHead], *, real: int | None = None) -> _Lane:
        moment, head = self._moment, people[0]
        catalogue, now = moment.catalogue, moment.now
        item = catalogue.item_by.get(head.item)
        here = catalogue.at(site_of(head.lane))
        entitled = windows_for(here, item, now) if item is not None else ()
        if item is None or head.lane[0] in "@=":
            able = tuple(w.code for w in self._windows if takes(catalogue, w, head, now))
        else:
            able = tuple(w.code for w in entitled if w.code in self._back)
        only = item is not None and only_comprehensive(here, item, now, moment.sessions)
        target = target_wait(catalogue, head.queue)
        if real == 0:
            people = []
        every = frozenset(w.code for w in entitled)
        return _Lane(people, len(people), able, every, only, target, slot_of(head.lane))

    def _ready(self) -> list[tuple[float, str]]:
        """Return the minutes until each window calls again.

        Of windows that share their people, one ends soon and the last late: their rests are those
        of a row of random services, the one that began first ends first.
        """
        groups: dict[tuple[str, ...], list[Window]] = defaultdict(list)
        for window in self._windows:
            if window.code in self._floor.busy:
                groups[tuple(sorted(window.units))].append(window)
        free = (w.code for w in self._windows if w.code not in self._floor.busy)
        ready = [(self._back[code], code) for code in free]
        for group in groups.values():
            group.sort(key=lambda w: self._floor.busy[w.code])
            rest = 0.0
            for place, window in enumerate(group):
                rest += 1 / (len(group) - place)
                minutes = self._floor.serving[window.code] * RESIDUAL * rest + NEXT_CALL_MINUTES
                # It may pause after the person who is there.
                ready.append((max(minutes, self._back[window.code]), window.code))
        return ready

    def _heads(self, window: Window, lanes: Sequence[_Lane], minutes: float) -> list[Head]:
        heads = [
            replace(self._head(lane), slot=_begun(lane.slot, self._moment, minutes))
            if lane.slot is not None
            else self._head(lane)
            for lane in lanes
        ]
        is_comprehensive = window.kind is WindowKind.COMPREHENSIVE
        if is_comprehensive and not any(h.comprehensive_only for h in heads):
            # Only the relief of the worst queue looks at how long people have waited.
            return [replace(head, waited=head.waited + minutes) for head in heads]
        return heads

    def _head(self, lane: _Lane) -> Head:
        person, calls = lane.people[lane.next], self._priority[lane.people[lane.next].queue]
        if lane.head is None or lane.calls_seen != len(calls):
            lane.calls_seen = len(calls)
            overtaken = sum(
                call.at >= person.waiting_since
                and call.order > person.ord
                and call.window in lane.entitled
                for call in calls
            )
            lane.head = Head(
                person.lane,
                person.queue,
                person.level,
                person.ord,
                (self._moment.millis - person.waiting_since) / MINUTE_MS,
                lane.target,
                lane.only_comprehensive,
                overtaken,
                person.lane.startswith("@"),
            )
        return lane.head

    def _take(self, lane: _Lane, window: str, minutes: float) -> LaneHead:
        person = lane.people[lane.next]
        is_real = lane.next < lane.real
        lane.next += 1
        lane.head = None
        if is_real:
            self._turns[person.id] = self._turn(lane, person, minutes)
            self._called[window] = self._called.get(window, 0) + 1
            if person.level > 0:
                self._priority_called[window] = self._priority_called.get(window, 0) + 1
        if person.level > 0:
            at = self._moment.millis + round(minutes * MINUTE_MS)
            self._priority[person.queue].append(PriorityCall(at, person.queue, person.ord, window))
        return person

    def _turn(self, lane: _Lane, person: LaneHead, minutes: float) -> Turn:
        ahead = sum(self._called.get(code, 0) for code in lane.windows)
        if minutes > 0 and person.id not in self._next:
            ahead = max(1, ahead)
        priority = 0
        if person.level == 0:
            priority = sum(self._priority_called.get(code, 0) for code in lane.windows)
        windows = (self._moment.catalogue.window_by[code] for code in lane.windows)
        delay = min(self._back[code] for code in lane.windows)
        kind = kind_of(person.level, windows)
        return Turn(kind, ahead, minutes, len(lane.windows), priority, delay)


def _begun(slot: int | None, moment: Moment, minutes: float) -> int | None:
    """Return the start (ms) of an appointment that has come within so many minutes, else None."""
    if slot is None or slot > moment.millis + minutes * MINUTE_MS:
        return None
    return slot


def _back(moment: Moment, busy: Mapping[str, int]) -> dict[str, float]:
    """Return the minutes until each window calls again: 0 unless it is paused or in a break.

    Without a window that is paused for an unknown time. A window that works on into the break does
    not count as in it.
    """
    catalogue, back = moment.catalogue, {}
    for code, session in moment.sessions.items():
        if code not in catalogue.window_by:
            continue
        minutes = 0.0
        if session.paused:
            if session.until is None:
                continue
            minutes = max(OVERDUE_MINUTES, (session.until - moment.millis) / MINUTE_MS)
        if code not in busy:
            spans = catalogue_hours.window_spans(catalogue, code, moment.now.date())
            end = break_end(spans, moment.now)
            minutes = max(minutes, (end - moment.now).total_seconds() / 60 if end else 0.0)
        back[code] = minutes
    return back


def no_breath() -> None:
    """Let nobody else run in between."""


def forecast(
    moment: Moment, floor: PresentFloor, breathe: Callable[[], None] = no_breath
) -> Forecast:
    """Play the rules forward from the present floor; `breathe` runs every BREATH calls."""
    return _Play(moment, floor).run(breathe)


def _by_lane(people: Iterable[LaneHead]) -> list[list[LaneHead]]:
    lanes: dict[str, list[LaneHead]] = defaultdict(list)
    for person in sorted(people, key=lambda p: (p.ord, p.id)):
        lanes[person.lane].append(person)
    return list(lanes.values())


def _choose(
    moment: Moment, window: Window, heads: Sequence[Head], runs: Mapping[str, int]
) -> Choice:
    choice = choose_head(window, heads, lambda pool: runs.get(pool, 0), moment.settings)
    assert choice is not None, "there is at least one head"
    return choice
