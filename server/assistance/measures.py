"""Measure of assistance: jobs of helpers that were done from the authorisation to the call back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from server.assistance import queries
from server.core.clock import instant
from server.core.measured import PERSON, Measure, MeasuredFact
from server.core.settings import GeneralSettings
from server.hall.measure_request import Measured, MeasureRequest

HELPED = Measure("helped", "帮办代办", "Helped through a whole job", "件", PERSON)
MEASURES = (HELPED,)


def measured(request: MeasureRequest) -> Measured:
    """Return the jobs that ended on the days."""
    ctx, people = request.ctx, request.catalogue.staff_by
    zone = ctx.settings().of(GeneralSettings).timezone
    first = instant(datetime.combine(request.first, time.min), zone)
    end = instant(datetime.combine(request.last + timedelta(days=1), time.min), zone)
    return Measured(
        tuple(
            MeasuredFact(
                measure=HELPED.code,
                ref=job,
                day=ctx.day(at),
                amount=Decimal(1),
                staff=staff,
                window="",
                unit=people[staff].unit if staff in people else "",
                words="帮办代办事项已办结并回访",
                link=f"/office#assistance/jobs/{job}",
            )
            for job, staff, at in queries.helped_between(request.conn, ctx.hall_id, first, end - 1)
        )
    )
