"""Export of an assessment with releases of any months, and of their year."""

from __future__ import annotations

import json

from server.assessment.frozen import Contents, Json, month_json, results_json
from server.assessment.months import month_results
from server.assessment.ranking import added_up
from server.assessment.rules import Month
from server.assessment.sheets import Longer
from server.assessment_proof.judge import FORMAT
from server.core.measured import Subject


def as_file(*months: Month, year: Longer | None = None) -> Json:
    """Return an export of a release of each month, and of the year that they add up to."""
    contents = [Contents(month.id, month_json(month), month_results(month)) for month in months]
    releases = [_release(each, "month") for each in contents]
    if year is not None:
        releases.append(_release(_year(contents, year), "year"))
    book = {"format": FORMAT, "hall": "small", "measures": [], "releases": releases}
    values: Json = json.loads(json.dumps(book))
    return values


def _year(months: list[Contents], longer: Longer) -> Contents:
    subjects = [s for s in Subject if any(s in month.results for month in months)]
    results = {
        subject: added_up([m.results.get(subject, ()) for m in months], longer, is_year=True)
        for subject in subjects
    }
    source = {
        "months": [{"period": month.period, "digest": month.digest} for month in months],
        "longer": {subject.value: longer.value for subject in subjects},
    }
    return Contents(months[0].period[:4], source, results)


def _release(contents: Contents, kind: str) -> Json:
    return {
        "period": contents.period,
        "kind": kind,
        "checked_by": "1001",
        "released_by": "1002",
        "released_at": 0,
        "digest": contents.digest,
        "sheets_digest": contents.sheets_digest,
        "facts_digest": contents.facts_digest,
        "month" if kind == "month" else "source": contents.source,
        "results": results_json(contents.results),
        "amendments": [],
    }
