"""Uploaded files: multipart field `file`, with the largest accepted size."""

from __future__ import annotations

from flask import request

from server.core.errors import CommonCode, HallError
from server.core.settings import bounds

LARGEST = bounds()["file_limit_kb"][1] * 1024
"""Upper bound of a paper's bytes; the hall's current limit is checked after the upload."""


def uploaded(limit_kb: int, field: str = "file") -> tuple[str, bytes]:
    """Return name and bytes of a multipart field; raises INVALID, TOO_LARGE."""
    file = request.files.get(field)
    if file is None:
        raise HallError(CommonCode.INVALID, field=field)
    content = file.stream.read(limit_kb * 1024 + 1)
    if len(content) > limit_kb * 1024:
        raise HallError(CommonCode.TOO_LARGE)
    return file.filename or "", content
