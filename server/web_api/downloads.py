"""Responses that carry a stored or generated file."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

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
    return Response(
        content,
        mimetype=media,
        headers={
            "Content-Disposition": _disposition(disposition, name),
            **(headers or {}),
        },
    )


def _disposition(disposition: str, name: str) -> str:
    """Return the header's value: a name beyond ASCII is percent-encoded (RFC 8187)."""
    if not name:
        return disposition
    key, value = ("filename", name) if name.isascii() else ("filename*", f"UTF-8''{quote(name)}")
    return dump_options_header(disposition, {key: value})
