"""Messages of ratings, made from what was read: figures, lists, and what everybody may see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.rates import Rate
from server.core.working_days import Due
from server.hall.context import Context
from server.ratings import pad_queries, queries, redress_queries
from server.ratings.figures import By, counts_by
from server.ratings.levels import Channel, Level
from server.ratings.messages import (
    CountsLine,
    CountsView,
    Definition,
    MyRatings,
    PublicRatings,
    PublicRedress,
    RateView,
    RatingFigures,
    RatingList,
    RatingView,
    RedressFigures,
)
from server.ratings.queries import StoredRating
from server.ratings.rates import (
    ACTIVE_RATE,
    CALL_BACK_RATE,
    DEFINITIONS,
    GOOD_RATE,
    REDRESS_RATE,
    Counts,
    ranked,
)
from server.ratings.redress_queries import StoredStep
from server.ratings.redress_rules import (
    CallResult,
    RedressCase,
    RedressCounts,
    RedressMove,
    RedressState,
    Step,
    count_redress,
)
from server.ratings.settings import RatingSettings

MONTHS = 6
"""Months that everybody sees, the running one included."""
OWN_DAYS = 30


def rate_view(rate: Rate) -> RateView:
    """Return a rate; its percentage is rounded half up to tenths."""
    return RateView(count=rate.count, of=rate.of, percent=rate.percent)


def counts_view(counts: Counts) -> CountsView:
    """Return counts with their rates."""
    return CountsView(
        services=counts.services,
        active=counts.active,
        good=counts.good,
        bad=counts.bad,
        typed_in=counts.typed_in,
        called=counts.called,
        levels=[counts.levels.get(level, 0) for level in Level],
        active_rate=rate_view(counts.active_rate),
        good_rate=rate_view(counts.good_rate),
    )


def definitions(*, redress: bool = True) -> list[Definition]:
    """Return the definitions of the rates."""
    words = {"active": ACTIVE_RATE, "good": GOOD_RATE}
    if redress:
        words |= {"redress": REDRESS_RATE, "call_back": CALL_BACK_RATE}
    return [Definition(rate=name, words_zh=zh, words_en=en) for name, (zh, en) in words.items()]


def lines(catalogue: Catalogue, by: By, counts: Mapping[str, Counts]) -> list[CountsLine]:
    """Return counts by window or unit, the best first; those without a rating come last."""
    order = [key for key, _ in ranked(counts)]
    places = {key: place for place, key in enumerate(order, 1)}
    rest = sorted(key for key in counts if key not in places)
    return [
        CountsLine(
            key=key,
            name=name_of(catalogue, by, key)[0],
            name_en=name_of(catalogue, by, key)[1],
            place=places.get(key, 0),
            counts=counts_view(counts[key]),
        )
        for key in [*order, *rest]
    ]


def name_of(catalogue: Catalogue, by: By, key: str) -> tuple[str, str]:
    """Return the names of a window or unit; its key if the business data have it no more."""
    if by is By.WINDOW and key in catalogue.window_by:
        window = catalogue.window_by[key]
        return (
            f"{window.number}号窗口（{window.name}）",
            f"Window {window.number} ({window.name_en})",
        )
    if by is By.UNIT and key in catalogue.unit_by:
        unit = catalogue.unit_by[key]
        return unit.name, unit.name_en
    return key, key


def figures(ctx: Context, conn: Connection, first: date, last: date) -> RatingFigures:
    """Return the figures of services of the days `first`..`last`."""
    catalogue, hall_id, span = ctx.catalogue(), ctx.hall_id, _span(first, last)
    code = int(ctx.settings().of(RatingSettings).default_level)
    level = Level(code) if code else None
    since = ctx.clock.now() - (ctx.local().date() - first).days * 86_400_000
    return RatingFigures(
        first=span[0],
        last=span[1],
        total=counts_view(counts_by(conn, hall_id, *span, By.ALL)[""]),
        windows=lines(catalogue, By.WINDOW, counts_by(conn, hall_id, *span, By.WINDOW)),
        units=lines(catalogue, By.UNIT, counts_by(conn, hall_id, *span, By.UNIT)),
        redress=redress_view(redress_counts(ctx, conn, first, last)),
        defaults=defaults(ctx, conn, first, last) if level else 0,
        default_level=level,
        unmatched_presses=len(pad_queries.unmatched(conn, hall_id, since)),
        definitions=definitions(),
        version=DEFINITIONS,
    )


def defaults(ctx: Context, conn: Connection, first: date, last: date) -> int:
    """Return the number of services of these days whose time for a rating is over without one."""
    days = ctx.settings().of(RatingSettings).rating_days
    over = ctx.local().date() - timedelta(days=days + 1)
    if over < first:
        return 0
    counts = counts_by(conn, ctx.hall_id, *_span(first, min(last, over)), By.ALL)[""]
    return counts.services - counts.active - counts.typed_in - counts.called


def redress_view(counts: RedressCounts) -> RedressFigures:
    """Return the figures of redresses."""
    return RedressFigures(
        opened=counts.opened,
        granted=counts.granted,
        redress_rate=rate_view(Rate(counts.in_time, counts.run_out)),
        call_back_rate=rate_view(Rate(counts.called, counts.named)),
    )


def redress_counts(ctx: Context, conn: Connection, first: date, last: date) -> RedressCounts:
    """Return the counts of the redresses of services of the days `first`..`last`, as of today."""
    rows = redress_queries.of_days(conn, ctx.hall_id, *_span(first, last))
    steps = redress_queries.STEPS.of(conn, ctx.hall_id, [row.rating for row in rows])
    named = queries.named_among(conn, ctx.hall_id, list(steps))
    cases = (
        RedressCase(rating in named, tuple(map(step_of, own_steps)))
        for rating, own_steps in steps.items()
    )
    return count_redress(cases, ctx.local().date())


def step_of(step: StoredStep) -> Step:
    """Return a stored step for the rules."""
    return Step(
        RedressMove(step.move),
        RedressState(step.state),
        step.day,
        Due(step.due, step.answer_due),
        step.by_actor,
        CallResult(step.result) if step.result else None,
    )


def listed(ctx: Context, conn: Connection, rows: Sequence[StoredRating], total: int) -> RatingList:
    """Return ratings as the office sees them."""
    hall_id, ids = ctx.hall_id, [row.id for row in rows]
    words = queries.words_among(conn, hall_id, ids)
    states = redress_queries.states(conn, hall_id, ids)
    return RatingList(
        ratings=[_rating(ctx.catalogue(), row, words, states) for row in rows], total=total
    )


def _rating(
    catalogue: Catalogue, row: StoredRating, words: Mapping[str, str], states: Mapping[str, str]
) -> RatingView:
    item, person = catalogue.item_by.get(row.item), catalogue.staff_by.get(row.staff)
    state = states.get(row.id)
    return RatingView(
        id=row.id,
        day=row.day,
        at=row.at,
        level=Level(row.level),
        channel=Channel(row.channel),
        aspects=json.loads(row.aspects),
        words=words.get(row.id, ""),
        named=bool(row.named),
        second=bool(row.second_of),
        unit_name=name_of(catalogue, By.UNIT, row.unit)[0],
        window=name_of(catalogue, By.WINDOW, row.window)[0],
        item_name=item.name if item else row.item,
        staff_name=person.name if person else row.staff,
        redress=RedressState(state) if state else None,
    )


def own(ctx: Context, conn: Connection, staff: str) -> MyRatings:
    """Return a clerk's own totals up to yesterday: today's would show who rated."""
    last = ctx.local().date() - timedelta(days=1)
    first = last - timedelta(days=OWN_DAYS - 1)
    counts = counts_by(conn, ctx.hall_id, *_span(first, last), By.ALL, staff)
    return MyRatings(
        first=first.isoformat(),
        last=last.isoformat(),
        counts=counts_view(counts[""]),
        definitions=definitions(redress=False),
    )


def public(ctx: Context, conn: Connection) -> PublicRatings:
    """Return what everybody may see: the last months up to yesterday."""
    catalogue, hall_id = ctx.catalogue(), ctx.hall_id
    last = ctx.local().date() - timedelta(days=1)
    first = last.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    span = _span(first, last)
    months = counts_by(conn, hall_id, *span, By.MONTH)
    return PublicRatings(
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        first=span[0],
        last=span[1],
        total=counts_view(counts_by(conn, hall_id, *span, By.ALL)[""]),
        months=[
            CountsLine(key=key, name=key, name_en=key, place=0, counts=counts_view(months[key]))
            for key in sorted(months)
        ],
        windows=lines(catalogue, By.WINDOW, counts_by(conn, hall_id, *span, By.WINDOW)),
        units=lines(catalogue, By.UNIT, counts_by(conn, hall_id, *span, By.UNIT)),
        redressed=[
            PublicRedress(day=day, unit_name=name_of(catalogue, By.UNIT, unit)[0], words=words)
            for day, unit, words in redress_queries.closed_words(conn, hall_id, *span)
        ],
        definitions=definitions(redress=False),
    )


def _span(first: date, last: date) -> tuple[str, str]:
    return first.isoformat(), last.isoformat()
