"""Shapes bulletins into messages. No rules, no queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.bulletin import wording
from server.domain.bulletin.figures import Difference, Figures, Week
from server.domain.catalogue import Catalogue
from server.domain.tickets import ActorKind
from server.services.bulletins.acts import Bulletin
from server.services.bulletins.service import services_of, waits_of
from server.services.context import Actor
from server.wire.bulletin import (
    AcknowledgementView,
    AmendmentView,
    BulletinList,
    BulletinPiece,
    BulletinRef,
    BulletinSection,
    BulletinView,
    FactView,
    PublicBulletin,
    TicketEvidence,
    TicketLine,
    WeekRates,
)

EVERYBODY = "all"


def manages(actor: Actor) -> bool:
    """Whether somebody belongs to those who see drafts."""
    return actor.kind in (ActorKind.MANAGER, ActorKind.ADMINISTRATOR)


def archive(rows: Sequence[Any], *, drafts: bool) -> BulletinList:
    """The list of bulletins."""
    return BulletinList(
        bulletins=[
            BulletinRef(
                id=row.id,
                number=row.number,
                state=row.state,
                first=row.first_day,
                last=row.last_day,
                digest=row.digest,
                drafted_at=row.drafted_at,
                released_at=row.released_at,
            )
            for row in rows
            if drafts or row.state == "released"
        ]
    )


def bulletin(
    catalogue: Catalogue,
    found: Bulletin,
    acknowledged: Mapping[str, Any],
    amendments: Sequence[Any],
) -> BulletinView:
    """A bulletin with everything that belongs to it."""
    row, figures = found.row, found.figures
    return BulletinView(
        id=row.id,
        number=row.number,
        state=row.state,
        first=figures.first,
        last=figures.last,
        hall=figures.hall,
        digest=found.digest,
        drafted_at=row.drafted_at,
        editors=json.loads(row.editors),
        edited_at=row.edited_at,
        released_by=row.released_by,
        released_at=row.released_at,
        pending=any(line.pending for line in figures.units),
        sections=sections(figures, found.words),
        facts=[FactView(name=n, value=f.value, link=f.link) for n, f in figures.facts.items()],
        units=list(figures.units),
        cases=list(figures.cases),
        checks=list(figures.checks),
        findings=list(figures.findings),
        last_findings=list(figures.last_findings),
        service_units=list(figures.service_units),
        service_windows=list(figures.service_windows),
        rates=[
            WeekRates(unit=line.unit, name=line.name, rates=figures.rates.get(line.unit, []))
            for line in figures.units
        ],
        weeks=_weeks(found.week, figures),
        acknowledgements=_receipts(catalogue, figures, acknowledged),
        amendments=[_amendment(one) for one in amendments],
    )


def _weeks(week: Week, figures: Figures) -> list[str]:
    count = max((len(rates) for rates in figures.rates.values()), default=0)
    found: list[str] = []
    for _ in range(count):
        found.insert(0, week.id)
        week = week.before()
    return found


def sections(figures: Figures, words: Mapping[str, str]) -> list[BulletinSection]:
    """The sections in order, each figure with its evidence."""
    return [
        BulletinSection(
            name=name,
            title=wording.TITLES[name],
            words=words[name],
            edited=words[name] != wording.DRAFT[name],
            pieces=[
                BulletinPiece(text=piece.text, link=piece.link)
                for piece in wording.pieces(words[name], figures.facts)
            ],
        )
        for name in wording.SECTIONS
        if name in words
    ]


def _receipts(
    catalogue: Catalogue, figures: Figures, acknowledged: Mapping[str, Any]
) -> list[AcknowledgementView]:
    units = [(line.unit, line.name) for line in figures.units if line.unit]
    return [
        AcknowledgementView(
            unit=code,
            name=name,
            by=_person(catalogue, acknowledged[code].by_actor) if code in acknowledged else "",
            at=acknowledged[code].at if code in acknowledged else None,
        )
        for code, name in units
    ]


def _person(catalogue: Catalogue, number: str) -> str:
    found = catalogue.staff_by.get(number)
    return found.name if found else number


def _amendment(row: Any) -> AmendmentView:
    return AmendmentView(
        n=row.n,
        words=row.words,
        changes=[Difference(**one) for one in json.loads(row.data)],
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        released_by=row.released_by,
        released_at=row.released_at,
        digest=row.digest,
    )


def public(shown: BulletinView, *, names: bool) -> PublicBulletin:
    """What everybody may see."""
    assert shown.released_at is not None, "only released bulletins are public"
    return PublicBulletin(
        id=shown.id,
        number=shown.number,
        hall=shown.hall,
        first=shown.first,
        last=shown.last,
        released_at=shown.released_at,
        digest=shown.digest,
        sections=shown.sections,
        units=shown.units,
        service_units=shown.service_units,
        cases=shown.cases if names else [],
        amendments=[one.words for one in shown.amendments if one.released_at is not None],
    )


def tickets(catalogue: Catalogue, rows: Sequence[Any], code: str, week: str) -> TicketEvidence:
    """The tickets of a unit, a window or everybody."""
    unit, window = catalogue.unit_by.get(code), catalogue.window_by.get(code)
    name = unit.name if unit else f"{window.number}号 {window.name}" if window else code
    return TicketEvidence(
        name=catalogue.hall_name if code == EVERYBODY else name,
        week=week,
        tickets=[
            TicketLine(
                id=row.id,
                number=row.number,
                day=row.day,
                unit=row.queue,
                window=row.window,
                state=row.state,
                issued_at=row.issued_at,
                called_at=row.first_called_at,
                wait=next(iter(waits_of([row])), None),
                service=next(iter(services_of([row])), None),
            )
            for row in rows
            if code in (EVERYBODY, row.queue, row.window)
        ],
    )
