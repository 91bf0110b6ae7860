"""Requests that provoke the error codes of fees."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.fees.errors import FeeCode
from support import fees
from support.code_cases import case
from support.code_cases.requests import upload
from support.fees import CASHIER, CLERK, HEADING, SECOND
from support.web import Web

DAY = "2026-03-02"


def made(web: Web) -> str:
    """Return the address of the steps of a due of 80 yuan."""
    fees.charge(web.small)
    return f"/fees/{fees.made(web.small)}/move"


def confirm(reference: str = "R-0001") -> dict[str, str]:
    """Return the body of a confirmation."""
    return {"move": "confirm", "reference": reference}


def read_in(web: Web, text: str, number: str = CASHIER.name) -> TestResponse:
    """Hand in a bank's file."""
    return upload(web.person(number), "/fees/bank-files", text.encode(), "bank.csv")


@case(FeeCode.FEE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/fees/J0/move", confirm())


@case(FeeCode.FEE_NUMBER)
def _(web: Web) -> TestResponse:
    return web.manager().get("/fees?number=J2026030200011")


@case(FeeCode.FEE_NONE)
def _(web: Web) -> TestResponse:
    case_id = fees.accepted_case(web.small)
    return web.person(CLERK.name).post(f"/cases/{case_id}/fees", {"standard": "home"})


@case(FeeCode.FEE_STANDARD)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    case_id = fees.accepted_case(web.small)
    return web.person(CLERK.name).post(f"/cases/{case_id}/fees", {"standard": "tip"})


@case(FeeCode.FEE_CASE)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    case_id = fees.accepted_case(web.small)
    clerk = web.person(CLERK.name)
    clerk.post(f"/cases/{case_id}/move", {"move": "withdraw", "words": "来电撤回"})
    return clerk.post(f"/cases/{case_id}/fees", {"standard": "home"})


@case(FeeCode.FEE_STATE)
def _(web: Web) -> TestResponse:
    steps, cashier = made(web), web.person(CASHIER.name)
    cashier.post(steps, confirm())
    return cashier.post(steps, confirm("R-0002"))


@case(FeeCode.FEE_POST)
def _(web: Web) -> TestResponse:
    steps, clerk = made(web), web.person(CLERK.name)
    clerk.post(steps, {"move": "ask_waive", "words": "小微企业免收"})
    return clerk.post(steps, {"move": "grant_waive", "words": "同意"})


@case(FeeCode.FEE_CASHIER)
def _(web: Web) -> TestResponse:
    return web.manager().post(made(web), confirm())


@case(FeeCode.FEE_OWN)
def _(web: Web) -> TestResponse:
    fees.charge(web.small, (CLERK.name,))
    return web.person(CLERK.name).post(f"/fees/{fees.made(web.small)}/move", confirm())


@case(FeeCode.FEE_SECOND)
def _(web: Web) -> TestResponse:
    steps, cashier = made(web), web.person(CASHIER.name)
    cashier.post(steps, confirm())
    cashier.post(steps, {"move": "ask_refund", "words": "申请人撤回"})
    return cashier.post(steps, {"move": "confirm_refund", "reference": "T-0001"})


@case(FeeCode.FEE_WORDS)
def _(web: Web) -> TestResponse:
    return web.person(CLERK.name).post(made(web), {"move": "ask_waive"})


@case(FeeCode.FEE_REFERENCE)
def _(web: Web) -> TestResponse:
    return web.person(CASHIER.name).post(made(web), confirm("no"))


@case(FeeCode.FEE_RECEIPT_USED)
def _(web: Web) -> TestResponse:
    steps, cashier = made(web), web.person(CASHIER.name)
    cashier.post(steps, confirm())
    other = f"/fees/{fees.made(web.small)}/move"
    return web.person(SECOND.name).post(other, confirm())


@case(FeeCode.FEE_BANK_LINE)
def _(web: Web) -> TestResponse:
    steps = made(web)
    fees.read_file(web.small, fees.line(DAY, "R-0001", "", 8000))
    return web.person(CASHIER.name).post(steps, confirm())


@case(FeeCode.FEE_AMOUNT)
def _(web: Web) -> TestResponse:
    steps, cashier = made(web), web.person(CASHIER.name)
    cashier.post(steps, confirm())
    return cashier.post(steps, {"move": "ask_refund", "words": "多缴", "amount": 8001})


@case(FeeCode.FEE_REFUNDED)
def _(web: Web) -> TestResponse:
    steps, cashier, second = made(web), web.person(CASHIER.name), web.person(SECOND.name)
    cashier.post(steps, confirm())
    cashier.post(steps, {"move": "ask_refund", "words": "多缴", "amount": 1})
    second.post(steps, {"move": "confirm_refund", "reference": "T-0001"})
    return cashier.post(steps, {"move": "ask_correction", "words": "金额有误"})


@case(FeeCode.FEE_FILE_DAYS)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    return read_in(web, HEADING)


@case(FeeCode.FEE_FILE_FORM)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    return read_in(web, "日期\n")


@case(FeeCode.FEE_FILE_LINES)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    return read_in(web, HEADING + "soon,R-0001,,80\n")


@case(FeeCode.FEE_FILE_CHANGED)
def _(web: Web) -> TestResponse:
    fees.charge(web.small)
    read_in(web, HEADING + fees.line(DAY, "R-0001", "", 8000))
    return read_in(web, HEADING + fees.line(DAY, "R-0001", "", 8001))
