"""Demo history: two invented months of attendance, spot checks, public voices, cases and bulletins.

Everything goes through the hall's own services with a clock that is set back, so the same rules
apply as today; `hall check` reports no violation. The same seed gives the same history. It is
written into an empty hall before the demo starts, one transaction per day; only the demo may call
it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from server.attendance import shift_rule_queries
from server.core.clock import SeededTokenSource, SetClock, SystemTokenSource
from server.core.engine import open_engine
from server.core.events import Bus
from server.core.folder_key import key_in
from server.demo.history.appointments import Appointments
from server.demo.history.assistance import Assistance
from server.demo.history.cases import Cases
from server.demo.history.complaints import Complaints
from server.demo.history.fees import Fees
from server.demo.history.floor import seats, sign_ins, visits
from server.demo.history.honours import Honours, first_month
from server.demo.history.joint import Joint
from server.demo.history.licences import Licences
from server.demo.history.notices import Notices
from server.demo.history.people import People
from server.demo.history.scores import Scores
from server.demo.history.store import OneConnection
from server.demo.history.voices import Voices
from server.demo.history.walks import SpotChecks
from server.demo.history.weeks import Bulletins
from server.demo.history.world import Event, World
from server.hall.composition import Hall
from server.hall.context import Context
from server.leave import queries as leave_queries
from server.queue.business_day import keep_day

MONTHS, MONTHS_OF_QUARTER = 2, 3
Progress = Callable[[int, int], None]


def first_day(today: date, months: int = MONTHS) -> date:
    """Return the first day of the month that is `months` months before today's."""
    place = today.year * 12 + today.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def months_shown(today: date) -> int:
    """Return the months of the history: at least two, and the last one of a quarter among them.

    So the demo always has a quarter whose assessment is released.
    """
    return MONTHS + (today.month % MONTHS_OF_QUARTER == 0)


def is_needed(hall: Hall) -> bool:
    """Return True if the hall has no history yet."""
    return not hall.ctx.read(lambda c: shift_rule_queries.every(c, hall.ctx.hall_id))


def create(
    hall: Hall, seed: int, doors: list[str], progress: Progress, months: int = MONTHS
) -> None:
    """Write the history up to yesterday.

    `doors` are the serial numbers of the time clocks that people use. `progress` is called with the
    days done and the number of days.
    """
    # The key of the draw commitments of future days must not follow from the seed.
    key_in(hall.config.data, SystemTokenSource())
    today = hall.ctx.local().date()
    first, last = first_day(today, months), today - timedelta(days=1)
    engine = open_engine(hall.config.database_url)
    clock = SetClock(0)
    with engine.connect() as conn:
        store = OneConnection(hall.ctx.hall_id, conn)
        ctx = Context(store, clock, SeededTokenSource(seed), Bus())
        world = World(ctx, clock, random.Random(seed), hall.config.data, seed)
        clock.set(world.minute(first, 0))
        _write(world, doors, first, last, conn.commit, progress)
    engine.dispose()


def _write(
    world: World,
    doors: list[str],
    first: date,
    last: date,
    commit: Callable[[], None],
    progress: Progress,
) -> None:
    people, walks, weeks = People(world, doors), SpotChecks(world), Bulletins(world)
    days = list(world.ctx.workdays().among(first, last))
    voices, licences, complaints = Voices(world), Licences(world, days), Complaints(world, days)
    cases, fees = Cases(world, days, licences), Fees(world, days)
    assistance, appointments = Assistance(world, days), Appointments(world, days)
    notices = Notices(world, days, cases.handed_in)
    joint = Joint(world, days, cases.is_planned)
    scores, honours = Scores(world, days), Honours(world, days)
    people.rules(first)
    scores.start(first_month(first))
    requests = people.leave(first, last + timedelta(days=10))
    for place, day in enumerate(days):
        # Absences are known in the morning, and the seats depend on them.
        _play(world, [(world.minute(day, 7 * 60 + 40), lambda: keep_day(world.ctx))])
        day_seats = seats(world, day, _away(world, day))
        hand_ins = notices.visits(day, day_seats, cases.matters(day))
        busy = {visit.seat.window: visit.ends for visit in hand_ins}
        events: list[Event] = [
            *requests.get(day, []),
            *sign_ins(world, day, day_seats),
            *people.punches(day),
            *(people.corrections(day) if place else []),
            *walks.check_events(day, day_seats),
            *walks.settle(day),
            *notices.events(day, hand_ins),
            *cases.events(day),
            *licences.events(day),
            *fees.events(day),
            *joint.events(day),
            *visits(world, day, day_seats, busy, appointments.expected(day)),
            *voices.events(day),
            *complaints.events(day),
            *assistance.events(day),
            *appointments.events(day),
            *scores.events(day),
            *honours.events(day),
            *weeks.events(day, newest=_same_week(day, last + timedelta(days=1))),
            (world.minute(day, 18 * 60 + 45), lambda: keep_day(world.ctx)),
        ]
        _play(world, events)
        commit()
        progress(place + 1, len(days))
    evening = world.minute(last, 20 * 60)
    _play(world, [(evening, lambda: people.submit_undecided(last + timedelta(days=1)))])
    commit()


def _same_week(day: date, other: date) -> bool:
    return day.isocalendar()[:2] == other.isocalendar()[:2]


def _play(world: World, events: list[Event]) -> None:
    """Run all events of a day in order of time."""
    for at, action in sorted(events, key=lambda event: event[0]):
        world.clock.set(max(at, world.clock.now()))
        action()


def _away(world: World, day: date) -> set[str]:
    """Return the staff numbers of people on leave for most of a day."""
    ctx = world.ctx
    spans_by_staff = ctx.read(lambda c: leave_queries.approved(c, ctx.hall_id, day, day))
    noon = world.ctx.local(world.minute(day, 11 * 60))
    return {staff for staff, spans in spans_by_staff.items() if any(s.holds(noon) for s in spans)}
