"""Messages of cases, made from what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.cases import access, actions, desk_places, list_queries, materials, queries, take_over
from server.cases.clocks import PROMISES, CaseClocks, Clock
from server.cases.day_walk import walk
from server.cases.due_rows import stated
from server.cases.due_texts import day_of, minute_text, time_of
from server.cases.due_views import days_over, due_views, is_late, stretch_views
from server.cases.holds import hold_of
from server.cases.ledger import Reading
from server.cases.messages import (
    CaseBrief,
    CaseFactView,
    CaseList,
    CasePaperView,
    CaseView,
    CoveredDesk,
    Desk,
    DueByUnit,
    FollowedCase,
    FollowedFact,
    HallPostView,
    HeldMove,
    PostList,
    PostView,
    StripDay,
    TakenList,
    UnitDue,
)
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.queries import StoredApplicant, StoredCase, StoredDue, StoredFact
from server.cases.rules import (
    DECISIVE,
    FINAL,
    CaseMove,
    CaseOutcome,
    CaseState,
    CaseWay,
    IdKind,
    Post,
    SuspensionBasis,
    ledger_of,
)
from server.cases.words import MOVE_WORDS, PAPER_WORDS
from server.cases.workflow import CASE
from server.catalogue.model import CaseMode, Catalogue, Item
from server.core.actors import STAFF_KINDS, Actor
from server.core.problems import problem
from server.core.rooms import modules
from server.core.sealed_text import unseal
from server.core.workflow import Attempt
from server.hall.composition import Hall
from server.hall.context import Context
from server.leave import step_papers
from server.leave.messages import PaperRef

_STAFF = frozenset(kind.value for kind in STAFF_KINDS)
"""Moves that are no buttons: of the opening, of the hall's clock, and of lists of cases."""
TOLD = frozenset({CaseMove.NOT_ACCEPT, CaseMove.SUSPEND, CaseMove.GRANT_TIME, *DECISIVE})
"""Moves with words that the applicant reads."""
_QUIET = frozenset({CaseMove.ASK_TIME, CaseMove.DENY_TIME, CaseMove.ASK_VOID, CaseMove.TAKE_OVER})
"""Moves that the applicant does not see."""
SOON_DAYS = 3


def listed(hall: Hall, conn: Connection, rows: Sequence[StoredCase], more: int = 0) -> CaseList:
    """Return cases as a list; `more`: those that it leaves out."""
    return CaseList(today=hall.ctx.day(), cases=briefs(hall, conn, rows), more=more)


def briefs(hall: Hall, conn: Connection, rows: Sequence[StoredCase]) -> list[CaseBrief]:
    """Return cases as they stand in lists."""
    ids = [row.id for row in rows]
    dues = queries.dues(conn, hall.ctx.hall_id, ids)
    people = queries.applicants(conn, hall.ctx.hall_id, ids)
    flags = desk_places.flags_of(hall.ctx, conn, ids)
    reader = actions.clocks(hall.ctx)
    return [
        CaseBrief(
            **_brief(hall, reader, row, dues[row.id], people.get(row.id)),
            flags=flags.get(row.id, []),
        )
        for row in rows
    ]


def _brief(
    hall: Hall,
    reader: CaseClocks,
    row: StoredCase,
    dues: Sequence[StoredDue],
    person: StoredApplicant | None,
) -> dict[str, object]:
    catalogue = hall.ctx.catalogue()
    unit = catalogue.unit_by.get(row.unit)
    return {
        "id": row.id,
        "number": row.number,
        "item": row.item,
        "item_name": actions.item_of(hall.ctx, row).name,
        "unit": row.unit,
        "unit_name": unit.name if unit else row.unit,
        "mode": CaseMode(row.mode),
        "way": CaseWay(row.way),
        "state": CaseState(row.state),
        "owner": row.owner,
        "owner_name": name_of(catalogue, row.owner),
        "day": row.day,
        "applicant": person.name if person else "",
        "due": due_views(reader, dues, hall.ctx.clock.now()),
    }


def name_of(catalogue: Catalogue, number: str) -> str:
    """Return a person's name; the number of one who has left."""
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def named(catalogue: Catalogue, number: str) -> str:
    """Return a person's name, staff number and unit, as a paper names somebody."""
    person = catalogue.staff_by.get(number)
    unit = catalogue.unit_by.get(person.unit) if person else None
    parts = [person.name if person else "", f"工号 {number}", unit.name if unit else ""]
    return "　".join(part for part in parts if part)


