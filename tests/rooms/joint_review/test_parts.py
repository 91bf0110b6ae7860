"""Parts of a joint case: who sends, answers and sees them, and the end of the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from server.cases import actions as cases
from server.cases.actions import Wish
from server.cases.rules import CaseMove, SuspensionBasis
from server.core import setting_queries
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.joint_review import actions, lateness, queries, views
from server.joint_review.actions import PartOrder, PartWish
from server.joint_review.errors import JointCode
from server.joint_review.integrity import problems
from server.joint_review.messages import JointView, PartView
from server.joint_review.rules import Opinion, PartClock, PartKind, PartMove, PartState
from server.spot_checks import finding_queries
from server.supervision.rules import LampLevel
from support.halls import MANAGER, SmallHall, at
from support.joint_hall import (
    ACTOR_OF,
    ASKED,
    FORWARDED,
    JOINT,
    LEAD,
    accepted,
    answer,
    furnish,
    notice_of,
    parts,
    sent,
    step,
    steps_of,
)

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
MOVE, STATE = PartMove, PartState
BODY = "市示例中心"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with joint review."""
    furnish(small)
    return small


def refusal(act: Callable[[], object]) -> ErrorCode:
    """Return the error code with which an act is refused."""
    with pytest.raises(HallError) as refused:
        act()
    return refused.value.code


def send(hall: SmallHall, case: str, *orders: PartOrder, words: str = "", by: Actor = LEAD) -> None:
    """Ask units for their opinion."""
    actions.send(hall.ctx, by, hall.key(), case, orders, words)


def seen(hall: SmallHall, actor: Actor, case: str) -> JointView:
    """Return the joint review of a case as somebody sees it."""
    return hall.ctx.read(lambda c: views.joint(hall.ctx, c, actor, case))


def by_unit(view: JointView) -> dict[str, PartView]:
    """Return the parts of a view by unit."""
    return {part.unit: part for part in view.parts}


def whole(hall: SmallHall) -> list[tuple[str, str]]:
    """Return what the integrity check says."""
    return hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id)))


def on(hall: SmallHall, day: int) -> None:
    """Set the clock to 9:00 of a day of March 2026, whose second is a Monday."""
    hall.clock.set(at(9, day=date(2026, 3, day)))


def execute(statement: str, tx: Tx) -> None:
    """Execute a statement that no action would."""
    tx.conn.execute(text(statement))


def list_bodies(hall: SmallHall, names: str) -> None:
    """Set the list of deciding bodies that the office keeps."""

    def act(tx: Tx) -> None:
        setting_queries.put(tx, "elsewhere_bodies", names, "test")
        tx.events.append(HallChanged("settings"))

    hall.ctx.write(act)


def test_a_joint_case_ends_with_its_last_part_and_one_notice(hall: SmallHall) -> None:
    case = accepted(hall)
    ids = sent(hall, case)
    answer(hall, "social", ids["social"])
    answer(hall, "fire", ids["fire"], Opinion.DISAGREE)
    assert notice_of(hall, case) is None
    answer(hall, "build", ids["build"])
    notice = notice_of(hall, case)
    assert notice is not None
    assert notice.id.endswith("-L")
    results = json.loads(notice.content)["results"]
    assert [(line[0], line[2], line[3]) for line in results] == [
        ("build", "agree", "build 的理由"),
        ("fire", "disagree", "fire 的理由"),
        ("social", "agree", "social 的理由"),
    ]
    assert whole(hall) == []


def test_the_lead_cannot_pass_the_case_on_while_a_part_runs(hall: SmallHall) -> None:
    case = accepted(hall)
    ids = sent(hall, case, "social", "fire")
    answer(hall, "social", ids["social"])

    def pass_on() -> None:
        cases.move(hall.ctx, LEAD, hall.key(), case, Wish(CaseMove.PASS, "同意"))

    assert refusal(pass_on) is JointCode.JOINT_OPEN
    wish = Wish(CaseMove.SUSPEND, "勘验", basis=SuspensionBasis.INSPECTION, days=2)
    cases.move(hall.ctx, LEAD, hall.key(), case, wish)  # nothing else is held
    cases.move(hall.ctx, LEAD, hall.key(), case, Wish(CaseMove.RESUME))
    answer(hall, "fire", ids["fire"])
    pass_on()


