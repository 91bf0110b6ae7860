"""Routes of score sheets and marks by hand."""

from __future__ import annotations

from io import BytesIO

from flask import Response, request

from server.assessment import (
    case_views,
    mark_actions,
    sheet_actions,
    sheet_workbook,
    trial,
    views,
)
from server.assessment.errors import AssessmentCode
from server.assessment.forms import sheet_from
from server.assessment.frozen import sheet_of
from server.assessment.messages import (
    MoveScoreMark,
    ProposeScoreMark,
    ScoreMarkList,
    ScoreMarkView,
    ScoreReason,
)
from server.assessment.packs import packs
from server.assessment.periods import PeriodKind, period_of
from server.assessment.routes import month_argument
from server.assessment.sheet_messages import (
    CopyPack,
    EditScoreSheet,
    ScoreSheetForm,
    ScoreSheetList,
    ScoreSheetView,
    TrialView,
)
from server.core.errors import CommonCode, HallError
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.web_api import MANAGERS, Api, Call
from server.web_api.arguments import day_of
from server.web_api.downloads import file_response
from server.web_api.uploads import uploaded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_KB = 2048
WRITE_CODES = (AssessmentCode.SHEET_WRONG, CommonCode.CHANGED_MEANWHILE)
SHEET_CODES = (AssessmentCode.SHEET_UNKNOWN, AssessmentCode.SHEET_STATE)
EXAMPLE = {
    "subject": "person",
    "name": "工作人员考核评分表",
    "since": "2026-11",
    "sections": [{"code": "discipline", "name": "考勤纪律", "points": "100"}],
    "lines": [
        {
            "code": "1",
            "section": "discipline",
            "name": "迟到",
            "measure": "late",
            "points": "-1",
        }
    ],
}


def add(api: Api) -> None:
    """Register the routes."""
    _sheets(api)
    _writing(api)
    _steps(api)
    _workbooks(api)
    _marks(api)
    _marking(api)
    _deciding(api)


def _view(api: Api, call: Call, sheet: str) -> ScoreSheetView:
    ctx = api.hall.ctx
    return ctx.read(lambda c: views.sheet_view(ctx, c, call.actor, sheet))


