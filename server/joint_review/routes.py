"""Routes of joint review: parts, meetings, papers, the wall of the office."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from server.cases.messages import ServePaper
from server.core.actors import Actor
from server.core.errors import ErrorCode
from server.joint_review import actions, meetings, queries, views
from server.joint_review.actions import PartOrder, PartWish
from server.joint_review.errors import JointCode
from server.joint_review.meetings import MeetingOrder, UnitPresence
from server.joint_review.messages import (
    CallMeeting,
    JointView,
    JointWall,
    MoveMeeting,
    MovePart,
    MyParts,
    SendOn,
    SendParts,
)
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_of, week_argument

OF_CASE: tuple[ErrorCode, ...] = (
    JointCode.JOINT_UNKNOWN,
    JointCode.JOINT_CASE,
    JointCode.JOINT_LEAD,
)
SENDING: tuple[ErrorCode, ...] = (
    *OF_CASE,
    JointCode.JOINT_MODE,
    JointCode.JOINT_UNITS,
    JointCode.JOINT_LIMIT,
    JointCode.JOINT_ENDED,
)
STEPS: tuple[ErrorCode, ...] = (
    *OF_CASE,
    JointCode.JOINT_UNIT,
    JointCode.JOINT_STATE,
    JointCode.JOINT_WORDS,
    JointCode.JOINT_OPINION,
    JointCode.JOINT_ENDED,
    JointCode.JOINT_BODY,
    JointCode.JOINT_NUMBER,
)
MEETING_STEPS: tuple[ErrorCode, ...] = (
    JointCode.JOINT_UNKNOWN,
    JointCode.JOINT_LEAD,
    JointCode.JOINT_WORDS,
    JointCode.MEETING_STATE,
    JointCode.MEETING_DAY,
    JointCode.MEETING_PAST,
    JointCode.MEETING_LIST,
    JointCode.MEETING_SECOND,
)
ORDER = {"parts": [{"unit": "xfjy", "question": "请就消防条件提出意见。", "days": 3}]}


def add(api: Api) -> None:
    """Register the routes."""
    _parts(api)
    _served(api)
    _sent_on(api)
    _meetings(api)
    _listed(api)


def _shown(api: Api) -> Callable[[Actor, str], JointView]:
    ctx = api.hall.ctx
    return lambda actor, case: ctx.read(lambda c: views.joint(ctx, c, actor, case))


def _parts(api: Api) -> None:
    ctx, shown = api.hall.ctx, _shown(api)

    @api.get("/cases/<case>/joint", who=STAFF, answer=JointView, codes=(JointCode.JOINT_UNKNOWN,))
    def joint_of_case(call: Call) -> JointView:
        """Return the joint review of a case to its lead, the units asked and the office."""
        return shown(call.actor, call.args["case"])

    @api.post(
        "/cases/<case>/joint/parts",
        who=STAFF,
        body=SendParts,
        answer=JointView,
        codes=SENDING,
        example=ORDER,
    )
    def send_parts(call: Call) -> JointView:
        """Ask units for their opinion, all side by side."""
        body: SendParts = call.body
        orders = [PartOrder(part.unit, part.question, part.days) for part in body.parts]
        case = call.args["case"]
        actions.send(ctx, call.actor, call.key, case, orders, body.words)
        return shown(call.actor, case)

    @api.post(
        "/joint/parts/<part>/move",
        who=STAFF,
        body=MovePart,
        answer=JointView,
        codes=STEPS,
        example={"move": "answer", "opinion": "disagree", "words": "疏散宽度不足。"},
    )
    def move_part(call: Call) -> JointView:
        """Take the next step of a part: sign, answer, send upward or pass on."""
        body: MovePart = call.body
        wish = PartWish(body.move, body.opinion, body.words, body.body, body.number)
        part_id = call.args["part"]
        actions.move(ctx, call.actor, call.key, part_id, wish)
        part = ctx.read(lambda c: queries.part(c, ctx.hall_id, part_id))
        assert part is not None, "it was moved"
        return shown(call.actor, part.case)


def _served(api: Api) -> None:
    ctx, shown = api.hall.ctx, _shown(api)

    @api.post(
        "/cases/<case>/joint/notice/service",
        who=STAFF,
        body=ServePaper,
        answer=JointView,
        codes=(JointCode.JOINT_UNKNOWN, JointCode.JOINT_LEAD, JointCode.JOINT_SERVED),
        example={"how": "handed", "to": "applicant"},
    )
    def serve_notice(call: Call) -> JointView:
        """Record that the one notice was served: how, to whom, on which day."""
        body: ServePaper = call.body
        day = day_of(body.day) if body.day else None
        case = call.args["case"]
        actions.serve(ctx, call.actor, call.key, case, body.how, body.to, day)
        return shown(call.actor, case)


def _sent_on(api: Api) -> None:
    ctx, shown = api.hall.ctx, _shown(api)

    @api.post(
        "/cases/<case>/joint/upward",
        who=STAFF,
        body=SendOn,
        answer=JointView,
        codes=(*OF_CASE, JointCode.JOINT_MODE, JointCode.JOINT_BODY, JointCode.JOINT_STATE),
        example={"body": "市示例局"},
    )
    def send_case_up(call: Call) -> JointView:
        """Send a case that is decided above to the superior body."""
        body: SendOn = call.body
        case = call.args["case"]
        actions.send_up(ctx, call.actor, call.key, case, body.body, body.words)
        return shown(call.actor, case)

    @api.post(
        "/cases/<case>/joint/elsewhere",
        who=STAFF,
        body=SendOn,
        answer=JointView,
        codes=(*OF_CASE, JointCode.JOINT_SCOPE, JointCode.JOINT_BODY, JointCode.JOINT_STATE),
        example={"body": "市示例政务服务中心"},
    )
    def hand_case_on(call: Call) -> JointView:
        """Hand a case that was accepted here on to the body of another hall that decides it."""
        body: SendOn = call.body
        case = call.args["case"]
        actions.hand_on(ctx, call.actor, call.key, case, body.body, body.words)
        return shown(call.actor, case)


def _meetings(api: Api) -> None:
    ctx, shown = api.hall.ctx, _shown(api)

    @api.post(
        "/cases/<case>/joint/meetings",
        who=STAFF,
        body=CallMeeting,
        answer=JointView,
        codes=(*OF_CASE, JointCode.JOINT_MODE, JointCode.JOINT_UNITS, JointCode.MEETING_DAY),
        example={
            "kind": "site_visit",
            "day": "2026-12-03",
            "time": "09:30",
            "place": "示例路1号",
            "units": ["xfjy"],
        },
    )
    def call_meeting(call: Call) -> JointView:
        """Call a meeting or joint site visit."""
        body: CallMeeting = call.body
        order = MeetingOrder(body.kind, day_of(body.day), body.time, body.place, body.units)
        case = call.args["case"]
        meetings.call(ctx, call.actor, call.key, case, order)
        return shown(call.actor, case)

    @api.post(
        "/joint/meetings/<meeting>/move",
        who=STAFF,
        body=MoveMeeting,
        answer=JointView,
        codes=MEETING_STEPS,
        example={"move": "record", "attendance": [{"unit": "xfjy", "present": True}]},
    )
    def move_meeting(call: Call) -> JointView:
        """Record the attendance of a meeting, correct it, confirm a correction, or cancel it."""
        body: MoveMeeting = call.body
        attendance = [UnitPresence(a.unit, a.present, a.reason) for a in body.attendance]
        meeting_id = call.args["meeting"]
        meetings.move(ctx, call.actor, call.key, meeting_id, body.move, attendance, body.words)
        row = ctx.read(lambda c: queries.meeting(c, ctx.hall_id, meeting_id))
        assert row is not None, "it was moved"
        return shown(call.actor, row.case)


def _listed(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/my/joint-parts", who=STAFF, answer=MyParts)
    def my_parts(call: Call) -> MyParts:
        """Return the parts that wait for one's unit, and those it answered lately."""
        return ctx.read(lambda c: views.mine(ctx, c, call.actor))

    @api.get("/office/joint-reviews", who=MANAGERS, answer=JointWall)
    def joint_reviews(_call: Call) -> JointWall:
        """Return the open joint cases with their parts, late ones first.

        With `week` (2026-W47) the cases that the week's figures are made of.
        """
        week = week_argument(request.args["week"]) if "week" in request.args else None
        return ctx.read(lambda c: views.wall(ctx, c, week))
