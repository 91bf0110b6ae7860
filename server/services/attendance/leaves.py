"""Leave and outings: ask, decide a step, cancel, shorten, name a cover, confirm the handover.

Every act adds a step to the leave and a line to the journal. Nobody decides his own leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.domain import hours
from server.domain.attendance import leaves as rules
from server.domain.attendance.facts import LeaveKind
from server.domain.attendance.ladder import Length
from server.domain.catalogue import Catalogue, Staff
from server.domain.errors import Code, HallError
from server.services.attendance import rights
from server.services.attendance.calendar import workdays
from server.services.bus import AttendanceChanged, RequestsChanged
from server.services.context import Actor, Context, JsonDict, note
from server.storage import files
from server.storage import leaves as stored
from server.storage.leaves import Leave
from server.storage.store import Tx

MOST_DAYS_TOLD = 62
"""A change over more days than this is told as 'any day'."""
BLOCKING = ("asked", "approved")
Change = Callable[[Tx, Leave], Leave]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `cover` None: the cover of the staff list; empty: nobody."""

    staff: str
    kind: LeaveKind
    begins: datetime
    ends: datetime
    reason: str
    file: str = ""
    cover: str | None = None
    emergency: bool = False


def ask(ctx: Context, actor: Actor, key: str, wish: Wish) -> str:
    """Ask for leave, for oneself or somebody one is responsible for; returns its id.

    Raises ACCOUNT_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SPAN, LEAVE_TOO_LATE, LEAVE_OVERLAP,
    COVER_CANNOT, FILE_UNKNOWN.
    """
    begins, ends = _minute(wish.begins), _minute(wish.ends)

    def act(tx: Tx) -> JsonDict:
        catalogue, settings = ctx.catalogue(), ctx.settings()
        person = rights.person_of(catalogue, wish.staff)
        _check_asker(catalogue, actor, person, wish.cover)
        now = ctx.local(tx.now)
        after = rules.check_span(begins, ends, now, settings.leave_after_days)
        _check_free(tx.conn, tx.hall_id, person.number, begins, ends)
        _check_file(tx, wish.file)
        cover = _cover(catalogue, tx, person, wish.cover, (begins, ends))
        long = length(ctx, begins, ends)
        step = rules.asked(
            actor.name,
            tx.now,
            rules.rungs(person, long, settings),
            emergency=wish.emergency,
            after=after,
            days=long.days,
            hours=long.hours,
        )
        found = Leave(
            ctx.chance.token(12),
            person.number,
            wish.kind,
            begins,
            ends,
            wish.reason,
            wish.file,
            cover,
            (step,),
            rules.State.ASKED.value,
            actor.name,
            tx.now,
            None,
        )
        stored.add(tx, found)
        _tell(tx, actor, found, "leave.ask", {"rungs": step["rungs"], "cover": cover})
        return {"leave": found.id}

    asked: JsonDict = {
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
    return str(ctx.command(actor, key, asked, act)["leave"])


def length(ctx: Context, begins: datetime, ends: datetime) -> Length:
    """How long a leave is by the hall's working days and hours."""
    catalogue = ctx.catalogue()
    return rules.measure(begins, ends, workdays(ctx), lambda day: hours.hall_spans(catalogue, day))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0, tzinfo=None)


def _check_asker(catalogue: Catalogue, actor: Actor, person: Staff, cover: str | None) -> None:
    """Himself, whoever is responsible for him, or the B who files the papers of one who left."""
    covers = actor.name in (person.cover, cover or "")
    if not covers:
        rights.check_see(catalogue, actor, person.number)


def _check_free(
    conn: Connection, hall_id: str, staff: str, begins: datetime, ends: datetime, besides: str = ""
) -> None:
    days = begins.date(), ends.date()
    for other in stored.touching(conn, hall_id, *days, [staff], BLOCKING):
        clash = rules.overlap(begins, ends, (other.begins, other.ends))
        if other.id != besides and clash:
            raise HallError(
                Code.LEAVE_OVERLAP,
                leave=other.id,
                begins=f"{other.begins:%m-%d %H:%M}",
                ends=f"{other.ends:%m-%d %H:%M}",
            )


def _check_file(tx: Tx, file: str) -> None:
    if file and files.get(tx.conn, tx.hall_id, file) is None:
        raise HallError(Code.FILE_UNKNOWN)