def single(hall: Hall, conn: Connection, actor: Actor, case_id: str) -> CaseView:
    """Return one case to whoever may see it. Raises CASE_UNKNOWN."""
    ctx = hall.ctx
    row, facts, posts = access.accessible(ctx, conn, actor, case_id)
    person = queries.applicants(conn, ctx.hall_id, [row.id]).get(row.id)
    dues = queries.dues(conn, ctx.hall_id, [row.id])[row.id]
    reader, item = actions.clocks(ctx), actions.item_of(ctx, row)
    started = reader.start(ledger_of([s.fact for s in stated(facts)]))
    faulty = materials.faulty(conn, ctx.hall_id, row)
    attempt = actions.attempt_of(ctx, actor, row, facts, posts, None, faulty)
    unseal_phone = person is not None and row.state not in FINAL
    phone = unseal(hall.config.data, ctx.tokens, person.phone) if unseal_phone and person else ""
    evidence = step_papers.papers_of(conn, ctx.hall_id, facts)
    moves, held = _moves(ctx, conn, actor, row, attempt)
    days = strip(reader, facts, item)
    return CaseView(
        **_brief(hall, reader, row, dues, person),
        flags=desk_places.flags_of(ctx, conn, [row.id]).get(row.id, []),
        outer_no=row.outer_no,
        outcome=CaseOutcome(row.outcome) if row.outcome else None,
        ticket_number=row.ticket.partition("-")[2],
        id_kind=IdKind(person.id_kind) if person and person.id_masked else None,
        id_masked=person.id_masked if person else "",
        phone=phone or "",
        agent=person.agent if person else "",
        started=started.day.isoformat() if started else "",
        deemed=bool(started and started.is_deemed),
        three_hands=item.three_hands,
        legal_words=item.legal_basis,
        facts=[
            _fact(ctx.catalogue(), fact, evidence, late=_is_late_request(reader, facts[:n], item))
            for n, fact in enumerate(facts, 1)
        ],
        papers=_papers(conn, ctx.hall_id, row),
        strip=days,
        days_over=days_over(reader, days, facts),
        stretches=stretch_views(reader, facts, item, ctx.clock.now()),
        moves=moves,
        held=held,
        extension_days=item.extension_days,
        pledge_days=max(1, item.promised_days),
    )


def _moves(
    ctx: Context, conn: Connection, actor: Actor, row: StoredCase, attempt: Attempt[CaseState]
) -> tuple[list[CaseMove], list[HeldMove]]:
    """Return the steps that a person may take now, and those that another room holds, with why."""
    moves, held = [], []
    for move in CaseMove:
        if move in actions.BY_HALL or not CASE.allows(move, attempt):
            continue
        refusal = hold_of(ctx, conn, actor, row, move)
        if refusal is None:
            moves.append(move)
        else:
            held.append(HeldMove(move=move, why=problem(refusal)))
    return moves, held


def _is_late_request(reader: CaseClocks, facts: Sequence[StoredFact], item: Item) -> bool:
    """Return True if the last fact is a request for an extension that came too late."""
    if facts[-1].move != CaseMove.ASK_TIME:
        return False
    return reader.missed_day(stated(facts), item) is not None


def _fact(
    catalogue: Catalogue, fact: StoredFact, evidence: Mapping[str, PaperRef], *, late: bool
) -> CaseFactView:
    kind, _, by = fact.by_actor.partition(":")
    return CaseFactView(
        n=fact.n,
        move=CaseMove(fact.move),
        state=CaseState(fact.state),
        at=fact.at,
        day=fact.day,
        days=fact.days,
        late=late,
        basis=SuspensionBasis(fact.basis) if fact.basis else None,
        outcome=CaseOutcome(fact.outcome) if fact.outcome else None,
        words=fact.words,
        evidence=step_papers.of_step(fact, evidence),
        paper=fact.paper,
        by=by if kind in _STAFF else "",
        by_name=name_of(catalogue, by) if kind in _STAFF else "",
    )


def _papers(conn: Connection, hall_id: str, row: StoredCase) -> list[CasePaperView]:
    rows = queries.papers(conn, hall_id, [row.id])
    served = queries.services(conn, hall_id, [paper.id for paper in rows])
    return [
        CasePaperView(
            id=paper.id,
            kind=PaperKind(paper.kind),
            title=PAPER_WORDS[PaperKind(paper.kind)],
            day=paper.day,
            served_how=ServedHow(served[paper.id].how) if paper.id in served else None,
            served_to=ServedTo(served[paper.id].to) if paper.id in served else None,
            served_day=served[paper.id].day if paper.id in served else "",
        )
        for paper in rows
    ]


def strip(
    reader: CaseClocks,
    facts: Sequence[StoredFact],
    item: Item,
    unseen: frozenset[CaseMove] = frozenset(),
) -> list[StripDay]:
    """Return the days of the promised clock, by the rule; empty before its beginning.

    `unseen`: moves that no note names.
    """
    promise = reader.promise(stated(facts), item)
    if promise is None:
        return []
    notes: dict[str, list[str]] = {}
    for fact in facts:
        if fact.move not in unseen:
            notes.setdefault(fact.day, []).append(MOVE_WORDS[CaseMove(fact.move)])
    days = walk(
        promise.entries,
        promise.limit,
        reader.calendar,
        promise.start,
        Reading.RULE,
        reader.today,
    )
    return [
        StripDay(
            day=day.day.isoformat(),
            kind=day.kind,
            number=day.number,
            total=day.total,
            due=day.is_due,
            note="、".join(notes.get(day.day.isoformat(), ())),
        )
        for day in days
    ]


