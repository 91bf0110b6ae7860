"""Messages of appointments, made from what was read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from server.appointments import capacity, claims, plan_queries, queries
from server.appointments.capacity import Slot
from server.appointments.messages import (
    AppointmentDay,
    AppointmentPage,
    AppointmentStepView,
    AppointmentView,
    BarView,
    BookableItem,
    BookableItems,
    ClosureView,
    FreeDay,
    FreeDays,
    FreeSlot,
    ItemChoice,
    PlanList,
    PlanPreview,
    PlanView,
    SlotFigures,
    WindowChoice,
)
from server.appointments.people import here_code
from server.appointments.plan_queries import StoredClosure
from server.appointments.queries import StoredAppointment, StoredAppointmentStep
from server.appointments.rules import (
    AppointmentChannel,
    AppointmentMove,
    AppointmentState,
    Arrival,
    HallReason,
    Plan,
    Unsure,
    clock_text,
    in_force,
    minute_of,
)
from server.appointments.settings import AppointmentSettings
from server.catalogue.messages import Building
from server.catalogue.model import Catalogue
from server.catalogue.refs import building
from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.core.sealed_text import unseal
from server.hall.composition import Hall
from server.hall.context import Context
from server.queue import sites, ticket_queries

PREVIEW_DAYS = 400
MINUTE_MS = 60_000


# -- for everybody ---------------------------------------------------------------------------------


def bookable_items(ctx: Context, conn: Connection) -> BookableItems:
    """Return the items that can be booked on one of the next days."""
    catalogue, settings = ctx.catalogue(), ctx.settings().of(AppointmentSettings)
    days = claims.days_of(ctx, ctx.clock.now())
    plans = [plan for day in days for plan in capacity.plans_on(ctx, conn, day)]
    groups = {group.code: group for group in catalogue.groups}
    items = []
    for item in catalogue.items:
        if not any(plan.covers(item.code, item.group) for plan in plans):
            continue
        try:
            claims.bookable(ctx, item.code)
        except HallError:
            continue
        unit = catalogue.unit_by[item.unit]
        group = groups.get(item.group)
        items.append(
            BookableItem(
                item=item.code,
                name=item.name,
                name_en=item.name_en,
                unit_name=unit.name,
                unit_name_en=unit.name_en,
                group=item.group,
                group_name=group.name if group else "",
            )
        )
    return BookableItems(
        items=items,
        hold_minutes=settings.appointment_hold_minutes,
        cancel_hours=settings.appointment_cancel_hours,
        early_minutes=settings.appointment_early_minutes,
        late_minutes=settings.appointment_late_minutes,
        person_most=settings.appointment_person_most,
    )


def free_days(ctx: Context, conn: Connection, item_code: str, first: str) -> FreeDays:
    """Return the days and slots of an item; `first`: cancelled appointment with the first choice.

    Raises a code of `NOT_BOOKABLE`.
    """
    item, now = claims.bookable(ctx, item_code), ctx.clock.now()
    days = claims.days_of(ctx, now, first_choice=bool(first))
    seats = _seats(ctx, conn, [day.isoformat() for day in days], now)
    shown = []
    for day in days:
        slots = [
            _free_slot(slot, seats, first=bool(first))
            for slot in capacity.slots_of_day(ctx, conn, day)
            if slot.plan.covers(item.code, item.group)
            and slot.figures.full > 0
            and claims.begins(ctx, slot.day, slot.start) > now
        ]
        if slots:
            shown.append(FreeDay(day=day.isoformat(), weekday=day.isoweekday(), slots=slots))
    named = {slot.site for entry in shown for slot in entry.slots}
    places = [building(site) for site in ctx.catalogue().sites if site.code in named]
    words = {"name": item.name, "name_en": item.name_en}
    return FreeDays(item=item.code, **words, days=shown, buildings=places)


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats that are booked and held, by day, plan and start."""

    booked: Counter[tuple[str, str, str]]
    held: Counter[tuple[str, str, str]]