def test_only_the_lead_sends_to_other_units_after_the_acceptance(hall: SmallHall) -> None:
    case = accepted(hall)
    order = PartOrder("fire", "消防条件")
    assert refusal(lambda: send(hall, case, order, by=OFFICE)) is JointCode.JOINT_LEAD
    stranger = ACTOR_OF["social"]
    assert refusal(lambda: send(hall, case, order, by=stranger)) is JointCode.JOINT_UNKNOWN
    for units in (["tax"], ["fire", "fire"], ["nobody"], []):
        orders = [PartOrder(unit, "意见") for unit in units]
        assert refusal(partial(send, hall, case, *orders)) is JointCode.JOINT_UNITS
    send(hall, case, order)
    assert refusal(lambda: send(hall, case, order)) is JointCode.JOINT_UNITS
    other = accepted(hall, FORWARDED)
    assert refusal(lambda: send(hall, other, order)) is JointCode.JOINT_MODE
    withdrawn = accepted(hall)
    cases.move(hall.ctx, LEAD, hall.key(), withdrawn, Wish(CaseMove.WITHDRAW, "不办了"))
    assert refusal(lambda: send(hall, withdrawn, order)) is JointCode.JOINT_CASE


def test_an_answer_after_the_promised_day_needs_a_word(hall: SmallHall) -> None:
    case = accepted(hall)
    late = PartOrder("fire", "消防条件", 11)
    assert refusal(lambda: send(hall, case, late)) is JointCode.JOINT_LIMIT
    assert parts(hall, case) == {}
    send(hall, case, PartOrder("social", "意见", 10))
    send(hall, case, late, words="须送检")
    assert steps_of(hall, parts(hall, case)["fire"].id)[0].days == 11


def test_the_limit_of_a_part_is_that_of_the_setting_and_stays(hall: SmallHall) -> None:
    case = accepted(hall)
    send(hall, case, PartOrder("fire", "消防条件"))
    part = parts(hall, case)["fire"]
    assert steps_of(hall, part.id)[0].days == 3
    due = lateness.part_due(hall.ctx, steps_of(hall, part.id))
    assert due is not None
    assert due.day == date(2026, 3, 5)


def test_a_unit_sees_other_opinions_only_after_its_own(hall: SmallHall) -> None:
    case = accepted(hall)
    ids = sent(hall, case)
    answer(hall, "social", ids["social"], Opinion.UPWARD)
    blind = by_unit(seen(hall, ACTOR_OF["fire"], case))
    assert blind["social"].hidden
    assert blind["social"].opinion is None
    assert blind["social"].steps == []
    assert blind["social"].state is STATE.ANSWERED
    assert blind["social"].due is None
    assert blind["social"].moves == []
    for actor in (LEAD, OFFICE):
        assert by_unit(seen(hall, actor, case))["social"].opinion is Opinion.UPWARD
    answer(hall, "fire", ids["fire"])
    assert by_unit(seen(hall, ACTOR_OF["fire"], case))["social"].opinion is Opinion.UPWARD
    # Asked again, it is blind again; recalled, it is no answer.
    again = sent(hall, case, "fire")["fire"]
    assert by_unit(seen(hall, ACTOR_OF["fire"], case))["social"].opinion is None
    step(hall, "tax", again, MOVE.RECALL, words="重复")
    assert by_unit(seen(hall, ACTOR_OF["fire"], case))["social"].opinion is Opinion.UPWARD
    assert by_unit(seen(hall, ACTOR_OF["build"], case))["social"].opinion is None


