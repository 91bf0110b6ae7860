"""Papers of leave and corrections: handing in, reading by those who may see the case."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from server.api import STAFF, Api, Call
from server.domain.errors import Code, HallError
from server.domain.settings import BOUNDS
from server.office import request_views as views
from server.services.attendance import files
from server.wire.attendance_requests import PaperRef

LARGEST = BOUNDS["file_limit_kb"][1] * 1024
"""The setting's own bound: how large a paper may be now is asked once it has come."""


def add(api: Api) -> None:
    """Register the papers."""
    ctx, hall = api.hall.ctx, api.hall

    @api.post(
        "/files",
        who=STAFF,
        answer=PaperRef,
        codes=(Code.FILE_TYPE,),
        keyed=False,
        upload=LARGEST,
    )
    def keep(call: Call) -> PaperRef:
        """Keep a paper (multipart field `file`); the same bytes again are the same paper."""
        name, data = uploaded(ctx.settings().file_limit_kb)
        kept = files.load(hall, files.keep(hall, call.actor, name, "", data))
        return PaperRef(id=kept.id, name=kept.name, media=kept.media, size=len(kept.data))

    @api.get(
        "/files/<file>",
        who=STAFF,
        answer=None,
        codes=(Code.FILE_UNKNOWN, Code.NOT_YOUR_SHEET),
        media="application/octet-stream",
    )
    def paper(call: Call) -> Response:
        """A kept paper, for those who may see its case."""
        kept = files.load(hall, call.args["file"])
        if not ctx.read(lambda c: views.may_read(ctx, c, call.actor, kept.id, kept.by)):
            raise HallError(Code.NOT_YOUR_SHEET)
        return paper_answer(kept)


def paper_answer(kept: files.Kept) -> Response:
    """A paper's bytes: pictures to look at, all else to save; nothing in it can run."""
    how = "attachment" if kept.media == files.PDF else "inline"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(kept.name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(kept.data, mimetype=kept.media, headers=headers)


def uploaded(limit_kb: int) -> tuple[str, bytes]:
    """Name and bytes of the multipart field `file`; raises INVALID, TOO_LARGE."""
    file = request.files.get("file")
    if file is None:
        raise HallError(Code.INVALID, field="file")
    content = file.stream.read(limit_kb * 1024 + 1)
    if len(content) > limit_kb * 1024:
        raise HallError(Code.TOO_LARGE)
    return file.filename or "", content
