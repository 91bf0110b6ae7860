"""Messages of honours, made from what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.assessment.periods import Period, PeriodKind, parse_period, period_of
from server.assessment.standings import Subject, released
from server.cases.views import name_of
from server.catalogue.model import Catalogue
from server.complaints import queries as complaint_queries
from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.honours import candidates, flag_actions, queries
from server.honours.candidates import RankedWindow
from server.honours.certificate import certificate_content, window_name
from server.honours.flag_actions import FlagWish
from server.honours.list_actions import newest
from server.honours.list_rules import ListKind
from server.honours.messages import (
    AwardView,
    BarView,
    EvidenceView,
    FlagHolder,
    FlagMoveView,
    FlagStepView,
    QuarterPage,
    RankedWindowView,
)
from server.honours.queries import StoredAward, StoredFlagMove, StoredFlagStep
from server.honours.rules import (
    AWARDED,
    BarKind,
    Cause,
    FlagMove,
    FlagState,
    Veto,
    VetoKind,
    VetoState,
)
from server.honours.words import KIND_WORDS
from server.honours.workflow import FLAG

QUARTERS_SHOWN = 8
NO_HOLDER = FlagHolder(
    window=0,
    window_name="",
    window_name_en="",
    quarter="",
    quarter_words="",
    quarter_words_en="",
)


def quarter_page(ctx: Context, conn: Connection, actor: Actor, quarter: Period) -> QuarterPage:
    """Return a quarter with its ranking, its decision and the flag's history."""
    today, catalogue = ctx.local().date(), ctx.catalogue()
    ranking = candidates.ranked(ctx, conn, quarter)
    vetoes = queries.vetoes(conn, ctx.hall_id)
    struck = queries.for_rules(vetoes)
    rows = queries.awards(conn, ctx.hall_id)
    steps = queries.FLAG_STEPS.of(conn, ctx.hall_id, [row.quarter for row in rows])
    awards = [_award(ctx, actor, row, steps[row.quarter], struck) for row in rows]
    own = next((view for view in awards if view.quarter == quarter.id), None)
    moves = queries.moves(conn, ctx.hall_id)
    newest = moves[-1] if moves else None
    is_open = own is None or own.state in (FlagState.REJECTED, FlagState.REVOKED)
    kinds = {row.id: VetoKind(row.kind) for row in vetoes}
    waiting = (VetoState.PROPOSED, VetoState.DISPUTED)
    return QuarterPage(
        quarter=quarter.id,
        quarter_words=quarter.words,
        quarters=_quarters(period_of(PeriodKind.QUARTER, today)),
        running=quarter.last >= today,
        released=ranking is not None,
        months=[month.id for month in quarter.months],
        ranking=_ranking(ctx, conn, quarter, ranking or [], kinds),
        award=own,
        can_propose=is_open and ranking is not None and quarter.last < today,
        holder=window_name(catalogue, newest.to_window) if newest else "",
        holder_quarter=newest.quarter if newest else "",
        history=[_walk(catalogue, move) for move in reversed(moves)],
        awards=awards,
        vetoes_open=sum(row.state in waiting for row in vetoes),
    )


def _quarters(quarter: Period) -> list[str]:
    ids: list[str] = []
    for _ in range(QUARTERS_SHOWN):
        ids.append(quarter.id)
        quarter = quarter.before()
    return ids


def _ranking(
    ctx: Context,
    conn: Connection,
    quarter: Period,
    ranking: Sequence[RankedWindow],
    kinds: Mapping[str, VetoKind],
) -> list[RankedWindowView]:
    scores = [
        {entry.code: float(entry.score) for entry in standings or ()}
        for standings in (
            released(ctx, conn, Subject.WINDOW, month) if ranking else None
            for month in quarter.months
        )
    ]
    return [
        RankedWindowView(
            window=entry.standing.code,
            name=entry.standing.name,
            rank=entry.standing.rank,
            rank_best=entry.standing.rank_best,
            rank_worst=entry.standing.rank_worst,
            score=str(entry.standing.score),
            deductions=str(entry.standing.deductions),
            bad_ratings=entry.standing.bad_ratings,
            served=entry.served,
            unmeasured=list(entry.standing.unmeasured),
            bars=[
                BarView(
                    kind=kind,
                    evidence=[_evidence(conn, ctx.hall_id, kind, record, kinds) for record in ids],
                )
                for kind, ids in entry.bars.items()
            ],
            needs_reason=not flag_actions.is_plain(entry, ranking) if not entry.bars else False,
            months=[of_month.get(entry.standing.code) for of_month in scores],
        )
        for entry in ranking
    ]


