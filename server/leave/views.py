"""Views of leave, corrections and the calendar: messages with names and permitted actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Staff
from server.core.actors import Actor, Role
from server.core.settings import Settings
from server.hall.context import Context
from server.leave import actions, attendance_access, correction_actions, file_queries, rules
from server.leave import correction_queries as stored_corrections
from server.leave import queries as stored
from server.leave.correction_queries import Correction
from server.leave.ladder_notation import Length, parse, staff_list
from server.leave.messages import (
    CaseStep,
    CorrectionCase,
    HallSpan,
    LadderLine,
    LadderView,
    LeaveBeside,
    LeaveCase,
    LeaveEvidence,
    LeaveList,
    MyRequests,
    PaperRef,
    PersonRef,
    SlotWas,
)
from server.leave.queries import Leave
from server.leave.settings import LeaveSettings

MOST_CASES = 60
LOOK_AHEAD = 14
PAPER_TIME = timedelta(days=31)
"""Time after a leave's end during which its paper can still be uploaded on the page."""


@dataclass(frozen=True)
class CaseViews:
    """View builder: shapes leave and corrections for one actor within one read."""

    ctx: Context
    conn: Connection
    actor: Actor
    catalogue: Catalogue
    now: datetime

    # -- people and papers ---------------------------------------------------------------------

    def name(self, number: str) -> str:
        """Return a person's name, or the number if the person has left the list."""
        person = self.catalogue.staff_by.get(number)
        return person.name if person else number

    def person(self, number: str) -> PersonRef:
        """Return a person with their unit."""
        staff = self.catalogue.staff_by.get(number)
        unit = self.catalogue.unit_by.get(staff.unit) if staff else None
        return PersonRef(
            number=number,
            name=self.name(number),
            unit=staff.unit if staff else "",
            unit_name=(unit.short or unit.name) if unit else "",
        )

    def paper(self, file: str) -> PaperRef | None:
        """Return the reference of a stored paper, or None."""
        row = file_queries.get(self.conn, self.ctx.hall_id, file) if file else None
        if row is None:
            return None
        return PaperRef(id=row.id, name=row.name, media=row.media, size=row.size)

    # -- leave ---------------------------------------------------------------------------------

    def leave(self, leave: Leave, *, evidence: bool = False) -> LeaveCase:
        """Return a leave as this actor sees it."""
        first, waiting = leave.steps[0], rules.waiting_for(leave.steps)
        open_, long = leave.state == rules.State.ASKED, self.length(leave)
        return LeaveCase.model_validate(
            {
                "id": leave.id,
                "person": self.person(leave.staff),
                "kind": leave.kind.value,
                "begins": f"{leave.begins:%Y-%m-%dT%H:%M}",
                "ends": f"{leave.ends:%Y-%m-%dT%H:%M}",
                "days": long.days,
                "hours": long.hours,
                "reason": leave.reason,
                "paper": self.paper(leave.file),
                "cover": leave.cover,
                "cover_name": self.name(leave.cover) if leave.cover else "",
                "handed_over": rules.handed_over(leave.steps),
                "emergency": rules.emergency(leave.steps),
                "after": bool(first.get("after")),
                "state": leave.state,
                "running": leave.begins <= self.now < leave.ends,
                "rungs": first["rungs"],
                "waiting": waiting.value if open_ and waiting else "",
                "steps": [self._step(step) for step in leave.steps],
                "by": leave.by,
                "by_name": self.name(leave.by),
                "created_at": leave.created_at,
                "can": self._can(leave),
                "evidence": self._evidence(leave) if evidence else None,
            }
        )

    def length(self, leave: Leave) -> Length:
        """Return the length of a leave: fixed by the request, computed anew after a shortening."""
        first = leave.steps[0]
        if "days" in first and all(step["act"] != "shorten" for step in leave.steps):
            return Length(first["days"], first["hours"])
        return actions.length(self.ctx, leave.begins, leave.ends)

    def _step(self, step: rules.Step) -> CaseStep:
        cover = str(step.get("cover", ""))
        return CaseStep(
            act=step["act"],
            by=step["by"],
            by_name=self.name(step["by"]),
            at=step["at"],
            rung=step.get("rung", ""),
            words=step.get("words", ""),
            cover_name=self.name(cover) if cover else "",
            ends=step.get("ends", ""),
        )

    def _can(self, leave: Leave) -> list[str]:
        can = ["decide"] if actions.may_decide(self.ctx, self.actor, leave) else []
        blocking = leave.state in actions.BLOCKING
        alive = blocking and (leave.state == rules.State.ASKED or self.now < leave.ends)
        responsible = attendance_access.may_see(self.catalogue, self.actor, leave.staff)
        if responsible or self.actor.name == leave.by:
            can += ["cancel"] if alive else []
            can += ["cover"] if alive and self.now < leave.ends else []
            recent = self.now - leave.ends < PAPER_TIME
            can += ["paper"] if blocking and recent and not leave.file else []
        unconfirmed = leave.cover == self.actor.name and not rules.handed_over(leave.steps)
        if unconfirmed and alive and self.now < leave.ends:
            can.append("handover")
        return can

    def _evidence(self, leave: Leave) -> LeaveEvidence:
        days = leave.begins.date(), leave.ends.date()
        unit = self.person(leave.staff).unit
        team = [s.number for s in self.catalogue.staff if s.unit == unit]
        around = stored.touching(
            self.conn, self.ctx.hall_id, *days, [*team, leave.cover], actions.BLOCKING
        )
        others = [
            other
            for other in around
            if other.id != leave.id
            and rules.overlap(leave.begins, leave.ends, (other.begins, other.ends))
        ]
        return LeaveEvidence(
            unit_size=len(team),
            beside=[self._beside(other) for other in others if other.staff in team],
            taken_days=self._taken(leave.staff, leave.begins.date()),
            cover_away=any(other.staff == leave.cover for other in others),
        )

    def _beside(self, leave: Leave) -> LeaveBeside:
        return LeaveBeside(
            name=self.name(leave.staff),
            kind=leave.kind.value,
            begins=f"{leave.begins:%Y-%m-%dT%H:%M}",
            ends=f"{leave.ends:%Y-%m-%dT%H:%M}",
            state=leave.state,
        )

    def _taken(self, staff: str, day: date) -> float:
        year = day.replace(month=1, day=1), day.replace(month=12, day=31)
        year_leaves = stored.touching(self.conn, self.ctx.hall_id, *year, [staff], ("approved",))
        return sum(self.length(leave).days for leave in year_leaves)

    # -- corrections ---------------------------------------------------------------------------

    def correction(self, correction: Correction) -> CorrectionCase:
        """Return a correction as this actor sees it."""
        settings, hall_id = self.ctx.settings(), self.ctx.hall_id
        was: dict[str, Any] = dict.fromkeys(("state", "name", "due", "at", "line"), "")
        return CorrectionCase.model_validate(
            {
                "id": correction.id,
                "person": self.person(correction.staff),
                "day": correction.day.isoformat(),
                "slot": correction.slot,
                "verdict": correction.verdict,
                "claimed": correction.claimed,
                "reason": correction.reason,
                "paper": self.paper(correction.file),
                "was": SlotWas.model_validate(was | {"minutes": 0} | correction.was),
                "state": correction.state,
                "by": correction.by,
                "by_name": self.name(correction.by),
                "created_at": correction.created_at,
                "decided_by": correction.decided_by,
                "decided_by_name": self.name(correction.decided_by)
                if correction.decided_by
                else "",
                "decided_at": correction.decided_at,
                "decision": correction.decision,
                "used": correction_actions.used_quota(
                    self.conn, hall_id, correction.staff, correction.day
                ),
                "quota": settings.of(LeaveSettings).correction_quota,
                "can": self._can_correct(correction),
            }
        )

    def _can_correct(self, correction: Correction) -> list[str]:
        can = ["decide"] if correction_actions.may_decide(self.ctx, self.actor, correction) else []
        if correction.state == "asked" and correction_actions.may_see(
            self.ctx, self.actor, correction
        ):
            can.append("cancel")
        return can


