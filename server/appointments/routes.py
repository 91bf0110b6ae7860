"""Routes of appointments for the staff: the desk, the plans, and the office's page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from server.appointments import actions, claims, erasure, plans, public_routes, queries, views
from server.appointments.actions import Closure
from server.appointments.claims import BOOKING, NOT_BOOKABLE, Choice
from server.appointments.errors import AppointmentCode
from server.appointments.messages import (
    AddClosure,
    AppointmentDay,
    AppointmentPage,
    AppointmentView,
    ArriveByCode,
    ArrivedPage,
    BookAtDesk,
    CancelByHall,
    Cancelled,
    EndPlan,
    FindAtDesk,
    FoundAppointments,
    JudgeMiss,
    PlanDraft,
    PlanList,
    PlanPreview,
)
from server.appointments.people import person_key
from server.appointments.public_routes import ARRIVING, UNKNOWN, by_code, page, person_of
from server.appointments.queries import StoredAppointment
from server.appointments.rules import Plan, minute_of, plain_phone, read_code
from server.core.messages import Done
from server.hall.composition import Hall
from server.queue.errors import QueueCode
from server.queue.tickets import read_number, ticket_id
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of
from server.web_api.limits import CODES

DAY, PHONE_NUMBER = public_routes.DAY, public_routes.PHONE_NUMBER
PLANNING = (
    AppointmentCode.PLAN_UNKNOWN,
    AppointmentCode.PLAN_EMPTY,
    AppointmentCode.PLAN_TIMES,
    AppointmentCode.PLAN_OVERLAP,
    AppointmentCode.PLAN_SITE,
    *NOT_BOOKABLE,
)
JUDGING = (UNKNOWN, AppointmentCode.APPOINTMENT_STATE, AppointmentCode.APPOINTMENT_REASON)
DRAFT = {
    "name": "不动产登记预约",
    "items": [public_routes.ITEM],
    "valid_from": "2027-01-04",
    "valid_to": "2027-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "11:30",
    "step": 30,
    "share": 30,
}


def add(api: Api) -> None:
    """Register the routes."""
    public_routes.add(api)
    _at_desk(api)
    _with_code(api)
    _planned(api)
    _day(api)
    _decided(api)
    _judged(api)


def plan_of(draft: PlanDraft) -> Plan:
    """Return a draft as the rules see it; raises INVALID for a day that does not exist."""
    for name in ("valid_from", "valid_to"):
        day_of(getattr(draft, name), name)
    return Plan(
        id=draft.plan,
        n=0,
        name=draft.name,
        items=tuple(dict.fromkeys(draft.items)),
        groups=tuple(dict.fromkeys(draft.groups)),
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        weekdays=frozenset(draft.weekdays),
        opens=minute_of(draft.opens),
        closes=minute_of(draft.closes),
        step=draft.step,
        share=draft.share,
        site=draft.site,
    )


def at_desk(hall: Hall, conn: Connection, text: str) -> list[StoredAppointment]:
    """Return the appointments that a code, a telephone or a ticket's number leads to."""
    ctx = hall.ctx
    code, number = read_code(text), read_number(text)
    row = queries.by_code(conn, ctx.hall_id, code) if code else None
    if row is None and number:
        row = queries.by_ticket(conn, ctx.hall_id, ticket_id(ctx.day(), number))
    if row is not None:
        return [row]
    phone = plain_phone(text)
    if not phone:
        return []
    since = (ctx.local().date() - timedelta(days=1)).isoformat()
    person = person_key(hall.config.data, ctx.tokens, phone)
    return queries.of_person(conn, ctx.hall_id, person, since)


