"""Routes of the assessment: periods, the sheet of a subject, disputes, and one's own page."""

from __future__ import annotations

from server.assessment import (
    actions,
    case_views,
    dispute_actions,
    figures,
    subject_views,
    views,
)
from server.assessment.actions import Assessment
from server.assessment.errors import AssessmentCode
from server.assessment.messages import (
    DisputePoints,
    MyAssessment,
    ScoreDisputeList,
    ScoreDisputeView,
    ScoreFigures,
    ScoreOverview,
    ScorePeriodView,
    ScoreReason,
    SeenScores,
    SettleScoreDispute,
    SubjectScore,
)
from server.assessment.periods import Period, PeriodKind, parse_period
from server.core.errors import CommonCode, HallError
from server.core.measured import Subject
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import check_year_range

PERIOD_CODES = (AssessmentCode.PERIOD_UNKNOWN,)
STEP_CODES = (
    AssessmentCode.PERIOD_UNKNOWN,
    AssessmentCode.PERIOD_STATE,
    AssessmentCode.PERIOD_SECOND,
    AssessmentCode.PERIOD_CHANGED,
)


def period_argument(text: str) -> Period:
    """Return the period of an address; raises PERIOD_UNKNOWN."""
    try:
        period = parse_period(text)
        check_year_range(period.first)
    except (ValueError, HallError):
        raise HallError(AssessmentCode.PERIOD_UNKNOWN) from None
    return period


def month_argument(text: str) -> Period:
    """Return the month of an address; raises PERIOD_UNKNOWN."""
    period = period_argument(text)
    if period.kind is not PeriodKind.MONTH:
        raise HallError(AssessmentCode.PERIOD_UNKNOWN)
    return period


def subject_argument(text: str) -> Subject:
    """Return the kind of subject of an address; raises INVALID."""
    try:
        return Subject(text)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="subject") from None


def add(api: Api) -> None:
    """Register the routes."""
    _periods(api)
    _figures(api)
    _steps(api)
    _amendments(api)
    _disputes(api)
    _disputing(api)
    _own(api)