def _seats(ctx: Context, conn: Connection, days: Sequence[str], now: int) -> Seats:
    booked: Counter[tuple[str, str, str]] = Counter()
    held: Counter[tuple[str, str, str]] = Counter()
    if days:
        for seat in queries.seats_of_days(conn, ctx.hall_id, min(days), max(days)):
            key = seat.day, seat.plan, seat.start
            if seat.appointment:
                booked[key] += 1
            elif seat.held_until > now:
                held[key] += 1
    return Seats(booked, held)


def _free_slot(slot: Slot, seats: Seats, *, first: bool) -> FreeSlot:
    most = slot.figures.most if first else slot.figures.public
    booked, held = seats.booked[slot.key], seats.held[slot.key]
    return FreeSlot(
        plan=slot.plan.id,
        site=slot.plan.site,
        start=slot.start,
        end=clock_text(minute_of(slot.start) + slot.plan.step),
        seats=most,
        free=max(0, most - booked - held),
        held=held,
    )


def page_of(hall: Hall, conn: Connection, row: StoredAppointment) -> AppointmentPage:
    """Return an appointment as its person sees it."""
    ctx = hall.ctx
    settings, now = ctx.settings().of(AppointmentSettings), ctx.clock.now()
    catalogue = ctx.catalogue_at(conn, row.version)
    item = catalogue.item_by[row.item]
    unit = catalogue.unit_by[item.unit]
    begin, is_booked = claims.begins(ctx, row.day, row.start), row.state == AppointmentState.BOOKED
    early = settings.appointment_early_minutes
    ticket = ticket_queries.get(conn, ctx.hall_id, row.ticket) if row.ticket else None
    steps = queries.STEPS.of(conn, ctx.hall_id, [row.id])[row.id]
    hall_step = next((s for s in steps if s.move == AppointmentMove.HALL_CANCEL), None)
    can_arrive = is_booked and row.day == ctx.day(now) and now >= begin - early * MINUTE_MS
    has_first = row.first_until is not None and row.first_until > now and not row.first_used
    return AppointmentPage(
        code=row.code,
        token=row.token,
        url=f"{hall.config.base_url}/m#/appointment/{row.token}",
        state=AppointmentState(row.state),
        name=row.name,
        item=row.item,
        item_name=item.name,
        item_name_en=item.name_en,
        unit_name=unit.name,
        unit_name_en=unit.name_en,
        day=row.day,
        start=row.start,
        end=clock_text(minute_of(row.start) + _step_of(ctx, conn, row)),
        arrive_from=clock_text(max(0, minute_of(row.start) - early)),
        arrive_until=clock_text(
            min(1439, minute_of(row.start) + settings.appointment_late_minutes)
        ),
        cancel_until=claims.changing_until(ctx, row),
        can_cancel=is_booked and now < begin,
        can_change=is_booked and now < claims.changing_until(ctx, row),
        can_arrive=can_arrive,
        arrival=Arrival(row.arrival) if row.arrival else None,
        ticket=ticket.number if ticket else "",
        ticket_url=f"{hall.config.base_url}/t/{ticket.token}" if ticket else "",
        hall_reason=HallReason(row.reason) if row.reason else None,
        hall_words=hall_step.words if hall_step else "",
        first_until=row.first_until if has_first else None,
        excused=bool(row.excused),
        building=_building(ctx, conn, row),
    )


def _building(ctx: Context, conn: Connection, row: StoredAppointment) -> Building | None:
    """Return the building to come to: the plan's, else the one that serves the item then."""
    catalogue, begin = ctx.catalogue(), ctx.local(claims.begins(ctx, row.day, row.start))
    item = catalogue.item_by.get(row.item)
    code = plan_queries.sites_of_plans(conn, ctx.hall_id).get(row.plan, "")
    if code not in catalogue.site_by and item is not None:
        code = sites.of_item(catalogue, ctx.settings(), item, begin, {})
    site = catalogue.site_by.get(code)
    return building(site) if site is not None else None