def case_views(ctx: Context, conn: Connection, actor: Actor) -> CaseViews:
    """Return the view builder of an actor with the catalogue and time of now."""
    return CaseViews(ctx, conn, actor, ctx.catalogue(), ctx.local())


# -- pages -----------------------------------------------------------------------------------------


def requests_of(ctx: Context, conn: Connection, actor: Actor) -> MyRequests:
    """Return all requests that concern one person, and what they may do."""
    viewer, hall_id, settings = case_views(ctx, conn, actor), ctx.hall_id, ctx.settings()
    today, me = viewer.now.date(), viewer.catalogue.staff_by.get(actor.name)
    covering = stored.of_cover(conn, hall_id, actor.name, viewer.now)
    own = stored.of_person(conn, hall_id, actor.name, MOST_CASES)
    leave_cases, correction_cases = waiting(viewer)
    own_corrections = stored_corrections.of_person(conn, hall_id, actor.name, MOST_CASES)
    return MyRequests(
        me=viewer.person(actor.name),
        chief=bool(me and me.chief),
        manages=actor.manages,
        today=today.isoformat(),
        spans=_spans(viewer.catalogue, ctx, today),
        default_cover=me.cover if me else "",
        colleagues=[viewer.person(s.number) for s in colleagues(viewer.catalogue, me)],
        team=[viewer.person(s.number) for s in _team(viewer.catalogue, actor)],
        leaves=[viewer.leave(case) for case in own],
        corrections=[viewer.correction(case) for case in own_corrections],
        covering=[viewer.leave(case) for case in covering],
        leaves_to_decide=[case for case in leave_cases if "decide" in case.can],
        corrections_to_decide=[case for case in correction_cases if "decide" in case.can],
        leaves_waiting=[case for case in leave_cases if "decide" not in case.can],
        corrections_waiting=[case for case in correction_cases if "decide" not in case.can],
        used=correction_actions.used_quota(conn, hall_id, actor.name, today),
        quota=settings.of(LeaveSettings).correction_quota,
        correction_days=settings.of(LeaveSettings).correction_days,
        after_days=settings.of(LeaveSettings).leave_after_days,
        ladder=ladder(ctx, me),
    )


