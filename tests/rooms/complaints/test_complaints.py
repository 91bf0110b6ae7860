"""Complaints: ways in, whom they concern, and the steps to the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from server.catalogue.actions import import_catalogue
from server.complaints import actions, codes, queries, tables
from server.complaints.actions import PHONE, Filed, Wish
from server.complaints.alarms import alarms
from server.complaints.errors import ComplaintCode
from server.complaints.integrity import problems
from server.complaints.queries import StoredComplaint, StoredComplaintStep
from server.complaints.rules import About, ComplaintMove, ComplaintState, Kind, Outcome, Way
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.leave.errors import LeaveCode
from server.privacy.personal_data import delete_old
from server.queue import snapshot, window_sessions
from server.spot_checks import finding_queries
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, catalogue
from support.web import Web

CHIEF = STAFF["T2"]
MOVE, STATE = ComplaintMove, ComplaintState
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
LIAISON = Actor(ActorKind.CLERK, CHIEF)
WORDS = "窗口人员态度生硬"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall, in which the clerk of T2 is the chief representative of tax."""
    book = catalogue()
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return small


def served(hall: SmallHall, window: str = "T1") -> str:
    """Serve a person at a window and return the ticket's id."""
    hall.sign_in(window)
    hall.issue("tax-1")
    return hall.serve(window).id


def filed(hall: SmallHall, **more: object) -> str:
    """Store a complaint about the service of T1 and return its id."""
    subject = str(more.pop("subject", "")) or served(hall)
    wish = Filed(Kind.ON_SPOT, Way.PHONE, About.VISIT, subject, ("attitude",), WORDS, "测试人")
    wish = replace(wish, **more)  # type: ignore[arg-type]
    number = actions.file(hall.ctx, PHONE, hall.key(), wish)
    row = hall.ctx.read(lambda c: queries.by_number(c, hall.ctx.hall_id, number))
    assert row is not None
    return row.id


def stored(hall: SmallHall, complaint: str) -> tuple[StoredComplaint, list[StoredComplaintStep]]:
    """Return a complaint with its steps."""
    hall_id = hall.ctx.hall_id
    row = hall.ctx.read(lambda c: queries.get(c, hall_id, complaint))
    assert row is not None
    return row, hall.ctx.read(lambda c: queries.STEPS.of(c, hall_id, [complaint]))[complaint]


def take(
    hall: SmallHall, actor: Actor, complaint: str, move: ComplaintMove, **more: object
) -> None:
    """Take a step, with words."""
    wish = replace(Wish(move, "情况说明"), **more)  # type: ignore[arg-type]
    actions.move(hall.ctx, actor, hall.key(), complaint, wish)


def refusal(
    hall: SmallHall, actor: Actor, complaint: str, move: ComplaintMove, **more: object
) -> ErrorCode:
    """Return the error code of a step that is refused; nothing is stored."""
    before = stored(hall, complaint)
    with pytest.raises(HallError) as refused:
        take(hall, actor, complaint, move, **more)
    assert stored(hall, complaint) == before
    return refused.value.code


def test_the_whole_way_has_an_actor_and_a_due_day_at_every_step(hall: SmallHall) -> None:
    complaint = filed(hall)
    take(hall, OFFICE, complaint, MOVE.CONTACT)
    take(hall, OFFICE, complaint, MOVE.ACCEPT, words="")
    take(hall, LIAISON, complaint, MOVE.ASK_TIME)
    take(hall, OFFICE, complaint, MOVE.GRANT_TIME)
    take(hall, LIAISON, complaint, MOVE.ANSWER, outcome=Outcome.UNPROVEN)
    take(hall, OFFICE, complaint, MOVE.CLOSE)
    row, steps = stored(hall, complaint)
    assert (row.state, row.due, row.outcome) == (STATE.CLOSED, "", "unproven")
    assert [(s.move, s.due) for s in steps] == [
        ("receive", "2026-03-09"),
        ("contact", "2026-03-09"),
        ("accept", "2026-03-09"),
        ("ask_time", "2026-03-09"),
        ("grant_time", "2026-03-23"),
        ("answer", "2026-03-09"),
        ("close", ""),
    ]
    assert all(step.by_actor for step in steps)
    ctx = hall.ctx
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, complaint))
    assert [line["act"] for line in lines] == [f"complaint.{step.move}" for step in steps]
    assert not any(text in str(lines) for text in (WORDS, "测试人", "情况说明"))


