"""Search for cases outside the hall: the signs of a day, proposed to the office as findings.

A sign carries what the unit said of the day: a network that was down, a file that was imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from server.cases.rules import CaseMove, CaseState
from server.cases.tables import case_applicant, case_fact, case_record
from server.catalogue.hours import hall_spans
from server.catalogue.model import CaseMode
from server.core.clock import instant
from server.core.rooms import modules
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.queue.tables import ticket
from server.queue.tickets import Outcome
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind
from server.supervision import queries, signs
from server.supervision.settings import SupervisionSettings
from server.supervision.signs import SIGN_WORDS, EnteredCase, ServedTicket, SignLimits, Suspicion

MONTH_END_DAYS = 2
LOOK_BACK_DAYS = 14
"""Days that are searched again after a start."""
GIVEN_UP = frozenset({CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN, CaseState.VOID})
_c, _f, _a, _t = case_record.c, case_fact.c, case_applicant.c, ticket.c


class SignSearch:
    """Search of one hall: each day is searched once, after the time in which a unit may explain.

    After a start the days of two weeks are searched again: none is missed, none proposed twice.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._searched: date | None = None

    def update(self) -> int:
        """Propose the signs of the days that are due; return the number of new findings."""
        ctx = self._ctx
        wait = ctx.settings().of(SupervisionSettings).sign_after_days
        last = ctx.local().date() - timedelta(days=wait)
        day = self._searched or last - timedelta(days=LOOK_BACK_DAYS)
        self._searched = max(day, last)
        count = 0
        while day < last:
            day += timedelta(days=1)
            count += propose_day(ctx, day)
        return count


def propose_day(ctx: Context, day: date) -> int:
    """Propose the signs of a day; return the number of new findings."""
    suspicions = ctx.read(lambda c: signs_of(ctx, c, day))
    explained = ctx.read(lambda c: queries.explanations(c, ctx.hall_id, day.isoformat()))
    words = {row.unit: row.words for row in explained}
    doubts = [_anomaly(sign, words.get(sign.unit, "")) for sign in suspicions]
    if not doubts:
        return 0
    return ctx.write(lambda tx: sum(finding_actions.propose(ctx, tx, doubt) for doubt in doubts))


def _anomaly(sign: Suspicion, explanation: str) -> Anomaly:
    words = f"{SIGN_WORDS[sign.sign]}。{sign.words}"
    facts: dict[str, int | str] = {
        "note": f"{words}。单位说明：{explanation}" if explanation else words,
        "sign": sign.sign.value,
        "explained": explanation,
    }
    return Anomaly(Kind.OUTSIDE, sign.staff, "", f"outside:{sign.mark}", facts, sign.unit)


def limits_of(ctx: Context) -> SignLimits:
    """Return the limits in force."""
    settings = ctx.settings().of(SupervisionSettings)
    return SignLimits(
        quick_minutes=settings.sign_quick_minutes,
        burst_count=settings.sign_burst_count,
        burst_minutes=settings.sign_burst_minutes,
        double_days=settings.sign_double_days,
        month_end_percent=settings.sign_month_end_percent,
    )


def signs_of(ctx: Context, conn: Connection, day: date) -> list[Suspicion]:
    """Return the signs of a day: of the cases entered or decided on it, and of its numbers.

    A room above brings its own in a module `day_signs` with `signs_of_day(ctx, conn, day)`.
    """
    limits = limits_of(ctx)
    begin, end = _span(ctx, day)
    entered = _entered(ctx, conn, _c.at >= begin, _c.at < end)
    decided = [
        case
        for case in _entered(ctx, conn, _c.id.in_(_decided(ctx, day, day)))
        if case.decided_day == day.isoformat()
    ]
    both = {case.id: case for case in (*entered, *decided)}
    suspicions = signs.of_cases(both.values(), limits)
    since = begin - limits.double_days * 86_400_000
    suspicions += signs.twice(entered, _entered(ctx, conn, _c.at >= since, _c.at < begin), limits)
    spans = hall_spans(ctx.catalogue(), day)
    if spans:
        suspicions += signs.heaps(entered, _instant(ctx, day, spans[-1].closes), limits)
    if ctx.settings().of(SupervisionSettings).sign_without_case:
        suspicions += signs.without_case(_tickets(ctx, conn, day))
    if (day + timedelta(days=1)).day == 1:
        suspicions += _month_end(ctx, conn, day, limits)
    for room in modules("day_signs"):
        suspicions += room.signs_of_day(ctx, conn, day)
    return suspicions


