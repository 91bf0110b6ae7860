"""Guessing of codes and tokens: slow from many addresses as from one; the office has an alarm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.accounts import wrong_code_queries
from server.accounts.alarms import THRESHOLDS
from server.accounts.errors import AccountCode
from server.accounts.people import People
from server.accounts.wrong_codes import REST_SECONDS, WRITE_INTERVAL_SECONDS, Guesses
from server.core.actors import SYSTEM
from server.core.errors import CommonCode, HallError
from support.halls import CHEAP, SmallHall, at
from support.web import Web


@pytest.fixture
def small_hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    small = SmallHall(database_url, tmp_path, at(9))
    yield small
    small.close()


def counted(hall: SmallHall) -> dict[str, int]:
    rows = hall.ctx.read(lambda c: wrong_code_queries.lately(c, "small", hall.clock.now()))
    return {row.kind: int(row.total) for row in rows}


def test_wrong_codes_are_delayed_one_after_another_and_a_right_one_is_not(
    small_hall: SmallHall,
) -> None:
    delays: list[float] = []
    inside = threading.Lock()

    def rest(seconds: float) -> None:
        assert inside.acquire(blocking=False), "two rest at once"
        delays.append(seconds)
        inside.release()

    people = People(small_hall.ctx, lambda call: call(), CHEAP, rest)
    code = people.make_code(SYSTEM, "kiosk", "7")
    codes: list[str] = []

    def guess(address: str) -> None:
        try:
            people.enrol("00000000", "kiosk", "7", address)
        except HallError as error:
            codes.append(error.code.value)

    threads = [threading.Thread(target=guess, args=(f"192.0.2.{n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    assert people.enrol(code, "kiosk", "7", "198.51.100.1")
    for thread in threads:
        thread.join()
    assert codes == ["enrol_code"] * 12
    assert delays == [REST_SECONDS] * 12


def test_wrong_guesses_are_written_to_the_database_only_now_and_then(small_hall: SmallHall) -> None:
    moment = [0.0]
    guess_counter = Guesses(small_hall.ctx, lambda _seconds: None, lambda: moment[0])
    for _ in range(50):
        guess_counter.wrong("token", "192.0.2.1")
    assert counted(small_hall) == {"token": 1}
    moment[0] += WRITE_INTERVAL_SECONDS
    guess_counter.wrong("token", "192.0.2.2")
    assert counted(small_hall) == {"token": 51}
    small_hall.clock.advance(minutes=180)
    assert counted(small_hall) == {}


def alarm(web: Web) -> list[str]:
    office = web.administrator().get("/office/today").get_json()
    return [entry["subject"] for entry in office["alarms"] if entry["code"] == "guessing"]


def test_guessing_codes_is_an_alarm_of_the_office(web: Web) -> None:
    browser = web.browser()
    body = {"code": "00000000", "kind": "kiosk", "name": "1"}
    assert browser.post("/enrol", body, key=None).get_json()["code"] == AccountCode.ENROL_CODE
    assert alarm(web) == []
    web.small.ctx.write(
        lambda tx: wrong_code_queries.add(tx, "code", THRESHOLDS["code"], "192.0.2.1")
    )
    assert alarm(web) == ["code"]


@pytest.mark.parametrize(("kind", "path"), [("token", "/counter"), ("page", "/phone/no-such-page")])
def test_wrong_tokens_are_counted(web: Web, kind: str, path: str) -> None:
    browser = web.browser()
    headers = {"Authorization": "Bearer nobodys"} if kind == "token" else {}
    answer = browser.client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code in (401, 404)
    assert counted(web.small) == {kind: 1}


def test_guessing_passwords_does_not_block_enrolment(web: Web) -> None:
    web = Web.at_a_moment(web.small)
    answers = [web.browser().login("1001", f"guess-{n}").get_json()["code"] for n in range(60)]
    assert CommonCode.TOO_MANY in answers
    code = web.small.hall.people.make_code(SYSTEM, "kiosk", "9")
    body = {"code": code, "kind": "kiosk", "name": "9"}
    assert web.browser().post("/enrol", body, key=None).status_code == 200
