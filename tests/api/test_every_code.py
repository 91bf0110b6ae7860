"""Coverage of error codes: every one is provoked by a request, with its status and words."""

from __future__ import annotations

import pytest

from server.core.errors import ErrorCode
from server.core.problems import refusals
from support.code_cases import (
    CASES,
    appointments,
    assessment,
    assistance,
    attendance,
    branches,
    bulletin,
    call_backs,
    cases,
    checks,
    complaints,
    disclosure,
    fees,
    hall,
    honours,
    issuing,
    joint_review,
    mistakes,
    one_time_notices,
    past_changes,
    ratings,
    readers,
    remote_numbers,
    requests,
    staff_photos,
    tacit_approval,
)
from support.halls import ADMINISTRATOR, STAFF
from support.web import Web

PARTS = (
    hall,
    readers,
    remote_numbers,
    attendance,
    requests,
    cases,
    joint_review,
    checks,
    branches,
    bulletin,
    past_changes,
    mistakes,
    ratings,
    disclosure,
    appointments,
    complaints,
    call_backs,
    staff_photos,
    tacit_approval,
    assessment,
    assistance,
    honours,
    one_time_notices,
    fees,
    issuing,
)


@pytest.mark.parametrize("code", list(refusals()), ids=str)
def test_the_code_is_reached(web: Web, code: ErrorCode) -> None:
    answer = CASES[code](web)
    body = answer.get_json()
    assert body["code"] == code.value
    assert answer.status_code == refusals()[code].status
    assert body["message_zh"]
    assert body["message_en"]
    assert "{" not in body["message_zh"] + body["message_en"]


def test_the_administrator_is_a_person() -> None:
    assert ADMINISTRATOR not in STAFF.values()
