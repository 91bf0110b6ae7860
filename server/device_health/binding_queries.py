"""Device bindings and claims of agents that wait for confirmation: queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, update

from server.core.records import Records
from server.core.store import Tx
from server.device_health.tables import device_binding as _b
from server.device_health.tables import device_claim as _c


@dataclass(frozen=True, slots=True)
class Binding:
    """Device that is bound to an agent."""

    name: str
    agent: str
    kind: str
    serves: str
    by_actor: str
    at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Device that an agent announced without a binding."""

    agent: str
    name: str
    kind: str
    serves: str
    state: str
    at: int


_bindings = Records(Binding, _b)
_claims = Records(Claim, _c)

WAITS, REFUSED = "waits", "refused"


def every(conn: Connection, hall_id: str) -> dict[str, Binding]:
    """Return all bindings by the device's name."""
    query = _bindings.select().where(_b.c.hall_id == hall_id).order_by(_b.c.name)
    return {binding.name: binding for binding in _bindings.all(conn, query)}


def get(conn: Connection, hall_id: str, name: str) -> Binding | None:
    """Return the binding of a device, or None."""
    return _bindings.first(
        conn, _bindings.select().where(_b.c.hall_id == hall_id, _b.c.name == name)
    )


def put(tx: Tx, name: str, agent: str, kind: str, serves: str, by: str) -> None:
    """Bind a device; replaces its earlier binding."""
    tx.conn.execute(delete(_b).where(_b.c.hall_id == tx.hall_id, _b.c.name == name))
    values = {"name": name, "agent": agent, "kind": kind, "serves": serves}
    tx.conn.execute(insert(_b).values(hall_id=tx.hall_id, by_actor=by, at=tx.now, **values))


def claims(conn: Connection, hall_id: str) -> list[Claim]:
    """Return every claim by agent and device."""
    query = _claims.select().where(_c.c.hall_id == hall_id).order_by(_c.c.agent, _c.c.name)
    return _claims.all(conn, query)


def claims_of(conn: Connection, hall_id: str, agent: str) -> dict[str, Claim]:
    """Return an agent's claims by the device's name."""
    query = _claims.select().where(_c.c.hall_id == hall_id, _c.c.agent == agent)
    return {claim.name: claim for claim in _claims.all(conn, query)}


def put_claim(tx: Tx, agent: str, name: str, kind: str, serves: str) -> None:
    """Record a device that an agent announced without a binding; replaces an earlier claim."""
    drop_claim(tx, agent, name)
    values = {"agent": agent, "name": name, "kind": kind, "serves": serves}
    tx.conn.execute(insert(_c).values(hall_id=tx.hall_id, state=WAITS, at=tx.now, **values))


def refuse_claim(tx: Tx, agent: str, name: str) -> None:
    """Mark a claim as refused."""
    key = (_c.c.hall_id == tx.hall_id, _c.c.agent == agent, _c.c.name == name)
    tx.conn.execute(update(_c).where(*key).values(state=REFUSED))


def drop_claim(tx: Tx, agent: str, name: str) -> None:
    """Delete a claim: it was confirmed, or its agent stopped announcing the device."""
    key = (_c.c.hall_id == tx.hall_id, _c.c.agent == agent, _c.c.name == name)
    tx.conn.execute(delete(_c).where(*key))