def _step_of(ctx: Context, conn: Connection, row: StoredAppointment) -> int:
    """Return the minutes of the slot, by the plan's version that decides on its day."""
    rows = plan_queries.plans(conn, ctx.hall_id)
    versions = [plan_queries.plan_of(version) for version in rows if version.id == row.plan]
    plans = in_force(versions, row.day) or versions[-1:]
    return plans[0].step if plans else 0


# -- for the staff ---------------------------------------------------------------------------------


def listed(
    hall: Hall, conn: Connection, rows: Sequence[StoredAppointment]
) -> list[AppointmentView]:
    """Return appointments as the staff sees them."""
    steps = queries.steps_of(conn, hall.ctx.hall_id, rows)
    return [_view(hall, conn, row, steps[row.id]) for row in rows]


def _view(
    hall: Hall,
    conn: Connection,
    row: StoredAppointment,
    steps: Iterable[StoredAppointmentStep],
) -> AppointmentView:
    ctx = hall.ctx
    catalogue = ctx.catalogue_at(conn, row.version)
    item = catalogue.item_by[row.item]
    ticket = ticket_queries.get(conn, ctx.hall_id, row.ticket) if row.ticket else None
    return AppointmentView(
        id=row.id,
        code=row.code,
        state=AppointmentState(row.state),
        name=row.name,
        phone=masked_phone(hall, row),
        item_name=item.name,
        unit_name=catalogue.unit_by[item.unit].name,
        day=row.day,
        start=row.start,
        plan=row.plan,
        channel=AppointmentChannel(row.channel),
        arrival=Arrival(row.arrival) if row.arrival else None,
        ticket=ticket.number if ticket else "",
        reason=HallReason(row.reason) if row.reason else None,
        excused=bool(row.excused),
        unsure=Unsure(row.unsure) if row.unsure else None,
        steps=[
            AppointmentStepView(
                move=AppointmentMove(step.move),
                at=step.at,
                reason=step.reason,
                words=step.words,
                by_name=_name(ctx.catalogue(), step.by_actor),
            )
            for step in steps
        ],
    )


def masked_phone(hall: Hall, row: StoredAppointment) -> str:
    """Return the last four digits of a telephone; empty once it was erased."""
    phone = unseal(hall.config.data, hall.ctx.tokens, row.phone) or ""
    return f"***{phone[-4:]}" if phone else ""


def _name(catalogue: Catalogue, actor: str) -> str:
    """Return the name of a member of staff; empty for a person's own step, 系统 for the hall's."""
    if actor == SYSTEM.key:
        return "系统"
    person = catalogue.staff_by.get(actor.partition(":")[2])
    return person.name if person else ""


def slot_figures(slots: Iterable[Slot], seats: Seats) -> list[SlotFigures]:
    """Return the seats of slots with their figures."""
    return [
        SlotFigures(
            plan=slot.plan.id,
            start=slot.start,
            windows=float(slot.figures.windows),
            services=slot.figures.services,
            seconds=slot.figures.seconds,
            measured=slot.figures.is_measured,
            full=slot.figures.full,
            public=slot.figures.public,
            first=slot.figures.first,
            booked=seats.booked[slot.key],
            held=seats.held[slot.key],
            beyond=max(0, seats.booked[slot.key] - slot.figures.full),
        )
        for slot in slots
    ]


def preview(ctx: Context, conn: Connection, plan: Plan) -> PlanPreview:
    """Return the slots of a draft on the first day on which it holds."""
    day = max(ctx.local().date(), date.fromisoformat(plan.valid_from))
    for _ in range(PREVIEW_DAYS):
        if plan.holds_on(day.isoformat(), ctx.workdays().weekday(day)):
            break
        day += timedelta(days=1)
    else:
        return PlanPreview(day="", slots=[])
    others = [other for other in capacity.plans_on(ctx, conn, day) if other.id != plan.id]
    slots = capacity.slots_of_day(ctx, conn, day, [*others, plan])
    own = [slot for slot in slots if slot.plan is plan]
    seats = _seats(ctx, conn, [day.isoformat()], ctx.clock.now())
    return PlanPreview(day=day.isoformat(), slots=slot_figures(own, seats))


