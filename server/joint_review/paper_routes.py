"""Routes by which the papers of joint review are printed."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import Connection

from server.cases import actions as cases
from server.cases import paper_pdf
from server.cases import queries as case_queries
from server.core.errors import CommonCode, HallError
from server.hall.composition import Hall
from server.joint_review import access, lists, meetings, queries
from server.joint_review.access import JointCase
from server.joint_review.errors import JointCode
from server.joint_review.queries import (
    StoredAttendance,
    StoredMeeting,
    StoredNotice,
    StoredPart,
    StoredStep,
)
from server.joint_review.rules import PartKind
from server.web_api import STAFF, Api, Call
from server.web_api.downloads import INLINE, file_response

PDF = "application/pdf"
CODES = (JointCode.JOINT_UNKNOWN,)


def add(api: Api) -> None:
    """Register the routes."""
    _notice(api)
    _attendance(api)
    _handed_on(api)


def _case_words(hall: Hall, joint: JointCase) -> tuple[str, str]:
    return joint.row.number, cases.item_of(hall.ctx, joint.row).name


def _notice(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/cases/<case>/joint/notice.pdf", who=STAFF, answer=None, codes=CODES, media=PDF)
    def joint_notice(call: Call) -> Response:
        """Return the one notice of a whole that has ended, as A4 or with `size=a5`."""
        size = request.args.get("size", "a4")
        if size not in paper_pdf.SIZES:
            raise HallError(CommonCode.INVALID, field="size")

        def read(conn: Connection) -> tuple[StoredNotice, str, JointCase]:
            joint = access.joint_case(ctx, conn, call.actor, call.args["case"])
            row = queries.notices(conn, ctx.hall_id, [joint.row.id]).get(joint.row.id)
            if row is None or not (joint.is_lead or call.actor.manages):
                raise HallError(JointCode.JOINT_UNKNOWN)
            person = case_queries.applicants(conn, ctx.hall_id, [row.case]).get(row.case)
            return row, person.name if person else "", joint

        row, name, joint = ctx.read(read)
        address = f"{hall.config.base_url}/k/{joint.row.number}"
        hall_name = ctx.catalogue().hall_name
        content = hall.offload(lambda: lists.notice(row, hall_name, name, address, size))
        return file_response(content, PDF, f"{row.id}.pdf", disposition=INLINE)


def _attendance(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/joint/meetings/<meeting>.pdf", who=STAFF, answer=None, codes=CODES, media=PDF)
    def attendance_list(call: Call) -> Response:
        """Return the list to sign at a meeting."""

        def read(
            conn: Connection,
        ) -> tuple[StoredMeeting, list[StoredAttendance], JointCase]:
            row = queries.meeting(conn, ctx.hall_id, call.args["meeting"])
            if row is None:
                raise HallError(JointCode.JOINT_UNKNOWN)
            joint = access.joint_case(ctx, conn, call.actor, row.case)
            steps = queries.MEETING_STEPS.of(conn, ctx.hall_id, [row.id])[row.id]
            attended = queries.attendances(conn, ctx.hall_id, [row.id])[row.id]
            return row, meetings.standing(steps, attended), joint

        row, attended, joint = ctx.read(read)
        names = {unit.code: unit.name for unit in ctx.catalogue().units}
        words, hall_name = _case_words(hall, joint), ctx.catalogue().hall_name
        content = hall.offload(
            lambda: lists.attendance_list(row, attended, names, hall_name, words)
        )
        return file_response(content, PDF, f"QD-{row.id}.pdf", disposition=INLINE)


def _handed_on(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/joint/parts/<part>.pdf", who=STAFF, answer=None, codes=CODES, media=PDF)
    def handed_on_list(call: Call) -> Response:
        """Return the list of a case that is handed on to another hall."""

        def read(
            conn: Connection,
        ) -> tuple[StoredPart, list[StoredStep], JointCase]:
            part = queries.part(conn, ctx.hall_id, call.args["part"])
            if part is None or part.kind != PartKind.ELSEWHERE:
                raise HallError(JointCode.JOINT_UNKNOWN)
            joint = access.joint_case(ctx, conn, call.actor, part.case)
            if not (joint.is_lead or call.actor.manages):
                raise HallError(JointCode.JOINT_UNKNOWN)
            return part, queries.STEPS.of(conn, ctx.hall_id, [part.id])[part.id], joint

        part, steps, joint = ctx.read(read)
        book = ctx.catalogue()
        unit = book.unit_by.get(part.unit)
        unit_name = unit.name if unit else part.unit
        item = cases.item_of(ctx, joint.row)
        materials = [(material.name, material.form) for material in item.materials]
        words = _case_words(hall, joint)
        content = hall.offload(
            lambda: lists.handed_on_list(part, steps, book.hall_name, unit_name, words, materials)
        )
        return file_response(content, PDF, f"YJ-{part.id}.pdf", disposition=INLINE)
