"""Appointments over HTTP: the whole way by phone, at the kiosk, the desk and the office."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from server.appointments import alarms, jobs
from server.core.day_facts import LeaveKind
from server.leave import actions as leave_actions
from server.leave.actions import LeaveRequest
from server.queue.business_day import keep_day
from server.queue.snapshot import read_with
from server.retroactive import queries as past_queries
from support.halls import ADMINISTRATOR, MONDAY, STAFF, SmallHall, at
from support.web import Browser, Web

TUESDAY, WEDNESDAY = MONDAY.replace(day=3), MONDAY.replace(day=4)
DRAFT = {
    "name": "税务预约",
    "items": ["tax-1"],
    "valid_from": MONDAY.isoformat(),
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "12:00",
    "step": 30,
    "share": 25,
}
CHOICE = {"item": "tax-1", "day": TUESDAY.isoformat(), "start": "09:30"}
PHONE = {"phone": "139 0000 1234"}


@pytest.fixture
def web(tmp_path: Path) -> Web:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9))
    web = Web(small)
    assert web.manager().post("/office/appointment-plans", DRAFT).status_code == 200
    return web


def code_of(answer: Any) -> str:
    assert answer.status_code >= 400
    return str(answer.get_json()["code"])


def held(browser: Browser, number: str) -> str:
    answer = browser.post("/appointments/hold", CHOICE | {"phone": number})
    assert answer.status_code == 200, answer.get_json()
    return str(answer.get_json()["hold"])


def booked(web: Web, number: str = PHONE["phone"]) -> dict[str, Any]:
    phone = web.browser()
    body = {"hold": held(phone, number), "name": "欧阳明日", "phone": number}
    answer = phone.post("/appointments/confirm", body)
    assert answer.status_code == 200, answer.get_json()
    page: dict[str, Any] = answer.get_json()
    return page


def test_the_whole_way_by_phone(web: Web) -> None:
    phone = web.browser()
    listed = phone.get("/appointments/items").get_json()
    assert [item["item"] for item in listed["items"]] == ["tax-1"]
    days = phone.get("/appointments/items/tax-1/days").get_json()["days"]
    assert days[0]["day"] == TUESDAY.isoformat()
    assert days[0]["slots"][1] == {
        "plan": days[0]["slots"][1]["plan"],
        "site": "",
        "start": "09:30",
        "end": "10:00",
        "seats": 3,
        "free": 3,
        "held": 0,
    }
    page = booked(web)
    assert (page["name"], page["state"], page["can_cancel"]) == ("欧阳**", "booked", True)
    assert phone.get(f"/appointments/{page['token']}").get_json() == page
    typed = f"{page['code'][:4].lower()} {page['code'][4:]}"
    assert phone.post("/appointments/find", {"code": typed}, key=None).get_json() == page
    moved = {"day": WEDNESDAY.isoformat(), "start": "10:00"}
    answer = phone.post(f"/appointments/{page['token']}/change", moved).get_json()
    assert (answer["day"], answer["start"], answer["code"]) == ("2026-03-04", "10:00", page["code"])
    answer = phone.post(f"/appointments/{page['token']}/cancel").get_json()
    assert (answer["state"], answer["can_cancel"]) == ("cancelled", False)
    assert phone.post("/appointments/release", {"hold": "x"}).status_code == 200
    assert code_of(phone.get("/appointments/unknown")) == "appointment_unknown"
    assert code_of(phone.get("/appointments/items/ask-1/days")) == "appointment_consult"
    assert code_of(phone.post("/appointments/hold", CHOICE | {"phone": "12"})) == (
        "appointment_person"
    )


def test_a_flood_of_guessed_codes_is_stopped(web: Web) -> None:
    phone = Web.at_a_moment(web.small).browser()
    codes = [code_of(phone.post("/appointments/find", {"code": "A2345678"}, key=None))] * 20
    for _ in range(20):
        codes.append(code_of(phone.post("/appointments/find", {"code": "A2345678"}, key=None)))
    assert codes[0] == "appointment_unknown"
    assert codes[-1] == "too_many"


def test_the_three_ways_to_arrive(web: Web) -> None:
    small = web.small
    pages = [booked(web, f"1390000000{n}") for n in range(3)]
    small.clock.set(at(9, 25, day=TUESDAY))
    small.sign_in("T1")
    phone, desk, kiosk = web.browser(), web.clerk("T2"), web.device("kiosk", "1")
    path = f"/appointments/{pages[0]['token']}/arrive"
    assert code_of(phone.post(path, {"here": "000000"})) == "appointment_not_here"
    here = web.manager().get("/office/appointments").get_json()["here"]
    came = phone.post(path, {"here": here.lower()}).get_json()
    assert (came["arrival"], came["number"]) == ("on_time", "A001")
    assert came["appointment"]["ticket_url"].endswith(small.ticket(came["ticket"]).token)
    scanned = {"code": pages[1]["url"]}
    issued = kiosk.post("/kiosk/appointments/arrive", scanned).get_json()
    assert (issued["ticket"]["number"], issued["arrival"], issued["start"]) == (
        "A002",
        "on_time",
        "09:30",
    )
    rows = desk.post("/reception/appointments/find", {"text": "13900000002"}, key=None).get_json()
    (row,) = rows["appointments"]
    assert (row["phone"], row["name"], row["code"]) == ("***0002", "欧阳**", pages[2]["code"])
    answer = desk.post("/reception/appointments/arrive", {"code": row["code"], "paper": False})
    assert answer.get_json()["number"] == "A003"
    rows = desk.post("/reception/appointments/find", {"text": "A002"}, key=None).get_json()
    assert rows["appointments"][0]["code"] == pages[1]["code"]
    small.configure(appointment_networks="127.0.0.0/8, ::1")
    again = phone.post(path, {})
    assert again.get_json()["number"] == "A001"


def test_the_desk_books_and_cancels(web: Web) -> None:
    desk = web.clerk("T1")
    page = desk.post("/reception/appointments", CHOICE | PHONE | {"name": "张三"}).get_json()
    (row,) = desk.post("/reception/appointments/find", {"text": page["code"]}, key=None).get_json()[
        "appointments"
    ]
    assert row["channel"] == "reception"
    assert desk.post(f"/reception/appointments/{row['id']}/cancel").status_code == 200
    nothing = desk.post("/reception/appointments/find", {"text": "ZZZZ"}, key=None).get_json()
    assert nothing == {"appointments": []}


def test_the_office_plans_with_the_figures_behind(web: Web) -> None:
    office = web.manager()
    (plan,) = office.get("/office/appointment-plans").get_json()["plans"]
    draft = DRAFT | {"plan": plan["id"], "share": 50}
    shown = office.post("/office/appointment-plans/preview", draft, key=None).get_json()
    assert shown["day"] == MONDAY.isoformat()
    assert shown["slots"][0] == {
        "plan": plan["id"],
        "start": "09:00",
        "windows": 4.0,
        "services": 0,
        "seconds": 600,
        "measured": False,
        "full": 12,
        "public": 6,
        "first": 1,
        "booked": 0,
        "held": 0,
        "beyond": 0,
    }
    saturday = DRAFT | {"plan": plan["id"], "weekdays": [6], "valid_to": MONDAY.isoformat()}
    assert office.post("/office/appointment-plans/preview", saturday, key=None).get_json() == {
        "day": "",
        "slots": [],
    }
    (after,) = office.post("/office/appointment-plans", draft).get_json()["plans"]
    assert (after["n"], after["share"]) == (2, 50)
    end = office.post(f"/office/appointment-plans/{plan['id']}/end", {"day": "2026-03-05"})
    assert end.get_json()["plans"][0]["active"] is False


def test_a_closure_tells_people_and_alarms_those_that_stay(web: Web) -> None:
    office, small = web.manager(), web.small
    page, _ = booked(web), booked(web, "13900000002")
    small.configure(appointment_unmeasured_minutes=120)
    over = alarms.alarms(small.hall)
    (alarm,) = read_with(small.ctx, over)
    assert (alarm.code, alarm.subject) == ("appointments_over", "2026-03-03")
    small.configure(appointment_unmeasured_minutes=10)
    assert read_with(small.ctx, over) == []
    body = {"day": TUESDAY.isoformat(), "reason": "closed"}
    assert office.post("/office/appointment-closures", body).get_json() == {"cancelled": 2}
    shown = web.browser().get(f"/appointments/{page['token']}").get_json()
    assert (shown["state"], shown["hall_reason"]) == ("hall_cancelled", "closed")
    assert shown["first_until"] > small.clock.now()
    path = f"/appointments/items/tax-1/days?first_choice={page['token']}"
    days = web.browser().get(path).get_json()["days"]
    assert days[0]["day"] == MONDAY.isoformat()
    assert {slot["seats"] for slot in days[-1]["slots"]} == {4}
    day = office.get(f"/office/appointments?day={TUESDAY}").get_json()
    assert [row["state"] for row in day["appointments"]] == ["hall_cancelled"] * 2
    (closure,) = day["closures"]
    assert office.post(f"/office/appointment-closures/{closure['id']}/lift").status_code == 200


def test_leave_that_nobody_covers_takes_windows_from_booked_people(web: Web) -> None:
    small, office = web.small, web.manager()
    small.configure(appointment_unmeasured_minutes=30)
    (plan,) = office.get("/office/appointment-plans").get_json()["plans"]
    office.post("/office/appointment-plans", DRAFT | {"plan": plan["id"], "share": 100})
    for n in range(3):
        booked(web, f"1390000000{n}")
    over = alarms.alarms(small.hall)
    assert read_with(small.ctx, over) == []
    span = datetime.combine(TUESDAY, time(8)), datetime.combine(TUESDAY, time(18))
    for window in ("G1", "G2"):
        wish = LeaveRequest(
            STAFF[window], LeaveKind.PERSONAL, *span, "家中有事", cover="", emergency=True
        )
        leave_actions.request(small.ctx, small.clerk(window), small.key(), wish)
    (alarm,) = read_with(small.ctx, over)
    assert "1 人" in alarm.message_zh


def test_a_person_has_an_ended_appointment_erased(web: Web) -> None:
    office, page = web.manager(), booked(web)
    (row,) = office.get(f"/office/appointments?day={TUESDAY}").get_json()["appointments"]
    path = f"/office/appointments/{row['id']}/erase"
    assert code_of(office.post(path, {"reason": "本人要求"})) == "appointment_state"
    web.browser().post(f"/appointments/{page['token']}/cancel")
    assert code_of(office.post(path, {})) == "appointment_reason"
    shown = office.post(path, {"reason": "本人要求"}).get_json()
    assert (shown["name"], shown["phone"]) == ("", "")
    wanted = {"text": PHONE["phone"]}
    rows = web.clerk("T1").post("/reception/appointments/find", wanted, key=None).get_json()
    assert rows["appointments"] == []


def test_an_excuse_of_a_past_day_waits_for_a_second_person(web: Web) -> None:
    small = web.small
    small.configure(appointment_misses=1)
    page = booked(web)
    small.clock.set(at(9, 20, day=TUESDAY))
    keep_day(small.ctx)
    small.sign_in("T1")
    small.issue("tax-1")
    small.clock.set(at(9, day=WEDNESDAY))
    keep_day(small.ctx)
    jobs.update(small.ctx)
    office = web.manager()
    day = office.get(f"/office/appointments?day={TUESDAY}").get_json()
    (row,) = day["appointments"]
    assert (row["state"], row["excused"]) == ("missed", False)
    assert [(bar["until"], bar["misses"]) for bar in day["bars"]] == [("2026-04-02", 1)]
    path, body = f"/office/appointments/{row['id']}/excuse", {"reason": "住院"}
    assert code_of(office.post(path, body)) == "past_reason"
    office.why = "补交住院证明"
    assert code_of(office.post(path, body)) == "past_asked"
    (change,) = small.ctx.read(lambda c: past_queries.listed(c, small.ctx.hall_id))
    second = web.person(ADMINISTRATOR)
    answer = second.post(f"/office/past-changes/{change.id}/confirm", {})
    assert answer.status_code == 200, answer.get_json()
    shown = web.browser().get(f"/appointments/{page['token']}").get_json()
    assert shown["excused"]
    assert office.get("/office/appointments").get_json()["bars"] == []