def plan_list(ctx: Context, conn: Connection) -> PlanList:
    """Return every plan in its newest version, and the items and groups that one can cover."""
    catalogue = ctx.catalogue()
    rows = plan_queries.plans(conn, ctx.hall_id)
    newest = {row.id: (row, plan_queries.plan_of(row)) for row in rows}
    items = []
    for item in catalogue.items:
        try:
            claims.bookable(ctx, item.code)
        except HallError:
            continue
        items.append(ItemChoice(code=item.code, name=item.name))
    return PlanList(
        plans=[
            PlanView(
                id=plan.id,
                n=plan.n,
                name=plan.name,
                items=list(plan.items),
                groups=list(plan.groups),
                item_names=[item.name for item in capacity.items_of(catalogue, plan)],
                valid_from=plan.valid_from,
                valid_to=plan.valid_to,
                weekdays=sorted(plan.weekdays),
                opens=clock_text(plan.opens),
                closes=clock_text(plan.closes),
                step=plan.step,
                share=plan.share,
                site=plan.site,
                active=plan.active,
                by_name=_name(catalogue, row.by_actor),
                at=row.at,
            )
            for row, plan in newest.values()
        ],
        items=items,
        groups=[ItemChoice(code=g.code, name=g.name) for g in catalogue.groups],
        sites=[
            ItemChoice(code=site.code, name=site.name)
            for site in (catalogue.sites if len(catalogue.sites) > 1 else ())
        ],
    )


def day_page(hall: Hall, conn: Connection, day: date) -> AppointmentDay:
    """Return the office's page of a day."""
    ctx, iso, now = hall.ctx, day.isoformat(), hall.ctx.clock.now()
    today, catalogue = ctx.day(now), ctx.catalogue()
    slots = capacity.slots_of_day(ctx, conn, day)
    newest = {row.id: row.name for row in plan_queries.plans(conn, ctx.hall_id)}
    here = here_code(hall.config.data, ctx.tokens, today)
    return AppointmentDay(
        day=iso,
        today=today,
        here=here,
        here_url=f"{hall.config.base_url}/m#/here/{here}",
        slots=slot_figures(slots, _seats(ctx, conn, [iso], now)),
        plans=[ItemChoice(code=code, name=name) for code, name in newest.items()],
        windows=[
            WindowChoice(code=window.code, number=window.number, name=window.name)
            for window in catalogue.windows
        ],
        appointments=listed(hall, conn, queries.of_days(conn, ctx.hall_id, iso, iso)),
        closures=[
            _closure(catalogue, row, newest)
            for row in plan_queries.closures(conn, ctx.hall_id, iso, iso)
        ],
        unsure=listed(hall, conn, queries.unsure(conn, ctx.hall_id, today)),
        bars=bars(hall, conn),
    )


def _closure(catalogue: Catalogue, row: StoredClosure, names: dict[str, str]) -> ClosureView:
    return ClosureView(
        id=row.id,
        day=row.day,
        plan=row.plan,
        plan_name=names.get(row.plan, ""),
        start=row.start,
        window=row.window,
        reason=HallReason(row.reason),
        words=row.words,
        by_name=_name(catalogue, row.by_actor),
    )


def bars(hall: Hall, conn: Connection) -> list[BarView]:
    """Return the people who may not book now, with the day on which that ends."""
    ctx, settings = hall.ctx, hall.ctx.settings().of(AppointmentSettings)
    today = ctx.local().date()
    reach = settings.appointment_misses_days + settings.appointment_bar_days
    since = (today - timedelta(days=reach)).isoformat()
    by_person: dict[str, list[StoredAppointment]] = defaultdict(list)
    for row in queries.missed_since(conn, ctx.hall_id, since):
        by_person[row.person_key].append(row)
    result = []
    for rows in by_person.values():
        until = claims.bar_of(ctx, rows)
        if until is not None and today < until:
            result.append(
                BarView(
                    name=rows[-1].name,
                    phone=masked_phone(hall, rows[-1]),
                    misses=len(rows),
                    until=until.isoformat(),
                    appointments=[row.id for row in rows],
                )
            )
    return sorted(result, key=lambda bar: (bar.until, bar.name))
