"""Sign-in under attack: deliberate lock-outs, session fixation, sessions that should end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from pypinyin import lazy_pinyin

from server.accounts import queries as accounts_queries
from server.accounts.errors import AccountCode
from server.accounts.password_tries import BROWSER_DAYS, STRANGERS, Origin
from server.accounts.people import People
from server.core import journal
from server.core.errors import CommonCode, HallError
from support.halls import STAFF, SmallHall, at
from support.web import PASSWORD, Browser, Web

MINE = STAFF["T1"]
LOCK_AFTER = 5


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Web]:
    """Yield the small hall on each database."""
    small = SmallHall(database_url, tmp_path, at(9))
    yield Web(small)
    small.close()


def guess(web: Web, times: int, address: str = "192.0.2.9", browser: str = "") -> str:
    """Try wrong passwords for one person; return the code of the last rejection."""
    code = ""
    for _ in range(times):
        with pytest.raises(HallError) as refused:
            web.small.hall.people.login(MINE, "wrong", Origin(browser, address))
        code = refused.value.code
    return code


def test_a_stranger_cannot_lock_a_colleague_out(both: Web) -> None:
    colleague = both.person(MINE)
    colleague.post("/logout", key=None)
    assert guess(both, LOCK_AFTER * STRANGERS + 1, "127.0.0.1") == AccountCode.LOCKED_OUT
    assert both.browser().login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT
    assert colleague.login(MINE).status_code == 200


def test_wrong_passwords_lock_the_address_they_come_from_first(web: Web) -> None:
    assert guess(web, LOCK_AFTER + 1) == AccountCode.LOCKED_OUT
    assert web.browser().login(MINE).status_code == 200


def test_guesses_from_many_addresses_add_up(web: Web) -> None:
    for n in range(LOCK_AFTER * STRANGERS):
        guess(web, 1, f"192.0.2.{n}")
    assert web.browser().login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT
    assert web.browser().login(STAFF["T2"]).status_code == 200


def test_a_known_browser_has_its_own_few_guesses(web: Web) -> None:
    colleague = web.person(MINE)
    for _ in range(LOCK_AFTER):
        assert colleague.login(MINE, "wrong").status_code == 401
    assert colleague.login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT
    web.small.clock.advance(minutes=11)
    assert colleague.login(MINE).status_code == 200


class Counted(PasswordHasher):
    """Password hasher that counts verifications."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.judged = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.judged += 1
        return super().verify(hash, password)