def desk(hall: Hall, conn: Connection, actor: Actor, skip: int = 0) -> Desk:
    """Return what lies on a person's desk: of the own posts, and of those whom one covers.

    Cases from the one after `skip` on.
    """
    ctx = hall.ctx
    catalogue, posts = ctx.catalogue(), queries.posts(conn, ctx.hall_id)
    units = access.units_of(catalogue, posts, actor.name)
    by_post = access.units_by_post(catalogue, posts, actor.name)
    query = list_queries.on_desk(ctx.hall_id, set(CaseState) - FINAL, actor.name, by_post)
    own, more = desk_places.desk_page(ctx, conn, query, skip)
    return Desk(
        today=ctx.day(),
        posts=[
            _post_view(catalogue, unit, post, [actor.name])
            for unit in units
            for post in access.held_posts(catalogue, posts, actor.name, unit)
        ],
        cases=briefs(hall, conn, own),
        more=more,
        covered=[
            CoveredDesk(
                staff=staff, name=name_of(catalogue, staff), cases=briefs(hall, conn, cases)
            )
            for staff, cases in take_over.covered_by(ctx, conn, actor.name).items()
        ],
        lists=[
            TakenList(
                id=each.id,
                at=each.at,
                by_name=name_of(catalogue, each.by),
                from_name=name_of(catalogue, each.from_staff),
                cases=len(each.cases),
            )
            for each in take_over.lists_of(ctx, conn, actor.name)
        ],
    )


def _post_view(catalogue: Catalogue, unit: str, post: Post, staff: Sequence[str]) -> PostView:
    entry = catalogue.unit_by.get(unit)
    return PostView(
        unit=unit,
        unit_name=entry.name if entry else unit,
        post=post,
        staff=sorted(staff),
        names=[name_of(catalogue, number) for number in sorted(staff)],
    )


def post_list(hall: Hall, conn: Connection) -> PostList:
    """Return the posts of the hall and of every unit with their named holders."""
    catalogue, posts = hall.ctx.catalogue(), queries.posts(conn, hall.ctx.hall_id)
    return PostList(
        hall=[
            HallPostView(
                post=post,
                staff=sorted(staff),
                names=[name_of(catalogue, number) for number in sorted(staff)],
            )
            for post, staff in queries.hall_posts(conn, hall.ctx.hall_id).items()
        ],
        posts=[
            _post_view(catalogue, unit.code, post, sorted(posts.get((unit.code, post), ())))
            for unit in catalogue.units
            for post in Post
        ],
    )


def due_by_unit(hall: Hall, conn: Connection) -> DueByUnit:
    """Return by unit what is overdue and due within SOON_DAYS working days, by both clocks."""
    reader = actions.clocks(hall.ctx)
    today, minute = reader.today.isoformat(), minute_text(reader.spot.minute(hall.ctx.clock.now()))
    until = reader.calendar.after(reader.today, SOON_DAYS).isoformat()
    names = {unit.code: unit.name for unit in hall.ctx.catalogue().units}

    def of(*clocks: Clock) -> list[UnitDue]:
        counts = list_queries.due_by_unit(conn, hall.ctx.hall_id, clocks, minute, until)
        return [
            UnitDue(unit=unit, unit_name=names.get(unit, unit), overdue=overdue, due=due)
            for unit, (overdue, due) in sorted(
                counts.items(), key=lambda entry: (-entry[1][0], -entry[1][1], entry[0])
            )
        ]

    return DueByUnit(today=today, until=until, promised=of(*PROMISES), legal=of(Clock.LEGAL))


def followed(hall: Hall, conn: Connection, row: StoredCase) -> FollowedCase:
    """Return a case as its applicant sees it: days, no names, no opinions of the stages.

    A room above brings where the results are in a module `case_results` with `results(ctx, conn,
    case_id)`.
    """
    ctx = hall.ctx
    catalogue, item = ctx.catalogue(), actions.item_of(ctx, row)
    facts = queries.FACTS.of(conn, ctx.hall_id, [row.id])[row.id]
    reader, dues = actions.clocks(ctx), queries.dues(conn, ctx.hall_id, [row.id])[row.id]
    promised = next((due.rule for due in dues if due.clock in PROMISES), "")
    unit = catalogue.unit_by.get(row.unit)
    return FollowedCase(
        today=ctx.day(),
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        number=row.number,
        item_name=item.name,
        item_name_en=item.name_en,
        unit_name=unit.name if unit else row.unit,
        unit_name_en=unit.name_en if unit else row.unit,
        phone=item.consult_phone or (unit.phone if unit else ""),
        state=CaseState(row.state),
        outcome=CaseOutcome(row.outcome) if row.outcome else None,
        day=row.day,
        due=day_of(promised),
        due_time=time_of(promised),
        late=is_late(reader, promised, ctx.clock.now()),
        facts=[
            FollowedFact(
                move=CaseMove(fact.move),
                day=fact.day,
                words=fact.words if fact.move in TOLD else "",
            )
            for fact in facts
            if fact.move not in _QUIET
        ],
        results=[
            result for room in modules("case_results") for result in room.results(ctx, conn, row.id)
        ],
        strip=strip(reader, facts, item, unseen=_QUIET),
    )
