"""Routes of reports: the office's of the whole hall, a chief's of the own unit.

A month has a hundred thousand numbers in a large hall: figures and papers are made in another
thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response

from server.attendance.routes import PDF, XLSX
from server.core.errors import CommonCode, HallError
from server.reports import paper, views
from server.reports.figures import Wish, report
from server.reports.messages import ReportView
from server.reports.periods import Period, PeriodKind, parse_period, period_of
from server.reports.rules import Grouping
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import check_year_range
from server.web_api.downloads import file_response

CHIEFS = frozenset({Grouping.UNIT, Grouping.ITEM, Grouping.WINDOW, Grouping.SITE})
"""Groupings of a chief's own report: figures of single people are the office's."""


class Reports:
    """Reports of one hall."""

    def __init__(self, api: Api) -> None:
        self._hall = api.hall
        self._ctx = api.hall.ctx

    def of_hall(self, call: Call) -> ReportView:
        """Return the report of the whole hall that the route names; raises INVALID."""
        return self._made(Wish(self._period(call), _grouping(call)))

    def of_own_unit(self, call: Call) -> ReportView:
        """Return the report on the unit that one represents; raises FORBIDDEN, INVALID."""
        unit = self._ctx.catalogue().unit_led_by(call.actor.name)
        wish = Wish(self._period(call), _grouping(call), unit)
        if not unit or wish.by not in CHIEFS:
            raise HallError(CommonCode.FORBIDDEN)
        return self._made(wish)

    def file(self, view: ReportView, ending: str) -> Response:
        """Return a report as a workbook or as a paper."""
        make: Callable[[ReportView, datetime], bytes]
        make, media = (paper.workbook, XLSX) if ending == "xlsx" else (paper.paper, PDF)
        made = self._ctx.local(view.made_at)
        content = self._hall.offload(lambda: make(view, made))
        return file_response(content, media, f"report-{view.period}-{view.by}.{ending}")

    def _made(self, wish: Wish) -> ReportView:
        ctx, now = self._ctx, self._ctx.clock.now()
        return self._hall.read_off_loop(lambda conn: views.view(report(ctx, conn, wish), now))

    def _period(self, call: Call) -> Period:
        text, today = call.args["period"], self._ctx.local().date()
        if text in {kind.value for kind in PeriodKind}:
            return period_of(PeriodKind(text), today)
        try:
            period = parse_period(text)
        except ValueError:
            raise HallError(CommonCode.INVALID, field="period") from None
        check_year_range(period.first, "period")
        if period.first > today:
            raise HallError(CommonCode.INVALID, field="period")
        return period


def _grouping(call: Call) -> Grouping:
    try:
        return Grouping(call.args["by"])
    except ValueError:
        raise HallError(CommonCode.INVALID, field="by") from None


def add(api: Api) -> None:
    """Register the routes of reports."""
    reports = Reports(api)
    _office(api, reports)
    _chief(api, reports)


def _office(api: Api, reports: Reports) -> None:
    @api.get("/office/reports/<period>/<by>", who=MANAGERS, answer=ReportView)
    def hall_report(call: Call) -> ReportView:
        """Return the report of a day, week or month (`2026-11-30`, `2026-W48`, `2026-11`).

        `day`, `week`, `month` is the running one; `by`: unit, item, window, person, site.
        """
        return reports.of_hall(call)

    @api.get("/office/reports/<period>/<by>/report.xlsx", who=MANAGERS, answer=None, media=XLSX)
    def hall_report_workbook(call: Call) -> Response:
        """Return the report as a workbook."""
        return reports.file(reports.of_hall(call), "xlsx")

    @api.get("/office/reports/<period>/<by>/report.pdf", who=MANAGERS, answer=None, media=PDF)
    def hall_report_paper(call: Call) -> Response:
        """Return the report as a PDF, A4 landscape."""
        return reports.file(reports.of_hall(call), "pdf")


def _chief(api: Api, reports: Reports) -> None:
    @api.get("/my/reports/<period>/<by>", who=STAFF, answer=ReportView)
    def unit_report(call: Call) -> ReportView:
        """Return the report on the unit that one represents as its chief, without people."""
        return reports.of_own_unit(call)

    @api.get("/my/reports/<period>/<by>/report.xlsx", who=STAFF, answer=None, media=XLSX)
    def unit_report_workbook(call: Call) -> Response:
        """Return the own unit's report as a workbook."""
        return reports.file(reports.of_own_unit(call), "xlsx")

    @api.get("/my/reports/<period>/<by>/report.pdf", who=STAFF, answer=None, media=PDF)
    def unit_report_paper(call: Call) -> Response:
        """Return the own unit's report as a PDF."""
        return reports.file(reports.of_own_unit(call), "pdf")