def _month_end(ctx: Context, conn: Connection, last: date, limits: SignLimits) -> list[Suspicion]:
    first = last.replace(day=1)
    days = [day.isoformat() for day in ctx.workdays().statutory().among(first, last)]
    decided = _entered(ctx, conn, _c.id.in_(_decided(ctx, first, last)))
    return signs.month_ends(decided, f"{last:%Y-%m}", days[-MONTH_END_DAYS:], limits)


def _decided(ctx: Context, first: date, last: date) -> Select[tuple[str]]:
    """Return the query of the cases that were decided on these days."""
    return select(_f.case).where(
        _f.hall_id == ctx.hall_id,
        _f.move == CaseMove.DECIDE.value,
        _f.day >= first.isoformat(),
        _f.day <= last.isoformat(),
    )


def _span(ctx: Context, day: date) -> tuple[int, int]:
    """Return the first moment of a day and of the next, in ms."""
    return _instant(ctx, day, time()), _instant(ctx, day + timedelta(days=1), time())


def _instant(ctx: Context, day: date, clock_time: time) -> int:
    zone = ctx.settings().of(GeneralSettings).timezone
    return instant(datetime.combine(day, clock_time), zone)


def _entered(ctx: Context, conn: Connection, *wanted: ColumnElement[bool]) -> list[EnteredCase]:
    """Return cases as the signs see them."""
    rows = conn.execute(
        select(
            *(_c.id, _c.number, _c.item, _c.unit, _c.staff, _c.mode, _c.ticket, _c.way),
            *(_c.day, _c.at, _a.person_key, _c.state),
        )
        .select_from(
            case_record.outerjoin(case_applicant, and_(_a.hall_id == _c.hall_id, _a.case == _c.id))
        )
        .where(_c.hall_id == ctx.hall_id, *wanted)
        .order_by(_c.at, _c.id)
    ).all()
    times = _times(ctx, conn, [row[0] for row in rows])
    return [
        EnteredCase(
            id=row[0],
            number=row[1],
            item=row[2],
            unit=row[3],
            staff=row[4],
            promised=row[5] != CaseMode.DIRECT.value,
            with_ticket=bool(row[6]),
            from_list=row[7] == "list",
            day=row[8],
            entered_day=ctx.day(row[9]),
            at=row[9],
            accepted_at=times[row[0]][0],
            decided_at=times[row[0]][1],
            decided_day=times[row[0]][2],
            person=row[10] or "",
            given_up=row[11] in GIVEN_UP,
        )
        for row in rows
    ]


def _times(
    ctx: Context, conn: Connection, cases: Sequence[str]
) -> dict[str, tuple[int | None, int | None, str]]:
    """Return by case when it was accepted and decided (ms), and the day of the decision."""
    times: dict[str, tuple[int | None, int | None, str]] = dict.fromkeys(cases, (None, None, ""))
    acceptances = {CaseMove.ACCEPT.value, CaseMove.COMPLETE.value, CaseMove.DEEM.value}
    query = select(_f.case, _f.move, _f.at, _f.day).where(
        _f.hall_id == ctx.hall_id,
        _f.case.in_(cases),
        _f.move.in_([*sorted(acceptances), CaseMove.DECIDE.value]),
    )
    for case, move, at, day in conn.execute(query.order_by(_f.case, _f.n)):
        accepted, decided, decided_day = times[case]
        times[case] = (at, decided, decided_day) if move in acceptances else (accepted, at, day)
    return times


def _tickets(ctx: Context, conn: Connection, day: date) -> list[ServedTicket]:
    """Return the numbers of a day that ended as accepted."""
    query = (
        select(_t.id, _t.number, _t.item, _t.queue, _t.staff, _c.id)
        .select_from(
            ticket.outerjoin(case_record, and_(_c.hall_id == _t.hall_id, _c.ticket == _t.id))
        )
        .where(
            _t.hall_id == ctx.hall_id,
            _t.day == day.isoformat(),
            _t.outcome == Outcome.ACCEPTED.value,
        )
        .order_by(_t.id)
    )
    return [ServedTicket(*row[:5], has_case=row[5] is not None) for row in conn.execute(query)]
