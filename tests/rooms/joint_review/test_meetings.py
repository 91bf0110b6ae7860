"""Meetings and joint site visits: attendance, absent units, corrections by two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from server.core.actors import Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.joint_review import meetings, views
from server.joint_review.errors import JointCode
from server.joint_review.integrity import problems
from server.joint_review.meetings import MeetingOrder, UnitPresence
from server.joint_review.messages import MeetingView
from server.joint_review.rules import MeetingKind, MeetingMove, MeetingState
from support.halls import ADMINISTRATOR, MANAGER, SmallHall, at
from support.joint_hall import ACTOR_OF, FORWARDED, LEAD, accepted, furnish, sent

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
MOVE = MeetingMove
DAY = date(2026, 3, 4)
ORDER = MeetingOrder(MeetingKind.SITE_VISIT, DAY, "09:30", "示例路1号", ("fire", "build"))
BOTH = (UnitPresence("fire", present=True), UnitPresence("build", present=True))
ONE = (UnitPresence("fire", present=True), UnitPresence("build", False, "另有会议"))


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


def take(
    hall: SmallHall,
    actor: Actor,
    meeting: str,
    move: MeetingMove,
    attendance: tuple[UnitPresence, ...] = (),
    words: str = "",
) -> None:
    """Take a step of a meeting."""
    meetings.move(hall.ctx, actor, hall.key(), meeting, move, attendance, words)


def shown(hall: SmallHall, case: str) -> MeetingView:
    """Return the only meeting of a case, as its lead sees it."""
    (meeting,) = hall.ctx.read(lambda c: views.joint(hall.ctx, c, LEAD, case)).meetings
    return meeting


def absent(hall: SmallHall, case: str) -> list[tuple[str, str]]:
    """Return the absent units with their reasons, once an attendance is recorded."""
    view = shown(hall, case)
    assert view.recorded
    return [(each.unit, each.reason) for each in view.units if not each.present]


def called(hall: SmallHall, case: str, actor: Actor = LEAD) -> str:
    """Call the site visit of Wednesday; return its id."""
    return meetings.call(hall.ctx, actor, hall.key(), case, ORDER)


def test_absent_units_are_recorded_on_the_day(hall: SmallHall) -> None:
    case = accepted(hall)
    meeting = called(hall, case)
    assert refusal(lambda: take(hall, LEAD, meeting, MOVE.RECORD, ONE)) is JointCode.MEETING_DAY
    hall.clock.set(at(11, day=DAY))
    for wrong in ((), ONE[:1], (*ONE, ONE[0])):
        code = refusal(partial(take, hall, LEAD, meeting, MOVE.RECORD, wrong))
        assert code is JointCode.MEETING_LIST
    take(hall, LEAD, meeting, MOVE.RECORD, ONE)
    assert absent(hall, case) == [("build", "另有会议")]
    wall = hall.ctx.read(lambda c: views.wall(hall.ctx, c))
    assert wall.rows[0].absent == ["单位build"]
    assert wall.totals.absent == 1
    assert refusal(lambda: take(hall, LEAD, meeting, MOVE.RECORD, ONE)) is JointCode.MEETING_STATE
    # On the day itself one person corrects, with a reason.
    assert refusal(lambda: take(hall, LEAD, meeting, MOVE.CORRECT, BOTH)) is JointCode.JOINT_WORDS
    take(hall, LEAD, meeting, MOVE.CORRECT, BOTH, "后来赶到")
    assert absent(hall, case) == []
    assert hall.ctx.read(lambda c: list(problems(c, "small"))) == []


def test_a_correction_of_a_past_day_needs_a_second_person(hall: SmallHall) -> None:
    case = accepted(hall)
    meeting = called(hall, case)
    hall.clock.set(at(11, day=DAY))
    take(hall, LEAD, meeting, MOVE.RECORD, ONE)
    hall.clock.set(at(9, day=date(2026, 3, 5)))
    late = refusal(lambda: take(hall, LEAD, meeting, MOVE.CORRECT, BOTH, "登记有误"))
    assert late is JointCode.MEETING_PAST
    take(hall, LEAD, meeting, MOVE.REQUEST, BOTH, "登记有误")
    assert absent(hall, case) == [("build", "另有会议")], "it counts once it is confirmed"
    assert [each.present for each in shown(hall, case).correction] == [True, True]
    own = refusal(lambda: take(hall, LEAD, meeting, MOVE.CONFIRM))
    assert own is JointCode.MEETING_SECOND
    take(hall, OFFICE, meeting, MOVE.CONFIRM)
    assert absent(hall, case) == []
    take(hall, OFFICE, meeting, MOVE.REQUEST, ONE, "查看签到表")
    take(hall, SECOND, meeting, MOVE.REJECT, words="签到表有签字")
    assert absent(hall, case) == []
    assert hall.ctx.read(lambda c: list(problems(c, "small"))) == []


def test_the_lead_or_the_office_calls_a_meeting_of_a_joint_case(hall: SmallHall) -> None:
    case = accepted(hall)
    sent(hall, case, "fire")
    stranger = ACTOR_OF["fire"]
    assert refusal(lambda: called(hall, case, stranger)) is JointCode.JOINT_LEAD
    other = accepted(hall, FORWARDED)
    assert refusal(lambda: called(hall, other)) is JointCode.JOINT_MODE
    hall.clock.set(at(9, day=date(2026, 3, 5)))
    assert refusal(lambda: called(hall, case)) is JointCode.MEETING_DAY
    hall.clock.set(at(9, day=date(2026, 3, 3)))
    meeting = called(hall, case, OFFICE)
    assert [each.unit for each in shown(hall, case).units] == ["fire", "build"]
    cancelled = refusal(lambda: take(hall, LEAD, meeting, MOVE.CANCEL))
    assert cancelled is JointCode.JOINT_WORDS
    take(hall, LEAD, meeting, MOVE.CANCEL, words="改期")
    assert shown(hall, case).state is MeetingState.CANCELLED
    wall = hall.ctx.read(lambda c: views.wall(hall.ctx, c))
    assert wall.rows[0].meetings == 0
