"""Messages of call backs, made from what was read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from server.call_backs import actions, queries
from server.call_backs.messages import (
    CallBackFigures,
    CallBackList,
    CallBackView,
    CallTryView,
    RedressToCall,
)
from server.call_backs.queries import StoredCallBack, StoredTry
from server.call_backs.rules import (
    DEFINITIONS,
    LIST_RATE,
    MOST_TRIES,
    CallAnswer,
    CallCounts,
    CallState,
    call_counts,
    masked_name,
)
from server.cases import queries as case_queries
from server.cases.queries import StoredApplicant, StoredCase, StoredFact
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.weeks import Week
from server.core.working_days import is_overdue
from server.hall.context import Context
from server.ratings import queries as rating_queries
from server.ratings import redress_queries
from server.ratings.levels import Level
from server.ratings.messages import Definition
from server.ratings.redress_rules import RedressState
from server.ratings.views import rate_view


def listed(ctx: Context, conn: Connection, actor: Actor, week: Week | None) -> CallBackList:
    """Return the list of a week, or the newest one, as the actor may see it."""
    weeks = queries.weeks(conn, ctx.hall_id)
    chosen = week.id if week is not None else weeks[0] if weeks else ""
    draw = queries.draw(conn, ctx.hall_id, chosen)
    rows = queries.of_weeks(conn, ctx.hall_id, chosen, chosen) if draw is not None else []
    return CallBackList(
        week=chosen,
        weeks=weeks,
        candidates=len(json.loads(draw.candidates)) if draw is not None else 0,
        entries=_entries(ctx, conn, actor, rows),
        redresses=_redresses(ctx, conn, actor),
        figures=figures_view(counts(ctx, conn, chosen, chosen)),
    )


def single(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> CallBackView:
    """Return one entry. Raises CALL_BACK_UNKNOWN."""
    row, case, facts, tries = actions.access(ctx, conn, actor, case_id)
    person = case_queries.applicants(conn, ctx.hall_id, [case_id]).get(case_id)
    levels = queries.levels(conn, ctx.hall_id, [row.rating])
    return _entry(ctx.catalogue(), row, case, facts, tries, person, levels.get(row.rating))


def _entries(
    ctx: Context, conn: Connection, actor: Actor, rows: Sequence[StoredCallBack]
) -> list[CallBackView]:
    """Return the entries of a list without those of cases that concern the actor."""
    ids, hall_id = [row.case for row in rows], ctx.hall_id
    cases = {case.id: case for case in case_queries.among(conn, hall_id, ids)}
    facts = case_queries.FACTS.of(conn, hall_id, ids)
    tries = queries.TRIES.of(conn, hall_id, ids)
    people = case_queries.applicants(conn, hall_id, ids)
    levels = queries.levels(conn, hall_id, [row.rating for row in rows if row.rating])
    return [
        _entry(
            ctx.catalogue(),
            row,
            cases[row.case],
            facts[row.case],
            tries[row.case],
            people.get(row.case),
            levels.get(row.rating),
        )
        for row in rows
        if actor.name not in actions.concerned(ctx, conn, cases[row.case], facts[row.case])
    ]


def _entry(
    catalogue: Catalogue,
    row: StoredCallBack,
    case: StoredCase,
    facts: list[StoredFact],
    tries: Sequence[StoredTry],
    person: StoredApplicant | None,
    level: Level | None,
) -> CallBackView:
    item, unit = catalogue.item_by.get(case.item), catalogue.unit_by.get(case.unit)
    return CallBackView(
        case=row.case,
        case_number=case.number,
        place=row.place,
        item_name=item.name if item else case.item,
        unit_name=unit.name if unit else case.unit,
        day=actions.ended_on(facts),
        name=masked_name(person.name) if person else "",
        state=CallState(row.state),
        tries=[
            CallTryView(
                at=entry.at,
                answer=CallAnswer(entry.result),
                by_name=_name(catalogue, entry.by_actor.partition(":")[2]),
            )
            for entry in tries
        ],
        tries_left=MOST_TRIES - len(tries) if row.state == CallState.OPEN else 0,
        level=level,
    )


def _name(catalogue: Catalogue, number: str) -> str:
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def _redresses(ctx: Context, conn: Connection, actor: Actor) -> list[RedressToCall]:
    """Return the bad ratings with a contact whose redress waits for the call back."""
    catalogue, today = ctx.catalogue(), ctx.local().date()
    result = []
    for row in redress_queries.open_ones(conn, ctx.hall_id):
        rating = rating_queries.get(conn, ctx.hall_id, row.rating)
        waits = row.state == RedressState.ANSWERED and row.staff != actor.name
        if not waits or rating is None or not rating.named:
            continue
        item, unit = catalogue.item_by.get(rating.item), catalogue.unit_by.get(row.unit)
        result.append(
            RedressToCall(
                rating=row.rating,
                item_name=item.name if item else rating.item,
                unit_name=unit.name if unit else row.unit,
                day=rating.day,
                due=row.due,
                overdue=is_overdue(row.due, today),
            )
        )
    return result


def counts(ctx: Context, conn: Connection, first: str, last: str) -> CallCounts:
    """Return the counts of the lists of the ISO weeks `first`..`last`."""
    rows = queries.of_weeks(conn, ctx.hall_id, first, last)
    levels = queries.levels(conn, ctx.hall_id, [row.rating for row in rows if row.rating])
    return call_counts((CallState(row.state), levels.get(row.rating)) for row in rows)


def figures_view(counts: CallCounts) -> CallBackFigures:
    """Return the figures of lists."""
    states = counts.states
    zh, en = LIST_RATE
    return CallBackFigures(
        drawn=counts.drawn,
        rated=states[CallState.RATED],
        declined=states[CallState.DECLINED],
        unreached=states[CallState.UNREACHED],
        wrong_number=states[CallState.WRONG_NUMBER],
        self_rated=states[CallState.SELF_RATED],
        open=states[CallState.OPEN],
        levels=[counts.levels[level] for level in Level],
        list_rate=rate_view(counts.rate),
        definition=Definition(rate="call_back_list", words_zh=zh, words_en=en),
        version=DEFINITIONS,
    )
