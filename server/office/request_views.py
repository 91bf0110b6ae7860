"""Leave, corrections and the calendar as messages: names put to numbers, and what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.domain import hours
from server.domain.attendance import leaves as rules
from server.domain.attendance.ladder import Length, parse, staff_list
from server.domain.catalogue import Catalogue, Role, Staff
from server.domain.settings import Settings
from server.services.attendance import calendar, corrections, leaves, rights
from server.services.context import Actor, Context
from server.storage import calendar as stored_calendar
from server.storage import corrections as stored_corrections
from server.storage import files
from server.storage import leaves as stored
from server.storage.corrections import Correction
from server.storage.leaves import Leave
from server.wire.attendance_requests import (
    CalendarYear,
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
    StateDay,
)

MOST_CASES = 60
LOOK_AHEAD = 14
PAPER_TIME = timedelta(days=31)
"""So long after a leave its paper may still be handed in on the page."""


@dataclass(frozen=True)
class Reader:
    """One actor looking at cases in one read of the books."""

    ctx: Context
    conn: Connection
    actor: Actor
    catalogue: Catalogue
    now: datetime

    # -- people and papers ---------------------------------------------------------------------

    def name(self, number: str) -> str:
        """Somebody's name, or the number of one who is on the list no more."""
        found = self.catalogue.staff_by.get(number)
        return found.name if found else number

    def person(self, number: str) -> PersonRef:
        """Somebody with his unit."""
        found = self.catalogue.staff_by.get(number)
        unit = self.catalogue.unit_by.get(found.unit) if found else None
        return PersonRef(
            number=number,
            name=self.name(number),
            unit=found.unit if found else "",
            unit_name=(unit.short or unit.name) if unit else "",
        )

    def paper(self, file: str) -> PaperRef | None:
        """A kept paper."""
        row = files.get(self.conn, self.ctx.hall_id, file) if file else None
        if row is None:
            return None
        return PaperRef(id=row.id, name=row.name, media=row.media, size=row.size)

    # -- leave ---------------------------------------------------------------------------------

    def leave(self, found: Leave, *, evidence: bool = False) -> LeaveCase:
        """A leave as this actor sees it."""
        first, waiting = found.steps[0], rules.waiting_for(found.steps)
        open_, long = found.state == rules.State.ASKED, self.length(found)
        return LeaveCase.model_validate(
            {
                "id": found.id,
                "person": self.person(found.staff),
                "kind": found.kind.value,
                "begins": f"{found.begins:%Y-%m-%dT%H:%M}",
                "ends": f"{found.ends:%Y-%m-%dT%H:%M}",
                "days": long.days,
                "hours": long.hours,
                "reason": found.reason,
                "paper": self.paper(found.file),
                "cover": found.cover,
                "cover_name": self.name(found.cover) if found.cover else "",
                "handed_over": rules.handed_over(found.steps),
                "emergency": rules.emergency(found.steps),
                "after": bool(first.get("after")),
                "state": found.state,
                "running": found.begins <= self.now < found.ends,
                "rungs": first["rungs"],
                "waiting": waiting.value if open_ and waiting else "",
                "steps": [self._step(step) for step in found.steps],
                "by": found.by,
                "by_name": self.name(found.by),
                "created_at": found.created_at,
                "can": self._can(found),
                "evidence": self._evidence(found) if evidence else None,
            }
        )

    def length(self, found: Leave) -> Length:
        """How long it is, as fixed when asked for; anew for one that was cut short."""
        first = found.steps[0]
        if "days" in first and all(step["act"] != "shorten" for step in found.steps):
            return Length(first["days"], first["hours"])
        return leaves.length(self.ctx, found.begins, found.ends)

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

    def _can(self, found: Leave) -> list[str]:
        can = ["decide"] if leaves.may_decide(self.ctx, self.actor, found) else []
        stands = found.state in leaves.BLOCKING
        alive = stands and (found.state == rules.State.ASKED or self.now < found.ends)
        responsible = rights.may_see(self.catalogue, self.actor, found.staff)
        if responsible or self.actor.name == found.by:
            can += ["cancel"] if alive else []
            can += ["cover"] if alive and self.now < found.ends else []
            recent = self.now - found.ends < PAPER_TIME
            can += ["paper"] if stands and recent and not found.file else []
        unconfirmed = found.cover == self.actor.name and not rules.handed_over(found.steps)
        if unconfirmed and alive and self.now < found.ends:
            can.append("handover")
        return can

    def _evidence(self, found: Leave) -> LeaveEvidence:
        days = found.begins.date(), found.ends.date()
        unit = self.person(found.staff).unit
        team = [s.number for s in self.catalogue.staff if s.unit == unit]
        around = stored.touching(
            self.conn, self.ctx.hall_id, *days, [*team, found.cover], leaves.BLOCKING
        )
        others = [
            one
            for one in around
            if one.id != found.id
            and rules.overlap(found.begins, found.ends, (one.begins, one.ends))
        ]
        return LeaveEvidence(
            unit_size=len(team),
            beside=[self._beside(one) for one in others if one.staff in team],
            taken_days=self._taken(found.staff, found.begins.date()),
            cover_away=any(one.staff == found.cover for one in others),
        )

    def _beside(self, one: Leave) -> LeaveBeside:
        return LeaveBeside(
            name=self.name(one.staff),
            kind=one.kind.value,
            begins=f"{one.begins:%Y-%m-%dT%H:%M}",
            ends=f"{one.ends:%Y-%m-%dT%H:%M}",
            state=one.state,
        )

    def _taken(self, staff: str, day: date) -> float:
        year = day.replace(month=1, day=1), day.replace(month=12, day=31)
        found = stored.touching(self.conn, self.ctx.hall_id, *year, [staff], ("approved",))
        return sum(self.length(one).days for one in found)

    # -- corrections ---------------------------------------------------------------------------

    def correction(self, found: Correction) -> CorrectionCase:
        """A correction as this actor sees it."""
        settings, hall_id = self.ctx.settings(), self.ctx.hall_id
        was: dict[str, Any] = dict.fromkeys(("state", "name", "due", "at", "line"), "")
        return CorrectionCase.model_validate(
            {
                "id": found.id,
                "person": self.person(found.staff),
                "day": found.day.isoformat(),
                "slot": found.slot,
                "verdict": found.verdict,
                "claimed": found.claimed,
                "reason": found.reason,
                "paper": self.paper(found.file),
                "was": SlotWas.model_validate(was | {"minutes": 0} | found.was),
                "state": found.state,
                "by": found.by,
                "by_name": self.name(found.by),
                "created_at": found.created_at,
                "decided_by": found.decided_by,
                "decided_by_name": self.name(found.decided_by) if found.decided_by else "",
                "decided_at": found.decided_at,
                "decision": found.decision,
                "used": corrections.used(self.conn, hall_id, found.staff, found.day),
                "quota": settings.correction_quota,
                "can": self._can_correct(found),
            }
        )

    def _can_correct(self, found: Correction) -> list[str]:
        can = ["decide"] if corrections.may_decide(self.actor, found) else []
        if found.state == "asked" and corrections.may_see(self.ctx, self.actor, found):
            can.append("cancel")
        return can