def _evidence(
    conn: Connection, hall_id: str, kind: BarKind, record: str, kinds: Mapping[str, VetoKind]
) -> EvidenceView:
    if kind is BarKind.VETO:
        words = KIND_WORDS[kinds[record]] if record in kinds else record
        return EvidenceView(id=record, words=words, link=f"/honours/vetoes/{record}")
    if kind is BarKind.COMPLAINT:
        row = complaint_queries.by_number(conn, hall_id, record)
        link = f"/complaints/{row.id}" if row else "/complaints"
        return EvidenceView(id=record, words=record, link=link)
    if kind is BarKind.RATING:
        return EvidenceView(id=record, words="", link=f"/redresses/{record}")
    return EvidenceView(id=record, words="", link=f"/findings/{record}")


def _award(
    ctx: Context,
    actor: Actor,
    row: StoredAward,
    steps: Sequence[StoredFlagStep],
    vetoes: Sequence[Veto],
) -> AwardView:
    catalogue, state = ctx.catalogue(), FlagState(row.state)
    return AwardView(
        quarter=row.quarter,
        quarter_words=parse_period(row.quarter).words,
        window=row.window,
        window_name=window_name(catalogue, row.window),
        rank=row.rank,
        score=row.score,
        state=state,
        struck_by=[
            veto.id for veto in vetoes if state in AWARDED and veto.strikes(row.quarter, row.window)
        ],
        steps=[
            FlagStepView(
                move=FlagMove(step.move),
                state=FlagState(step.state),
                at=step.at,
                window_name=window_name(catalogue, step.window),
                words=step.words,
                by_name=name_of(catalogue, step.by_actor.partition(":")[2]),
            )
            for step in steps
        ],
        moves=[
            move
            for move in FlagMove
            if move is not FlagMove.PROPOSE
            and FLAG.allows(
                move,
                flag_actions.attempt_of(ctx, actor, row, steps, FlagWish(move, words="x"), True),
            )
        ],
    )


def _walk(catalogue: Catalogue, row: StoredFlagMove) -> FlagMoveView:
    return FlagMoveView(
        n=row.n,
        at=row.at,
        from_name=window_name(catalogue, row.from_window),
        to_name=window_name(catalogue, row.to_window),
        quarter=row.quarter,
        quarter_words=parse_period(row.quarter).words if row.quarter else "",
        cause=Cause(row.cause),
    )


def holder(ctx: Context, conn: Connection) -> FlagHolder:
    """Return the window with the flag, for everybody."""
    newest = queries.newest_move(conn, ctx.hall_id)
    window = ctx.catalogue().window_by.get(newest.to_window) if newest else None
    if newest is None or window is None:
        return NO_HOLDER
    quarter = parse_period(newest.quarter)
    return FlagHolder(
        window=window.number,
        window_name=window.name,
        window_name_en=window.name_en,
        quarter=quarter.id,
        quarter_words=quarter.words,
        quarter_words_en=quarter.words_en,
    )


def certificate_words(ctx: Context, conn: Connection, award: AwardView) -> JsonDict:
    """Return what the certificate of a decided flag says: as it was fixed with the decision."""
    rows = queries.lists(conn, ctx.hall_id, ListKind.CERTIFICATE.value, award.quarter)
    fixed = newest(rows)
    if fixed is not None:
        content: JsonDict = json.loads(fixed.content)
        return content
    # A decision of an earlier version, which kept no words.
    decisions = [step.at for step in award.steps if step.move is FlagMove.DECIDE]
    return certificate_content(
        ctx.catalogue().hall_name,
        award.window_name,
        award.quarter_words,
        award.score,
        award.rank,
        ctx.local(decisions[-1]).date(),
    )
