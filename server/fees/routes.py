"""Routes of fees: dues of a case, the cashier's desk, the bank's files, the day's agreement."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, request
from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.errors import CaseCode
from server.core.errors import CommonCode, HallError
from server.fees import access, actions, notice_pdf, queries, views
from server.fees.actions import FeeWish
from server.fees.bank_file import LIMIT_KB
from server.fees.errors import FeeCode
from server.fees.messages import (
    BankFileList,
    CaseFees,
    CashierDesk,
    DayAgreement,
    FeeList,
    FeeMonth,
    FeeView,
    MakeDue,
    MoveFee,
)
from server.fees.notice_pdf import NoticeTexts
from server.fees.queries import StoredDue
from server.fees.rules import FeeState, read_number
from server.fees.settings import FeeSettings
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import check_year_range, day_argument
from server.web_api.downloads import INLINE, file_response
from server.web_api.uploads import uploaded

PDF = "application/pdf"
LISTED_DAYS = 30
STEPS = (
    FeeCode.FEE_UNKNOWN,
    FeeCode.FEE_STATE,
    FeeCode.FEE_POST,
    FeeCode.FEE_CASHIER,
    FeeCode.FEE_OWN,
    FeeCode.FEE_SECOND,
    FeeCode.FEE_WORDS,
    FeeCode.FEE_REFERENCE,
    FeeCode.FEE_RECEIPT_USED,
    FeeCode.FEE_BANK_LINE,
    FeeCode.FEE_AMOUNT,
    FeeCode.FEE_REFUNDED,
)


def add(api: Api) -> None:
    """Register the routes."""
    _of_cases(api)
    _of_dues(api)
    _of_desk(api)
    _of_files(api)
    _of_days(api)


def _of_cases(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/cases/<case>/fees", who=STAFF, answer=CaseFees, codes=(CaseCode.CASE_UNKNOWN,))
    def case_fees(call: Call) -> CaseFees:
        """Return what a case owes, and by which standards it is charged."""
        return ctx.read(lambda c: views.of_case(ctx, c, call.actor, call.args["case"]))

    @api.post(
        "/cases/<case>/fees",
        who=STAFF,
        body=MakeDue,
        answer=CaseFees,
        codes=(
            CaseCode.CASE_UNKNOWN,
            FeeCode.FEE_POST,
            FeeCode.FEE_NONE,
            FeeCode.FEE_STANDARD,
            FeeCode.FEE_CASE,
        ),
        example={"standard": "home", "quantity": 1},
    )
    def make_due(call: Call) -> CaseFees:
        """Make a due of a case by a standard of its item; its payment notice can be printed."""
        body: MakeDue = call.body
        case = call.args["case"]
        actions.make(ctx, call.actor, call.key, case, body.standard, body.quantity)
        return ctx.read(lambda c: views.of_case(ctx, c, call.actor, case))


def _of_dues(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/fees", who=STAFF, answer=FeeView, codes=(FeeCode.FEE_NUMBER, FeeCode.FEE_UNKNOWN))
    def fee_by_number(call: Call) -> FeeView:
        """Return the due of the payment notice `number`, typed or as a scanner reads the code."""
        number = read_number(request.args.get("number", ""))
        if number is None:
            raise HallError(FeeCode.FEE_NUMBER)
        return ctx.read(lambda c: views.single(ctx, c, call.actor, number))

    @api.post(
        "/fees/<payment>/move",
        who=STAFF,
        body=MoveFee,
        answer=FeeView,
        codes=STEPS,
        example={"move": "confirm", "reference": "20261130000123"},
    )
    def move_fee(call: Call) -> FeeView:
        """Take the next step of a due: confirm, waive, refund, correct, cancel."""
        body: MoveFee = call.body
        due = call.args["payment"]
        wish = FeeWish(body.move, body.words, body.reference, body.amount)
        actions.move(ctx, call.actor, call.key, due, wish)
        return ctx.read(lambda c: views.single(ctx, c, call.actor, due))

    @api.get(
        "/fees/notices/<payment>.pdf",
        who=STAFF,
        answer=None,
        codes=(FeeCode.FEE_UNKNOWN,),
        media=PDF,
    )
    def payment_notice(call: Call) -> Response:
        """Return a payment notice as PDF."""

        def read(conn: Connection) -> tuple[StoredDue, NoticeTexts]:
            whole = access.accessible(ctx, conn, call.actor, call.args["payment"])
            row, case = whole.row, whole.case
            person = case_queries.applicants(conn, ctx.hall_id, [case.id]).get(case.id)
            book = ctx.catalogue_version(row.version)
            texts = NoticeTexts(
                hall=ctx.catalogue().hall_name,
                unit=book.unit_by[row.unit].name,
                item=book.item_by[row.item].name,
                case_number=case.number,
                payer=person.name if person else "",
                place=ctx.settings().of(FeeSettings).fee_pay_place,
                address=f"{hall.config.base_url}/k/{case.number}",
            )
            return row, texts

        row, texts = ctx.read(read)
        content = hall.offload(lambda: notice_pdf.notice(row, texts))
        return file_response(content, PDF, f"{row.id}.pdf", disposition=INLINE)


def _of_desk(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/my/fees", who=STAFF, answer=CashierDesk)
    def my_fees(call: Call) -> CashierDesk:
        """Return the cashier's desk; empty for whoever is neither a cashier nor of the office."""
        return ctx.read(lambda c: views.desk(ctx, c, call.actor))

    @api.get("/office/fees", who=MANAGERS, answer=FeeList)
    def office_fees(_call: Call) -> FeeList:
        """Return the dues that were made in `from`..`to` (30 days); with `state` those in it."""
        today = ctx.local().date()
        last = day_argument("to", today)
        first = day_argument("from", last - timedelta(days=LISTED_DAYS - 1))
        state = request.args.get("state", "")
        if state and state not in {*FeeState}:
            raise HallError(CommonCode.INVALID, field="state")

        def read(conn: Connection) -> FeeList:
            if state and "from" not in request.args:
                rows = queries.in_states(conn, ctx.hall_id, [FeeState(state)])
            else:
                span = first.isoformat(), last.isoformat()
                made = queries.of_days(conn, ctx.hall_id, *span)
                rows = [row for row in made if state in ("", row.state)]
            return views.listed(ctx, conn, rows)

        return ctx.read(read)


