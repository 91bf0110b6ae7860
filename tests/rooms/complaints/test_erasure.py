"""Erasure of what a complainant left, on request."""

from __future__ import annotations

from server.complaints import actions, queries
from server.complaints.actions import PHONE, Filed, Wish
from server.complaints.rules import About, ComplaintMove, Kind, Way
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.sealed_text import seal
from server.integrity.checks import violations
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall
from support.web import Browser, Web

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
WORDS, NAME, PHONE_NUMBER, NOTE = "窗口人员态度生硬", "测试人", "000-1", "测试人说等了一上午"
REASON = {"reason": "本人要求删除"}


def file(hall: SmallHall, about: About = About.UNIT, subject: str = "tax") -> str:
    """Store a complaint with words, name and telephone and return its id."""
    phone = seal(hall.hall.config.data, hall.ctx.tokens, PHONE_NUMBER)
    wish = Filed(Kind.ON_SPOT, Way.PHONE, about, subject, ("attitude",), WORDS, NAME, phone)
    number = actions.file(hall.ctx, PHONE, hall.key(), wish)
    row = hall.ctx.read(lambda c: queries.by_number(c, hall.ctx.hall_id, number))
    assert row is not None
    return row.id


def refuse(hall: SmallHall, complaint: str) -> None:
    """Let the office call the complainant, then refuse the complaint."""
    for wish in (Wish(ComplaintMove.CONTACT, NOTE), Wish(ComplaintMove.REFUSE, "已在复议")):
        actions.move(hall.ctx, OFFICE, hall.key(), complaint, wish)


def stored_text(hall: SmallHall, complaint: str) -> str:
    """Return everything that is stored of a complaint, as text."""
    ctx = hall.ctx
    words = ctx.read(lambda c: queries.words_among(c, ctx.hall_id, [complaint]))
    steps = ctx.read(lambda c: queries.STEPS.of(c, ctx.hall_id, [complaint]))
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, complaint))
    return f"{words} {steps} {lines}"


def erase(browser: Browser, complaint: str, body: dict[str, str]) -> object:
    """Send the erasure and return the error code, or None."""
    return browser.post(f"/office/complaints/{complaint}/erase", body).get_json().get("code")


def test_words_contact_and_notes_of_calls_go_and_the_chain_holds(small: SmallHall) -> None:
    complaint = file(small)
    refuse(small, complaint)
    manager = Web(small).manager()
    before = manager.get(f"/complaints/{complaint}").get_json()
    assert (before["words"], before["erasable"]) == (WORDS, True)
    assert NOTE in stored_text(small, complaint)
    assert erase(manager, complaint, REASON) is None
    after = manager.get(f"/complaints/{complaint}").get_json()
    assert (after["words"], after["erasable"], after["named"]) == ("", False, True)
    assert [(s["move"], s["words"]) for s in after["steps"]] == [
        ("receive", ""),
        ("contact", ""),
        ("refuse", "已在复议"),
    ]
    left = stored_text(small, complaint)
    assert not any(text in left for text in (WORDS, NAME, PHONE_NUMBER, NOTE))
    ctx = small.ctx
    line = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, complaint))[-1]
    assert (line["act"], line["actor"], line["why"]) == (
        "complaint.erase",
        MANAGER,
        REASON["reason"],
    )
    assert (line["data"]["erased"], line["data"]["notes"]) == (True, 1)
    assert ctx.read(lambda c: list(violations(ctx.hall_id, c))) == []


def test_a_second_erasure_finds_nothing_and_is_journalled(small: SmallHall) -> None:
    complaint = file(small)
    refuse(small, complaint)
    manager, ctx = Web(small).manager(), small.ctx
    assert erase(manager, complaint, REASON) is None
    assert erase(manager, complaint, REASON) is None
    last = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, complaint))[-1]
    assert last["data"] == {"number": "26000017", "erased": False, "notes": 0}


def test_only_what_was_asked_for_goes(small: SmallHall) -> None:
    first, other = file(small), file(small)
    refuse(small, first)
    refuse(small, other)
    erase(Web(small).manager(), first, REASON)
    assert WORDS in stored_text(small, other)
    assert NOTE in stored_text(small, other)


def test_it_needs_a_reason_and_an_ended_complaint(small: SmallHall) -> None:
    complaint = file(small)
    manager = Web(small).manager()
    assert erase(manager, complaint, {"reason": " "}) == "reason_required"
    assert erase(manager, complaint, REASON) == "complaint_state"
    assert erase(manager, "C0", REASON) == "complaint_unknown"
    assert WORDS in stored_text(small, complaint)
    assert manager.get(f"/complaints/{complaint}").get_json()["erasable"] is False


def test_a_clerk_and_whoever_is_complained_of_erase_nothing(small: SmallHall) -> None:
    complaint = file(small, About.PERSON, MANAGER)
    administrator = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
    wish = Wish(ComplaintMove.REFUSE, "已在复议")
    actions.move(small.ctx, administrator, small.key(), complaint, wish)
    web = Web(small)
    assert erase(web.manager(), complaint, REASON) == "complaint_unknown"
    assert erase(web.person(STAFF["T1"]), complaint, REASON) == "forbidden"
    assert WORDS in stored_text(small, complaint)
