"""Devices in their last reported state: agent, served place, health. Queries and changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.device_health import tables


@dataclass(frozen=True, slots=True)
class Device:
    """Device in its last reported state."""

    name: str
    agent: str
    worker: str
    kind: str
    driver: str
    serves: str
    bus: str
    reports: str
    state: str
    code: str
    readings: str
    detail: str
    connected: int
    changed_at: int


_d = tables.device
_devices = Records(Device, _d)
_serving = precompiled(
    _devices.select()
    .where(
        _d.c.hall_id == bindparam("hall_id"),
        _d.c.kind == bindparam("kind"),
        _d.c.serves == bindparam("serves"),
    )
    .order_by(_d.c.name)
    .limit(1)
)
_workers = precompiled(
    select(_d.c.worker)
    .where(_d.c.hall_id == bindparam("hall_id"), _d.c.connected == bindparam("connected"))
    .distinct()
)


def every(conn: Connection, hall_id: str) -> list[Device]:
    """Return all devices by kind and name."""
    return _devices.all(
        conn, _devices.select().where(_d.c.hall_id == hall_id).order_by(_d.c.kind, _d.c.name)
    )


def serving(conn: Connection, hall_id: str, kind: str, serves: str) -> Device | None:
    """Return the device of a kind at a kiosk, window or zone, or None."""
    values = {"hall_id": hall_id, "kind": kind, "serves": serves}
    return _devices.first(conn, _serving, values)


def get(conn: Connection, hall_id: str, name: str) -> Device | None:
    """Return one device, or None."""
    return _devices.first(conn, _devices.select().where(_d.c.hall_id == hall_id, _d.c.name == name))


def workers(conn: Connection, hall_id: str) -> frozenset[str]:
    """Return the workers that devices are recorded as connected to."""
    rows = conn.execute(_workers, {"hall_id": hall_id, "connected": 1})
    return frozenset(row.worker for row in rows)


def announce(tx: Tx, agent: str, worker: str, devices: list[dict[str, str]]) -> None:
    """Replace the devices of an agent; `worker` holds the agent's connection."""
    names = [d["device"] for d in devices]
    tx.conn.execute(
        delete(_d).where(_d.c.hall_id == tx.hall_id, (_d.c.agent == agent) | _d.c.name.in_(names))
    )
    for entry in devices:
        tx.conn.execute(
            insert(_d).values(
                hall_id=tx.hall_id,
                name=entry["device"],
                agent=agent,
                worker=worker,
                kind=entry["kind"],
                driver=entry["driver"],
                serves=entry["serves"],
                bus=entry.get("bus", ""),
                reports=entry.get("reports", ""),
                state="unknown",
                connected=1,
                changed_at=tx.now,
            )
        )


def set_health(
    tx: Tx, name: str, state: str, code: str, readings: Mapping[str, object], detail: str
) -> None:
    """Record the health that a driver reported for its device."""
    tx.conn.execute(
        update(_d)
        .where(_d.c.hall_id == tx.hall_id, _d.c.name == name)
        .values(
            state=state,
            code=code,
            readings=json.dumps(readings, ensure_ascii=False),
            detail=detail,
            connected=1,
            changed_at=tx.now,
        )
    )


_GONE = {"state": "unknown", "code": "agent_gone", "connected": 0}


def mark_worker_gone(tx: Tx, worker: str) -> bool:
    """Mark a worker's devices as unknown and disconnected, as it is not running.

    Returns True if there was any such device.
    """
    of_worker = _d.c.worker.in_(["", worker])  # "": from before workers had names
    result = tx.conn.execute(
        update(_d)
        .where(_d.c.hall_id == tx.hall_id, _d.c.connected == 1, of_worker)
        .values(changed_at=tx.now, **_GONE)
    )
    return result.rowcount > 0


def mark_disconnected(tx: Tx, agent: str, worker: str) -> None:
    """Mark an agent's devices as disconnected after its connection to a worker ended.

    Devices that the agent has connected to another worker meanwhile stay unchanged.
    """
    tx.conn.execute(
        update(_d)
        .where(_d.c.hall_id == tx.hall_id, _d.c.agent == agent, _d.c.worker == worker)
        .values(changed_at=tx.now, **_GONE)
    )
