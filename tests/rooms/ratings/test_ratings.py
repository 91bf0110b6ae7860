"""Ratings: one for each finished service, none without, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from server.core import journal
from server.core.errors import HallError
from server.core.sealed_text import SEAL_KEY_FILE, seal, unseal
from server.core.store import Tx
from server.privacy import personal_data
from server.queue import calling, undo
from server.queue.errors import QueueCode
from server.ratings import actions, queries
from server.ratings.actions import PHONE, Given
from server.ratings.errors import RatingCode
from server.ratings.levels import Channel, Level
from server.ratings.tables import rating
from support.halls import MANAGER, STAFF, SmallHall
from support.web import Web

GOOD = Given(Level.SATISFIED, Channel.PHONE)


def code_of(small: SmallHall, ticket: str, given: Given = GOOD) -> str:
    """Return the error code of a rating that is refused."""
    with pytest.raises(HallError) as refused:
        actions.rate(small.ctx, PHONE, small.key(), ticket, given)
    return refused.value.code


@pytest.fixture
def served(small: SmallHall) -> str:
    """Return the id of a ticket that was served at T1."""
    small.sign_in("T1")
    small.issue("tax-1")
    return small.serve("T1").id


def test_a_finished_service_is_rated_once(small: SmallHall, served: str) -> None:
    given = Given(Level.DISSATISFIED, Channel.PHONE, ("attitude",), "等了很久", "测试人")
    rating_id = actions.rate(small.ctx, PHONE, small.key(), served, given)
    row = small.ctx.read(lambda c: queries.get(c, small.ctx.hall_id, rating_id))
    assert row is not None
    assert (row.ticket, row.level, row.window, row.staff) == (served, 4, "T1", STAFF["T1"])
    assert (row.unit, row.item, row.named) == ("tax", "tax-1", 1)
    assert code_of(small, served) is RatingCode.RATING_GIVEN


def test_the_same_press_twice_is_answered_alike(small: SmallHall, served: str) -> None:
    first = actions.rate(small.ctx, PHONE, "same-key", served, GOOD)
    assert actions.rate(small.ctx, PHONE, "same-key", served, GOOD) == first


def test_no_rating_without_a_finished_service(small: SmallHall) -> None:
    small.sign_in("T1")
    waiting = small.issue("tax-1")
    assert code_of(small, waiting.id) is RatingCode.RATING_NO_SERVICE
    small.call("T1")
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    assert code_of(small, waiting.id) is RatingCode.RATING_NO_SERVICE
    assert code_of(small, "20260302-Z999") is QueueCode.TICKET_UNKNOWN


def test_a_service_whose_finish_is_undone_counts_no_more(small: SmallHall, served: str) -> None:
    actions.rate(small.ctx, PHONE, small.key(), served, GOOD)
    undo.undo(small.ctx, small.clerk("T1"), small.key(), "T1")
    ctx, day = small.ctx, small.ctx.day()
    assert ctx.read(lambda c: queries.finished(c, ctx.hall_id, day, day)) == []


def test_the_time_for_rating_ends(small: SmallHall, served: str) -> None:
    small.clock.advance(seconds=7 * 86_400)
    actions.rate(small.ctx, PHONE, small.key(), served, GOOD)
    small.issue("tax-1")
    late = small.serve("T1").id
    small.clock.advance(seconds=8 * 86_400)
    assert code_of(small, late) is RatingCode.RATING_OVER


def test_nobody_types_in_a_rating_of_the_own_service(small: SmallHall, served: str) -> None:
    given = Given(Level.VERY_SATISFIED, Channel.STAFF)
    with pytest.raises(HallError) as refused:
        actions.rate(small.ctx, small.clerk("T1"), small.key(), served, given)
    assert refused.value.code is RatingCode.RATING_CHANNEL


def test_of_thirty_two_at_once_one_rates(small: SmallHall, served: str) -> None:
    results: list[str] = []

    def rate(key: str) -> None:
        try:
            results.append(actions.rate(small.ctx, PHONE, key, served, GOOD))
        except HallError as error:
            results.append(error.code)

    keys = [small.key() for _ in range(32)]
    threads = [threading.Thread(target=rate, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(RatingCode.RATING_GIVEN) == 31
    assert len(results) == 32


def test_a_stored_rating_cannot_be_changed(small: SmallHall, served: str) -> None:
    actions.rate(small.ctx, PHONE, small.key(), served, GOOD)

    def act(tx: Tx) -> None:
        tx.conn.execute(update(rating).values(level=1))

    with pytest.raises(DatabaseError, match="only added to"):
        small.ctx.write(act)


def test_the_journal_holds_no_words_and_no_contact(small: SmallHall, served: str) -> None:
    given = Given(Level.SATISFIED, Channel.PHONE, (), "谢谢测试", "测试人", "sealed-phone")
    rating_id = actions.rate(small.ctx, PHONE, small.key(), served, given)
    ctx = small.ctx
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, rating_id))
    assert [line["act"] for line in lines] == ["rating.give"]
    text = str(lines)
    assert not any(word in text for word in ("谢谢测试", "测试人", "sealed-phone"))
    words = ctx.read(lambda c: queries.words_of(c, ctx.hall_id, rating_id))
    assert words is not None
    assert (words.words, words.name, words.phone) == ("谢谢测试", "测试人", "sealed-phone")


def test_words_and_contact_are_erased_after_their_time(
    small: SmallHall, served: str, tmp_path: Path
) -> None:
    given = Given(Level.SATISFIED, Channel.PHONE, (), "谢谢测试")
    rating_id = actions.rate(small.ctx, PHONE, small.key(), served, given)
    ctx = small.ctx
    personal_data.delete_old(ctx, tmp_path)
    assert ctx.read(lambda c: queries.words_of(c, ctx.hall_id, rating_id)) is not None
    small.clock.advance(seconds=731 * 86_400)
    personal_data.delete_old(ctx, tmp_path)
    assert ctx.read(lambda c: queries.words_of(c, ctx.hall_id, rating_id)) is None
    assert ctx.read(lambda c: queries.get(c, ctx.hall_id, rating_id)) is not None


def test_a_sealed_telephone_opens_with_its_own_key_only(tmp_path: Path, small: SmallHall) -> None:
    tokens = small.ctx.tokens
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    sealed = seal(tmp_path / "a", tokens, "000-0000")
    assert "000-0000" not in sealed
    assert unseal(tmp_path / "a", tokens, sealed) == "000-0000"
    assert unseal(tmp_path / "b", tokens, sealed) is None
    assert (tmp_path / "a" / SEAL_KEY_FILE).stat().st_mode & 0o077 == 0
    assert seal(tmp_path / "a", tokens, "") == "" == unseal(tmp_path / "a", tokens, "")


def test_the_phone_rates_by_its_address(small: SmallHall, served: str) -> None:
    web = Web(small)
    path = f"/phone/{small.ticket(served).token}/rating"
    phone = web.browser()
    assert phone.get(path).get_json() == {
        "open": True,
        "given": None,
        "again": False,
        "answer": "",
        "until": "2026-03-09",
    }
    answer = phone.post(path, {"level": 1, "contact_phone": "000-1234"})
    assert answer.get_json()["given"] == 1
    assert answer.get_json()["open"] is False
    assert phone.post(path, {"level": 6}).get_json()["code"] == "invalid"
    ctx = small.ctx
    row = ctx.read(lambda c: queries.of_ticket(c, ctx.hall_id, served))[0]
    words = ctx.read(lambda c: queries.words_of(c, ctx.hall_id, row.id))
    assert words is not None
    assert "000-1234" not in words.phone
    assert unseal(small.hall.config.data, ctx.tokens, words.phone) == "000-1234"


def test_the_history_of_a_ticket_does_not_show_its_rating(small: SmallHall, served: str) -> None:
    actions.rate(small.ctx, PHONE, small.key(), served, GOOD)
    web = Web(small)
    for person in (STAFF["T1"], MANAGER):
        history = web.person(person).get(f"/tickets/{served}").get_json()
        assert not any("rating" in line["act"] for line in history["lines"])
