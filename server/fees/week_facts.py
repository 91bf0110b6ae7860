"""Fees of a week, for the bulletin: charged, received, waived, refunded, cancelled, differing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from server.core.groups import Group, added
from server.core.money import yuan_text
from server.core.weeks import Fact, Week
from server.fees import views
from server.fees.figures import money_by
from server.fees.rules import DayMoney
from server.fees.week_lines import FeeLine
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 9
NO_UNIT = ""
"""Unit of a difference whose notice the hall does not know."""


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's fees, in all and by unit."""
    week, ctx, conn = request.week, request.ctx, request.conn
    span = week.first.isoformat(), week.last.isoformat()
    sums = money_by(conn, ctx.hall_id, *span, Group.UNIT)
    differences = views.difference_units(ctx, conn, *span)
    total = added(DayMoney(), sums.values())
    lines = _lines(request, sums, differences)
    return WeekFacts(_facts(total, differences.total(), week), {"fee_units": lines})


def _facts(total: DayMoney, differences: int, week: Week) -> dict[str, Fact]:
    link = f"/office#fees/month/{week.first.isoformat()[:7]}"
    values = {
        "fees_made_count": str(total.made_count),
        "fees_made": yuan_text(total.made),
        "fees_received": yuan_text(total.received),
        "fees_waived": yuan_text(total.waived),
        "fees_refunded": yuan_text(total.refunded),
        "fees_cancelled_count": str(total.cancelled_count),
        "fees_cancelled": yuan_text(total.cancelled),
        "fees_differences": str(differences),
    }
    return {name: Fact(value, link) for name, value in values.items()}


def _lines(
    request: WeekRequest, sums: Mapping[str, DayMoney], differences: Counter[str]
) -> tuple[FeeLine, ...]:
    """Return a line for each unit with fees, in the catalogue's order, unknown ones last."""
    catalogue = request.catalogue
    codes = [unit.code for unit in catalogue.units]
    units = {*sums, *differences}
    ordered = [*(code for code in codes if code in units), *sorted(units - set(codes))]
    link = f"/office#fees/month/{request.week.first.isoformat()[:7]}"
    lines = []
    for code in ordered:
        money = sums.get(code, DayMoney())
        unit = catalogue.unit_by.get(code)
        lines.append(
            FeeLine(
                unit=code,
                name=unit.name if unit else code or "无法对应单位",
                made=money.made,
                made_count=money.made_count,
                received=money.received,
                waived=money.waived,
                refunded=money.refunded,
                differences=differences[code],
                link=link,
            )
        )
    return tuple(lines)