def _at_desk(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/reception/appointments/find",
        who=STAFF,
        body=FindAtDesk,
        answer=FoundAppointments,
        keyed=False,
        policy=CODES,
        example={"text": "7K2MHT4W"},
    )
    def find_at_desk(call: Call) -> FoundAppointments:
        """Return the appointments of a code, a telephone number or a ticket's number."""
        return ctx.read(
            lambda c: FoundAppointments(
                appointments=views.listed(hall, c, at_desk(hall, c, call.body.text))
            )
        )

    @api.post(
        "/reception/appointments",
        who=STAFF,
        body=BookAtDesk,
        answer=AppointmentPage,
        codes=(*BOOKING, QueueCode.CLASS_UNKNOWN),
        example={
            "item": public_routes.ITEM,
            "day": DAY,
            "start": "09:30",
            "name": "测试人",
            "phone": PHONE_NUMBER,
        },
    )
    def book_at_desk(call: Call) -> AppointmentPage:
        """Book for a person at the desk."""
        body: BookAtDesk = call.body
        choice = Choice(body.item, body.day, body.start, body.plan)
        person = person_of(hall, body.phone, name=body.name, applicant=body.applicant)
        return page(hall, claims.book(ctx, call.actor, call.key, choice, person, body.first_choice))


def _with_code(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/reception/appointments/arrive",
        who=STAFF,
        body=ArriveByCode,
        answer=ArrivedPage,
        codes=ARRIVING,
        policy=CODES,
        example={"code": "7K2MHT4W", "paper": False},
    )
    def arrive_at_desk(call: Call) -> ArrivedPage:
        """Let a person with an appointment come in at the reception desk."""
        body: ArriveByCode = call.body
        row = by_code(hall, body.code)
        answer = actions.arrive(ctx, call.actor, call.key, row.id, paper=body.paper)
        return public_routes.arrived(hall, answer)

    @api.post(
        "/reception/appointments/<appointment>/cancel",
        who=STAFF,
        answer=Done,
        codes=(UNKNOWN, AppointmentCode.APPOINTMENT_STATE),
    )
    def cancel_at_desk(call: Call) -> Done:
        """Cancel an appointment because its person asks for it at the desk."""
        actions.cancel(ctx, call.actor, call.key, call.args["appointment"])
        return Done()


