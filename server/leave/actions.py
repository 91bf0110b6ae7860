"""Leave and outings: request, decide a step, cancel, shorten, name a cover, confirm the handover.

Every action appends a step to the leave and a line to the journal. Nobody decides their own leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Staff
from server.core.actors import Actor
from server.core.day_facts import LeaveKind
from server.core.errors import HallError
from server.core.events import AttendanceChanged, RequestsChanged
from server.core.store import Tx
from server.core.workflow import Attempt, Moment
from server.hall.context import Context, JsonDict, write_journal
from server.leave import approvers, attendance_access, file_queries, rules, workflow
from server.leave import queries as stored
from server.leave.errors import LeaveCode
from server.leave.ladder_notation import Length
from server.leave.queries import Leave
from server.leave.settings import LeaveSettings
from server.leave.workflow import LEAVE, LeaveMove

MAX_EVENT_DAYS = 62
"""Most days that an event lists; a change over more days is published without days."""
BLOCKING = ("asked", "approved")
Change = Callable[[Tx, Leave], Leave]


@dataclass(frozen=True, slots=True)
class LeaveRequest:
    """Leave request. `cover` None: the cover of the staff list; empty: nobody."""

    staff: str
    kind: LeaveKind
    begins: datetime
    ends: datetime
    reason: str
    file: str = ""
    cover: str | None = None
    emergency: bool = False


def request(ctx: Context, actor: Actor, key: str, wish: LeaveRequest) -> str:
    """Request leave, for oneself or a person one is responsible for; return its id.

    Raises ACCOUNT_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SPAN, LEAVE_TOO_LATE, LEAVE_OVERLAP, COVER_CANNOT,
    FILE_UNKNOWN.
    """
    begins, ends = _minute(wish.begins), _minute(wish.ends)

    def act(tx: Tx) -> JsonDict:
        catalogue, settings = ctx.catalogue(), ctx.settings()
        person = attendance_access.person_of(catalogue, wish.staff)
        _check_asker(catalogue, actor, person)
        now = ctx.local(tx.now)
        after = rules.check_span(begins, ends, now, settings.of(LeaveSettings).leave_after_days)
        _check_free(tx.conn, tx.hall_id, person.number, begins, ends)
        file_queries.require_all(tx, [wish.file] if wish.file else [])
        cover = _cover(catalogue, tx, person, wish.cover, (begins, ends))
        duration = length(ctx, begins, ends)
        step = rules.request_step(
            actor.name,
            tx.now,
            approvers.rungs(person, duration, settings),
            emergency=wish.emergency,
            after=after,
            days=duration.days,
            hours=duration.hours,
        )
        leave = Leave(
            ctx.tokens.token(12),
            person.number,
            wish.kind,
            begins,
            ends,
            wish.reason,
            wish.file,
            cover,
            (step,),
            LEAVE.after(LeaveMove.ASK, Attempt(None)).value,
            actor.name,
            tx.now,
            None,
        )
        stored.add(tx, leave)
        _record(tx, actor, leave, "leave.ask", {"rungs": step["rungs"], "cover": cover})
        return {"leave": leave.id}

    request: JsonDict = {
        "act": "leave.ask",
        "staff": wish.staff,
        "kind": wish.kind.value,
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "reason": wish.reason,
        "file": wish.file,
        "cover": wish.cover,
        "emergency": wish.emergency,
    }
    return str(ctx.command(actor, key, request, act)["leave"])


def length(ctx: Context, begins: datetime, ends: datetime) -> Length:
    """Return the length of a leave by the hall's working days and hours."""
    catalogue = ctx.catalogue()
    return rules.measure(
        begins, ends, ctx.workdays(), lambda day: catalogue_hours.hall_spans(catalogue, day)
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0, tzinfo=None)


def _check_asker(catalogue: Catalogue, actor: Actor, person: Staff) -> None:
    """Raise NOT_YOUR_SHEET unless the actor is the person, the deputy or responsible.

    The deputy of the staff list may file the papers of a person who had to leave at once. Whoever
    only names themselves as the deputy may not.
    """
    if actor.name != person.cover:
        attendance_access.check_see(catalogue, actor, person.number)


def _check_free(
    conn: Connection, hall_id: str, staff: str, begins: datetime, ends: datetime, besides: str = ""
) -> None:
    days = begins.date(), ends.date()
    for other in stored.touching(conn, hall_id, *days, [staff], BLOCKING):
        clash = rules.overlap(begins, ends, (other.begins, other.ends))
        if other.id != besides and clash:
            raise HallError(
                LeaveCode.LEAVE_OVERLAP,
                leave=other.id,
                begins=f"{other.begins:%m-%d %H:%M}",
                ends=f"{other.ends:%m-%d %H:%M}",
            )


