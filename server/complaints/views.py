"""Messages of complaints, made from what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.complaints import actions, queries
from server.complaints.messages import (
    ComplaintFigures,
    ComplaintList,
    ComplaintStepView,
    ComplaintView,
    FollowedComplaint,
    FollowedStep,
)
from server.complaints.queries import StoredComplaint, StoredComplaintStep, StoredComplaintWords
from server.complaints.rules import (
    FINAL,
    TELLING,
    About,
    ComplaintMove,
    ComplaintState,
    Followed,
    Kind,
    Outcome,
    Topic,
    Way,
    count_complaints,
)
from server.complaints.workflow import COMPLAINT
from server.core.actors import STAFF_KINDS, Actor
from server.core.sealed_text import unseal
from server.core.working_days import is_overdue
from server.hall.composition import Hall
from server.leave import step_papers
from server.leave.messages import PaperRef

_STAFF = frozenset(kind.value for kind in STAFF_KINDS)


def listed(
    hall: Hall, conn: Connection, actor: Actor, rows: Sequence[StoredComplaint]
) -> ComplaintList:
    """Return those of the complaints that the viewer handles, with their counts."""
    ctx = hall.ctx
    ids = [row.id for row in rows]
    concerned = queries.subjects(conn, ctx.hall_id, ids)
    shown = [row for row in rows if actions.may_handle(ctx, actor, row, concerned[row.id])]
    steps = queries.STEPS.of(conn, ctx.hall_id, [row.id for row in shown])
    words = queries.words_among(conn, ctx.hall_id, [row.id for row in shown])
    papers = step_papers.papers_of(conn, ctx.hall_id, chain.from_iterable(steps.values()))
    counts = count_complaints(_followed(row, steps[row.id]) for row in shown)
    return ComplaintList(
        today=ctx.local().date().isoformat(),
        complaints=[
            view(hall, actor, row, concerned[row.id], steps[row.id], words.get(row.id), papers)
            for row in shown
        ],
        figures=ComplaintFigures(
            received=counts.received,
            refused=counts.refused,
            handed_on=counts.handed_on,
            answered=counts.answered,
            in_time=counts.in_time,
            proven=counts.proven,
        ),
    )


def _followed(row: StoredComplaint, steps: Sequence[StoredComplaintStep]) -> Followed:
    answer = next((step for step in steps if step.move == ComplaintMove.ANSWER), None)
    return Followed(
        ComplaintState(row.state),
        answer.answer_due if answer else "",
        answer.day if answer else "",
        Outcome(row.outcome) if row.outcome else None,
    )


def single(hall: Hall, conn: Connection, actor: Actor, complaint_id: str) -> ComplaintView:
    """Return one complaint to whoever handles it. Raises COMPLAINT_UNKNOWN."""
    row, concerned, steps = actions.access(hall.ctx, conn, actor, complaint_id)
    words = queries.words_among(conn, hall.ctx.hall_id, [row.id]).get(row.id)
    papers = step_papers.papers_of(conn, hall.ctx.hall_id, steps)
    return view(hall, actor, row, concerned, steps, words, papers)


def view(
    hall: Hall,
    actor: Actor,
    row: StoredComplaint,
    concerned: set[str],
    steps: Sequence[StoredComplaintStep],
    words: StoredComplaintWords | None,
    papers: Mapping[str, PaperRef],
) -> ComplaintView:
    """Return a complaint as whoever handles it sees it."""
    ctx = hall.ctx
    catalogue = ctx.catalogue()
    # The contact is shown for as long as somebody may have to call.
    contact = words is not None and row.state not in FINAL
    phone = unseal(hall.config.data, ctx.tokens, words.phone) if words and contact else ""
    unit, window = catalogue.unit_by.get(row.unit), catalogue.window_by.get(row.window)
    attempt = actions.attempt_of(ctx, actor, row, concerned, steps, None)
    return ComplaintView(
        id=row.id,
        number=row.number,
        kind=Kind(row.kind),
        channel=Way(row.channel),
        about=About(row.about),
        source=row.source,
        source_number=row.source_number,
        day=row.day,
        at=row.at,
        topics=[Topic(topic) for topic in json.loads(row.topics)],
        words=words.words if words else "",
        contact_name=words.name if words and contact else "",
        contact_phone=phone or "",
        named=bool(row.named),
        unit=row.unit,
        unit_name=unit.name if unit else row.unit,
        window_name=f"{window.number}号窗口（{window.name}）" if window else row.window,
        staff_name=name_of(catalogue, row.staff),
        ticket_number=row.ticket.partition("-")[2],
        state=ComplaintState(row.state),
        due=row.due,
        overdue=is_overdue(row.due, ctx.local().date()),
        outcome=Outcome(row.outcome) if row.outcome else None,
        steps=[_step(catalogue, step, papers) for step in steps],
        moves=[
            move
            for move in ComplaintMove
            if move is not ComplaintMove.RECEIVE and COMPLAINT.allows(move, attempt)
        ],
        erasable=_erasable(actor, row, steps, words),
    )


def _erasable(
    actor: Actor,
    row: StoredComplaint,
    steps: Sequence[StoredComplaintStep],
    words: StoredComplaintWords | None,
) -> bool:
    """Return True if the viewer may erase what is left of the complainant's words and calls."""
    notes = any(step.move == ComplaintMove.CONTACT and step.words for step in steps)
    return actor.manages and row.state in FINAL and (words is not None or notes)


def _step(
    catalogue: Catalogue, step: StoredComplaintStep, papers: Mapping[str, PaperRef]
) -> ComplaintStepView:
    kind, _, by = step.by_actor.partition(":")
    return ComplaintStepView(
        move=ComplaintMove(step.move),
        state=ComplaintState(step.state),
        at=step.at,
        day=step.day,
        due=step.due,
        outcome=Outcome(step.outcome) if step.outcome else None,
        words=step.words,
        evidence=step_papers.of_step(step, papers),
        by=by if kind in _STAFF else "",
        by_name=name_of(catalogue, by) if kind in _STAFF else "",
    )


def name_of(catalogue: Catalogue, number: str) -> str:
    """Return a person's name; the number of one who has left."""
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def followed(
    catalogue: Catalogue, row: StoredComplaint, steps: Sequence[StoredComplaintStep]
) -> FollowedComplaint:
    """Return a complaint as the complainant sees it: days and words, no names."""
    return FollowedComplaint(
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        number=row.number,
        state=ComplaintState(row.state),
        day=row.day,
        due=row.due,
        outcome=Outcome(row.outcome) if row.outcome else None,
        steps=[
            FollowedStep(
                move=ComplaintMove(step.move),
                day=step.day,
                words=step.words if step.move in TELLING else "",
            )
            for step in steps
            if step.move not in (ComplaintMove.CONTACT, ComplaintMove.CLOSE)
        ],
    )
