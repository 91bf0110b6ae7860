"""Search for self-rated services: a day's signs, proposed to the office as findings."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, and_, select

from server.hall.context import Context
from server.queue.tables import ticket
from server.ratings.bursts import Burst, Limits, PadRating, bursts
from server.ratings.levels import Channel, Level
from server.ratings.settings import RatingSettings
from server.ratings.tables import rating
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind

AT_WINDOW = (Channel.PAD.value, Channel.TABLET.value)
_r, _t = rating.c, ticket.c


class BurstSearch:
    """Search of one hall; each day that is over is searched once."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._searched = ""

    def update(self) -> int:
        """Propose the signs of yesterday; return the number of new findings."""
        ctx = self._ctx
        day = (ctx.local().date() - timedelta(days=1)).isoformat()
        if day == self._searched:
            return 0
        self._searched = day
        signs = ctx.read(lambda c: signs_of(ctx, c, day))
        if not signs:
            return 0
        doubts = [_anomaly(day, sign) for sign in signs]
        return ctx.write(
            lambda tx: sum(finding_actions.propose(ctx, tx, doubt) for doubt in doubts)
        )


def limits_of(ctx: Context) -> Limits:
    """Return the limits in force."""
    settings = ctx.settings().of(RatingSettings)
    return Limits(
        quick_seconds=settings.burst_quick_seconds,
        quick_count=settings.burst_quick_count,
        dense_seconds=settings.burst_dense_seconds,
        dense_count=settings.burst_dense_count,
        short_seconds=settings.burst_short_seconds,
        short_count=settings.burst_short_count,
    )


def signs_of(ctx: Context, conn: Connection, day: str) -> list[Burst]:
    """Return the signs in the ratings of the services of an ISO day."""
    date.fromisoformat(day)
    query = (
        select(_r.window, _r.staff, _r.level, _r.at, _t.serving_at, _t.ended_at)
        .select_from(rating.join(ticket, and_(_t.hall_id == _r.hall_id, _t.id == _r.ticket)))
        .where(
            _r.hall_id == ctx.hall_id,
            _r.day == day,
            _r.second_of == "",
            _r.channel.in_(AT_WINDOW),
            _t.serving_at.is_not(None),
            _t.ended_at.is_not(None),
        )
    )
    ratings = [
        PadRating(row[0], row[1], Level(row[2]), row[3], row[4], row[5])
        for row in conn.execute(query)
    ]
    return bursts(ratings, limits_of(ctx))


def _anomaly(day: str, sign: Burst) -> Anomaly:
    mark = f"self_rated:{day}:{sign.window}:{sign.staff}:{sign.sign}"
    facts: dict[str, int | str] = {
        "note": sign.words,
        "sign": sign.sign.value,
        "count": sign.count,
        "seconds": sign.seconds,
        "seen_at": sign.at,
    }
    return Anomaly(Kind.SELF_RATED, sign.staff, sign.window, mark, facts)