def _planned(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/appointment-plans", who=MANAGERS, answer=PlanList)
    def appointment_plans(_call: Call) -> PlanList:
        """Return the plans, and what one can cover."""
        return ctx.read(lambda c: views.plan_list(ctx, c))

    @api.post(
        "/office/appointment-plans/preview",
        who=MANAGERS,
        body=PlanDraft,
        answer=PlanPreview,
        codes=PLANNING,
        keyed=False,
        example=DRAFT,
    )
    def preview_plan(call: Call) -> PlanPreview:
        """Return the seats of a draft with the figures behind them; it changes nothing."""
        draft = plan_of(call.body)

        def read(conn: Connection) -> PlanPreview:
            plans.require_valid(ctx, conn, draft)
            return views.preview(ctx, conn, draft)

        return ctx.read(read)

    @api.post(
        "/office/appointment-plans",
        who=MANAGERS,
        body=PlanDraft,
        answer=PlanList,
        codes=PLANNING,
        example=DRAFT,
    )
    def save_plan(call: Call) -> PlanList:
        """Store a plan, or a new version of one; claimed seats stay."""
        plans.save(ctx, call.actor, call.key, plan_of(call.body))
        return ctx.read(lambda c: views.plan_list(ctx, c))

    @api.post(
        "/office/appointment-plans/<plan>/end",
        who=MANAGERS,
        body=EndPlan,
        answer=PlanList,
        codes=(AppointmentCode.PLAN_UNKNOWN, AppointmentCode.PLAN_TIMES),
        example={"day": "2027-06-01"},
    )
    def end_plan(call: Call) -> PlanList:
        """End a plan from a day on."""
        first = day_of(call.body.day).isoformat()
        plans.end(ctx, call.actor, call.key, call.args["plan"], first)
        return ctx.read(lambda c: views.plan_list(ctx, c))


def _day(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/appointments", who=MANAGERS, answer=AppointmentDay)
    def appointment_day(_call: Call) -> AppointmentDay:
        """Return a day of appointments: today, or `day`."""
        day = day_argument("day", ctx.local().date())
        return ctx.read(lambda c: views.day_page(hall, c, day))

    @api.post(
        "/office/appointment-closures",
        who=MANAGERS,
        body=AddClosure,
        answer=Cancelled,
        codes=(AppointmentCode.CLOSURE_SCOPE, AppointmentCode.APPOINTMENT_REASON),
        example={"day": DAY, "reason": "window", "window": "Z1"},
    )
    def close_appointments(call: Call) -> Cancelled:
        """Close a day, a plan, a slot or what a window served; cancel what cannot be served."""
        body: AddClosure = call.body
        closure = Closure(day_of(body.day).isoformat(), body.plan, body.start, body.window)
        ids = actions.close(ctx, call.actor, call.key, closure, body.reason, body.words)
        return Cancelled(cancelled=len(ids))

    @api.post(
        "/office/appointment-closures/<closure>/lift",
        who=MANAGERS,
        answer=Done,
        codes=(AppointmentCode.CLOSURE_UNKNOWN,),
    )
    def lift_closure(call: Call) -> Done:
        """Lift a closure; what it cancelled stays cancelled."""
        actions.lift(ctx, call.actor, call.key, call.args["closure"])
        return Done()


def _view(hall: Hall, appointment: str) -> AppointmentView:
    """Return an appointment on which an act was just done."""
    ctx = hall.ctx

    def read(conn: Connection) -> AppointmentView:
        row = queries.get(conn, ctx.hall_id, appointment)
        assert row is not None, "an act on it was just done"
        return views.listed(hall, conn, [row])[0]

    return ctx.read(read)


def _decided(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/office/appointments/<appointment>/cancel",
        who=MANAGERS,
        body=CancelByHall,
        answer=AppointmentView,
        codes=JUDGING,
        example={"reason": "outage"},
    )
    def cancel_by_hall(call: Call) -> AppointmentView:
        """Cancel an appointment for the hall, with its reason."""
        body, appointment = call.body, call.args["appointment"]
        actions.cancel_by_hall(ctx, call.actor, call.key, appointment, body.reason, body.words)
        return _view(hall, appointment)

    @api.post(
        "/office/appointments/<appointment>/erase",
        who=MANAGERS,
        body=JudgeMiss,
        answer=AppointmentView,
        codes=JUDGING,
        example={"reason": "本人要求删除"},
    )
    def erase_contact(call: Call) -> AppointmentView:
        """Erase what the person of an ended appointment left; its steps stay."""
        appointment = call.args["appointment"]
        erasure.erase_contact(ctx, call.actor, call.key, appointment, call.body.reason)
        return _view(hall, appointment)


def _judged(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/office/appointments/<appointment>/excuse",
        who=MANAGERS,
        body=JudgeMiss,
        answer=AppointmentView,
        codes=JUDGING,
        example={"reason": "住院，有证明"},
    )
    def excuse_missed(call: Call) -> AppointmentView:
        """Excuse a missed appointment; on a past day a second person confirms it."""
        appointment = call.args["appointment"]
        actions.excuse(ctx, call.actor, call.key, appointment, call.body.reason)
        return _view(hall, appointment)

    @api.post(
        "/office/appointments/<appointment>/miss",
        who=MANAGERS,
        body=JudgeMiss,
        answer=AppointmentView,
        codes=JUDGING,
        example={"reason": "核对监控，未到"},
    )
    def judge_missed(call: Call) -> AppointmentView:
        """Decide that an appointment on which the hall was not sure was missed."""
        appointment = call.args["appointment"]
        actions.judge_missed(ctx, call.actor, call.key, appointment, call.body.reason)
        return _view(hall, appointment)
