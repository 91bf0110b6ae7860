"""Requests that provoke the error codes of disclosure."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.disclosure.errors import DisclosureCode
from support.code_cases import case
from support.web import Web


@case(DisclosureCode.UNIT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get("/office/disclosure/nobody")