def _of_files(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/fees/bank-files", who=STAFF, answer=BankFileList, codes=(FeeCode.FEE_CASHIER,))
    def bank_files(call: Call) -> BankFileList:
        """Return the last files of the bank to the cashier and the office."""

        def read(conn: Connection) -> BankFileList:
            views.require_desk(ctx, conn, call.actor)
            return views.file_list(ctx, conn)

        return ctx.read(read)

    @api.post(
        "/fees/bank-files",
        who=STAFF,
        answer=BankFileList,
        codes=(
            FeeCode.FEE_CASHIER,
            FeeCode.FEE_FILE_FORM,
            FeeCode.FEE_FILE_LINES,
            FeeCode.FEE_FILE_CHANGED,
            FeeCode.FEE_FILE_DAYS,
        ),
        keyed=False,
        upload=LIMIT_KB * 1024,
    )
    def read_bank_file(call: Call) -> BankFileList:
        """Read in a CSV file of the bank as a whole; the same file again changes nothing.

        `from` and `to`: days that it covers; without them those of its rows.
        """
        name, content = uploaded(LIMIT_KB)
        today = ctx.local().date()
        first, last = (
            day_argument(name, today) if request.args.get(name) else None for name in ("from", "to")
        )
        result = actions.read_file(ctx, call.actor, name, content, first, last)
        return ctx.read(
            lambda c: views.file_list(ctx, c, result.digest, is_repeated=result.is_repeated)
        )


def _of_days(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/fees/day", who=STAFF, answer=DayAgreement, codes=(FeeCode.FEE_CASHIER,))
    def fee_day(call: Call) -> DayAgreement:
        """Return the agreement of `day` (today): receipts, the bank's file, licences."""
        day = day_argument("day", ctx.local().date()).isoformat()

        def read(conn: Connection) -> DayAgreement:
            views.require_desk(ctx, conn, call.actor)
            return views.day_agreement(ctx, conn, day)

        return ctx.read(read)

    @api.get("/fees/month", who=STAFF, answer=FeeMonth, codes=(FeeCode.FEE_CASHIER,))
    def fee_month(call: Call) -> FeeMonth:
        """Return the money of `month` (2026-11; this month) by day."""
        first = _month(ctx.local().date())

        def read(conn: Connection) -> FeeMonth:
            views.require_desk(ctx, conn, call.actor)
            return views.month(ctx, conn, first)

        return ctx.read(read)


def _month(today: date) -> date:
    text = request.args.get("month", "")
    try:
        first = date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="month") from None
    return check_year_range(first, "month")