def test_time_is_extended_once_and_by_a_second_person(hall: SmallHall) -> None:
    complaint = filed(hall)
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    assert refusal(hall, OFFICE, complaint, MOVE.ASK_TIME, words="") == "complaint_words"
    take(hall, OFFICE, complaint, MOVE.ASK_TIME)
    assert refusal(hall, OFFICE, complaint, MOVE.GRANT_TIME) == "complaint_second"
    assert refusal(hall, LIAISON, complaint, MOVE.GRANT_TIME) == "complaint_office"
    take(hall, SECOND, complaint, MOVE.DENY_TIME)
    assert stored(hall, complaint)[0].due == "2026-03-09"
    assert refusal(hall, OFFICE, complaint, MOVE.ASK_TIME) == "complaint_extended"


def test_an_answer_needs_an_outcome_and_words(hall: SmallHall) -> None:
    complaint = filed(hall)
    assert refusal(hall, OFFICE, complaint, MOVE.ANSWER) == "complaint_state"
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    assert refusal(hall, LIAISON, complaint, MOVE.ANSWER) == "complaint_outcome"
    proven = {"outcome": Outcome.PROVEN, "words": ""}
    assert refusal(hall, LIAISON, complaint, MOVE.ANSWER, **proven) == "complaint_words"
    lost = {"outcome": Outcome.PROVEN, "evidence": ("nothing",)}
    assert refusal(hall, LIAISON, complaint, MOVE.ANSWER, **lost) is LeaveCode.FILE_UNKNOWN
    assert refusal(hall, OFFICE, complaint, MOVE.RECEIVE) == "invalid"


def test_a_refused_or_handed_on_complaint_has_ended(hall: SmallHall) -> None:
    for move, state in ((MOVE.REFUSE, STATE.REFUSED), (MOVE.HAND_ON, STATE.HANDED_ON)):
        complaint = filed(hall, about=About.UNIT, subject="tax")
        assert refusal(hall, OFFICE, complaint, move, words="") == "complaint_words"
        take(hall, OFFICE, complaint, move)
        assert (stored(hall, complaint)[0].state, stored(hall, complaint)[0].due) == (state, "")
        assert refusal(hall, OFFICE, complaint, MOVE.ACCEPT) == "complaint_state"


def test_whoever_is_complained_of_neither_sees_nor_handles_it(hall: SmallHall) -> None:
    complaint = filed(hall)
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    for number in (STAFF["T1"], STAFF["S1"]):
        clerk = Actor(ActorKind.CLERK, number)
        assert refusal(hall, clerk, complaint, MOVE.CONTACT) == "complaint_unknown"
        assert Web(hall).person(number).get(f"/complaints/{complaint}").status_code == 404
        assert Web(hall).person(number).get("/my/complaints").get_json()["complaints"] == []
    shown = Web(hall).person(CHIEF).get("/my/complaints").get_json()["complaints"]
    assert [(c["words"], c["contact_name"]) for c in shown] == [(WORDS, "测试人")]


def test_a_manager_who_is_complained_of_sees_nothing_of_it(hall: SmallHall) -> None:
    complaint = filed(hall, about=About.PERSON, subject=MANAGER)
    assert refusal(hall, OFFICE, complaint, MOVE.ACCEPT) == "complaint_unknown"
    assert Web(hall).manager().get("/office/complaints").get_json()["complaints"] == []
    take(hall, SECOND, complaint, MOVE.ACCEPT)


def test_nobody_of_a_unit_that_is_complained_of_handles_it(hall: SmallHall) -> None:
    complaint = filed(hall, about=About.UNIT, subject="tax")
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    assert refusal(hall, LIAISON, complaint, MOVE.CONTACT) == "complaint_unknown"
    assert Web(hall).person(CHIEF).get("/my/complaints").get_json()["complaints"] == []


def test_a_window_stands_for_everybody_who_served_there_that_day(hall: SmallHall) -> None:
    served(hall)
    window_sessions.sign_out(hall.ctx, hall.clerk("T1"), hall.key(), "T1", force=False)
    complaint = filed(hall, about=About.WINDOW, subject="T1")
    hall_id = hall.ctx.hall_id
    assert hall.ctx.read(lambda c: queries.subjects(c, hall_id, [complaint])) == {
        complaint: {STAFF["T1"]}
    }


def test_the_liaison_sees_a_complaint_from_the_acceptance_on(hall: SmallHall) -> None:
    complaint = filed(hall)
    chief = Web(hall).person(CHIEF)
    assert chief.get(f"/complaints/{complaint}").status_code == 404
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    assert chief.get(f"/complaints/{complaint}").get_json()["moves"] == [
        "contact",
        "ask_time",
        "answer",
    ]


def test_nobody_enters_a_complaint_about_themselves(hall: SmallHall) -> None:
    ticket = served(hall)
    wish = Filed(Kind.ON_SPOT, Way.RECEPTION, About.VISIT, ticket, ("attitude",))
    with pytest.raises(HallError) as refused:
        actions.file(hall.ctx, hall.clerk("T1"), hall.key(), wish)
    assert refused.value.code is ComplaintCode.COMPLAINT_OWN


