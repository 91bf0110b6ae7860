"""Ready score sheets after published rules; a hall copies and changes them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from server.assessment.forms import sheet_from
from server.assessment.sheet_messages import (
    ScoreSheetForm,
)
from server.assessment.sheets import Sheet

_FOLDER = Path(__file__).parent
_NO_MONTH = "2000-01"
NONE = "none"
"""Bound that does not exist; TOML has no null."""


@cache
def packs() -> dict[str, Sheet]:
    """Return the sheets by name of their file."""
    return {
        path.stem: sheet_from(
            ScoreSheetForm.model_validate(_form(tomllib.loads(path.read_text(encoding="utf-8"))))
        )
        for path in sorted(_FOLDER.glob("*.toml"))
    }


def _form(values: dict[str, object]) -> dict[str, object]:
    """Return the values of a file as a form has them, from no month in particular."""
    return {"since": _NO_MONTH} | {name: _unbounded(value) for name, value in values.items()}


def _unbounded(values: object) -> object:
    """Return values of a file with `none` as None."""
    if isinstance(values, dict):
        return {name: _unbounded(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_unbounded(value) for value in values]
    return None if values == NONE else values