def _sheets(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/assessment/sheets", who=MANAGERS, answer=ScoreSheetList)
    def score_sheets(_call: Call) -> ScoreSheetList:
        """Return the score sheets, those that come with the software, and all measures."""
        return ctx.read(lambda c: views.sheet_list(ctx, c))

    @api.get(
        "/office/assessment/sheets/<sheet>",
        who=MANAGERS,
        answer=ScoreSheetView,
        codes=(AssessmentCode.SHEET_UNKNOWN,),
    )
    def score_sheet(call: Call) -> ScoreSheetView:
        """Return a score sheet."""
        return _view(api, call, call.args["sheet"])

    @api.get(
        "/office/assessment/sheets/<sheet>/trial/<month>",
        who=MANAGERS,
        answer=TrialView,
        codes=(
            AssessmentCode.SHEET_UNKNOWN,
            AssessmentCode.PERIOD_UNKNOWN,
            AssessmentCode.PERIOD_STATE,
        ),
    )
    def try_score_sheet(call: Call) -> TrialView:
        """Return a month by the sheet in force and by this one: who gains and who loses."""
        month = month_argument(call.args["month"])
        return hall.read_off_loop(lambda c: trial.trial(ctx, c, call.args["sheet"], month))


def _writing(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/assessment/sheets",
        who=MANAGERS,
        body=ScoreSheetForm,
        answer=ScoreSheetView,
        codes=(AssessmentCode.SHEET_WRONG,),
        example=EXAMPLE,
    )
    def draft_score_sheet(call: Call) -> ScoreSheetView:
        """Store a new draft."""
        body: ScoreSheetForm = call.body
        sheet = sheet_actions.draft(ctx, call.actor, call.key, sheet_from(body), body.since)
        return _view(api, call, sheet)

    @api.post(
        "/office/assessment/packs",
        who=MANAGERS,
        body=CopyPack,
        answer=ScoreSheetView,
        codes=(AssessmentCode.SHEET_UNKNOWN,),
        example={"pack": "cangnan_person", "since": "2026-11"},
    )
    def copy_pack(call: Call) -> ScoreSheetView:
        """Make a draft of a sheet that comes with the software."""
        pack = packs().get(call.body.pack)
        if pack is None:
            raise HallError(AssessmentCode.SHEET_UNKNOWN)
        sheet = sheet_actions.draft(ctx, call.actor, call.key, pack, call.body.since)
        return _view(api, call, sheet)

    @api.post(
        "/office/assessment/sheets/<sheet>/edit",
        who=MANAGERS,
        body=EditScoreSheet,
        answer=ScoreSheetView,
        codes=(*SHEET_CODES, *WRITE_CODES),
        example=EXAMPLE,
    )
    def edit_score_sheet(call: Call) -> ScoreSheetView:
        """Replace the contents of a draft."""
        body: EditScoreSheet = call.body
        sheet = call.args["sheet"]
        sheet_actions.edit(
            ctx, call.actor, call.key, sheet, sheet_from(body), body.since, body.seen
        )
        return _view(api, call, sheet)


def _steps(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/assessment/sheets/<sheet>/start",
        who=MANAGERS,
        answer=ScoreSheetView,
        codes=(
            *SHEET_CODES,
            AssessmentCode.SHEET_SECOND,
            AssessmentCode.SHEET_WRONG,
            AssessmentCode.SHEET_SINCE,
        ),
    )
    def start_score_sheet(call: Call) -> ScoreSheetView:
        """Put a draft in force that another person wrote."""
        sheet_actions.start(ctx, call.actor, call.key, call.args["sheet"])
        return _view(api, call, call.args["sheet"])

    @api.post(
        "/office/assessment/sheets/<sheet>/withdraw",
        who=MANAGERS,
        body=ScoreReason,
        answer=ScoreSheetView,
        codes=(*SHEET_CODES, AssessmentCode.SHEET_SECOND, AssessmentCode.WORDS),
        example={"words": "县里另有规定"},
    )
    def withdraw_score_sheet(call: Call) -> ScoreSheetView:
        """Withdraw a sheet; released months keep it."""
        words = call.body.words
        sheet_actions.withdraw(ctx, call.actor, call.key, call.args["sheet"], words)
        return _view(api, call, call.args["sheet"])


def _workbooks(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/office/assessment/sheets/<sheet>/workbook",
        who=MANAGERS,
        answer=None,
        codes=(AssessmentCode.SHEET_UNKNOWN,),
        media=XLSX,
    )
    def score_workbook(call: Call) -> Response:
        """Return a score sheet as a workbook."""
        row, _ = ctx.read(lambda c: sheet_actions.access(c, ctx.hall_id, call.args["sheet"]))
        stream = BytesIO()
        hall.offload(lambda: sheet_workbook.write(sheet_of(row.content), row.since, stream))
        return file_response(stream.getvalue(), XLSX, f"score-sheet-{row.since}.xlsx")

    @api.post(
        "/office/assessment/sheets/<sheet>/workbook",
        who=MANAGERS,
        answer=ScoreSheetView,
        codes=(*SHEET_CODES, AssessmentCode.SHEET_WRONG),
        upload=LARGEST_KB * 1024,
    )
    def import_score_workbook(call: Call) -> ScoreSheetView:
        """Replace the contents of a draft by those of a workbook."""
        _, content = uploaded(LARGEST_KB)
        form = hall.offload(lambda: sheet_workbook.read(content))
        sheet = call.args["sheet"]
        sheet_actions.edit(ctx, call.actor, call.key, sheet, sheet_from(form), form.since)
        return _view(api, call, sheet)


def _marks(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/assessment/marks", who=MANAGERS, answer=ScoreMarkList)
    def score_marks(call: Call) -> ScoreMarkList:
        """Return the marks that wait for a second person, and those of the month `month`."""
        text = request.args.get("month", "")
        month = month_argument(text) if text else period_of(PeriodKind.MONTH, ctx.local().date())
        return ctx.read(lambda c: case_views.mark_list(ctx, c, call.actor, month))

    @api.get(
        "/office/assessment/marks/<mark>",
        who=MANAGERS,
        answer=ScoreMarkView,
        codes=(AssessmentCode.MARK_UNKNOWN,),
    )
    def score_mark(call: Call) -> ScoreMarkView:
        """Return a mark by hand."""
        return ctx.read(lambda c: case_views.mark_view(ctx, c, call.actor, call.args["mark"]))


def _marking(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/assessment/marks",
        who=MANAGERS,
        body=ProposeScoreMark,
        answer=ScoreMarkView,
        codes=(AssessmentCode.MARK_ABOUT, AssessmentCode.WORDS, LeaveCode.FILE_UNKNOWN),
        example={
            "kind": "praised",
            "subject": "person",
            "code": "1001",
            "day": "2026-11-02",
            "words": "收到群众锦旗一面",
        },
    )
    def propose_mark(call: Call) -> ScoreMarkView:
        """Propose a mark by hand; another person confirms it."""
        body: ProposeScoreMark = call.body
        wish = mark_actions.Wish(
            body.kind,
            body.subject,
            body.code,
            day_of(body.day),
            body.times,
            body.words,
            tuple(body.evidence),
        )
        mark = mark_actions.propose(ctx, call.actor, call.key, wish)
        return ctx.read(lambda c: case_views.mark_view(ctx, c, call.actor, mark))


def _deciding(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/office/assessment/marks/<mark>/move",
        who=MANAGERS,
        body=MoveScoreMark,
        answer=ScoreMarkView,
        codes=(
            AssessmentCode.MARK_UNKNOWN,
            AssessmentCode.MARK_STATE,
            AssessmentCode.MARK_SECOND,
            AssessmentCode.WORDS,
        ),
        example={"move": "confirm"},
    )
    def move_mark(call: Call) -> ScoreMarkView:
        """Confirm or dismiss a mark that another person proposed."""
        mark, body = call.args["mark"], call.body
        mark_actions.decide(ctx, call.actor, call.key, mark, body.move, body.words)
        return ctx.read(lambda c: case_views.mark_view(ctx, c, call.actor, mark))

    @api.get(
        "/office/assessment/marks/<mark>/evidence/<file>",
        who=MANAGERS,
        answer=None,
        codes=(AssessmentCode.MARK_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def mark_evidence(call: Call) -> Response:
        """Return a paper of a mark."""
        mark = call.args["mark"]
        _, steps = ctx.read(lambda c: mark_actions.access(c, ctx.hall_id, mark))
        return step_papers.paper_of(hall, call.actor, steps, call.args["file"], mark)