@pytest.mark.parametrize(
    ("about", "subject", "code"),
    [
        (About.WINDOW, "nowhere", "complaint_about"),
        (About.UNIT, "", "complaint_about"),
        (About.PERSON, "0", "complaint_about"),
        (About.VISIT, "20260302-T999", "ticket_unknown"),
    ],
)
def test_a_complaint_has_a_subject(hall: SmallHall, about: About, subject: str, code: str) -> None:
    wish = Filed(Kind.ON_SPOT, Way.KIOSK, about, subject, ("attitude",))
    with pytest.raises(HallError) as refused:
        actions.file(hall.ctx, PHONE, hall.key(), wish)
    assert refused.value.code == code


def test_an_opinion_may_be_on_the_hall_as_a_whole(hall: SmallHall) -> None:
    complaint = filed(hall, kind=Kind.OPINION, about=About.UNIT, subject="tax")
    assert stored(hall, complaint)[0].unit == "tax"
    wish = Filed(Kind.OPINION, Way.KIOSK, About.UNIT, "", ("facilities",))
    assert actions.file(hall.ctx, PHONE, hall.key(), wish)


def test_a_number_of_a_hotline_is_registered_once(hall: SmallHall) -> None:
    manager = Web(hall).manager()
    body = {
        "kind": "handed_on",
        "about": "unit",
        "subject": "tax",
        "words": WORDS,
        "source": "12345",
        "source_number": "2026-77",
    }
    first = manager.post("/office/complaints", body).get_json()
    again = manager.post("/office/complaints", body | {"words": "另一件"}).get_json()
    assert (again["code"], again["data"]["number"]) == ("complaint_taken", first["number"])
    assert "number" in manager.post("/office/complaints", body | {"source": "媒体"}).get_json()


def test_a_proven_complaint_proposes_a_finding_on_whom_it_concerns(hall: SmallHall) -> None:
    complaint = filed(hall)
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    take(hall, LIAISON, complaint, MOVE.ANSWER, outcome=Outcome.PARTLY)
    hall_id, source = hall.ctx.hall_id, f"complaint:{complaint}"
    row = hall.ctx.read(lambda c: finding_queries.of_source(c, hall_id, "doubt", source))
    assert row is not None
    assert (row.kind, row.staff, row.unit, row.state) == (
        "complaint",
        STAFF["T1"],
        "tax",
        "proposed",
    )
    assert "测试人" not in row.facts
    shown = Web(hall).manager().get("/office/findings").get_json()["findings"]
    assert [(f["kind"], f["how"]) for f in shown] == [("complaint", "26000017")]


def test_a_finding_about_a_unit_belongs_to_the_unit(hall: SmallHall) -> None:
    complaint = filed(hall, about=About.UNIT, subject="tax")
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    take(hall, OFFICE, complaint, MOVE.ANSWER, outcome=Outcome.PROVEN)
    source = f"complaint:{complaint}"
    row = hall.ctx.read(lambda c: finding_queries.of_source(c, hall.ctx.hall_id, "doubt", source))
    assert row is not None
    assert (row.staff, row.unit) == ("", "tax")


def test_an_unproven_complaint_proposes_none(hall: SmallHall) -> None:
    complaint = filed(hall)
    take(hall, OFFICE, complaint, MOVE.ACCEPT)
    take(hall, LIAISON, complaint, MOVE.ANSWER, outcome=Outcome.UNPROVEN)
    assert Web(hall).manager().get("/office/findings").get_json()["findings"] == []