def reader(ctx: Context, conn: Connection, actor: Actor) -> Reader:
    """The actor with what is in force now."""
    return Reader(ctx, conn, actor, ctx.catalogue(), ctx.local())


# -- pages -----------------------------------------------------------------------------------------


def mine(ctx: Context, conn: Connection, actor: Actor) -> MyRequests:
    """Everything that concerns one person."""
    look, hall_id, settings = reader(ctx, conn, actor), ctx.hall_id, ctx.settings()
    today, me = look.now.date(), look.catalogue.staff_by.get(actor.name)
    covering = stored.of_cover(conn, hall_id, actor.name, look.now)
    own = stored.of_person(conn, hall_id, actor.name, MOST_CASES)
    asked, fixing = waiting(look)
    fixed = stored_corrections.of_person(conn, hall_id, actor.name, MOST_CASES)
    return MyRequests(
        me=look.person(actor.name),
        chief=bool(me and me.chief),
        manages=rights.manages(actor),
        today=today.isoformat(),
        spans=_spans(look.catalogue, ctx, today),
        default_cover=me.cover if me else "",
        colleagues=[look.person(s.number) for s in colleagues(look.catalogue, me)],
        team=[look.person(s.number) for s in _team(look.catalogue, actor)],
        leaves=[look.leave(one) for one in own],
        corrections=[look.correction(one) for one in fixed],
        covering=[look.leave(one) for one in covering],
        leaves_to_decide=[one for one in asked if "decide" in one.can],
        corrections_to_decide=[one for one in fixing if "decide" in one.can],
        leaves_waiting=[one for one in asked if "decide" not in one.can],
        corrections_waiting=[one for one in fixing if "decide" not in one.can],
        used=corrections.used(conn, hall_id, actor.name, today),
        quota=settings.correction_quota,
        correction_days=settings.correction_days,
        after_days=settings.leave_after_days,
        ladder=ladder(ctx, me),
    )


def _spans(catalogue: Catalogue, ctx: Context, today: date) -> list[HallSpan]:
    """The hall's hours today, or of the next day on which it works."""
    days = calendar.workdays(ctx).among(today, today + timedelta(days=LOOK_AHEAD))
    spans = next((found for day in days if (found := hours.hall_spans(catalogue, day))), ())
    return [HallSpan(opens=f"{s.opens:%H:%M}", closes=f"{s.closes:%H:%M}") for s in spans]


