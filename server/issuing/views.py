"""Messages of the issuing window, made from what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.paper_kinds import DECISIONS
from server.cases.queries import StoredApplicant, StoredCase
from server.cases.rules import HallPost, IdKind
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.issuing import (
    access,
    actions,
    dues,
    entries,
    extra_queries,
    extra_views,
    queries,
    workflow,
)
from server.issuing.errors import LicenceCode
from server.issuing.messages import (
    CaseLicences,
    HandoverList,
    IssuingDesk,
    IssuingTicket,
    LicenceBrief,
    LicenceFactView,
    LicenceRollView,
    LicenceView,
    MyLicences,
    OwnUnit,
    ParcelFactView,
    ParcelView,
    PlaceCount,
    ReadyCase,
)
from server.issuing.names import person_name, unit_name
from server.issuing.queries import (
    StoredLicence,
    StoredLicenceFact,
    StoredList,
    StoredListFact,
    StoredParcel,
)
from server.issuing.rules import (
    AT_WINDOW,
    IdCheck,
    LicenceMove,
    ListMove,
    ListState,
    ParcelMove,
    ParcelState,
    Place,
    Recipient,
    Signed,
)
from server.issuing.settings import IssuingSettings
from server.issuing.workflow import LICENCE
from server.leave import step_papers
from server.queue import ticket_queries
from server.queue.tickets import State

SHOWN_DAYS = 30
_PLACED = frozenset(LicenceMove) - {
    LicenceMove.ASK_BACK,
    LicenceMove.ASK_VOID,
    LicenceMove.ENTER,
    LicenceMove.TRY,
}
"""Moves that begin the stay at a place."""
_BUTTONS = (
    LicenceMove.SHELVE,
    LicenceMove.HAND,
    LicenceMove.POST,
    LicenceMove.ENTER,
    *actions.STEPS,
)
_EVERYTHING = (
    workflow.WORDS,
    workflow.SHELF,
    workflow.IDENTITY,
    workflow.RECEIVER,
)


@dataclass(frozen=True, slots=True)
class Around:
    """Cases, applicants and facts of licences."""

    cases: Mapping[str, StoredCase]
    people: Mapping[str, StoredApplicant]
    facts: Mapping[str, Sequence[StoredLicenceFact]]


def around(ctx: Context, conn: Connection, rows: Sequence[StoredLicence]) -> Around:
    """Return cases, applicants and facts of licences."""
    cases = sorted({row.case for row in rows})
    return Around(
        {case.id: case for case in case_queries.among(conn, ctx.hall_id, cases)},
        case_queries.applicants(conn, ctx.hall_id, cases),
        queries.FACTS.of(conn, ctx.hall_id, [row.id for row in rows]),
    )


def briefs(ctx: Context, conn: Connection, rows: Sequence[StoredLicence]) -> list[LicenceBrief]:
    """Return licences as they stand in lists."""
    context = around(ctx, conn, rows)
    return [LicenceBrief(**_brief(ctx, row, context)) for row in rows]


def _brief(ctx: Context, row: StoredLicence, context: Around) -> dict[str, object]:
    catalogue, facts = ctx.catalogue(), context.facts[row.id]
    case, person = context.cases[row.case], context.people.get(row.case)
    item, unit = catalogue.item_by.get(row.item), catalogue.unit_by.get(row.unit)
    placed = [fact for fact in facts if fact.move in _PLACED]
    ask = asked(facts)
    return {
        "id": row.id,
        "case": row.case,
        "case_number": case.number,
        "item_name": item.name if item else row.item,
        "unit": row.unit,
        "unit_name": unit.name if unit else row.unit,
        "applicant": person.name if person else "",
        "kind": row.kind,
        "number": row.number,
        "copy_number": row.copy,
        "paper": bool(row.paper),
        "electronic": bool(row.electronic),
        "issued_day": row.issued_day,
        "valid_to": row.valid_to,
        "state": Place(row.state),
        "list_id": row.list,
        "shelf": row.shelf,
        "waybill": row.waybill,
        "entered_day": row.entered_day,
        "days_late": entries.late_of(ctx, row),
        "since": placed[-1].day,
        "asked": LicenceMove(ask.move) if ask else None,
        "asked_words": ask.words if ask else "",
    }


def asked(facts: Sequence[StoredLicenceFact]) -> StoredLicenceFact | None:
    """Return the request that waits for a second person, or None."""
    for ask in (LicenceMove.ASK_BACK, LicenceMove.ASK_VOID):
        if access.open_askers(facts, ask):
            return next(fact for fact in reversed(facts) if fact.move == ask)
    return None


def single(ctx: Context, conn: Connection, actor: Actor, licence_id: str) -> LicenceView:
    """Return one licence to whoever may see it. Raises LICENCE_UNKNOWN."""
    row, _facts = access.accessible(ctx, conn, actor, licence_id)
    return views_of(ctx, conn, actor, [row])[0]


def views_of(
    ctx: Context, conn: Connection, actor: Actor, rows: Sequence[StoredLicence]
) -> list[LicenceView]:
    """Return licences with their facts and moves."""
    context = around(ctx, conn, rows)
    every = [fact for row in rows for fact in context.facts[row.id]]
    papers = step_papers.papers_of(conn, ctx.hall_id, every)
    agents = queries.receivers(conn, ctx.hall_id, [row.id for row in rows])
    result = []
    for row in rows:
        facts = context.facts[row.id]
        attempt = actions.attempt_of(ctx, conn, actor, row, facts, _EVERYTHING)
        result.append(
            LicenceView(
                **_brief(ctx, row, context),
                facts=[
                    LicenceFactView(
                        n=fact.n,
                        move=LicenceMove(fact.move),
                        state=Place(fact.state),
                        at=fact.at,
                        day=fact.day,
                        list_id=fact.list,
                        shelf=fact.shelf,
                        waybill=fact.waybill,
                        to=Recipient(fact.to) if fact.to else None,
                        id_kind=IdKind(fact.id_kind) if fact.id_kind else None,
                        id_check=IdCheck(fact.id_check) if fact.id_check else None,
                        signed=Signed(fact.signed) if fact.signed else None,
                        agent=agents[row.id, fact.n].name if (row.id, fact.n) in agents else "",
                        words=fact.words,
                        by_name=person_name(ctx.catalogue(), fact.by_actor),
                        evidence=step_papers.of_step(fact, papers),
                    )
                    for fact in facts
                ],
                moves=[move for move in _BUTTONS if LICENCE.allows(move, attempt)],
            )
        )
    return result


# -- lists and parcels ---------------------------------------------------------------------------


def list_views(
    ctx: Context, conn: Connection, rows: Sequence[StoredList], *, whole: bool = False
) -> list[HandoverList]:
    """Return hand-over lists with their licences; those that were counted in order without."""
    facts = queries.LIST_FACTS.of(conn, ctx.hall_id, [row.id for row in rows])
    listed = {row.id: _listed(row, facts[row.id], whole=whole) for row in rows}
    extra = extra_queries.numbers(conn, ctx.hall_id, [row.id for row in rows])
    ids = sorted({licence for own in listed.values() for licence in own})
    by_id = {brief.id: brief for brief in briefs(ctx, conn, queries.among(conn, ctx.hall_id, ids))}
    return [
        _list_view(ctx, row, facts[row.id], [by_id[each] for each in listed[row.id]], extra[row.id])
        for row in rows
    ]


def _listed(row: StoredList, facts: Sequence[StoredListFact], *, whole: bool) -> list[str]:
    """Return the ids of the licences that a list is shown with."""
    if row.state == ListState.RECEIVED and not whole:
        return []
    return queries.ids_of(facts[0].licences)


def _list_view(
    ctx: Context,
    row: StoredList,
    facts: Sequence[StoredListFact],
    licences: list[LicenceBrief],
    extra: list[str],
) -> HandoverList:
    catalogue, given = ctx.catalogue(), facts[0]
    received = next((fact for fact in facts if fact.move == ListMove.RECEIVE), None)
    return HandoverList(
        id=row.id,
        day=row.day,
        unit=row.unit,
        unit_name=unit_name(catalogue, row.unit),
        state=ListState(row.state),
        given_at=given.at,
        given_by=person_name(catalogue, given.by_actor),
        given_count=given.counted,
        received_at=received.at if received else None,
        received_by=person_name(catalogue, received.by_actor) if received else "",
        received_count=received.counted if received else 0,
        words=received.words if received else "",
        licences=licences,
        missing=queries.ids_of(received.missing) if received else [],
        extra=extra,
    )


def parcel_views(ctx: Context, conn: Connection, rows: Sequence[StoredParcel]) -> list[ParcelView]:
    """Return parcels with their tries and licences."""
    settings, today = ctx.settings().of(IssuingSettings), ctx.local().date()
    facts = queries.PARCEL_FACTS.of(conn, ctx.hall_id, [row.waybill for row in rows])
    sent = {row.waybill: queries.ids_of(facts[row.waybill][0].licences) for row in rows}
    ids = sorted({licence for own in sent.values() for licence in own})
    by_id = {brief.id: brief for brief in briefs(ctx, conn, queries.among(conn, ctx.hall_id, ids))}
    result = []
    for row in rows:
        licences = [by_id[each] for each in sent[row.waybill]]
        tries = sum(fact.move == ParcelMove.TRY for fact in facts[row.waybill])
        last = date.fromisoformat(row.day) + timedelta(days=settings.parcel_days)
        away = row.state == ParcelState.AWAY
        result.append(
            ParcelView(
                waybill=row.waybill,
                carrier=row.carrier,
                case=row.case,
                case_number=licences[0].case_number,
                applicant=licences[0].applicant,
                day=row.day,
                state=ParcelState(row.state),
                tries=tries,
                too_many=away and tries >= settings.parcel_tries,
                overdue=away and today > last,
                licences=licences,
                facts=[
                    ParcelFactView(
                        move=ParcelMove(fact.move),
                        day=fact.day,
                        words=fact.words,
                        by_name=person_name(ctx.catalogue(), fact.by_actor),
                    )
                    for fact in facts[row.waybill]
                ],
            )
        )
    return result


# -- the window ----------------------------------------------------------------------------------


def desk(ctx: Context, conn: Connection, actor: Actor) -> IssuingDesk:
    """Return the work of the issuing window. Raises LICENCE_POST."""
    access.require_window(ctx, conn, actor)
    today = ctx.local().date()
    since = (today - timedelta(days=SHOWN_DAYS)).isoformat()
    given = queries.lists(conn, ctx.hall_id, [ListState.GIVEN.value])
    done = [ListState.RECEIVED.value, ListState.DIFFERENT.value]
    counted = queries.lists(conn, ctx.hall_id, done, since=since)
    counted.sort(key=lambda row: row.state != ListState.DIFFERENT)
    rows = queries.at_places(conn, ctx.hall_id, AT_WINDOW)
    parcels = queries.parcels(conn, ctx.hall_id, [ParcelState.AWAY])
    issuers = case_queries.hall_posts(conn, ctx.hall_id)[HallPost.ISSUER]
    catalogue = ctx.catalogue()
    return IssuingDesk(
        today=today.isoformat(),
        issuer=actor.name in issuers,
        issuer_names=[person_name(catalogue, f":{number}") for number in sorted(issuers)],
        ticket=ticket_of(ctx, conn, actor),
        lists=list_views(ctx, conn, given),
        ready=briefs(ctx, conn, rows),
        parcels=parcel_views(ctx, conn, parcels),
        asked=_asked(ctx, conn, None),
        counted=list_views(ctx, conn, counted),
        extras=extra_views.unsettled(ctx, conn, actor),
        places=[
            PlaceCount(place=place, count=count)
            for place, count in queries.place_counts(conn, ctx.hall_id).items()
        ],
        entries=entries.figures(
            entries.counts(ctx, queries.electronic(conn, ctx.hall_id, since, today.isoformat()))
        ),
    )


def ticket_of(ctx: Context, conn: Connection, actor: Actor) -> IssuingTicket | None:
    """Return the number of the issuing item that the actor serves, or None."""
    item = ctx.settings().of(IssuingSettings).issuing_item
    for ticket in ticket_queries.all_at_windows(conn, ctx.hall_id) if item else ():
        is_own = ticket.staff == actor.name and ticket.item == item
        if is_own and ticket.state is State.SERVING:
            window = ctx.catalogue().window_by.get(ticket.window)
            number = window.number if window else 0
            return IssuingTicket(id=ticket.id, number=ticket.number, window=number)
    return None


def _asked(ctx: Context, conn: Connection, units: Sequence[str] | None) -> list[LicenceBrief]:
    every = frozenset(Place) - {Place.VOID, Place.LISTED, Place.POSTED}
    rows = queries.with_request(conn, ctx.hall_id, every, units)
    return [brief for brief in briefs(ctx, conn, rows) if brief.asked is not None]


def ready_cases(
    ctx: Context, conn: Connection, actor: Actor, cases: Sequence[StoredCase]
) -> list[ReadyCase]:
    """Return cases with their licences to the issuer."""
    ids, catalogue = [case.id for case in cases], ctx.catalogue()
    licences = queries.of_cases(conn, ctx.hall_id, ids)
    people = case_queries.applicants(conn, ctx.hall_id, ids)
    papers = case_queries.papers(conn, ctx.hall_id, ids)
    services = case_queries.services(conn, ctx.hall_id, [paper.id for paper in papers])
    served = {
        p.case: services[p.id].day for p in papers if p.kind in DECISIONS and p.id in services
    }
    result = []
    for case in cases:
        person, item = people.get(case.id), catalogue.item_by.get(case.item)
        result.append(
            ReadyCase(
                id=case.id,
                number=case.number,
                item_name=item.name if item else case.item,
                unit_name=unit_name(catalogue, case.unit),
                applicant=person.name if person else "",
                id_kind=IdKind(person.id_kind) if person and person.id_masked else None,
                id_masked=person.id_masked if person else "",
                agent=person.agent if person else "",
                granted=access.is_granted(case),
                unpaid=dues.is_unpaid(conn, ctx.hall_id, case.id),
                served_day=served.get(case.id, ""),
                licences=views_of(ctx, conn, actor, licences[case.id]),
            )
        )
    return result


# -- the unit's side -----------------------------------------------------------------------------


def case_licences(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> CaseLicences:
    """Return the licences of a case to whoever may see it. Raises CASE_UNKNOWN."""
    if access.is_issuer(ctx, conn, actor):
        case = access.case_of(ctx, conn, case_id)
    else:
        case, _facts, _posts = case_access.accessible(ctx, conn, actor, case_id)
    rows = queries.of_cases(conn, ctx.hall_id, [case.id])[case.id]
    of_unit = access.holds(ctx, conn, actor, case.unit, workflow.UNIT)
    granted = access.is_granted(case)
    return CaseLicences(
        case=case.id,
        registers=of_unit and granted,
        hands_over=of_unit,
        granted=granted,
        licences=views_of(ctx, conn, actor, rows),
    )


def my_licences(ctx: Context, conn: Connection, actor: Actor) -> MyLicences:
    """Return the licences of a person's units."""
    units, catalogue, today = access.units_of(ctx, conn, actor), ctx.catalogue(), ctx.local().date()
    since = (today - timedelta(days=SHOWN_DAYS)).isoformat()
    states = [state.value for state in ListState]
    open_ones = [
        row
        for row in queries.electronic(conn, ctx.hall_id, "", today.isoformat(), units)
        if not row.entered_day
    ]
    return MyLicences(
        issuer=access.is_issuer(ctx, conn, actor),
        units=[OwnUnit(unit=unit, unit_name=unit_name(catalogue, unit)) for unit in units],
        at_unit=briefs(ctx, conn, queries.at_places(conn, ctx.hall_id, {Place.UNIT}, units)),
        lists=list_views(ctx, conn, queries.lists(conn, ctx.hall_id, states, units, since)),
        open_entries=briefs(ctx, conn, open_ones),
        asked=_asked(ctx, conn, units),
        extras=extra_views.unsettled(ctx, conn, actor, units),
        rolls=roll_views(ctx, conn, since, today.isoformat(), units),
    )


