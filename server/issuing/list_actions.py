"""Acts on hand-over lists: the unit gives, the issuer counts, a difference is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.issuing import access, actions, extras, queries, workflow
from server.issuing.actions import Detail
from server.issuing.errors import LicenceCode
from server.issuing.queries import StoredLicence, StoredList, StoredListFact
from server.issuing.rules import LicenceMove, ListMove, ListState
from server.issuing.workflow import LIST

SERIAL_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Count:
    """Count of a list at the issuing window: which were there, how many, what differs.

    `extra`: numbers printed on those that were there and not on the list.
    """

    present: tuple[str, ...]
    counted: int
    words: str = ""
    shelf: str = ""
    """Place for those that were there; empty: they stay on the table."""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tally:
    """Contents of a fact of a list."""

    licences: Sequence[str]
    counted: int = 0
    missing: Sequence[str] = ()
    words: str = ""


def give(ctx: Context, actor: Actor, key: str, licences: Sequence[str], counted: int) -> str:
    """Put licences of one unit on a hand-over list; return its number.

    Raises LICENCE_UNKNOWN, LICENCE_COUNT, INVALID (licences of two units), the codes of the
    workflow.
    """

    def act(tx: Tx) -> JsonDict:
        rows = _rows(ctx, tx, actor, licences)
        units = {row.unit for row in rows}
        if len(units) != 1:
            raise HallError(CommonCode.INVALID, field="licences")
        if counted != len(rows):
            raise HallError(LicenceCode.LICENCE_COUNT)
        unit, day = units.pop(), ctx.day(tx.now)
        serial = queries.last_serial(tx.conn, tx.hall_id, day) + 1
        number = f"CJ-{day.replace('-', '')}-{serial:0{SERIAL_DIGITS}d}"
        state = LIST.after(ListMove.GIVE, _attempt(ctx, tx, actor, unit, None, ()))
        row = StoredList(number, day, serial, unit, state.value)
        queries.add_list(tx, row)
        tally = _Tally([entry.id for entry in rows], counted)
        _add(ctx, tx, actor, row, ListMove.GIVE, state, tally)
        for licence in rows:
            actions.take(ctx, tx, actor, licence.id, LicenceMove.LIST, Detail(list=number))
        return {"list": number}

    request: JsonDict = {
        "act": "licence_list.give",
        "licences": list(licences),
        "counted": counted,
    }
    return str(ctx.command(actor, key, request, act)["list"])


def receive(ctx: Context, actor: Actor, key: str, list_id: str, count: Count) -> bool:
    """Count a list at the issuing window; return True if it differs.

    What was not there goes back to its unit as missing, what was there and not on the list is
    recorded until the unit has it back. Raises LICENCE_UNKNOWN, LICENCE_COUNT, LICENCE_WORDS for an
    unnamed difference, the codes of the workflow.
    """

    def act(tx: Tx) -> JsonDict:
        row, facts = list_with_facts(ctx, tx, actor, list_id)
        listed = queries.ids_of(facts[0].licences)
        present = list(dict.fromkeys(count.present))
        attempt = _attempt(ctx, tx, actor, row.unit, row, facts)
        error = LIST.error(ListMove.RECEIVE, attempt)
        if error is not None:
            raise error
        if not set(present) <= set(listed):
            raise HallError(LicenceCode.LICENCE_UNKNOWN)
        missing = [licence for licence in listed if licence not in present]
        if count.counted != len(present) + len(count.extra):
            raise HallError(LicenceCode.LICENCE_COUNT)
        differs = bool(missing or count.extra)
        if differs and not count.words:
            raise HallError(LicenceCode.LICENCE_WORDS)
        target = ListState.DIFFERENT if differs else ListState.RECEIVED
        state = LIST.after(ListMove.RECEIVE, attempt, target)
        for licence in present:
            actions.take(ctx, tx, actor, licence, LicenceMove.COUNT, Detail(list=row.id))
            if count.shelf:
                detail = Detail(shelf=count.shelf)
                actions.take(ctx, tx, actor, licence, LicenceMove.SHELVE, detail)
        for licence in missing:
            detail = Detail(list=row.id, words=count.words)
            actions.take(ctx, tx, actor, licence, LicenceMove.MISS, detail)
        extras.find(ctx, tx, actor, row, count.extra)
        tally = _Tally(present, count.counted, missing, count.words)
        _add(ctx, tx, actor, row, ListMove.RECEIVE, state, tally)
        return {"differs": differs}

    request: JsonDict = {
        "act": "licence_list.receive",
        "list": list_id,
        "present": list(count.present),
        "counted": count.counted,
        "words": count.words,
        "shelf": count.shelf,
        "extra": list(count.extra),
    }
    return bool(ctx.command(actor, key, request, act)["differs"])


def drop(ctx: Context, actor: Actor, key: str, list_id: str) -> None:
    """Drop a list before it is counted: its licences are with the unit again.

    Raises LICENCE_UNKNOWN, the codes of the workflow.
    """

    def act(tx: Tx) -> JsonDict:
        row, facts = list_with_facts(ctx, tx, actor, list_id)
        attempt = _attempt(ctx, tx, actor, row.unit, row, facts)
        state = LIST.after(ListMove.DROP, attempt)
        listed = queries.ids_of(facts[0].licences)
        for licence in listed:
            actions.take(ctx, tx, actor, licence, LicenceMove.UNLIST, Detail(list=row.id))
        _add(ctx, tx, actor, row, ListMove.DROP, state, _Tally(listed))
        return {}

    ctx.command(actor, key, {"act": "licence_list.drop", "list": list_id}, act)


def list_with_facts(
    ctx: Context, tx: Tx, actor: Actor, list_id: str
) -> tuple[StoredList, list[StoredListFact]]:
    """Return a list with its facts. Raises LICENCE_UNKNOWN."""
    row = queries.get_list(tx.conn, tx.hall_id, list_id)
    if row is None or not access.may_see(ctx, tx.conn, actor, row.unit):
        raise HallError(LicenceCode.LICENCE_UNKNOWN)
    return row, queries.LIST_FACTS.of(tx.conn, tx.hall_id, [row.id])[row.id]


def _rows(ctx: Context, tx: Tx, actor: Actor, licences: Sequence[str]) -> list[StoredLicence]:
    ids = list(dict.fromkeys(licences))
    return [access.accessible(ctx, tx.conn, actor, licence)[0] for licence in ids]


def _attempt(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    unit: str,
    row: StoredList | None,
    facts: Sequence[StoredListFact],
) -> Attempt[ListState]:
    givers = [fact.by_actor.partition(":")[2] for fact in facts if fact.move == ListMove.GIVE]
    return Attempt(
        ListState(row.state) if row is not None else None,
        actor.name,
        lambda role: access.holds(ctx, tx.conn, actor, unit, role),
        {workflow.GIVER: givers},
    )


def _add(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredList,
    move: ListMove,
    state: ListState,
    tally: _Tally,
) -> None:
    n = len(queries.LIST_FACTS.of(tx.conn, tx.hall_id, [row.id])[row.id]) + 1
    fact = StoredListFact(
        list=row.id,
        n=n,
        move=move.value,
        state=state.value,
        at=tx.now,
        day=ctx.day(tx.now),
        counted=tally.counted,
        licences=json.dumps(list(tally.licences)),
        missing=json.dumps(list(tally.missing)),
        words=tally.words,
        by_actor=actor.key,
    )
    queries.LIST_FACTS.add(tx, fact)
    data: JsonDict = {
        "n": n,
        "unit": row.unit,
        "state": state.value,
        "counted": tally.counted,
        "licences": list(tally.licences),
        "missing": list(tally.missing),
    }
    write_journal(tx, actor, f"licence_list.{move}", row.id, data=data)
