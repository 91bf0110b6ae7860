"""Bindings: which agent may serve which device, of which kind, at which place.

A token is worth what the office bound to its agent. The first hello of a newly enrolled agent,
within the life of its code, binds what it announces where nobody stands (and, with a code that was
made for a place, only there). Everything else that an agent announces (a new device, another kind,
another place, a device of another agent) is a claim: it is not in service until a person confirms
it in the office.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.domain.errors import Code, HallError
from server.domain.tickets import ActorKind
from server.services.bus import HallChanged
from server.services.context import Actor, Context, JsonDict, note
from server.services.tries import secret_hash
from server.storage import accounts
from server.storage import bindings as stored
from server.storage.store import Tx

Announced = Mapping[str, str]
SHARED = frozenset({"fingerprint"})
"""Kinds of which many stand at one place; a time clock is admitted by its own name besides."""
NOTED_MS = 60_000
"""An agent's new claims are journalled at most so often, however often it announces others."""


def admit(ctx: Context, agent: str, token: str, found: Sequence[Announced]) -> set[str]:
    """Return the names of those announced devices that the agent may serve; note the others."""

    def act(tx: Tx) -> set[str]:
        first = accounts.use_first_hello(tx, secret_hash(token)) if found else None
        bound = stored.every(tx.conn, tx.hall_id)
        admitted, fresh = set(), []
        for one in found:
            if is_bound(bound.get(one["device"]), agent, one):
                admitted.add(one["device"])
            elif one["device"] not in bound and _may_bind(first, bound.values(), agent, one):
                fresh.append(one)
        if fresh:
            _bind(tx, Actor(ActorKind.AGENT, agent), agent, fresh)
        admitted |= {one["device"] for one in fresh}
        _claim(tx, agent, [one for one in found if one["device"] not in admitted])
        return admitted

    return ctx.write(act)


def is_bound(row: Any, agent: str, one: Announced) -> bool:
    """Return True if a binding is that of `agent` for what it announces."""
    return row is not None and (row.agent, row.kind, row.serves) == (
        agent,
        one["kind"],
        one.get("serves", ""),
    )


def servable(conn: Connection, hall_id: str, agent: str, found: Iterable[Announced]) -> set[str]:
    """Return the names of those of `found` that are bound to the agent as it announces them."""
    bound = stored.every(conn, hall_id)
    return {one["device"] for one in found if is_bound(bound.get(one["device"]), agent, one)}


def bind(ctx: Context, actor: Actor, agent: str, found: Sequence[Announced]) -> None:
    """Bind devices to an agent by the word of whoever set both up on this machine."""

    def act(tx: Tx) -> None:
        bound = stored.every(tx.conn, tx.hall_id)
        fresh = [one for one in found if not is_bound(bound.get(one["device"]), agent, one)]
        if fresh:
            _bind(tx, actor, agent, fresh)

    ctx.write(act)


def _may_bind(first: str | None, bound: Collection[Any], agent: str, one: Announced) -> bool:
    """Return True if a first hello binds a device; `first`: the place of its code."""
    if first is None or first not in ("", one.get("serves", "")):
        return False
    return not _held(bound, agent, one)


def _held(bound: Collection[Any], agent: str, one: Announced) -> bool:
    """Return True if another agent has a device of the kind at the place."""
    place = (one["kind"], one.get("serves", ""))
    mine = (row for row in bound if row.kind not in SHARED and row.agent != agent)
    return any((row.kind, row.serves) == place for row in mine)


def _bind(tx: Tx, actor: Actor, agent: str, found: Sequence[Announced]) -> None:
    for one in found:
        stored.put(tx, one["device"], agent, one["kind"], one.get("serves", ""), actor.key)
    note(tx, actor, "device.bind", agent, data={"devices": [_named(one) for one in found]})
    tx.events.append(HallChanged("devices", {"agent": agent}))


def _named(one: Announced) -> JsonDict:
    return {"device": one["device"], "kind": one["kind"], "serves": one.get("serves", "")}


def _claim(tx: Tx, agent: str, waiting: Sequence[Announced]) -> None:
    """Keep the agent's claims as it announces them; what it announces no longer is dropped."""
    known = stored.claims_of(tx.conn, tx.hall_id, agent)
    names = {one["device"] for one in waiting}
    for name in known.keys() - names:
        stored.drop_claim(tx, agent, name)
    fresh = []
    for one in waiting:
        row = known.get(one["device"])
        if row is None or (row.kind, row.serves) != (one["kind"], one.get("serves", "")):
            stored.put_claim(tx, agent, one["device"], one["kind"], one.get("serves", ""))
            fresh.append(one)
    newest = max((row.at for row in known.values()), default=None)
    if fresh and (newest is None or tx.now - newest >= NOTED_MS):
        data = {"devices": [_named(one) for one in fresh]}
        note(tx, Actor(ActorKind.AGENT, agent), "device.claim", agent, data=data)
    if fresh or known.keys() - names:
        tx.events.append(HallChanged("devices", {"agent": agent}))


def confirm(ctx: Context, actor: Actor, key: str, agent: str, claim: Announced) -> None:
    """Bind a device as its agent announces it. Raises DEVICE_CLAIM if it no longer does so."""

    def act(tx: Tx) -> JsonDict:
        _same(tx, agent, claim)
        name, kind, serves = claim["device"], claim["kind"], claim.get("serves", "")
        before = stored.get(tx.conn, tx.hall_id, name)
        stored.put(tx, name, agent, kind, serves, actor.key)
        stored.drop_claim(tx, agent, name)
        data = _named(claim)
        if before is not None:
            data["before"] = {n: getattr(before, n) for n in ("agent", "kind", "serves")}
        note(tx, actor, "device.confirm", agent, data=data)
        _told(tx, agent)
        if before is not None and before.agent != agent:
            # A line of its own: a worker that reads the journal ends that agent's line by it.
            note(tx, actor, "device.release", before.agent, data={"device": name, "to": agent})
            _told(tx, before.agent)
        return {}

    ctx.command(actor, key, {"act": "device_confirm", "agent": agent, **_named(claim)}, act)


def refuse(ctx: Context, actor: Actor, key: str, agent: str, claim: Announced) -> None:
    """Leave a device out of service. Raises DEVICE_CLAIM if its agent no longer announces it so."""

    def act(tx: Tx) -> JsonDict:
        _same(tx, agent, claim)
        stored.refuse_claim(tx, agent, claim["device"])
        note(tx, actor, "device.refuse", agent, data=_named(claim))
        tx.events.append(HallChanged("devices", {"agent": agent}))
        return {}

    ctx.command(actor, key, {"act": "device_refuse", "agent": agent, **_named(claim)}, act)


def _same(tx: Tx, agent: str, claim: Announced) -> None:
    """Refuse a decision about a claim that is another by now than was shown."""
    row = stored.claims_of(tx.conn, tx.hall_id, agent).get(claim["device"])
    if row is None or (row.kind, row.serves) != (claim["kind"], claim.get("serves", "")):
        raise HallError(Code.DEVICE_CLAIM, device=claim["device"])


def _told(tx: Tx, agent: str) -> None:
    tx.events.append(HallChanged("tokens", {"kind": "agent", "name": agent}))