def roll_views(
    ctx: Context, conn: Connection, first: str, last: str, units: Sequence[str] | None
) -> list[LicenceRollView]:
    """Return the lists of issued numbers handed in on ISO days `first`..`last`."""
    catalogue, result = ctx.catalogue(), []
    for roll in queries.rolls(conn, ctx.hall_id, first, last, units):
        numbers = queries.numbers(conn, ctx.hall_id, roll.unit)
        lines = queries.roll_lines(conn, ctx.hall_id, [roll.digest])
        result.append(
            LicenceRollView(
                digest=roll.digest,
                unit=roll.unit,
                unit_name=unit_name(catalogue, roll.unit),
                day=roll.day,
                name=roll.name,
                lines=roll.lines,
                without=[line.number for line in lines if line.number not in numbers],
                by_name=person_name(catalogue, roll.by_actor),
            )
        )
    return result


def list_named(ctx: Context, conn: Connection, actor: Actor, list_id: str) -> HandoverList:
    """Return a hand-over list to whoever may see it. Raises LICENCE_UNKNOWN."""
    row = queries.get_list(conn, ctx.hall_id, list_id)
    if row is None or not access.may_see(ctx, conn, actor, row.unit):
        raise HallError(LicenceCode.LICENCE_UNKNOWN)
    return list_views(ctx, conn, [row], whole=True)[0]
