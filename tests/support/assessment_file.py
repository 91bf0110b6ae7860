"""Export of an assessment with one release, of any month."""

from __future__ import annotations

import json

from server.assessment.frozen import Contents, Json, month_json, results_json
from server.assessment.months import month_results
from server.assessment.rules import Month
from server.assessment_proof.judge import FORMAT


def as_file(month: Month) -> Json:
    """Return an export of one release, of this month."""
    contents = Contents(month.id, month_json(month), month_results(month))
    release = {
        "period": month.id,
        "kind": "month",
        "checked_by": "1001",
        "released_by": "1002",
        "released_at": 0,
        "digest": contents.digest,
        "sheets_digest": contents.sheets_digest,
        "facts_digest": contents.facts_digest,
        "month": contents.source,
        "results": results_json(contents.results),
        "amendments": [],
    }
    book = {"format": FORMAT, "hall": "small", "measures": [], "releases": [release]}
    values: Json = json.loads(json.dumps(book))
    return values