def ladder(ctx: Context, person: Staff | None) -> list[LadderLine]:
    """The approval ladder that holds for somebody."""
    settings = ctx.settings()
    if person is not None and person.chief:
        return _lines(settings.leave_ladder_chief)
    if person is not None and person.role is not Role.CLERK:
        return _lines(settings.leave_ladder_office)
    return _lines(settings.leave_ladder)


def _lines(text: str) -> list[LadderLine]:
    return [
        LadderLine(days=line.days, hours=line.hours, rungs=[r.value for r in line.rungs])
        for line in parse(text)
    ]


def _ladders(settings: Settings) -> list[LadderView]:
    return [
        LadderView(who="staff", lines=_lines(settings.leave_ladder)),
        LadderView(who="chief", lines=_lines(settings.leave_ladder_chief)),
        LadderView(who="office", lines=_lines(settings.leave_ladder_office)),
    ]


def colleagues(catalogue: Catalogue, person: Staff | None) -> list[Staff]:
    """Who may stand in for somebody, the likely ones first: his B, his windows', his unit's."""
    if person is None:
        return []
    windows = set(person.windows)

    def rank(other: Staff) -> tuple[bool, bool, bool, str]:
        shares = bool(windows & set(other.windows))
        return other.number != person.cover, not shares, other.unit != person.unit, other.number

    return sorted((s for s in catalogue.staff if s.number != person.number), key=rank)


def _team(catalogue: Catalogue, actor: Actor) -> list[Staff]:
    """Those one leads, and those whose B one is: he files the papers of one who left at once."""
    others = (s for s in catalogue.staff if s.number != actor.name)
    return [s for s in others if s.cover == actor.name or rights.leads(catalogue, actor, s.number)]


def waiting(look: Reader) -> tuple[list[LeaveCase], list[CorrectionCase]]:
    """What waits for a decision about the people that somebody leads, himself left out."""
    conn, hall_id, actor = look.conn, look.ctx.hall_id, look.actor

    def led(staff: str) -> bool:
        return staff != actor.name and rights.leads(look.catalogue, actor, staff)

    asked = [one for one in stored.open_ones(conn, hall_id) if led(one.staff)]
    fixing = [one for one in stored_corrections.open_ones(conn, hall_id) if led(one.staff)]
    return (
        [look.leave(one, evidence=True) for one in asked],
        [look.correction(one) for one in fixing],
    )


def leave_list(ctx: Context, conn: Connection, actor: Actor, first: date, last: date) -> LeaveList:
    """All leave of some days."""
    look = reader(ctx, conn, actor)
    found = stored.touching(conn, ctx.hall_id, first, last)
    return LeaveList(
        first=first.isoformat(),
        last=last.isoformat(),
        leaves=[look.leave(one) for one in found],
        people=[look.person(s.number) for s in look.catalogue.staff],
        ladders=_ladders(ctx.settings()),
        heads=[look.person(number) for number in staff_list(ctx.settings().head_staff)],
        after_days=ctx.settings().leave_after_days,
    )


def calendar_year(ctx: Context, conn: Connection, year: int) -> CalendarYear:
    """One year with the hall's own special days in it."""
    rows = stored_calendar.of_year(conn, ctx.hall_id, year)
    days, catalogue = calendar.workdays(ctx), ctx.catalogue()
    own = {s.day: s for s in catalogue.special_days if s.day.year == year}
    state = {s.day: s for s in catalogue.state_days if s.day.year == year}
    merged = sorted((state | own).values(), key=lambda s: s.day)
    known = ctx.calendar_years()
    return CalendarYear(
        year=year,
        known=year in known,
        source=rows[0].source if rows else "",
        imported_at=rows[0].at if rows else None,
        week=sorted(days.week),
        days=[
            StateDay(
                day=s.day.isoformat(),
                opens=s.opens,
                note=s.note,
                like_weekday=s.like_weekday if s.opens else 0,
                own=s.day in own,
            )
            for s in merged
        ],
        working_days=[days.count(*_month(year, month)) for month in range(1, 13)],
        years=sorted(known),
        missing=[m.year for m in calendar.missing(ctx, ctx.local().date())],
    )


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first, after - timedelta(days=1)


def may_read(ctx: Context, conn: Connection, actor: Actor, file: str, by: str) -> bool:
    """Whether a paper may be read: by whoever handed it in, and whoever may see its case."""
    if actor.name == by or rights.manages(actor):
        return True
    cases: Sequence[Leave] = stored.with_file(conn, ctx.hall_id, file)
    fixing: Iterable[Correction] = stored_corrections.with_file(conn, ctx.hall_id, file)
    return any(leaves.may_see(ctx, actor, one) for one in cases) or any(
        corrections.may_see(ctx, actor, one) for one in fixing
    )
