"""Requests that provoke the error codes of appointments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from server.appointments import jobs
from server.appointments.errors import AppointmentCode
from server.queue.business_day import keep_day
from support.code_cases import case
from support.halls import MONDAY, at
from support.web import Browser, Web

TUESDAY = MONDAY + timedelta(days=1)
DRAFT = {
    "name": "税务预约",
    "items": ["tax-1"],
    "valid_from": "2026-03-02",
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "12:00",
    "step": 30,
    "share": 9,
}
"""One seat in half an hour."""
PLANS, HOLD = "/office/appointment-plans", "/appointments/hold"
CHOICE = {"item": "tax-1", "day": "2026-03-03", "start": "09:30", "phone": "13900001234"}
OTHER = {"phone": "13900001235"}


def planned(web: Web, **more: object) -> Browser:
    """Return a browser of a hall with a plan."""
    assert web.manager().post(PLANS, DRAFT | more).status_code == 200
    return web.browser()


def booked(web: Web, phone: Browser, **more: object) -> dict[str, Any]:
    """Return the page of a new appointment."""
    hold = phone.post(HOLD, CHOICE | more).get_json()["hold"]
    body = {"hold": hold, "name": "测试人", "phone": (CHOICE | more)["phone"]}
    page: dict[str, Any] = phone.post("/appointments/confirm", body).get_json()
    assert web.small.clock.now()
    return page


def missed(web: Web) -> Browser:
    """Return a browser of a hall in which a person missed an appointment today."""
    web.small.configure(appointment_misses=1)
    phone = planned(web)
    booked(web, phone)
    web.small.clock.set(at(9, 20, day=TUESDAY))
    keep_day(web.small.ctx)
    web.small.sign_in("T1")
    web.small.issue("tax-1")
    web.small.clock.set(at(19, day=TUESDAY))
    keep_day(web.small.ctx)
    jobs.update(web.small.ctx)
    return phone


@case(AppointmentCode.APPOINTMENT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/appointments/nothing")


@case(AppointmentCode.APPOINTMENT_STATE)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    path = f"/appointments/{booked(web, phone)['token']}/cancel"
    phone.post(path)
    return phone.post(path)


@case(AppointmentCode.APPOINTMENT_NONE)
def _(web: Web) -> TestResponse:
    return web.browser().get("/appointments/items/lapsed-1/days")


@case(AppointmentCode.APPOINTMENT_CONSULT)
def _(web: Web) -> TestResponse:
    return web.browser().get("/appointments/items/ask-1/days")


@case(AppointmentCode.APPOINTMENT_DAY)
def _(web: Web) -> TestResponse:
    return planned(web).post(HOLD, CHOICE | {"start": "09:31"})


@case(AppointmentCode.APPOINTMENT_FULL)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    booked(web, phone)
    return phone.post(HOLD, CHOICE | OTHER)


@case(AppointmentCode.APPOINTMENT_HELD)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    phone.post(HOLD, CHOICE)
    return phone.post(HOLD, CHOICE | OTHER)


@case(AppointmentCode.HOLD_OVER)
def _(web: Web) -> TestResponse:
    body = {"hold": "x", "name": "测试人", "phone": "13900001234"}
    return web.browser().post("/appointments/confirm", body)


@case(AppointmentCode.HOLD_MOST)
def _(web: Web) -> TestResponse:
    web.small.configure(appointment_source_holds=1)
    phone = planned(web)
    phone.post(HOLD, CHOICE)
    return phone.post(HOLD, CHOICE | OTHER | {"start": "10:00"})


@case(AppointmentCode.APPOINTMENT_PERSON)
def _(web: Web) -> TestResponse:
    return planned(web).post(HOLD, CHOICE | {"phone": "110"})


@case(AppointmentCode.APPOINTMENT_TWICE)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    booked(web, phone)
    return phone.post(HOLD, CHOICE | {"start": "10:00"})


@case(AppointmentCode.APPOINTMENT_MOST)
def _(web: Web) -> TestResponse:
    web.small.configure(appointment_person_most=1)
    phone = planned(web)
    booked(web, phone)
    return phone.post(HOLD, CHOICE | {"day": "2026-03-04"})


@case(AppointmentCode.APPOINTMENT_BARRED)
def _(web: Web) -> TestResponse:
    return missed(web).post(HOLD, CHOICE | {"day": "2026-03-04"})


@case(AppointmentCode.APPOINTMENT_LATE)
def _(web: Web) -> TestResponse:
    web.small.configure(appointment_cancel_hours=72)
    phone = planned(web)
    path = f"/appointments/{booked(web, phone)['token']}/change"
    return phone.post(path, {"day": "2026-03-04", "start": "10:00"})


@case(AppointmentCode.APPOINTMENT_EARLY)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    code = booked(web, phone)["code"]
    web.small.clock.set(at(9, day=TUESDAY))
    return web.device("kiosk", "1").post("/kiosk/appointments/arrive", {"code": code})


@case(AppointmentCode.APPOINTMENT_OTHER_DAY)
def _(web: Web) -> TestResponse:
    code = booked(web, planned(web))["code"]
    return web.device("kiosk", "1").post("/kiosk/appointments/arrive", {"code": code})


@case(AppointmentCode.APPOINTMENT_NOT_HERE)
def _(web: Web) -> TestResponse:
    phone = planned(web)
    return phone.post(f"/appointments/{booked(web, phone)['token']}/arrive", {"here": "000000"})


@case(AppointmentCode.APPOINTMENT_REASON)
def _(web: Web) -> TestResponse:
    body = {"day": "2026-03-03", "reason": "other"}
    return web.manager().post("/office/appointment-closures", body)


@case(AppointmentCode.APPOINTMENT_FIRST)
def _(web: Web) -> TestResponse:
    return planned(web).post(HOLD, CHOICE | {"first_choice": "x"})


@case(AppointmentCode.PLAN_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{PLANS}/P0/end", {"day": "2026-03-03"})


@case(AppointmentCode.PLAN_EMPTY)
def _(web: Web) -> TestResponse:
    return web.manager().post(PLANS, DRAFT | {"items": []})


@case(AppointmentCode.PLAN_TIMES)
def _(web: Web) -> TestResponse:
    return web.manager().post(PLANS, DRAFT | {"closes": "09:10"})


@case(AppointmentCode.PLAN_OVERLAP)
def _(web: Web) -> TestResponse:
    planned(web)
    return web.manager().post(PLANS, DRAFT)


@case(AppointmentCode.PLAN_SITE)
def _(web: Web) -> TestResponse:
    return web.manager().post(PLANS, DRAFT | {"site": "south"})


@case(AppointmentCode.CLOSURE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/appointment-closures/K0/lift")


@case(AppointmentCode.CLOSURE_SCOPE)
def _(web: Web) -> TestResponse:
    body = {"day": "2026-02-27", "reason": "closed"}
    return web.manager().post("/office/appointment-closures", body)
