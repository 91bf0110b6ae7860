"""Requests that provoke each error code of the API; one module per part of the hall."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from server.core.errors import ErrorCode
from support.web import Web

Case = Callable[[Web], TestResponse]
CASES: dict[ErrorCode, Case] = {}


def case(code: ErrorCode) -> Callable[[Case], Case]:
    """Register the request that is rejected with `code`."""

    def add(reached: Case) -> Case:
        CASES[code] = reached
        return reached

    return add