def _cover(
    catalogue: Catalogue,
    tx: Tx,
    person: Staff,
    wanted: str | None,
    span: tuple[datetime, datetime],
) -> str:
    """The B: as asked, else the staff list's, if he can. Raises COVER_CANNOT for a named one."""
    number = person.cover if wanted is None else wanted
    if not number:
        return ""
    found = catalogue.staff_by.get(number)
    away = stored.touching(tx.conn, tx.hall_id, span[0].date(), span[1].date(), [number], BLOCKING)
    busy = any(rules.overlap(*span, (one.begins, one.ends)) for one in away)
    if found is not None and number != person.number and not busy:
        return number
    if wanted is None:
        return ""
    raise HallError(Code.COVER_CANNOT, cover=number, name=found.name if found else number)


# -- deciding --------------------------------------------------------------------------------------


def decide(ctx: Context, actor: Actor, key: str, leave_id: str, approve: bool, words: str) -> None:
    """Approve or refuse the next step.

    Raises LEAVE_UNKNOWN, OWN_CASE, LEAVE_SETTLED, NOT_YOUR_STEP, INVALID (a refusal needs words).
    """

    def change(tx: Tx, found: Leave) -> Leave:
        catalogue, settings = ctx.catalogue(), ctx.settings()
        # Whoever asked for days that are over by now does not grant them as well.
        over = found.begins.date() < ctx.local(tx.now).date()
        if actor.name == found.staff or (over and actor.name == found.by):
            raise HallError(Code.OWN_CASE)
        state = rules.decided(found.state, found.steps, approve)
        rung = rules.waiting_for(found.steps)
        person = rights.person_of(catalogue, found.staff)
        decider = rights.decider(catalogue, actor)
        if rung is None or not rules.may_decide(rung, person, decider, settings):
            raise HallError(Code.NOT_YOUR_STEP, rung=rung.value if rung else "")
        if not approve and not words:
            raise HallError(Code.INVALID, field="words")
        step = _step("approve" if approve else "refuse", actor, tx, rung=rung.value, words=words)
        settled = tx.now if state is not rules.State.ASKED else None
        return replace(found, state=state.value, steps=(*found.steps, step), settled_at=settled)

    asked: JsonDict = {"act": "leave.decide", "leave": leave_id, "approve": approve, "words": words}
    _change(ctx, actor, key, asked, change, second=True)


def cancel(ctx: Context, actor: Actor, key: str, leave_id: str, words: str) -> None:
    """Give it up: before it begins as a whole, later what is left of it.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED.
    """

    def change(tx: Tx, found: Leave) -> Leave:
        _check_involved(ctx.catalogue(), actor, found)
        ends = rules.cancelled(found.state, found.begins, found.ends, ctx.local(tx.now))
        if ends is None:
            step = _step("cancel", actor, tx, words=words)
            return replace(
                found,
                state=rules.State.CANCELLED.value,
                steps=(*found.steps, step),
                settled_at=tx.now,
            )
        step = _step("shorten", actor, tx, words=words, ends=f"{found.ends:%Y-%m-%dT%H:%M}")
        return replace(found, ends=ends, steps=(*found.steps, step))

    asked: JsonDict = {"act": "leave.cancel", "leave": leave_id, "words": words}
    _change(ctx, actor, key, asked, change)


def set_cover(ctx: Context, actor: Actor, key: str, leave_id: str, cover: str) -> None:
    """Name another B (empty: nobody); he has to confirm anew.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED, COVER_CANNOT.
    """

    def change(tx: Tx, found: Leave) -> Leave:
        _check_involved(ctx.catalogue(), actor, found)
        _check_running(found, ctx.local(tx.now))
        person = rights.person_of(ctx.catalogue(), found.staff)
        span = (found.begins, found.ends)
        fresh = _cover(ctx.catalogue(), tx, person, cover, span)
        step = _step("cover", actor, tx, cover=fresh, was=found.cover)
        return replace(found, cover=fresh, steps=(*found.steps, step))

    _change(ctx, actor, key, {"act": "leave.cover", "leave": leave_id, "cover": cover}, change)


