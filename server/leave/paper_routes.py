"""Papers of leave and corrections: upload, and download by those who may see the case."""

from __future__ import annotations

from flask import Response

from server.core.errors import HallError
from server.core.settings import FileSettings
from server.leave import files, views
from server.leave.errors import LeaveCode
from server.leave.messages import PaperRef
from server.leave.step_papers import paper_answer
from server.web_api import STAFF, Api, Call
from server.web_api.uploads import LARGEST, uploaded


def add(api: Api) -> None:
    """Register the routes of papers."""
    ctx, hall = api.hall.ctx, api.hall

    @api.post(
        "/files",
        who=STAFF,
        answer=PaperRef,
        codes=(LeaveCode.FILE_TYPE,),
        keyed=False,
        upload=LARGEST,
    )
    def keep(call: Call) -> PaperRef:
        """Store a paper (multipart field `file`); the same bytes again are the same paper."""
        name, data = uploaded(ctx.settings().of(FileSettings).file_limit_kb)
        paper = files.load(hall, files.store(hall, call.actor, name, "", data))
        return PaperRef(id=paper.id, name=paper.name, media=paper.media, size=len(paper.data))

    @api.get(
        "/files/<file>",
        who=STAFF,
        answer=None,
        codes=(LeaveCode.FILE_UNKNOWN, LeaveCode.NOT_YOUR_SHEET),
        media="application/octet-stream",
    )
    def paper(call: Call) -> Response:
        """Return a paper to its uploader, or to who may see the leave or correction it is of."""
        stored = files.load(hall, call.args["file"])
        if not ctx.read(lambda c: views.may_read(ctx, c, call.actor, stored.id, stored.by)):
            raise HallError(LeaveCode.NOT_YOUR_SHEET)
        return paper_answer(files.read_by(hall, call.actor, stored.id, "leave"))