def _cover(
    catalogue: Catalogue,
    tx: Tx,
    person: Staff,
    requested: str | None,
    span: tuple[datetime, datetime],
) -> str:
    """Return the deputy B: the requested one, otherwise the staff list's if available.

    Raises COVER_CANNOT for a requested one who is not available.
    """
    number = person.cover if requested is None else requested
    if not number:
        return ""
    deputy = catalogue.staff_by.get(number)
    away = stored.touching(tx.conn, tx.hall_id, span[0].date(), span[1].date(), [number], BLOCKING)
    busy = any(rules.overlap(*span, (leave.begins, leave.ends)) for leave in away)
    if deputy is not None and number != person.number and not busy:
        return number
    if requested is None:
        return ""
    raise HallError(LeaveCode.COVER_CANNOT, cover=number, name=deputy.name if deputy else number)


def decide(ctx: Context, actor: Actor, key: str, leave_id: str, approve: bool, words: str) -> None:
    """Approve or refuse the next step.

    Raises LEAVE_UNKNOWN, OWN_CASE, LEAVE_SETTLED, NOT_YOUR_STEP, INVALID (a refusal needs words).
    """

    def change(tx: Tx, leave: Leave) -> Leave:
        # The requester must not approve leave over days that have passed by now.
        move = LeaveMove.APPROVE if approve else LeaveMove.REFUSE
        target = rules.state_after_approval(leave.steps) if approve else None
        state = LEAVE.after(move, _attempt(ctx, tx.now, actor, leave, words), target)
        step = _step(move, actor, tx, rung=_rung(leave), words=words)
        settled_at = tx.now if state is not rules.State.ASKED else None
        return replace(leave, state=state.value, steps=(*leave.steps, step), settled_at=settled_at)

    request: JsonDict = {
        "act": "leave.decide",
        "leave": leave_id,
        "approve": approve,
        "words": words,
    }
    _change(ctx, actor, key, request, change, second=True)


def cancel(ctx: Context, actor: Actor, key: str, leave_id: str, words: str) -> None:
    """Cancel a leave: as a whole before it begins, later its remainder.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED.
    """

    def change(tx: Tx, leave: Leave) -> Leave:
        now = ctx.local(tx.now)
        running = rules.is_running(leave.state, leave.begins, now)
        move = LeaveMove.SHORTEN if running else LeaveMove.CANCEL
        state = LEAVE.after(move, _attempt(ctx, tx.now, actor, leave))
        if not running:
            steps = (*leave.steps, _step(move, actor, tx, words=words))
            return replace(leave, state=state.value, steps=steps, settled_at=tx.now)
        step = _step(move, actor, tx, words=words, ends=f"{leave.ends:%Y-%m-%dT%H:%M}")
        return replace(leave, ends=_minute(now), steps=(*leave.steps, step))

    request: JsonDict = {"act": "leave.cancel", "leave": leave_id, "words": words}
    _change(ctx, actor, key, request, change)


def set_cover(ctx: Context, actor: Actor, key: str, leave_id: str, cover: str) -> None:
    """Name another deputy B (empty: nobody), who has to confirm anew.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED, COVER_CANNOT.
    """

    def change(tx: Tx, leave: Leave) -> Leave:
        LEAVE.after(LeaveMove.COVER, _attempt(ctx, tx.now, actor, leave))
        person = attendance_access.person_of(ctx.catalogue(), leave.staff)
        span = (leave.begins, leave.ends)
        deputy = _cover(ctx.catalogue(), tx, person, cover, span)
        step = _step(LeaveMove.COVER, actor, tx, cover=deputy, was=leave.cover)
        return replace(leave, cover=deputy, steps=(*leave.steps, step))

    _change(ctx, actor, key, {"act": "leave.cover", "leave": leave_id, "cover": cover}, change)


def attach(ctx: Context, actor: Actor, key: str, leave_id: str, file: str) -> None:
    """Attach a paper to a leave later.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED (refused or withdrawn), FILE_UNKNOWN.
    """

    def change(tx: Tx, leave: Leave) -> Leave:
        LEAVE.after(LeaveMove.ATTACH, _attempt(ctx, tx.now, actor, leave))
        file_queries.require_all(tx, [file] if file else [])
        step = _step(LeaveMove.ATTACH, actor, tx, file=file, was=leave.file)
        return replace(leave, file=file, steps=(*leave.steps, step))

    _change(ctx, actor, key, {"act": "leave.attach", "leave": leave_id, "file": file}, change)


