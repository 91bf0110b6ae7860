"""Requests that provoke the error codes of tickets, windows, people, devices and commands."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from werkzeug.test import Client, TestResponse

from server.accounts.errors import AccountCode
from server.catalogue.actions import import_catalogue
from server.catalogue.errors import CatalogueCode
from server.core.actors import SYSTEM
from server.core.errors import CommonCode, ErrorCode
from server.device_health.errors import DeviceCode
from server.queue import number_counters
from server.queue import tables as queue_tables
from server.queue.errors import QueueCode
from server.queue.offline.errors import OfflineCode
from server.runtime.server import HallRouter
from server.runtime.worker_bus import NoWorkerBus
from support.code_cases import CASES, case
from support.halls import MONDAY, NEWCOMER, STAFF, at, catalogue
from support.web import Browser, Web


def _take(web: Web, item: str, applicant: str = "ordinary") -> TestResponse:
    kiosk = web.device("kiosk", "1")
    return kiosk.post("/tickets", {"item": item, "applicant": applicant})


def issued_ticket(web: Web, item: str = "tax-1") -> str:
    answer = _take(web, item)
    assert answer.status_code == 200
    return str(answer.get_json()["ticket"]["id"])


def called_at_window(web: Web, window: str = "T1") -> Browser:
    clerk = web.clerk(window)
    issued_ticket(web)
    assert clerk.post("/counter/call-next").status_code == 200
    return clerk


def _routing(code: ErrorCode, item: str, hour: int = 9) -> None:
    def reached(web: Web) -> TestResponse:
        web.clerk("T1")
        web.small.clock.set(at(hour))
        return _take(web, item)

    CASES[code] = reached


_routing(QueueCode.ITEM_UNKNOWN, "nothing")
_routing(QueueCode.UNIT_WITHDRAWN, "tobacco-1")
_routing(QueueCode.ELSEWHERE, "cars-1")
_routing(QueueCode.OTHER_DAY, "fire-1")
_routing(QueueCode.NOT_YET_OPEN, "tax-1", 7)
_routing(QueueCode.AFTER_LAST_TICKET, "tax-1", 18)
_routing(QueueCode.NOBODY_SIGNED_IN, "build-1")
_routing(QueueCode.NO_WINDOW, "lapsed-1")


@case(QueueCode.CLOSED_TODAY)
def _(web: Web) -> TestResponse:
    web.small.clock.set(at(9, day=MONDAY + timedelta(days=6)))
    return _take(web, "tax-1")


@case(QueueCode.CONSULT_ONLY)
def _(web: Web) -> TestResponse:
    hall = catalogue()  # without the one window that advises
    windows = tuple(w for w in hall.windows if w.code != "S1")
    import_catalogue(web.small.ctx, SYSTEM, replace(hall, windows=windows), "test")
    return _take(web, "ask-1")


@case(QueueCode.HALL_PAUSED)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1")
    web.manager().post("/office/notices", {"pauses": True, "reason": "drill"})
    return clerk.post("/counter/unpause")


@case(QueueCode.CLOSED_BREAK)
def _(web: Web) -> TestResponse:
    web.small.configure(break_ticket_minutes=15)
    web.small.clock.set(at(13))
    return _take(web, "tax-1")


@case(QueueCode.ALL_PAUSED)
def _(web: Web) -> TestResponse:
    web.small.clock.set(at(16))  # not back before closing
    web.clerk("T1").post("/counter/pause", {"reason": "leave", "minutes": 120})
    return _take(web, "tax-2")


@case(QueueCode.CLASS_UNKNOWN)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    return _take(web, "tax-1", "royal")


@case(QueueCode.NUMBERS_EXHAUSTED)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    web.small.ctx.write(
        lambda tx: (
            tx.conn.execute(
                queue_tables.number_counter.insert().values(
                    hall_id="small", day="2026-03-02", prefix="A", last=999
                )
            ).rowcount
        )
    )
    return _take(web, "tax-1")


@case(QueueCode.KIOSK_PACE)
def _(web: Web) -> TestResponse:
    web.small.configure(kiosk_minute_numbers=6)
    web.clerk("T1")
    for _ in range(6):
        _take(web, "tax-1")
    return _take(web, "tax-1")


@case(QueueCode.NUMBERS_AT_DESK)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    web.small.ctx.write(lambda tx: number_counters.move_on(tx, "2026-03-02", "A", 970))
    return _take(web, "tax-1")


@case(QueueCode.QUOTA_FULL)
def _(web: Web) -> TestResponse:
    web.small.configure(item_quotas="tax-1 09:00-10:00 0")
    web.clerk("T1")
    return _take(web, "tax-1")


@case(DeviceCode.DEVICE_CLAIM)
def _(web: Web) -> TestResponse:
    claim = {"agent": "a", "device": "printer-1", "kind": "printers", "serves": "1"}
    return web.administrator().post("/office/devices/confirm", claim)


@case(QueueCode.TICKET_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/phone/nobody-knows")


@case(QueueCode.MOVE_NOT_ALLOWED)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    clerk.post("/counter/start")
    return clerk.post("/counter/recall")


@case(QueueCode.NOT_THE_HOLDER)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    return web.clerk("T2").post("/counter/resume", {"ticket": issued_ticket(web)})


@case(QueueCode.NOBODY_WAITING)
def _(web: Web) -> TestResponse:
    return web.clerk("T1").post("/counter/call-next")


@case(QueueCode.WINDOW_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.clerk("T1", seated=False).post("/counter/sign-in", {"window": "X9"})


@case(QueueCode.WINDOW_BUSY)
def _(web: Web) -> TestResponse:
    return called_at_window(web).post("/counter/call-next")


@case(QueueCode.WINDOW_IDLE)
def _(web: Web) -> TestResponse:
    return web.clerk("T1").post("/counter/start")


@case(QueueCode.WINDOW_PAUSED)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1")
    clerk.post("/counter/pause", {"reason": "meeting"})
    return clerk.post("/counter/call-next")


@case(QueueCode.WINDOW_TAKEN)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    password = (
        web.administrator()
        .post("/office/accounts", {"staff": NEWCOMER, "role": "clerk"})
        .get_json()["password"]
    )
    newcomer = web.browser()
    newcomer.login(NEWCOMER, password)
    newcomer.post("/password", {"current": password, "new": "a-better-word-7"}, key=None)
    return newcomer.post("/counter/sign-in", {"window": "T1"})


@case(QueueCode.WINDOW_NOT_SIGNED_IN)
def _(web: Web) -> TestResponse:
    return web.clerk("T1", seated=False).post("/counter/call-next")


@case(QueueCode.WINDOW_NOT_ALLOWED)
def _(web: Web) -> TestResponse:
    return web.clerk("T1", seated=False).post("/counter/sign-in", {"window": "T2"})


@case(QueueCode.WINDOW_CLOSED)
def _(web: Web) -> TestResponse:
    return web.clerk("F1", seated=False).post("/counter/sign-in", {"window": "F1"})


@case(QueueCode.ALREADY_SIGNED_IN)
def _(web: Web) -> TestResponse:
    password = (
        web.administrator()
        .post("/office/accounts", {"staff": NEWCOMER, "role": "clerk"})
        .get_json()["password"]
    )
    newcomer = web.browser()
    newcomer.login(NEWCOMER, password)
    newcomer.post("/password", {"current": password, "new": "a-better-word-7"}, key=None)
    newcomer.post("/counter/sign-in", {"window": "T1"})
    return newcomer.post("/counter/sign-in", {"window": "T2"})


@case(QueueCode.NO_SHOW_TOO_EARLY)
def _(web: Web) -> TestResponse:
    return called_at_window(web).post("/counter/no-show")


@case(QueueCode.CALL_UNSPOKEN)
def _(web: Web) -> TestResponse:
    web.small.configure(no_show_min_calls=1, no_show_min_seconds=0)
    token = web.small.hall.people.grant("agent", "display")
    line = web.app.socketio.test_client(web.app.flask, namespace="/agent", auth={"token": token})
    speaker = {"device": "s", "kind": "voice", "serves": "east", "reports": "spoken"}
    line.emit("hello", {"agent": "display", "devices": [speaker]}, namespace="/agent")
    return called_at_window(web).post("/counter/no-show")


@case(QueueCode.RETURN_LIMIT)
def _(web: Web) -> TestResponse:
    web.small.configure(return_limit=0)
    clerk = called_at_window(web)
    clerk.post("/counter/recall")
    web.small.clock.advance(seconds=60)
    missed = clerk.post("/counter/no-show").get_json()["missed"][0]["id"]
    return clerk.post(f"/tickets/{missed}/return")


@case(CommonCode.REASON_REQUIRED)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    clerk.post("/counter/start")
    return clerk.post("/counter/finish", {"outcome": "refused"})


@case(QueueCode.TRANSFER_TARGET)
def _(web: Web) -> TestResponse:
    return called_at_window(web).post("/counter/transfer", {"window": "S1"})


@case(QueueCode.LAST_WINDOW)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1")
    issued_ticket(web, "tax-2")
    return clerk.post("/counter/sign-out")


@case(QueueCode.SLIP_UNKNOWN)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1")
    issued = clerk.post("/tickets", {"item": "tax-1", "print": False}).get_json()
    return clerk.post(f"/tickets/{issued['ticket']['id']}/reprint")


@case(QueueCode.NO_PRINTER)
def _(web: Web) -> TestResponse:
    return web.device("kiosk", "1").post("/notices", {"item": "tax-1"})


@case(AccountCode.LOGIN_FAILED)
def _(web: Web) -> TestResponse:
    return web.browser().login(STAFF["T1"], "wrong")


@case(AccountCode.LOCKED_OUT)
def _(web: Web) -> TestResponse:
    for _ in range(5):
        web.browser().login(STAFF["T1"], "wrong")
    return web.browser().login(STAFF["T1"])


@case(CommonCode.PASSWORD_MUST_CHANGE)
def _(web: Web) -> TestResponse:
    password = web.administrator().post(f"/office/accounts/{STAFF['T1']}/reset").get_json()
    clerk = web.browser()
    clerk.login(STAFF["T1"], password["password"])
    return clerk.get("/counter")


@case(AccountCode.PASSWORD_COMMON)
def _(web: Web) -> TestResponse:
    body = {"current": "only-for-this-test", "new": "iloveyou1314"}
    return web.clerk("T1", seated=False).post("/password", body, key=None)


@case(AccountCode.PASSWORD_WEAK)
def _(web: Web) -> TestResponse:
    body = {"current": "only-for-this-test", "new": "short"}
    return web.clerk("T1", seated=False).post("/password", body, key=None)


@case(CommonCode.NOT_SIGNED_IN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/counter")


@case(CommonCode.FORBIDDEN)
def _(web: Web) -> TestResponse:
    return web.manager().get("/office/accounts")


@case(CommonCode.CSRF)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1", seated=False)
    clerk.csrf = "forged"
    return clerk.post("/counter/sign-in", {"window": "T1"})


@case(CommonCode.ORIGIN)
def _(web: Web) -> TestResponse:
    headers = {**web.browser().headers(None), "Origin": "http://elsewhere.example"}
    return web.browser().client.post("/api/v1/logout", headers=headers)


@case(CommonCode.MEDIA_TYPE)
def _(web: Web) -> TestResponse:
    return web.browser().client.post("/api/v1/login", data="{}", content_type="text/plain")


@case(AccountCode.ACCOUNT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.administrator().post("/office/accounts", {"staff": "9999", "role": "clerk"})


@case(AccountCode.ACCOUNT_EXISTS)
def _(web: Web) -> TestResponse:
    body = {"staff": STAFF["T1"], "role": "clerk"}
    return web.administrator().post("/office/accounts", body)


@case(AccountCode.ENROL_CODE)
def _(web: Web) -> TestResponse:
    body = {"code": "00000000", "kind": "kiosk", "name": "1"}
    return web.browser().post("/enrol", body, key=None)


@case(CommonCode.DEVICE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.administrator().post("/office/revoke", {"kind": "agent", "name": "nobody"})


@case(CommonCode.TOKEN_REVOKED)
def _(web: Web) -> TestResponse:
    kiosk = web.device("kiosk", "1")
    web.administrator().post("/office/revoke", {"kind": "kiosk", "name": "1"})
    return kiosk.post("/tickets", {"item": "tax-1"})


@case(CommonCode.INVALID)
def _(web: Web) -> TestResponse:
    return web.device("kiosk", "1").post("/tickets", {"article": "tax-1"})


@case(CommonCode.KEY_REQUIRED)
def _(web: Web) -> TestResponse:
    return web.device("kiosk", "1").post("/tickets", {"item": "tax-1"}, key=None)


@case(CommonCode.KEY_REUSED)
def _(web: Web) -> TestResponse:
    web.clerk("T1")
    kiosk = web.device("kiosk", "1")
    kiosk.post("/tickets", {"item": "tax-1"}, key="same")
    return kiosk.post("/tickets", {"item": "tax-2"}, key="same")


@case(CommonCode.TOO_MANY)
def _(web: Web) -> TestResponse:
    browser = web.browser()
    answers = (
        browser.post("/enrol", {"code": "1", "kind": "kiosk", "name": "1"}, key=None)
        for _ in range(200)
    )
    return next(a for a in answers if a.status_code == 429)


@case(CommonCode.TOO_LARGE)
def _(web: Web) -> TestResponse:
    return web.device("kiosk", "1").post("/tickets", "x" * 100_000)


@case(CommonCode.NOT_FOUND)
def _(web: Web) -> TestResponse:
    return web.browser().get("/nothing-here")


@case(CommonCode.HALL_UNKNOWN)
def _(web: Web) -> TestResponse:
    house = HallRouter(lambda _hall: web.app, {"one.example": "one"}, NoWorkerBus(alone=True))
    return Client(house).get("/healthz", headers={"Host": "two.example"})


@case(CommonCode.METHOD)
def _(web: Web) -> TestResponse:
    return web.browser().post("/catalogue")


@case(CatalogueCode.WORKBOOK)
def _(web: Web) -> TestResponse:
    admin = web.administrator()
    file = (io.BytesIO(b"this is no workbook"), "book.xlsx")
    return admin.client.post(
        "/api/v1/office/workbook",
        data={"workbook": file},
        headers={"X-CSRF-Token": admin.csrf},
    )


@case(CommonCode.SETTING_INVALID)
def _(web: Web) -> TestResponse:
    body = {"values": {"priority_run": 1000}}
    return web.administrator().post("/office/settings", body)


@case(CommonCode.UNAVAILABLE)
def _(web: Web) -> TestResponse:
    web.small.ctx.write(lambda tx: tx.conn.exec_driver_sql("DROP TABLE window_post").rowcount)
    return web.device("kiosk", "1").post("/tickets", {"item": "tax-1"})


@case(CommonCode.INTERNAL)
def _(web: Web) -> TestResponse:
    def broken() -> str:
        raise ZeroDivisionError

    web.app.flask.add_url_rule("/api/v1/broken", "broken", broken)
    return web.browser().get("/broken")


def _put_aside(web: Web) -> str:
    """Import desk actions that the server quarantines; return the id of their row."""
    clerk = web.clerk("T1")
    ticket = issued_ticket(web)
    acts = [{"kind": "call", "ticket": ticket, "at": web.small.clock.now()}]
    answer = clerk.post("/counter/handed-in", {"window": "T1", "acts": acts})
    assert [result["code"] for result in answer.get_json()["results"]] == ["act_put_aside"]
    today = web.administrator().get("/office/today").get_json()
    return str(today["offline"]["desk_acts"][0]["id"])


@case(OfflineCode.ACTS_UNKNOWN)
def _(web: Web) -> TestResponse:
    body = {"taken": False, "why": "no such"}
    return web.administrator().post("/office/desk-acts/none/settle", body)


@case(OfflineCode.ACTS_SETTLED)
def _(web: Web) -> TestResponse:
    path, body = f"/office/desk-acts/{_put_aside(web)}/settle", {"taken": False, "why": "asked"}
    assert web.administrator().post(path, body).status_code == 200
    return web.administrator().post(path, body)


@case(CommonCode.CHANGED_MEANWHILE)
def _(web: Web) -> TestResponse:
    body = {"role": "manager", "seen": {"role": "administrator", "disabled": False}}
    return web.administrator().post(f"/office/accounts/{STAFF['T1']}", body, key=None)


@case(QueueCode.TICKET_NOT_TODAY)
def _(web: Web) -> TestResponse:
    return web.manager().get("/reception/find/A001")


@case(QueueCode.TICKET_AT_WINDOW)
def _(web: Web) -> TestResponse:
    current = called_at_window(web).get("/counter").get_json()["current"]["id"]
    return web.manager().post(f"/reception/tickets/{current}/cancel", {"reason": "gave_up"})


@case(QueueCode.TICKET_MISSED)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    clerk.post("/counter/recall")
    web.small.clock.advance(seconds=60)
    missed = clerk.post("/counter/no-show").get_json()["missed"][0]["id"]
    return clerk.post(f"/reception/tickets/{missed}/redirect", {"window": "T2"})


@case(QueueCode.TICKET_OVER)
def _(web: Web) -> TestResponse:
    clerk = web.clerk("T1")
    path = f"/reception/tickets/{issued_ticket(web)}/cancel"
    clerk.post(path, {"reason": "gave_up"})
    return clerk.post(path, {"reason": "gave_up"})