def _spans(catalogue: Catalogue, ctx: Context, today: date) -> list[HallSpan]:
    """Return the hall's opening hours today, or of the next working day."""
    days = ctx.workdays().among(today, today + timedelta(days=LOOK_AHEAD))
    spans = next(
        (day_spans for day in days if (day_spans := catalogue_hours.hall_spans(catalogue, day))), ()
    )
    return [HallSpan(opens=f"{s.opens:%H:%M}", closes=f"{s.closes:%H:%M}") for s in spans]


def ladder(ctx: Context, person: Staff | None) -> list[LadderLine]:
    """Return the approval ladder that applies to a person."""
    settings = ctx.settings()
    if person is not None and person.chief:
        return _lines(settings.of(LeaveSettings).leave_ladder_chief)
    if person is not None and person.role is not Role.CLERK:
        return _lines(settings.of(LeaveSettings).leave_ladder_office)
    return _lines(settings.of(LeaveSettings).leave_ladder)


def _lines(text: str) -> list[LadderLine]:
    return [
        LadderLine(days=line.days, hours=line.hours, rungs=[r.value for r in line.rungs])
        for line in parse(text)
    ]


def _ladders(settings: Settings) -> list[LadderView]:
    return [
        LadderView(who="staff", lines=_lines(settings.of(LeaveSettings).leave_ladder)),
        LadderView(who="chief", lines=_lines(settings.of(LeaveSettings).leave_ladder_chief)),
        LadderView(who="office", lines=_lines(settings.of(LeaveSettings).leave_ladder_office)),
    ]


def colleagues(catalogue: Catalogue, person: Staff | None) -> list[Staff]:
    """Return the possible covers of a person.

    Order: the usual cover (B), those with the same windows, those of the same unit, the others.
    """
    if person is None:
        return []
    windows = set(person.windows)

    def rank(other: Staff) -> tuple[bool, bool, bool, str]:
        shares = bool(windows & set(other.windows))
        return other.number != person.cover, not shares, other.unit != person.unit, other.number

    return sorted((s for s in catalogue.staff if s.number != person.number), key=rank)


def _team(catalogue: Catalogue, actor: Actor) -> list[Staff]:
    """Return the people one leads, and those one covers.

    A cover files the papers of a person who had to leave at once.
    """
    others = (s for s in catalogue.staff if s.number != actor.name)
    return [
        s
        for s in others
        if s.cover == actor.name or attendance_access.leads(catalogue, actor, s.number)
    ]


def waiting(viewer: CaseViews) -> tuple[list[LeaveCase], list[CorrectionCase]]:
    """Return undecided cases of the people that the actor leads, without their own."""
    conn, hall_id, actor = viewer.conn, viewer.ctx.hall_id, viewer.actor

    def led(staff: str) -> bool:
        return staff != actor.name and attendance_access.leads(viewer.catalogue, actor, staff)

    open_leaves = [record for record in stored.open_ones(conn, hall_id) if led(record.staff)]
    open_corrections = [
        record for record in stored_corrections.open_ones(conn, hall_id) if led(record.staff)
    ]
    return (
        [viewer.leave(record, evidence=True) for record in open_leaves],
        [viewer.correction(record) for record in open_corrections],
    )


def leave_list(ctx: Context, conn: Connection, actor: Actor, first: date, last: date) -> LeaveList:
    """Return all leave that overlaps some days."""
    viewer = case_views(ctx, conn, actor)
    leaves_of_days = stored.touching(conn, ctx.hall_id, first, last)
    return LeaveList(
        first=first.isoformat(),
        last=last.isoformat(),
        leaves=[viewer.leave(leave) for leave in leaves_of_days],
        people=[viewer.person(s.number) for s in viewer.catalogue.staff],
        ladders=_ladders(ctx.settings()),
        heads=[
            viewer.person(number)
            for number in staff_list(ctx.settings().of(LeaveSettings).head_staff)
        ],
        after_days=ctx.settings().of(LeaveSettings).leave_after_days,
    )


def may_read(ctx: Context, conn: Connection, actor: Actor, file: str, by: str) -> bool:
    """Return True if the actor uploaded the paper, or may see the leave or correction it is of.

    A manager has no more right than that: papers of cases, complaints, redresses and findings are
    read at the address of what they belong to, whose own rule says who may.
    """
    if actor.name == by:
        return True
    cases: Sequence[Leave] = stored.with_file(conn, ctx.hall_id, file)
    correction_cases: Iterable[Correction] = stored_corrections.with_file(conn, ctx.hall_id, file)
    return any(actions.may_see(ctx, actor, record) for record in cases) or any(
        correction_actions.may_see(ctx, actor, record) for record in correction_cases
    )
