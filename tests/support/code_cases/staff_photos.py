"""Requests that provoke the error codes of staff photos."""

from __future__ import annotations

import io

from PIL import Image
from werkzeug.test import TestResponse

from server.staff_photos.errors import StaffPhotoCode
from support.code_cases import case
from support.code_cases.requests import upload
from support.halls import STAFF
from support.web import Web


def picture(width: int = 300, height: int = 400, kind: str = "JPEG") -> bytes:
    """Return an empty picture."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, kind)
    return stream.getvalue()


@case(StaffPhotoCode.STAFF_UNKNOWN)
def _(web: Web) -> TestResponse:
    return upload(web.manager(), "/office/staff-photos/9999", picture())


@case(StaffPhotoCode.PORTRAIT_INVALID)
def _(web: Web) -> TestResponse:
    address = f"/office/staff-photos/{STAFF['T1']}"
    return upload(web.manager(), address, picture(40, 40))


@case(StaffPhotoCode.PORTRAIT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/staff-photos/0")
