"""Device bindings and claims of agents that wait for confirmation: queries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from server.core.store import Tx
from server.device_health.tables import device_binding as _b
from server.device_health.tables import device_claim as _c

WAITS, REFUSED = "waits", "refused"


def every(conn: Connection, hall_id: str) -> dict[str, Row[Any]]:
    """Return all bindings by the device's name."""
    rows = conn.execute(select(_b).where(_b.c.hall_id == hall_id).order_by(_b.c.name))
    return {row.name: row for row in rows}


def get(conn: Connection, hall_id: str, name: str) -> Row[Any] | None:
    """Return the binding of a device, or None."""
    return conn.execute(select(_b).where(_b.c.hall_id == hall_id, _b.c.name == name)).first()


def put(tx: Tx, name: str, agent: str, kind: str, serves: str, by: str) -> None:
    """Bind a device; replaces its earlier binding."""
    tx.conn.execute(delete(_b).where(_b.c.hall_id == tx.hall_id, _b.c.name == name))
    values = {"name": name, "agent": agent, "kind": kind, "serves": serves}
    tx.conn.execute(insert(_b).values(hall_id=tx.hall_id, by_actor=by, at=tx.now, **values))


def claims(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Return every claim by agent and device."""
    query = select(_c).where(_c.c.hall_id == hall_id).order_by(_c.c.agent, _c.c.name)
    return list(conn.execute(query))


def claims_of(conn: Connection, hall_id: str, agent: str) -> dict[str, Row[Any]]:
    """Return an agent's claims by the device's name."""
    rows = conn.execute(select(_c).where(_c.c.hall_id == hall_id, _c.c.agent == agent))
    return {row.name: row for row in rows}


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
