"""Freezing of an assessment: months, sheets and results as JSON, and the digests that cover them.

Decimals are written as texts without trailing zeros, facts in the order of measure, day and
reference; so the same month gives the same digest on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from pydantic import TypeAdapter

from server.assessment.ranking import Result
from server.assessment.rules import Month
from server.assessment.sheets import LinePeriod, Sheet
from server.core.digests import digest
from server.core.measured import Subject

Json = dict[str, Any]
Results = Mapping[Subject, tuple[Result, ...]]
_SHEET = TypeAdapter(Sheet)
_MONTH = TypeAdapter(Month)
_RESULTS = TypeAdapter(dict[Subject, tuple[Result, ...]])


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of a release: that from which the results follow, and the results."""

    period: str
    source: Json
    """Of a month its sheets, roster and facts; of a longer period the digests of its months."""
    results: Results

    @property
    def digest(self) -> str:
        """Digest of everything."""
        return digest(
            {"period": self.period, "source": self.source, "results": results_json(self.results)}
        )

    @property
    def sheets_digest(self) -> str:
        """Digest of the sheets; of a longer period, of its months."""
        return digest({"sheets": self.source.get("sheets", self.source)})

    @property
    def facts_digest(self) -> str:
        """Digest of all else from which the results follow."""
        return digest({"facts": {k: v for k, v in self.source.items() if k != "sheets"}})


def sheet_json(sheet: Sheet) -> Json:
    """Return a sheet as JSON values."""
    values: Json = _SHEET.dump_python(sheet, mode="json")
    return _lean_sheet(values)


def _lean_sheet(values: Json) -> Json:
    """Return a sheet whose lines of the month do not say so, as before there were others."""
    for line in values["lines"]:
        if line["period"] == LinePeriod.MONTH:
            del line["period"]
    return values


def sheet_of(text: str) -> Sheet:
    """Return the sheet of a JSON text."""
    return _SHEET.validate_json(text)


def sheet_digest(sheet: Sheet) -> str:
    """Return the digest of a sheet."""
    return digest(sheet_json(sheet))


def month_json(month: Month) -> Json:
    """Return a month as JSON values."""
    values: Json = _MONTH.dump_python(month, mode="json")
    for sheet in values["sheets"]:
        _lean_sheet(sheet)
    return values


def month_of(values: Json) -> Month:
    """Return the month of JSON values."""
    return _MONTH.validate_python(values)


def results_json(results: Results) -> Json:
    """Return results as JSON values."""
    values: Json = _RESULTS.dump_python(dict(results), mode="json")
    for result in chain.from_iterable(values.values()):
        if not Decimal(result["year"]):
            del result["year"]
    return values


def results_of(text: str) -> Results:
    """Return the results of a JSON text."""
    return _RESULTS.validate_json(text)


def text_of(values: Json | Sequence[object]) -> str:
    """Return JSON values as a text."""
    return json.dumps(values, ensure_ascii=False)