def hand_over(ctx: Context, actor: Actor, key: str, leave_id: str, words: str) -> None:
    """Confirm the handover as the deputy B. Raises LEAVE_UNKNOWN, NOT_YOUR_STEP, LEAVE_SETTLED."""

    def change(tx: Tx, leave: Leave) -> Leave:
        LEAVE.after(LeaveMove.HAND_OVER, _attempt(ctx, tx.now, actor, leave))
        if rules.handed_over(leave.steps):
            return leave
        return replace(
            leave, steps=(*leave.steps, _step(LeaveMove.HAND_OVER, actor, tx, words=words))
        )

    request: JsonDict = {"act": "leave.handover", "leave": leave_id, "words": words}
    _change(ctx, actor, key, request, change)


def _attempt(
    ctx: Context, moment: int, actor: Actor, leave: Leave, words: str = ""
) -> Attempt[rules.State]:
    """Return a move on a leave as `actor` attempts it now."""
    now, catalogue = ctx.local(moment), ctx.catalogue()

    def holds(role: str) -> bool:
        if role == workflow.DEPUTY:
            return bool(leave.cover) and actor.name == leave.cover
        if role == workflow.INVOLVED:
            return actor.name == leave.by or attendance_access.may_see(
                catalogue, actor, leave.staff
            )
        office, person = (
            rules.waiting_for(leave.steps),
            attendance_access.person_of(catalogue, leave.staff),
        )
        decider = attendance_access.decider(catalogue, actor)
        return office is not None and approvers.may_decide(office, person, decider, ctx.settings())

    is_past = leave.begins.date() < now.date()
    return Attempt(
        state=rules.State(leave.state),
        person=actor.name,
        holds=holds,
        earlier={
            workflow.SUBJECT: (leave.staff,),
            workflow.PAST_REQUESTER: (leave.by,) if is_past else (),
        },
        given=(workflow.WORDS,) if words else (),
        deadlines={workflow.END: Moment(leave.ends, now)},
        facts={"rung": _rung(leave)},
    )


def _rung(leave: Leave) -> str:
    """Return the office that decides next; empty if none."""
    office = rules.waiting_for(leave.steps)
    return office.value if office is not None else ""


def _step(move: LeaveMove, actor: Actor, tx: Tx, **more: Any) -> dict[str, Any]:
    return {"act": move.value, "by": actor.name, "at": tx.now, **more}


def _change(
    ctx: Context, actor: Actor, key: str, request: JsonDict, change: Change, *, second: bool = False
) -> None:
    """Load a leave, apply `change`, store it, journal it, publish events.

    `second` as in Context.command.
    """

    def act(tx: Tx) -> JsonDict:
        leave = stored.get(tx.conn, tx.hall_id, request["leave"])
        if leave is None:
            raise HallError(LeaveCode.LEAVE_UNKNOWN)
        changed_leave = change(tx, leave)
        if changed_leave is not leave:
            stored.change(tx, changed_leave)
            last = changed_leave.steps[-1]
            data = {k: v for k, v in last.items() if k not in ("act", "by", "at")}
            earlier = replace(changed_leave, ends=max(leave.ends, changed_leave.ends))
            _record(
                tx, actor, earlier, f"leave.{last['act']}", data | {"state": changed_leave.state}
            )
        return {}

    ctx.command(actor, key, request, act, second=second)


def _record(tx: Tx, actor: Actor, leave: Leave, act: str, data: JsonDict) -> None:
    facts = {
        "staff": leave.staff,
        "kind": leave.kind.value,
        "begins": f"{leave.begins:%Y-%m-%dT%H:%M}",
        "ends": f"{leave.ends:%Y-%m-%dT%H:%M}",
    }
    write_journal(tx, actor, act, leave.id, data=facts | data)
    tx.events.append(AttendanceChanged(event_days(leave.begins, leave.ends), (leave.staff,)))
    tx.events.append(RequestsChanged(leave.id, leave.staff))


def event_days(begins: datetime, ends: datetime) -> tuple[str, ...]:
    """Return the days of a span for an event; empty if they are too many."""
    count = (ends.date() - begins.date()).days + 1
    if count > MAX_EVENT_DAYS:
        return ()
    first: date = begins.date()
    return tuple((first + timedelta(days=n)).isoformat() for n in range(count))


def may_decide(ctx: Context, actor: Actor, leave: Leave) -> bool:
    """Return True if the next step of this leave waits for `actor`."""
    if leave.staff not in ctx.catalogue().staff_by:
        return False
    return LEAVE.allows(LeaveMove.APPROVE, _attempt(ctx, ctx.clock.now(), actor, leave))


def may_see(ctx: Context, actor: Actor, leave: Leave) -> bool:
    """Return True for the person, the requester, the deputy and those responsible."""
    involved = actor.name in (leave.staff, leave.by, leave.cover)
    return involved or attendance_access.leads(ctx.catalogue(), actor, leave.staff)
