"""Forms of score sheets: between the message of a page and the sheet of the rules."""

from __future__ import annotations

from decimal import Decimal

from server.assessment.sheet_messages import (
    ScoreCoefficient,
    ScoreLineForm,
    ScorePartForm,
    ScoreSheetForm,
)
from server.assessment.sheets import Line, Part, Sheet


def plain(number: Decimal) -> str:
    """Return a decimal without trailing zeros or an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_of(text: str) -> Decimal:
    """Return the decimal of a text, the same one for 1, 1.0 and 1.00."""
    return Decimal(plain(Decimal(text)))


def _optional(text: str | None) -> Decimal | None:
    return None if text is None else number_of(text)


def _shown(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def sheet_from(form: ScoreSheetForm) -> Sheet:
    """Return the sheet of a form."""
    return Sheet(
        subject=form.subject,
        name=form.name,
        source=form.source,
        parts=tuple(
            Part(
                part.code,
                part.name,
                number_of(part.points),
                _optional(part.floor),
                _optional(part.cap),
            )
            for part in form.sections
        ),
        lines=tuple(
            Line(
                code=line.code,
                part=line.section,
                name=line.name,
                measure=line.measure,
                points=number_of(line.points),
                per=number_of(line.per),
                free=number_of(line.free),
                repeat_from=line.repeat_from,
                repeat_factor=number_of(line.repeat_factor),
                chief_share=number_of(line.chief_share),
                period=line.period,
            )
            for line in form.lines
        ),
        bonus=_optional(form.bonus),
        floor=_optional(form.floor),
        cap=_optional(form.cap),
        people_share=number_of(form.people_share),
        windows_share=number_of(form.windows_share),
        coefficients=tuple((each.unit, number_of(each.factor)) for each in form.coefficients),
        longer=form.longer,
    )


def form_of(sheet: Sheet, since: str) -> ScoreSheetForm:
    """Return the form of a sheet."""
    return ScoreSheetForm(
        subject=sheet.subject,
        name=sheet.name,
        since=since,
        source=sheet.source,
        sections=tuple(
            ScorePartForm(
                code=part.code,
                name=part.name,
                points=plain(part.points),
                floor=_shown(part.floor),
                cap=_shown(part.cap),
            )
            for part in sheet.parts
        ),
        lines=tuple(
            ScoreLineForm(
                code=line.code,
                section=line.part,
                name=line.name,
                measure=line.measure,
                points=plain(line.points),
                per=plain(line.per),
                free=plain(line.free),
                repeat_from=line.repeat_from,
                repeat_factor=plain(line.repeat_factor),
                chief_share=plain(line.chief_share),
                period=line.period,
            )
            for line in sheet.lines
        ),
        bonus=_shown(sheet.bonus),
        floor=_shown(sheet.floor),
        cap=_shown(sheet.cap),
        people_share=plain(sheet.people_share),
        windows_share=plain(sheet.windows_share),
        coefficients=tuple(
            ScoreCoefficient(unit=unit, factor=plain(factor)) for unit, factor in sheet.coefficients
        ),
        longer=sheet.longer,
    )
