"""Responses that carry a stored or generated file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from werkzeug.http import dump_options_header

INLINE, ATTACHMENT = "inline", "attachment"
NOSNIFF = {"X-Content-Type-Options": "nosniff"}
"""Header for bytes that a person uploaded: the browser must not guess another type."""


def file_response(
    content: bytes,
    media: str,
    name: str = "",
    *,
    disposition: str = ATTACHMENT,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return `content` as a download called `name`, or shown in the page if inline."""
    options = {"filename": name} if name else {}
    return Response(
        content,
        mimetype=media,
        headers={
            "Content-Disposition": dump_options_header(disposition, options),
            **(headers or {}),
        },
    )