def _periods(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/assessment", who=MANAGERS, answer=ScoreOverview)
    def assessment(_call: Call) -> ScoreOverview:
        """Return the periods and what waits for somebody."""
        return ctx.read(lambda c: views.overview(ctx, c))

    @api.get(
        "/office/assessment/periods/<period>",
        who=MANAGERS,
        answer=ScorePeriodView,
        codes=PERIOD_CODES,
    )
    def assessment_period(call: Call) -> ScorePeriodView:
        """Return a period with its standings, as released or as the records give them now."""
        return _view(api, call)

    @api.get(
        "/office/assessment/periods/<period>/<subject>/<code>",
        who=MANAGERS,
        answer=SubjectScore,
        codes=(AssessmentCode.PERIOD_UNKNOWN, AssessmentCode.SUBJECT_UNKNOWN),
    )
    def subject_sheet(call: Call) -> SubjectScore:
        """Return the sheet of a window, person or unit with the evidence of each line."""
        period = period_argument(call.args["period"])
        subject = subject_argument(call.args["subject"])
        return hall.read_off_loop(
            lambda c: subject_views.subject_score(
                ctx, c, call.actor, period, subject, call.args["code"]
            )
        )


def _figures(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/office/assessment/figures/<period>/<subject>",
        who=MANAGERS,
        answer=ScoreFigures,
        codes=PERIOD_CODES,
    )
    def score_figures(call: Call) -> ScoreFigures:
        """Return the figures of all people, windows or units in a period, for charts."""
        period = period_argument(call.args["period"])
        subject = subject_argument(call.args["subject"])
        return hall.read_off_loop(lambda c: figures.figures(ctx, c, period, subject))

    @api.get(
        "/office/assessment/figures/<period>/<subject>/<code>",
        who=MANAGERS,
        answer=ScoreFigures,
        codes=(AssessmentCode.PERIOD_UNKNOWN, AssessmentCode.SUBJECT_UNKNOWN),
    )
    def subject_figures(call: Call) -> ScoreFigures:
        """Return the figures of a window, person or unit in a period, for charts."""
        period = period_argument(call.args["period"])
        subject, code = subject_argument(call.args["subject"]), call.args["code"]
        return hall.read_off_loop(lambda c: figures.figures(ctx, c, period, subject, code))


def _load(api: Api, call: Call) -> Assessment:
    ctx, period = api.hall.ctx, period_argument(call.args["period"])
    return api.hall.read_off_loop(lambda c: actions.load(ctx, c, period))


def _view(api: Api, call: Call) -> ScorePeriodView:
    ctx, period = api.hall.ctx, period_argument(call.args["period"])
    return api.hall.read_off_loop(
        lambda c: views.period_view(ctx, c, call.actor, actions.load(ctx, c, period))
    )


def _steps(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/assessment/periods/<period>/check",
        who=MANAGERS,
        body=SeenScores,
        answer=ScorePeriodView,
        codes=STEP_CODES,
        example={"seen": "0" * 64},
    )
    def check_scores(call: Call) -> ScorePeriodView:
        """Record that the standings with this digest were checked."""
        actions.check(ctx, call.actor, call.key, _load(api, call), call.body.seen)
        return _view(api, call)

    @api.post(
        "/office/assessment/periods/<period>/release",
        who=MANAGERS,
        body=SeenScores,
        answer=ScorePeriodView,
        codes=STEP_CODES,
        example={"seen": "0" * 64},
    )
    def release_scores(call: Call) -> ScorePeriodView:
        """Release what another person has checked; nothing of it is changed later."""
        actions.release(ctx, call.actor, call.key, _load(api, call), call.body.seen)
        return _view(api, call)


def _amendments(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/assessment/periods/<period>/amend",
        who=MANAGERS,
        body=ScoreReason,
        answer=ScorePeriodView,
        codes=(AssessmentCode.PERIOD_UNKNOWN, AssessmentCode.PERIOD_STATE, AssessmentCode.WORDS),
        example={"words": "申诉成立，更正得分"},
    )
    def amend_scores(call: Call) -> ScorePeriodView:
        """Draft an amendment with every total that has changed since the release."""
        actions.amend(ctx, call.actor, call.key, _load(api, call), call.body.words)
        return _view(api, call)

    @api.post(
        "/office/assessment/periods/<period>/amendments/<n>/release",
        who=MANAGERS,
        answer=ScorePeriodView,
        codes=STEP_CODES[:3],
    )
    def release_score_amendment(call: Call) -> ScorePeriodView:
        """Release an amendment that another person has drafted."""
        period, n = period_argument(call.args["period"]), call.args["n"]
        if not (n.isascii() and n.isdecimal() and len(n) < 6):
            raise HallError(AssessmentCode.PERIOD_UNKNOWN)
        actions.release_amendment(ctx, call.actor, call.key, period.id, int(n))
        return _view(api, call)


def _disputes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/assessment/disputes", who=MANAGERS, answer=ScoreDisputeList)
    def score_disputes(call: Call) -> ScoreDisputeList:
        """Return the disputes about points, open ones first."""
        return ctx.read(lambda c: case_views.dispute_list(ctx, c, call.actor))

    @api.post(
        "/office/assessment/disputes/<dispute>/settle",
        who=MANAGERS,
        body=SettleScoreDispute,
        answer=ScoreDisputeView,
        codes=(
            AssessmentCode.DISPUTE_UNKNOWN,
            AssessmentCode.DISPUTE_STATE,
            AssessmentCode.DISPUTE_SECOND,
            AssessmentCode.WORDS,
        ),
        example={"granted": True, "words": "当时已办理请假手续"},
    )
    def settle_dispute(call: Call) -> ScoreDisputeView:
        """Decide a dispute; a fact whose dispute is granted counts nothing."""
        dispute, body = call.args["dispute"], call.body
        dispute_actions.settle(
            ctx, call.actor, call.key, dispute, granted=body.granted, words=body.words
        )
        return ctx.read(lambda c: case_views.dispute_view(ctx, c, call.actor, dispute))


def _disputing(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/assessment/disputes",
        who=STAFF,
        body=DisputePoints,
        answer=SubjectScore,
        codes=(
            AssessmentCode.SUBJECT_UNKNOWN,
            AssessmentCode.DISPUTE_FACT,
            AssessmentCode.DISPUTE_STATE,
            AssessmentCode.DISPUTE_OVER,
            AssessmentCode.WORDS,
        ),
        example={
            "month": "2026-11",
            "subject": "person",
            "code": "1001",
            "measure": "late",
            "ref": "2026-11-02/1001/am_in",
            "words": "当日因公外出",
        },
    )
    def dispute_points(call: Call) -> SubjectScore:
        """Dispute a fact of one's own sheet, or as chief representative one of the unit."""
        body: DisputePoints = call.body
        month = month_argument(body.month)
        wish = dispute_actions.Wish(
            month, body.subject, body.code, body.measure, body.ref, body.words
        )
        dispute_actions.dispute(ctx, call.actor, call.key, wish)
        return hall.read_off_loop(
            lambda c: subject_views.subject_score(
                ctx, c, call.actor, month, body.subject, body.code
            )
        )


def _own(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/my/assessment", who=STAFF, answer=MyAssessment)
    def my_assessment(call: Call) -> MyAssessment:
        """Return the periods, and the sheets that one may see."""
        choices = subject_views.choices(ctx.catalogue(), call.actor)
        periods = ctx.read(lambda c: views.period_list(ctx, c)) if choices else []
        return MyAssessment(periods=periods, choices=choices)

    @api.get(
        "/my/assessment/<period>/<subject>/<code>",
        who=STAFF,
        answer=SubjectScore,
        codes=(AssessmentCode.PERIOD_UNKNOWN, AssessmentCode.SUBJECT_UNKNOWN),
    )
    def my_score(call: Call) -> SubjectScore:
        """Return one's own sheet, or as chief representative one of the unit."""
        period = period_argument(call.args["period"])
        subject, code = subject_argument(call.args["subject"]), call.args["code"]
        if not subject_views.may_see(ctx.catalogue(), call.actor, subject, code):
            raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
        return hall.read_off_loop(
            lambda c: subject_views.subject_score(ctx, c, call.actor, period, subject, code)
        )

    @api.get(
        "/my/assessment/figures/<period>/<subject>/<code>",
        who=STAFF,
        answer=ScoreFigures,
        codes=(AssessmentCode.PERIOD_UNKNOWN, AssessmentCode.SUBJECT_UNKNOWN),
    )
    def my_figures(call: Call) -> ScoreFigures:
        """Return the figures of a sheet that one may see, for charts."""
        period = period_argument(call.args["period"])
        subject, code = subject_argument(call.args["subject"]), call.args["code"]
        if not subject_views.may_see(ctx.catalogue(), call.actor, subject, code):
            raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
        return hall.read_off_loop(lambda c: figures.figures(ctx, c, period, subject, code))
