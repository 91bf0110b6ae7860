"""Export of the assessment: sheets, facts and released totals, from which totals recompute.

docs/assessment-export.md describes it field by field.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from server.assessment import queries
from server.assessment.frozen import Json
from server.assessment.periods import PeriodKind, parse_period
from server.assessment.queries import StoredAmendment, StoredRelease
from server.assessment.workflow import ReleaseState
from server.hall.measure_request import measures

FORMAT = "hallkeeper-assessment-1"


def exported(conn: Connection, hall_id: str) -> Json:
    """Return every release and amendment with all that its totals follow from."""
    return {
        "format": FORMAT,
        "hall": hall_id,
        "measures": [
            {
                "code": measure.code,
                "name": measure.name,
                "counted_in": measure.counted_in,
                "subjects": sorted(measure.subjects),
                "typed": measure.typed,
            }
            for measure in measures().values()
        ],
        "releases": [
            _release(conn, hall_id, row)
            for listed in queries.releases(conn, hall_id)
            if listed.state == ReleaseState.RELEASED
            and (row := queries.release(conn, hall_id, listed.period)) is not None
        ],
    }


def _release(conn: Connection, hall_id: str, row: StoredRelease) -> Json:
    amendments = [
        amendment
        for listed in queries.amendments(conn, hall_id, row.period)
        if (amendment := queries.amendment(conn, hall_id, row.period, listed.n)) is not None
        and amendment.released_at is not None
    ]
    return {
        "period": row.period,
        "kind": parse_period(row.period).kind.value,
        "checked_by": row.checked_by,
        "released_by": row.released_by,
        "released_at": row.released_at,
        "digest": row.digest,
        "sheets_digest": row.sheets_digest,
        "facts_digest": row.facts_digest,
        **_contents(row),
        "amendments": [
            {
                "n": amendment.n,
                "words": amendment.words,
                "drafted_by": amendment.drafted_by,
                "released_by": amendment.released_by,
                "released_at": amendment.released_at,
                "digest": amendment.digest,
                "changes": json.loads(amendment.changes),
                **_contents(amendment),
            }
            for amendment in amendments
        ],
    }


def _contents(row: StoredRelease | StoredAmendment) -> Json:
    content: dict[str, Any] = json.loads(row.frozen)
    is_month = parse_period(row.period).kind is PeriodKind.MONTH
    return {"month" if is_month else "source": content, "results": json.loads(row.results)}
