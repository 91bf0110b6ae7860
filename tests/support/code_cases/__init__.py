"""Requests that provoke each error code of the API; one module per part of the hall."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from server.core.errors import Code
from support.web import Web

Case = Callable[[Web], TestResponse]
CASES: dict[Code, Case] = {}


def case(code: Code) -> Callable[[Case], Case]:
    """Register the request that is rejected with `code`."""

    def add(reached: Case) -> Case:
        CASES[code] = reached
        return reached

    return add