def test_the_complainant_follows_by_number_and_code(hall: SmallHall) -> None:
    token = hall.ticket(served(hall)).token
    web = Web(hall)
    phone = web.browser()
    body = {"about": "visit", "topics": ["waiting"], "words": WORDS, "contact_name": "测试人"}
    slip = phone.post(f"/phone/{token}/complaint", body).get_json()
    assert (slip["number"], slip["url"][-11:]) == ("26000017", "/c/26000017")
    row = hall.ctx.read(lambda c: queries.by_number(c, hall.ctx.hall_id, slip["number"]))
    assert row is not None
    take(hall, OFFICE, row.id, MOVE.ACCEPT)
    take(hall, LIAISON, row.id, MOVE.ANSWER, outcome=Outcome.PROVEN, words="已批评教育")
    typed = {"number": "2600 0017", "code": slip["code"].lower()}
    answer = phone.post("/complaints/follow", typed).get_json()
    assert (answer["state"], answer["outcome"]) == ("answered", "proven")
    assert [(s["move"], s["words"]) for s in answer["steps"]] == [
        ("receive", ""),
        ("accept", ""),
        ("answer", "已批评教育"),
    ]
    assert STAFF["T1"] not in str(answer)
    wrong = phone.post("/complaints/follow", typed | {"code": "22222222"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (404, "complaint_unknown")
    other = phone.post("/complaints/follow", typed | {"number": "26000025"})
    assert other.get_json()["code"] == "complaint_unknown"
    mistyped = phone.post("/complaints/follow", typed | {"number": "26000018"})
    assert mistyped.get_json()["code"] == "complaint_number"


def test_a_code_belongs_to_one_number_and_one_folder(hall: SmallHall, tmp_path: Path) -> None:
    tokens = hall.ctx.tokens
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    code = codes.code_of(here, tokens, "hall", "26000017")
    assert codes.code_of(here, tokens, "hall", "26000017") == code
    assert len(code) == codes.LENGTH
    others = {
        codes.code_of(here, tokens, "hall", "26000025"),
        codes.code_of(here, tokens, "hall2", "26000017"),
        codes.code_of(elsewhere, tokens, "hall", "26000017"),
    }
    assert len(others) == 3
    assert code not in others
    assert codes.fits(code, f" {code[:4].lower()}-{code[4:]}")
    assert not codes.fits(code, code[:-1])
    assert not codes.fits(code, "")


def test_the_contact_is_sealed_and_goes_before_the_words(hall: SmallHall, tmp_path: Path) -> None:
    token = hall.ticket(served(hall)).token
    web = Web(hall)
    body = {"about": "visit", "words": WORDS, "contact_name": "测试人", "contact_phone": "000-1"}
    web.browser().post(f"/phone/{token}/complaint", body)
    manager, ctx = web.manager(), hall.ctx
    shown = manager.get("/office/complaints").get_json()["complaints"][0]
    assert (shown["contact_name"], shown["contact_phone"]) == ("测试人", "000-1")
    words = ctx.read(lambda c: queries.words_among(c, ctx.hall_id, [shown["id"]]))[shown["id"]]
    assert "000-1" not in words.phone
    hall.clock.advance(seconds=366 * 86_400)
    delete_old(ctx, tmp_path)
    words = ctx.read(lambda c: queries.words_among(c, ctx.hall_id, [shown["id"]]))[shown["id"]]
    assert (words.words, words.name, words.phone) == (WORDS, "", "")
    hall.clock.advance(seconds=731 * 86_400)
    delete_old(ctx, tmp_path)
    assert ctx.read(lambda c: queries.words_among(c, ctx.hall_id, [shown["id"]])) == {}


def test_the_reply_is_on_paper_once_there_is_one(hall: SmallHall) -> None:
    complaint = filed(hall)
    manager = Web(hall).manager()
    address = f"/complaints/{complaint}/reply.pdf"
    assert manager.get(address).get_json()["code"] == "complaint_state"
    take(hall, OFFICE, complaint, MOVE.REFUSE)
    answer = manager.get(address)
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_due_complaints_are_tasks_of_the_office(hall: SmallHall) -> None:
    filed(hall)

    def tasks() -> list[str]:
        return [alarm.code for alarm in snapshot.read_with(hall.ctx, alarms(hall.hall))]

    assert tasks() == []
    hall.clock.advance(seconds=7 * 86_400)
    assert tasks() == ["complaint_due"]
    hall.clock.advance(seconds=86_400)
    assert tasks() == ["complaint_overdue"]
    address = f"/office/complaints?from=2026-03-01&to={hall.ctx.day()}"
    listed = Web(hall).manager().get(address).get_json()
    assert listed["figures"]["received"] == 1
    assert listed["complaints"][0]["overdue"] is True


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due": ""}, "step 1 of complaint 26000017 has a wrong due day"),
        ({"by_actor": ""}, "step 1 of complaint 26000017 has no actor"),
        ({"move": "accept"}, "step 1 of complaint 26000017 differs from the journal"),
        ({"n": 2}, "the steps of complaint 26000017 are not complete"),
        ({"state": "closed"}, "the steps of complaint 26000017 are not complete"),
    ],
)
def test_the_check_of_the_books_finds_a_changed_step(
    hall: SmallHall, values: dict[str, object], words: str
) -> None:
    filed(hall)
    ctx = hall.ctx
    assert list(ctx.read(lambda c: list(problems(c, ctx.hall_id)))) == []
    ctx.write(lambda tx: tx.conn.execute(update(tables.complaint_step).values(**values)))
    assert words in [english for _, english in ctx.read(lambda c: list(problems(c, ctx.hall_id)))]


def test_the_check_of_the_books_finds_a_wrong_number(hall: SmallHall) -> None:
    filed(hall)
    ctx = hall.ctx
    ctx.write(lambda tx: tx.conn.execute(update(tables.complaint).values(number="26000018")))
    shown = [english for _, english in ctx.read(lambda c: list(problems(c, ctx.hall_id)))]
    assert shown == ["complaint 26000018 has a wrong number"]