def attach(ctx: Context, actor: Actor, key: str, leave_id: str, file: str) -> None:
    """Hand in the paper later.

    Raises LEAVE_UNKNOWN, NOT_YOUR_SHEET, LEAVE_SETTLED (refused or withdrawn), FILE_UNKNOWN.
    """

    def change(tx: Tx, found: Leave) -> Leave:
        _check_involved(ctx.catalogue(), actor, found)
        if found.state not in BLOCKING:
            raise HallError(Code.LEAVE_SETTLED, state=found.state)
        _check_file(tx, file)
        step = _step("attach", actor, tx, file=file, was=found.file)
        return replace(found, file=file, steps=(*found.steps, step))

    _change(ctx, actor, key, {"act": "leave.attach", "leave": leave_id, "file": file}, change)


def hand_over(ctx: Context, actor: Actor, key: str, leave_id: str, words: str) -> None:
    """B confirms that he took over. Raises LEAVE_UNKNOWN, NOT_YOUR_STEP, LEAVE_SETTLED."""

    def change(tx: Tx, found: Leave) -> Leave:
        if not found.cover or actor.name != found.cover:
            raise HallError(Code.NOT_YOUR_STEP, rung="cover")
        _check_running(found, ctx.local(tx.now))
        if rules.handed_over(found.steps):
            return found
        return replace(found, steps=(*found.steps, _step("handover", actor, tx, words=words)))

    asked: JsonDict = {"act": "leave.handover", "leave": leave_id, "words": words}
    _change(ctx, actor, key, asked, change)


def _check_involved(catalogue: Catalogue, actor: Actor, found: Leave) -> None:
    if actor.name != found.by:
        rights.check_see(catalogue, actor, found.staff)


def _check_running(found: Leave, now: datetime) -> None:
    if found.state not in BLOCKING or found.ends <= now:
        raise HallError(Code.LEAVE_SETTLED, state=found.state)


def _step(act: str, actor: Actor, tx: Tx, **more: Any) -> dict[str, Any]:
    return {"act": act, "by": actor.name, "at": tx.now, **more}


def _change(
    ctx: Context, actor: Actor, key: str, asked: JsonDict, change: Change, *, second: bool = False
) -> None:
    """Load, change, write back, journal, tell; `second` as in Context.command."""

    def act(tx: Tx) -> JsonDict:
        found = stored.get(tx.conn, tx.hall_id, asked["leave"])
        if found is None:
            raise HallError(Code.LEAVE_UNKNOWN)
        fresh = change(tx, found)
        if fresh is not found:
            stored.change(tx, fresh)
            last = fresh.steps[-1]
            data = {k: v for k, v in last.items() if k not in ("act", "by", "at")}
            earlier = replace(fresh, ends=max(found.ends, fresh.ends))
            _tell(tx, actor, earlier, f"leave.{last['act']}", data | {"state": fresh.state})
        return {}

    ctx.command(actor, key, asked, act, second=second)


def _tell(tx: Tx, actor: Actor, found: Leave, act: str, data: JsonDict) -> None:
    facts = {
        "staff": found.staff,
        "kind": found.kind.value,
        "begins": f"{found.begins:%Y-%m-%dT%H:%M}",
        "ends": f"{found.ends:%Y-%m-%dT%H:%M}",
    }
    note(tx, actor, act, found.id, data=facts | data)
    tx.events.append(AttendanceChanged(days_told(found.begins, found.ends), (found.staff,)))
    tx.events.append(RequestsChanged(found.id, found.staff))


def days_told(begins: datetime, ends: datetime) -> tuple[str, ...]:
    """The days of a span for an event; empty where they are too many."""
    count = (ends.date() - begins.date()).days + 1
    if count > MOST_DAYS_TOLD:
        return ()
    first: date = begins.date()
    return tuple((first + timedelta(days=n)).isoformat() for n in range(count))


# -- looking ---------------------------------------------------------------------------------------


def may_decide(ctx: Context, actor: Actor, found: Leave) -> bool:
    """Whether the next step of this leave waits for `actor`."""
    catalogue = ctx.catalogue()
    person, rung = catalogue.staff_by.get(found.staff), rules.waiting_for(found.steps)
    if found.state != rules.State.ASKED or person is None or rung is None:
        return False
    return rules.may_decide(rung, person, rights.decider(catalogue, actor), ctx.settings())


def may_see(ctx: Context, actor: Actor, found: Leave) -> bool:
    """The person, whoever asked, his B, and those responsible for him."""
    involved = actor.name in (found.staff, found.by, found.cover)
    return involved or rights.leads(ctx.catalogue(), actor, found.staff)
