"""Device bindings: the agent that may serve a device, with its kind and place.

A token permits only what the office bound to its agent. The first hello of a newly enrolled agent,
within the validity of its code, binds the devices that it announces at vacant places (and, with a
code made for a place, only there). Everything else that an agent announces (a new device, another
kind, another place, a device of another agent) is a claim: it is out of service until a person
confirms it in the office.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from server.accounts import queries as accounts_queries
from server.accounts.password_tries import secret_hash
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.device_health import binding_queries as stored
from server.device_health.binding_queries import Binding
from server.device_health.errors import DeviceCode
from server.hall.context import Context, JsonDict, write_journal

Announced = Mapping[str, str]
SHARED = frozenset({"fingerprint"})
"""Kinds of which several may be at one place; a time clock is also admitted by its own serial."""
NOTED_MS = 60_000
"""Least milliseconds between two journal lines on an agent's new claims."""


def admit(ctx: Context, agent: str, token: str, announced: Sequence[Announced]) -> set[str]:
    """Return the names of the announced devices that the agent may serve.

    Store the others as claims.
    """

    def act(tx: Tx) -> set[str]:
        first = accounts_queries.use_first_hello(tx, secret_hash(token)) if announced else None
        bound = stored.every(tx.conn, tx.hall_id)
        admitted, new_devices = set(), []
        for entry in announced:
            if is_bound(bound.get(entry["device"]), agent, entry):
                admitted.add(entry["device"])
            elif entry["device"] not in bound and _may_bind(first, bound.values(), agent, entry):
                new_devices.append(entry)
        if new_devices:
            _bind(tx, Actor(ActorKind.AGENT, agent), agent, new_devices)
        admitted |= {entry["device"] for entry in new_devices}
        _claim(tx, agent, [entry for entry in announced if entry["device"] not in admitted])
        return admitted

    return ctx.write(act)


def is_bound(binding: Binding | None, agent: str, entry: Announced) -> bool:
    """Return True if the binding matches `agent` and what it announces."""
    return binding is not None and (binding.agent, binding.kind, binding.serves) == (
        agent,
        entry["kind"],
        entry.get("serves", ""),
    )


def servable(
    conn: Connection, hall_id: str, agent: str, announced: Iterable[Announced]
) -> set[str]:
    """Return the names of the announced devices that are bound to the agent as announced."""
    bound = stored.every(conn, hall_id)
    return {
        entry["device"] for entry in announced if is_bound(bound.get(entry["device"]), agent, entry)
    }


def bind(ctx: Context, actor: Actor, agent: str, announced: Sequence[Announced]) -> None:
    """Bind devices to an agent, authorised by whoever set up both on this machine."""

    def act(tx: Tx) -> None:
        bound = stored.every(tx.conn, tx.hall_id)
        new_devices = [
            entry for entry in announced if not is_bound(bound.get(entry["device"]), agent, entry)
        ]
        if new_devices:
            _bind(tx, actor, agent, new_devices)

    ctx.write(act)


def _may_bind(first: str | None, bound: Collection[Binding], agent: str, entry: Announced) -> bool:
    """Return True if a first hello binds a device; `first`: the place of its code."""
    if first is None or first not in ("", entry.get("serves", "")):
        return False
    return not _is_occupied(bound, agent, entry)


def _is_occupied(bound: Collection[Binding], agent: str, entry: Announced) -> bool:
    """Return True if another agent has a device of the kind at the place."""
    place = (entry["kind"], entry.get("serves", ""))
    other_rows = (row for row in bound if row.kind not in SHARED and row.agent != agent)
    return any((row.kind, row.serves) == place for row in other_rows)


def _bind(tx: Tx, actor: Actor, agent: str, announced: Sequence[Announced]) -> None:
    for entry in announced:
        stored.put(tx, entry["device"], agent, entry["kind"], entry.get("serves", ""), actor.key)
    write_journal(
        tx,
        actor,
        "device.bind",
        agent,
        data={"devices": [_fields_of(entry) for entry in announced]},
    )
    tx.events.append(HallChanged("devices", {"agent": agent}))


