"""Acts on appointments: arrivals, cancellations by the person and the hall, missed ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from server.appointments import capacity, plan_queries, queries
from server.appointments.claims import begins
from server.appointments.errors import AppointmentCode
from server.appointments.events import MissJudged
from server.appointments.plan_queries import StoredClosure
from server.appointments.queries import StoredAppointment
from server.appointments.rules import (
    AppointmentMove,
    AppointmentState,
    Arrival,
    HallReason,
    Unsure,
    arrival,
    cancelled_state,
    clock_text,
    minute_of,
    read_code,
    to_cancel,
)
from server.appointments.settings import AppointmentSettings
from server.appointments.steps import Wish, add_step, attempt_of, require
from server.appointments.workflow import APPOINTMENT
from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import issuing, sites
from server.queue.routing import ROUTING

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """Appointment of a person who has come, and the ticket that was issued for it."""

    appointment: str
    ticket: str
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Closure:
    """Part of a day without appointments: all of it, a plan, a slot, or what a window served."""

    day: str
    plan: str = ""
    start: str = ""
    window: str = ""


def by_code(ctx: Context, text: str) -> StoredAppointment:
    """Return the appointment with a typed code, or with the address of its page as scanned.

    Raises APPOINTMENT_UNKNOWN.
    """
    plain = read_code(text)
    if not plain:
        return by_token(ctx, text.strip().rpartition("/")[2])
    row = ctx.read_single(lambda c: queries.by_code(c, ctx.hall_id, plain))
    if row is None:
        raise HallError(AppointmentCode.APPOINTMENT_UNKNOWN)
    return row


def by_token(ctx: Context, token: str) -> StoredAppointment:
    """Return the appointment with the token of its page; raises APPOINTMENT_UNKNOWN."""
    row = ctx.read_single(lambda c: queries.by_token(c, ctx.hall_id, token))
    if row is None:
        raise HallError(AppointmentCode.APPOINTMENT_UNKNOWN)
    return row


def arrive(
    ctx: Context, actor: Actor, key: str, appointment_id: str, *, kiosk: str = "", paper: bool
) -> Arrived:
    """Let a person come in: early ones are sent back, all others get a ticket.

    Raises APPOINTMENT_UNKNOWN, _STATE, _EARLY, _OTHER_DAY, and as the issue of a ticket does.
    """
    request: JsonDict = {
        "act": "appointment.arrive",
        "appointment": appointment_id,
        "kiosk": kiosk,
        "paper": paper,
    }

    def act(tx: Tx) -> JsonDict:
        row = require(tx, appointment_id)
        if row.state == AppointmentState.ARRIVED:  # the person asks again for the number
            return {"ticket": row.ticket, "arrival": row.arrival}
        state = APPOINTMENT.after(AppointmentMove.ARRIVE, attempt_of(ctx, actor, row, tx.now))
        when = _arrival(ctx, tx.now, row)
        issue = issuing.issue_request(row.item, row.klass, kiosk, paper=paper)
        slot = begins(ctx, row.day, row.start) if when is Arrival.ON_TIME else 0
        extras = issuing.IssueExtras(slot=slot, site=_site(ctx, tx, row))
        ticket = issuing.issue_in_act(ctx, tx, actor, issue, extras).ticket_id
        queries.change(tx, row.id, arrived_at=tx.now, arrival=when.value, ticket=ticket, unsure="")
        data = {"arrival": when.value, "ticket": ticket}
        add_step(tx, actor, row, state, Wish(AppointmentMove.ARRIVE), data)
        return {"ticket": ticket, "arrival": when.value}

    try:
        answer = ctx.command(actor, key, request, act, brief=True)
    except HallError as error:
        if error.code in ROUTING:
            _note_refused(ctx, appointment_id, error)
        raise
    return Arrived(appointment_id, str(answer["ticket"]), Arrival(answer["arrival"]))


def _site(ctx: Context, tx: Tx, row: StoredAppointment) -> str:
    """Return the building in which an appointment is kept; empty where none is named."""
    catalogue = ctx.catalogue()
    site = plan_queries.sites_of_plans(tx.conn, tx.hall_id).get(row.plan, "")
    is_told_apart = site in catalogue.site_by and sites.are_apart(catalogue, ctx.settings())
    return site if is_told_apart else ""


def _arrival(ctx: Context, now: int, row: StoredAppointment) -> Arrival:
    """Return on time or late; raises APPOINTMENT_OTHER_DAY, APPOINTMENT_EARLY."""
    settings, moment = ctx.settings().of(AppointmentSettings), ctx.local(now)
    if row.day != moment.date().isoformat():
        raise HallError(AppointmentCode.APPOINTMENT_OTHER_DAY, day=row.day, start=row.start)
    start, early = minute_of(row.start), settings.appointment_early_minutes
    minute = moment.hour * 60 + moment.minute
    when = arrival(minute, start, early, settings.appointment_late_minutes)
    if when is Arrival.EARLY:
        since = clock_text(max(0, start - early))
        raise HallError(AppointmentCode.APPOINTMENT_EARLY, start=row.start, since=since)
    return when


def _note_refused(ctx: Context, appointment_id: str, error: HallError) -> None:
    """Note that a person came and got no number, so that the hall does not count a miss."""

    def act(tx: Tx) -> None:
        row = queries.get(tx.conn, tx.hall_id, appointment_id)
        if row is not None and row.state == AppointmentState.BOOKED and not row.unsure:
            queries.change(tx, row.id, unsure=Unsure.REFUSED.value)
            data = {"code": error.code.value}
            write_journal(tx, SYSTEM, "appointment.turned_away", row.id, data=data)

    ctx.write(act)


def cancel(ctx: Context, actor: Actor, key: str, appointment_id: str) -> None:
    """Cancel for the person: in time or late; the seat is free at once.

    Raises APPOINTMENT_UNKNOWN, APPOINTMENT_STATE (also once its time has begun).
    """
    request: JsonDict = {"act": "appointment.cancel", "appointment": appointment_id}

    def act(tx: Tx) -> JsonDict:
        row = require(tx, appointment_id)
        left = begins(ctx, row.day, row.start) - tx.now
        if left <= 0:
            raise HallError(AppointmentCode.APPOINTMENT_STATE, state=row.state)
        hours = ctx.settings().of(AppointmentSettings).appointment_cancel_hours
        target = cancelled_state(left // MINUTE_MS, hours)
        attempt = attempt_of(ctx, actor, row, tx.now)
        state = APPOINTMENT.after(AppointmentMove.CANCEL, attempt, target)
        queries.free_seat(tx, row.id)
        add_step(tx, actor, row, state, Wish(AppointmentMove.CANCEL))
        return {}

    ctx.command(actor, key, request, act)


def cancel_by_hall(
    ctx: Context, actor: Actor, key: str, appointment_id: str, reason: HallReason, words: str
) -> None:
    """Cancel one appointment for the hall, with its reason; the person gets the first choice.

    Raises APPOINTMENT_UNKNOWN, APPOINTMENT_STATE, APPOINTMENT_REASON (another one, no words).
    """
    request: JsonDict = {
        "act": "appointment.hall_cancel",
        "appointment": appointment_id,
        "reason": reason.value,
        "words": words,
    }

    def act(tx: Tx) -> JsonDict:
        _cancel_by_hall(ctx, tx, actor, require(tx, appointment_id), reason, words)
        return {}

    ctx.command(actor, key, request, act)


def _cancel_by_hall(
    ctx: Context, tx: Tx, actor: Actor, row: StoredAppointment, reason: HallReason, words: str
) -> None:
    has_reason = bool(words) or reason is not HallReason.OTHER
    attempt = attempt_of(ctx, actor, row, tx.now, reason=reason.value if has_reason else "")
    state = APPOINTMENT.after(AppointmentMove.HALL_CANCEL, attempt)
    hours = ctx.settings().of(AppointmentSettings).appointment_first_hours
    queries.free_seat(tx, row.id)
    until = tx.now + hours * 60 * MINUTE_MS
    queries.change(tx, row.id, reason=reason.value, first_until=until, unsure="")
    wish = Wish(AppointmentMove.HALL_CANCEL, reason.value, words)
    add_step(tx, actor, row, state, wish, {"first_until": until})
    if row.day < ctx.day(tx.now):
        tx.events.append(MissJudged(row.id, row.day))


def close(
    ctx: Context, actor: Actor, key: str, closure: Closure, reason: HallReason, words: str
) -> list[str]:
    """Close a day, a plan, a slot, or what a window served; return the cancelled appointments.

    Of each slot the latest booked are cancelled that the windows which stay cannot serve.
    Raises CLOSURE_SCOPE, APPOINTMENT_REASON.
    """
    request: JsonDict = {
        "act": "appointment.close",
        "day": closure.day,
        "plan": closure.plan,
        "start": closure.start,
        "window": closure.window,
        "reason": reason.value,
        "words": words,
    }

    def act(tx: Tx) -> JsonDict:
        _require_scope(ctx, tx, closure)
        if reason is HallReason.OTHER and not words:
            raise HallError(AppointmentCode.APPOINTMENT_REASON)
        row = StoredClosure(
            id=f"K{ctx.tokens.token(9)}",
            day=closure.day,
            plan=closure.plan,
            start=closure.start,
            window=closure.window,
            reason=reason.value,
            words=words,
            at=tx.now,
            by_actor=actor.key,
            lifted_at=None,
            lifted_by="",
        )
        plan_queries.add_closure(tx, row)
        cancelled = affected(ctx, tx, closure)
        for entry in cancelled:
            _cancel_by_hall(ctx, tx, actor, entry, reason, words)
        ids = [entry.id for entry in cancelled]
        data: JsonDict = {"plan": row.plan, "start": row.start, "reason": row.reason}
        data |= {"day": row.day, "cancelled": ids}
        write_journal(
            tx, actor, "appointment_closure.add", row.id, window=row.window, data=data, why=words
        )
        return {"closure": row.id, "cancelled": ids}

    return list(ctx.command(actor, key, request, act)["cancelled"])


def lift(ctx: Context, actor: Actor, key: str, closure_id: str) -> None:
    """Lift a closure; what it cancelled stays cancelled. Raises CLOSURE_UNKNOWN."""
    request: JsonDict = {"act": "appointment.lift", "closure": closure_id}

    def act(tx: Tx) -> JsonDict:
        row = plan_queries.closure(tx.conn, tx.hall_id, closure_id)
        if row is None or row.lifted_at is not None:
            raise HallError(AppointmentCode.CLOSURE_UNKNOWN)
        plan_queries.lift_closure(tx, row.id, actor.key)
        write_journal(tx, actor, "appointment_closure.lift", row.id, window=row.window)
        return {}

    ctx.command(actor, key, request, act)


def affected(ctx: Context, tx: Tx, closure: Closure) -> list[StoredAppointment]:
    """Return the appointments of the closed slots that can no longer be served, in order.

    The closure is stored already, so the slots have the seats that stay.
    """
    by_slot: dict[tuple[str, str], list[StoredAppointment]] = defaultdict(list)
    for row in queries.of_days(tx.conn, tx.hall_id, closure.day, closure.day):
        is_meant = closure.plan in ("", row.plan) and closure.start in ("", row.start)
        if is_meant and row.state == AppointmentState.BOOKED:
            by_slot[row.plan, row.start].append(row)
    full = {
        (slot.plan.id, slot.start): slot.figures.full
        for slot in capacity.slots_of_day(ctx, tx.conn, date.fromisoformat(closure.day))
    }
    beyond = {
        name
        for place, rows in by_slot.items()
        for name in to_cancel([(row.booked_at, row.id) for row in rows], full.get(place, 0))
    }
    return [row for rows in by_slot.values() for row in rows if row.id in beyond]


def _require_scope(ctx: Context, tx: Tx, closure: Closure) -> None:
    """Raise CLOSURE_SCOPE for a past day, an unknown window, or a slot that the plan lacks."""
    catalogue, day = ctx.catalogue(), date.fromisoformat(closure.day)
    is_wrong = closure.day < ctx.day(tx.now)
    is_wrong |= bool(closure.window) and closure.window not in catalogue.window_by
    is_wrong |= bool(closure.start) and not closure.plan
    if closure.plan:
        plans = {plan.id: plan for plan in capacity.plans_on(ctx, tx.conn, day)}
        plan = plans.get(closure.plan)
        starts = map(clock_text, plan.starts()) if plan is not None else ()
        is_wrong |= plan is None or (bool(closure.start) and closure.start not in starts)
    if is_wrong:
        raise HallError(AppointmentCode.CLOSURE_SCOPE)


def excuse(ctx: Context, actor: Actor, key: str, appointment_id: str, reason: str) -> None:
    """Excuse a missed appointment, so that it bars nobody; a past day needs a second person.

    Raises APPOINTMENT_UNKNOWN, APPOINTMENT_STATE, APPOINTMENT_REASON.
    """
    request: JsonDict = {
        "act": "appointment.excuse",
        "appointment": appointment_id,
        "reason": reason,
    }

    def act(tx: Tx) -> JsonDict:
        row = require(tx, appointment_id)
        attempt = attempt_of(ctx, actor, row, tx.now, reason=reason)
        state = APPOINTMENT.after(AppointmentMove.EXCUSE, attempt)
        if row.excused:
            raise HallError(AppointmentCode.APPOINTMENT_STATE, state=row.state)
        queries.change(tx, row.id, excused=1)
        add_step(tx, actor, row, state, Wish(AppointmentMove.EXCUSE, words=reason))
        tx.events.append(MissJudged(row.id, row.day))
        return {}

    ctx.command(actor, key, request, act)


def judge_missed(ctx: Context, actor: Actor, key: str, appointment_id: str, reason: str) -> None:
    """Decide that an unsure appointment of a past day was missed; needs a second person.

    Raises APPOINTMENT_UNKNOWN, APPOINTMENT_STATE, APPOINTMENT_REASON.
    """
    request: JsonDict = {"act": "appointment.miss", "appointment": appointment_id, "reason": reason}

    def act(tx: Tx) -> JsonDict:
        row = require(tx, appointment_id)
        attempt = attempt_of(ctx, actor, row, tx.now, reason=reason)
        state = APPOINTMENT.after(AppointmentMove.MISS, attempt)
        if row.day >= ctx.day(tx.now):
            raise HallError(AppointmentCode.APPOINTMENT_STATE, state=row.state)
        add_step(tx, actor, row, state, Wish(AppointmentMove.MISS, words=reason))
        tx.events.append(MissJudged(row.id, row.day))
        return {}

    ctx.command(actor, key, request, act)