def test_concurrent_guesses_are_no_more_than_sequential_ones(both: Web) -> None:
    ctx, hasher = both.small.ctx, Counted()
    people = People(ctx, lambda call: call(), hasher)
    begin, codes = threading.Barrier(37), Counter[str]()

    def guesses() -> None:
        begin.wait()
        try:
            people.login(MINE, "wrong", Origin("", "192.0.2.9"))
        except HallError as error:
            codes[error.code.value] += 1

    threads = [threading.Thread(target=guesses) for _ in range(37)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.judged == codes["login_failed"] <= LOCK_AFTER
    assert codes["locked_out"] + codes["too_many"] == 37 - hasher.judged
    assert guess(both, 1) == AccountCode.LOCKED_OUT


def test_a_right_password_at_the_last_try_signs_in_and_locks_nothing(both: Web) -> None:
    guess(both, LOCK_AFTER - 1, "127.0.0.1")
    for _ in range(2):
        assert both.browser().login(MINE).status_code == 200
    lines = both.small.ctx.read(lambda c: list(journal.lines(c, "small")))
    assert "account.locked" not in {line.act for line in lines}


def test_the_password_page_counts_guesses_like_the_sign_in(both: Web) -> None:
    thief = both.person(MINE)
    wrong, right = ({"current": word, "new": "some-other-words-7"} for word in ("no", PASSWORD))
    for _ in range(LOCK_AFTER):
        assert (
            thief.post("/password", wrong, key=None).get_json()["code"] == AccountCode.LOGIN_FAILED
        )
    assert thief.post("/password", right, key=None).get_json()["code"] == AccountCode.LOCKED_OUT
    assert thief.login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT
    both.small.clock.advance(minutes=11)
    assert thief.post("/password", right, key=None).status_code == 200


@pytest.mark.parametrize(
    "word",
    [
        "Passw0rd!2026",
        "1qaz2wsx3edc",
        "iloveyou1314",
        "{hall}2026",
        "{hall}-{staff_name}",
        "{initials}@123456",
        "xiaoxiao-{staff_name}1",
    ],
)
def test_common_passwords_and_those_made_of_hall_names_are_rejected(web: Web, word: str) -> None:
    catalogue = web.small.ctx.catalogue()
    sounds = lazy_pinyin(catalogue.hall_name)
    name = "".join(lazy_pinyin(catalogue.staff_by[MINE].name))
    initials = "".join(sound[0] for sound in sounds)
    new = word.format(hall="".join(sounds), staff_name=name, initials=initials)
    browser = web.person(MINE)
    answer = browser.post("/password", {"current": PASSWORD, "new": new}, key=None)
    assert answer.get_json()["code"] == AccountCode.PASSWORD_COMMON, new
    good = {"current": PASSWORD, "new": "lantern-Gravel-62"}
    assert browser.post("/password", good, key=None).status_code == 200


def test_a_browser_is_trusted_for_its_users_only_and_for_limited_time(web: Web) -> None:
    other = web.person(STAFF["T2"])
    guess(web, LOCK_AFTER * STRANGERS, "127.0.0.1")
    assert other.login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT
    web.small.clock.advance(minutes=BROWSER_DAYS * 24 * 60 + 1)
    guess(web, LOCK_AFTER, "127.0.0.1")
    web.small.ctx.write(lambda tx: accounts_queries.delete_sources(tx, tx.now - 1))
    other.client.set_cookie("hall_session", "")
    guess(web, LOCK_AFTER * STRANGERS, "127.0.0.1")
    assert other.login(STAFF["T2"]).status_code == 200


def test_a_browser_shared_by_two_is_trusted_for_both(web: Web) -> None:
    shared = web.browser()
    for staff in (MINE, STAFF["T2"], MINE):
        assert shared.login(staff).status_code == 200
    guess(web, LOCK_AFTER * STRANGERS, "127.0.0.1")
    assert shared.login(MINE).status_code == 200


def test_a_reset_lifts_every_lock_and_the_trust_in_browsers(web: Web) -> None:
    web.person(MINE)
    guess(web, LOCK_AFTER * STRANGERS, "127.0.0.1")
    answer = web.administrator().post(f"/office/accounts/{MINE}/reset").get_json()
    assert web.browser().login(MINE, answer["password"]).status_code == 200


def test_a_cookie_from_before_sign_in_is_replaced(web: Web) -> None:
    planted = web.browser()
    planted.client.set_cookie("hall_session", "planted-by-somebody")
    planted.client.set_cookie("hall_browser", "planted-as-well")
    assert planted.login(MINE).status_code == 200
    cookie = planted.client.get_cookie("hall_session")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody"
    thief = web.browser()
    thief.client.set_cookie("hall_session", "planted-by-somebody")
    assert thief.get("/counter").status_code == 401
    thief.client.set_cookie("hall_browser", "planted-as-well")
    guess(web, LOCK_AFTER * STRANGERS, "127.0.0.1")
    assert thief.login(MINE).get_json()["code"] == AccountCode.LOCKED_OUT


def test_a_number_typed_full_width_is_the_same_person(web: Web) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in STAFF["T1"])
    assert wide != STAFF["T1"]
    assert web.browser().login(wide).status_code == 200
    # It is one account for guesses, however its number is typed.
    for number in (wide, STAFF["T1"], wide, STAFF["T1"], wide):
        web.browser().login(number, "wrong")
    assert web.browser().login(STAFF["T1"]).get_json()["code"] == AccountCode.LOCKED_OUT


def test_each_sign_in_is_another_session(web: Web) -> None:
    browser, secrets = web.browser(), set()
    for _ in range(3):
        browser.login(MINE)
        cookie = browser.client.get_cookie("hall_session")
        assert cookie is not None
        secrets.add(cookie.value)
    assert len(secrets) == 3


def test_a_changed_password_ends_the_other_browsers(web: Web) -> None:
    first, second = web.person(MINE), web.person(MINE)
    body = {"current": PASSWORD, "new": "some-other-words-7"}
    assert first.post("/password", body, key=None).status_code == 200
    assert first.get("/counter").status_code != 401
    assert second.get("/counter").status_code == 401


def _session(browser: Browser) -> str:
    cookie = browser.client.get_cookie("hall_session")
    assert cookie is not None
    return cookie.value


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é", "another's"])
def test_a_command_by_cookie_needs_its_own_token(web: Web, csrf: str) -> None:
    clerk, other = web.clerk("T1"), web.clerk("T2")
    forged = Browser(clerk.client)
    forged.csrf = other.csrf if csrf == "another's" else csrf
    assert forged.post("/counter/pause", {"reason": "rest"}).get_json()["code"] == CommonCode.CSRF
    assert clerk.post("/counter/pause", {"reason": "rest"}).status_code == 200


def test_the_csrf_token_of_the_previous_session_is_rejected(web: Web) -> None:
    clerk = web.clerk("T1")
    old, before = clerk.csrf, _session(clerk)
    clerk.login(MINE)
    assert _session(clerk) != before
    clerk.csrf = old
    assert clerk.post("/counter/pause", {"reason": "rest"}).get_json()["code"] == CommonCode.CSRF