def _fields_of(entry: Announced) -> JsonDict:
    return {"device": entry["device"], "kind": entry["kind"], "serves": entry.get("serves", "")}


def _claim(tx: Tx, agent: str, waiting: Sequence[Announced]) -> None:
    """Store the agent's claims as announced; delete claims that it announces no longer."""
    claims = stored.claims_of(tx.conn, tx.hall_id, agent)
    names = {entry["device"] for entry in waiting}
    for name in claims.keys() - names:
        stored.drop_claim(tx, agent, name)
    new_claims = []
    for entry in waiting:
        row = claims.get(entry["device"])
        if row is None or (row.kind, row.serves) != (entry["kind"], entry.get("serves", "")):
            stored.put_claim(tx, agent, entry["device"], entry["kind"], entry.get("serves", ""))
            new_claims.append(entry)
    newest = max((row.at for row in claims.values()), default=None)
    if new_claims and (newest is None or tx.now - newest >= NOTED_MS):
        data = {"devices": [_fields_of(entry) for entry in new_claims]}
        write_journal(tx, Actor(ActorKind.AGENT, agent), "device.claim", agent, data=data)
    if new_claims or claims.keys() - names:
        tx.events.append(HallChanged("devices", {"agent": agent}))


def confirm(ctx: Context, actor: Actor, key: str, agent: str, claim: Announced) -> None:
    """Bind a device as its agent announces it. Raises DEVICE_CLAIM if it no longer does so."""

    def act(tx: Tx) -> JsonDict:
        _check_unchanged(tx, agent, claim)
        name, kind, serves = claim["device"], claim["kind"], claim.get("serves", "")
        before = stored.get(tx.conn, tx.hall_id, name)
        stored.put(tx, name, agent, kind, serves, actor.key)
        stored.drop_claim(tx, agent, name)
        data = _fields_of(claim)
        if before is not None:
            data["before"] = {n: getattr(before, n) for n in ("agent", "kind", "serves")}
        write_journal(tx, actor, "device.confirm", agent, data=data)
        _publish_tokens(tx, agent)
        if before is not None and before.agent != agent:
            # A separate line: by it, a worker that follows the journal closes that agent's link.
            write_journal(
                tx, actor, "device.release", before.agent, data={"device": name, "to": agent}
            )
            _publish_tokens(tx, before.agent)
        return {}

    ctx.command(actor, key, {"act": "device_confirm", "agent": agent, **_fields_of(claim)}, act)


def refuse(ctx: Context, actor: Actor, key: str, agent: str, claim: Announced) -> None:
    """Leave a device out of service.

    Raises DEVICE_CLAIM if its agent announces it differently now.
    """

    def act(tx: Tx) -> JsonDict:
        _check_unchanged(tx, agent, claim)
        stored.refuse_claim(tx, agent, claim["device"])
        write_journal(tx, actor, "device.refuse", agent, data=_fields_of(claim))
        tx.events.append(HallChanged("devices", {"agent": agent}))
        return {}

    ctx.command(actor, key, {"act": "device_refuse", "agent": agent, **_fields_of(claim)}, act)


def _check_unchanged(tx: Tx, agent: str, claim: Announced) -> None:
    """Raise DEVICE_CLAIM if a claim differs from the one that was shown."""
    row = stored.claims_of(tx.conn, tx.hall_id, agent).get(claim["device"])
    if row is None or (row.kind, row.serves) != (claim["kind"], claim.get("serves", "")):
        raise HallError(DeviceCode.DEVICE_CLAIM, device=claim["device"])


def _publish_tokens(tx: Tx, agent: str) -> None:
    tx.events.append(HallChanged("tokens", {"kind": "agent", "name": agent}))