def test_only_the_asked_unit_answers_and_says_why(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire", "social")["fire"]

    def answered(by: str, **more: Any) -> ErrorCode:
        return refusal(lambda: step(hall, by, part, MOVE.ANSWER, **more))

    assert answered("tax", opinion=Opinion.AGREE) is JointCode.JOINT_UNIT
    assert answered("social", opinion=Opinion.AGREE) is JointCode.JOINT_UNIT
    assert answered("build", opinion=Opinion.AGREE) is JointCode.JOINT_UNKNOWN
    assert answered("fire") is JointCode.JOINT_OPINION
    assert answered("fire", opinion=Opinion.DISAGREE) is JointCode.JOINT_WORDS
    step(hall, "fire", part, MOVE.SIGN)
    assert refusal(lambda: step(hall, "fire", part, MOVE.SIGN)) is JointCode.JOINT_STATE
    step(hall, "fire", part, MOVE.ANSWER, opinion=Opinion.AGREE)  # needs no reason
    assert answered("fire", opinion=Opinion.AGREE) is JointCode.JOINT_STATE


def test_an_answer_is_taken_back_with_a_reason_before_the_whole_ends(hall: SmallHall) -> None:
    case = accepted(hall)
    ids = sent(hall, case, "fire", "social")
    answer(hall, "fire", ids["fire"], Opinion.DISAGREE)

    def take_back(words: str) -> None:
        step(hall, "fire", ids["fire"], MOVE.TAKE_BACK, words=words)

    assert refusal(lambda: take_back("")) is JointCode.JOINT_WORDS
    take_back("看错图纸")
    assert parts(hall, case)["fire"].state == STATE.SIGNED
    assert by_unit(seen(hall, LEAD, case))["fire"].opinion is None
    answer(hall, "social", ids["social"])
    assert notice_of(hall, case) is None
    answer(hall, "fire", ids["fire"])
    notice = notice_of(hall, case)
    assert notice is not None
    assert [line[2] for line in json.loads(notice.content)["results"]] == ["agree", "agree"]
    assert refusal(lambda: take_back("还要改")) is JointCode.JOINT_ENDED
    assert refusal(lambda: send(hall, case, PartOrder("build", "意见"))) is JointCode.JOINT_ENDED
    assert [s.move for s in steps_of(hall, ids["fire"])] == [
        "send",
        "answer",
        "take_back",
        "answer",
    ]
    assert whole(hall) == []


def test_a_part_that_must_go_upward_ends_when_the_answer_is_passed_on(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    answer(hall, "fire", part, Opinion.UPWARD)
    assert by_unit(seen(hall, LEAD, case))["fire"].due is not None
    assert notice_of(hall, case) is None
    assert refusal(lambda: step(hall, "fire", part, MOVE.SEND_UP)) is JointCode.JOINT_BODY
    step(hall, "fire", part, MOVE.SEND_UP, body="市示例局")
    assert by_unit(seen(hall, LEAD, case))["fire"].due is None, "days above are not the unit's"

    def hear(**more: Any) -> None:
        step(hall, "fire", part, MOVE.HEAR, **more)

    assert refusal(lambda: hear(number="7")) is JointCode.JOINT_OPINION
    assert refusal(lambda: hear(opinion=Opinion.UPWARD, number="7")) is JointCode.JOINT_OPINION
    assert refusal(lambda: hear(opinion=Opinion.AGREE)) is JointCode.JOINT_NUMBER
    hear(opinion=Opinion.DISAGREE, number="示〔2026〕7号", words="间距不足")
    due = by_unit(seen(hall, LEAD, case))["fire"].due
    assert due is not None
    assert (due.clock, due.day) == (PartClock.PASS_ON, "2026-03-04")
    step(hall, "fire", part, MOVE.PASS_ON)
    notice = notice_of(hall, case)
    assert notice is not None
    assert json.loads(notice.content)["results"] == [
        ["fire", "单位fire", "disagree", "间距不足", "市示例局", "示〔2026〕7号"]
    ]
    assert whole(hall) == []


def test_a_recalled_part_ends_the_whole_if_others_answered_and_only_then(hall: SmallHall) -> None:
    case = accepted(hall)
    ids = sent(hall, case, "fire", "social")
    assert (
        refusal(lambda: step(hall, "fire", ids["fire"], MOVE.RECALL, words="不需要"))
        is JointCode.JOINT_LEAD
    )
    step(hall, "tax", ids["fire"], MOVE.RECALL, words="不需要")
    step(hall, "tax", ids["social"], MOVE.RECALL, words="不需要")
    assert notice_of(hall, case) is None, "nobody answered, and other units may be asked"
    again = sent(hall, case, "fire", "build")
    answer(hall, "fire", again["fire"])
    step(hall, "tax", again["build"], MOVE.RECALL, words="不需要")
    notice = notice_of(hall, case)
    assert notice is not None
    assert [line[0] for line in json.loads(notice.content)["results"]] == ["fire"]
    assert whole(hall) == []


def test_the_notice_is_the_same_in_every_order_of_answers(hall: SmallHall) -> None:
    opinions = {"social": Opinion.AGREE, "fire": Opinion.DISAGREE, "build": Opinion.AGREE}
    contents = set()
    for order in permutations(ASKED):
        case = accepted(hall)
        ids = sent(hall, case)
        for unit in order:
            assert notice_of(hall, case) is None
            answer(hall, unit, ids[unit], opinions[unit])
        notice = notice_of(hall, case)
        assert notice is not None
        content = json.loads(notice.content)
        contents.add(json.dumps(content["results"]))
    assert len(contents) == 1


def test_silence_is_late_and_never_consent(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    on(hall, 4)
    cell = by_unit(seen(hall, LEAD, case))["fire"]
    assert cell.due is not None
    assert cell.due.lamp is LampLevel.YELLOW
    assert lateness.note_all(hall.ctx) == 0
    on(hall, 6)
    assert [lateness.note_all(hall.ctx) for _ in range(3)] == [1, 0, 0]
    cell = by_unit(seen(hall, LEAD, case))["fire"]
    assert cell.due is not None
    assert cell.due.lamp is LampLevel.RED
    assert cell.due.days_left == -1
    assert cell.late == [PartClock.ANSWER]
    assert cell.state is STATE.SENT
    assert notice_of(hall, case) is None
    mark = f"joint:{part}:answer"
    finding = hall.ctx.read(lambda c: finding_queries.of_source(c, hall.ctx.hall_id, "doubt", mark))
    assert finding is not None
    assert (finding.kind, finding.unit) == ("part_overdue", "fire")
    assert whole(hall) == []


def test_the_search_looks_after_a_start_and_once_a_day(hall: SmallHall) -> None:
    search = lateness.DailySearch(hall.ctx)
    case = accepted(hall)
    sent(hall, case, "fire", "social", days=1)
    assert search.update() == 0
    on(hall, 3)
    assert search.update() == 0
    on(hall, 4)
    assert [search.update() for _ in range(2)] == [2, 0]
    on(hall, 5)
    assert search.update() == 0
    assert lateness.DailySearch(hall.ctx).update() == 0


def test_a_late_answer_is_noted_with_the_step_after_a_start(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    on(hall, 9)  # nobody ran the job
    answer(hall, "fire", part)
    late = hall.ctx.read(lambda c: queries.every_late(c, hall.ctx.hall_id))
    assert [(row.subject, row.clock, row.due) for row in late] == [(part, "answer", "2026-03-05")]
    assert lateness.note_all(hall.ctx) == 0


def test_a_case_decided_above_is_sent_up_answered_and_passed_on(hall: SmallHall) -> None:
    case = accepted(hall, FORWARDED)
    view = seen(hall, LEAD, case)
    assert view.can_send_up
    assert view.send_up_due is not None
    assert view.send_up_due.day == "2026-03-05"
    assert not view.can_send

    def send_up(body: str = "市示例局", by: Actor = LEAD) -> str:
        return actions.send_up(hall.ctx, by, hall.key(), case, body)

    assert refusal(lambda: send_up("")) is JointCode.JOINT_BODY
    assert refusal(lambda: send_up(by=OFFICE)) is JointCode.JOINT_LEAD
    on(hall, 6)
    step(hall, "tax", send_up("错误的机关"), MOVE.RECALL, words="报错机关")
    part = send_up()
    assert refusal(send_up) is JointCode.JOINT_STATE
    late = hall.ctx.read(lambda c: queries.every_late(c, hall.ctx.hall_id))
    assert [(row.subject, row.clock, row.unit) for row in late] == [(case, "send_up", "tax")]

    def decide() -> None:
        cases.move(hall.ctx, LEAD, hall.key(), case, Wish(CaseMove.PASS, "同意"))

    assert refusal(decide) is JointCode.JOINT_OPEN
    step(hall, "tax", part, MOVE.HEAR, opinion=Opinion.AGREE, number="7")
    on(hall, 11)
    assert lateness.note_all(hall.ctx) == 1, "two working days are over"
    step(hall, "tax", part, MOVE.PASS_ON)
    rows = hall.ctx.read(lambda c: queries.parts_of(c, hall.ctx.hall_id, [case]))
    assert sorted(row.state for row in rows) == [STATE.PASSED, STATE.RECALLED]
    assert notice_of(hall, case) is None, "there is no whole of several units"
    decide()
    assert whole(hall) == []
    joint = accepted(hall, JOINT)
    assert (
        refusal(lambda: actions.send_up(hall.ctx, LEAD, hall.key(), joint, "市示例局"))
        is JointCode.JOINT_MODE
    )


def test_a_case_never_sent_up_is_found_by_the_job_once(hall: SmallHall) -> None:
    case = accepted(hall, FORWARDED)
    on(hall, 5)
    assert lateness.note_all(hall.ctx) == 0
    on(hall, 6)
    assert [lateness.note_all(hall.ctx) for _ in range(2)] == [1, 0]
    wall = hall.ctx.read(lambda c: views.wall(hall.ctx, c))
    (row,) = wall.rows
    assert (row.case, wall.totals.red) == (case, 1)


def test_a_case_is_handed_on_to_a_listed_body_of_another_hall(hall: SmallHall) -> None:
    case = accepted(hall)

    def hand_on(to: str = case, body: str = BODY) -> str:
        return actions.hand_on(hall.ctx, LEAD, hall.key(), to, body)

    assert refusal(hand_on) is JointCode.JOINT_BODY
    list_bodies(hall, f"邻县示例中心；{BODY};")
    assert seen(hall, LEAD, case).bodies == ["邻县示例中心", BODY]
    local = accepted(hall, FORWARDED)
    assert refusal(lambda: hand_on(local)) is JointCode.JOINT_SCOPE
    part = hand_on()
    assert refusal(hand_on) is JointCode.JOINT_STATE
    result = PartWish(MOVE.RESULT, Opinion.AGREE)
    early = refusal(lambda: actions.move(hall.ctx, LEAD, hall.key(), part, result))
    assert early is JointCode.JOINT_STATE, "it was not signed for"
    on(hall, 3)
    step(hall, "tax", part, MOVE.SIGN)
    on(hall, 6)
    step(hall, "tax", part, MOVE.RESULT, opinion=Opinion.AGREE)
    row = parts(hall, case)["tax"]
    assert (row.kind, row.state, row.body) == (PartKind.ELSEWHERE, STATE.ANSWERED, BODY)
    assert [s.day for s in steps_of(hall, part)] == ["2026-03-02", "2026-03-03", "2026-03-06"]
    assert notice_of(hall, case) is None
    assert whole(hall) == []


def test_parts_end_with_their_case_and_wait_for_nobody(hall: SmallHall) -> None:
    actions.watch(hall.ctx)
    case = accepted(hall)
    ids = sent(hall, case, "fire", "social")
    answer(hall, "social", ids["social"])
    mine = hall.ctx.read(lambda c: views.mine(hall.ctx, c, ACTOR_OF["fire"]))
    assert [each.part.id for each in mine.waiting] == [ids["fire"]]
    assert hall.ctx.read(lambda c: views.mine(hall.ctx, c, ACTOR_OF["build"])).waiting == []
    on(hall, 6)
    cases.move(hall.ctx, LEAD, hall.key(), case, Wish(CaseMove.WITHDRAW, "不办了"))
    assert parts(hall, case)["fire"].state == STATE.DROPPED
    late = hall.ctx.read(lambda c: queries.every_late(c, hall.ctx.hall_id))
    assert [row.subject for row in late] == [ids["fire"]], "it was late before the case ended"
    assert hall.ctx.read(lambda c: views.mine(hall.ctx, c, ACTOR_OF["fire"])).waiting == []
    answered = refusal(lambda: answer(hall, "fire", ids["fire"]))
    assert answered is JointCode.JOINT_CASE
    assert notice_of(hall, case) is None
    on(hall, 20)
    assert lateness.note_all(hall.ctx) == 0
    assert hall.ctx.read(lambda c: views.wall(hall.ctx, c)).rows == []
    assert whole(hall) == []


def test_a_job_ends_the_parts_of_a_case_that_ended_before(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    cases.move(hall.ctx, LEAD, hall.key(), case, Wish(CaseMove.WITHDRAW, "不办了"))
    assert parts(hall, case)["fire"].state == STATE.SENT
    assert [actions.drop_all(hall.ctx) for _ in range(2)] == [1, 0]
    assert steps_of(hall, part)[-1].by_actor == SYSTEM.key
    assert whole(hall) == []


def test_a_step_of_another_kind_of_part_is_refused(hall: SmallHall) -> None:
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    for move in (MOVE.RESULT, MOVE.SEND, MOVE.DROP):
        code = refusal(partial(step, hall, "fire", part, move, words="理由"))
        assert code is JointCode.JOINT_STATE


def test_facts_are_only_added_to_and_a_change_is_found(hall: SmallHall) -> None:
    case = accepted(hall)
    answer(hall, "fire", sent(hall, case, "fire")["fire"])
    for table, change in (
        ("joint_step", "UPDATE joint_step SET opinion = 'disagree'"),
        ("joint_notice", "DELETE FROM joint_notice"),
    ):
        with pytest.raises(DatabaseError, match=f"{table} is only added to"):
            hall.ctx.write(partial(execute, change))
    hall.ctx.write(partial(execute, "UPDATE joint_part SET state = 'sent'"))
    assert len(whole(hall)) == 2, "the chain, and the notice before the end"
