"""Papers of leave and corrections: upload, and download by those who may see the case."""

from __future__ import annotations

from flask import Response, request

from server.core.errors import CommonCode, HallError
from server.core.settings import FileSettings, bounds
from server.leave import files, views
from server.leave.errors import LeaveCode
from server.leave.messages import PaperRef
from server.web_api import STAFF, Api, Call
from server.web_api.downloads import ATTACHMENT, INLINE, NOSNIFF, file_response

LARGEST = bounds()["file_limit_kb"][1] * 1024
"""Upper bound of a paper's bytes; the hall's current limit is checked after the upload."""


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
        """Return a stored paper to a person who may see its case."""
        stored = files.load(hall, call.args["file"])
        if not ctx.read(lambda c: views.may_read(ctx, c, call.actor, stored.id, stored.by)):
            raise HallError(LeaveCode.NOT_YOUR_SHEET)
        return paper_answer(stored)


def paper_answer(paper: files.StoredFile) -> Response:
    """Return a paper's bytes: images inline, all else as a download; nothing can run."""
    return file_response(
        paper.data,
        paper.media,
        paper.name,
        disposition=ATTACHMENT if paper.media == files.PDF else INLINE,
        headers={**NOSNIFF, "Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def uploaded(limit_kb: int) -> tuple[str, bytes]:
    """Return name and bytes of the multipart field `file`; raises INVALID, TOO_LARGE."""
    file = request.files.get("file")
    if file is None:
        raise HallError(CommonCode.INVALID, field="file")
    content = file.stream.read(limit_kb * 1024 + 1)
    if len(content) > limit_kb * 1024:
        raise HallError(CommonCode.TOO_LARGE)
    return file.filename or "", content
