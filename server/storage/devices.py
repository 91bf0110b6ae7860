"""Devices as last heard of: which agent hosts them, whom they serve, how they are."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from server.storage import schema
from server.storage.store import Tx

_d = schema.device


def every(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """All devices by kind and name."""
    return list(
        conn.execute(select(_d).where(_d.c.hall_id == hall_id).order_by(_d.c.kind, _d.c.name))
    )


def serving(conn: Connection, hall_id: str, kind: str, serves: str) -> Row[Any] | None:
    """The device of a kind at a kiosk, window or zone."""
    return conn.execute(
        select(_d)
        .where(_d.c.hall_id == hall_id, _d.c.kind == kind, _d.c.serves == serves)
        .order_by(_d.c.name)
        .limit(1)
    ).first()


def get(conn: Connection, hall_id: str, name: str) -> Row[Any] | None:
    """One device."""
    return conn.execute(select(_d).where(_d.c.hall_id == hall_id, _d.c.name == name)).first()


def announce(tx: Tx, agent: str, devices: list[dict[str, str]]) -> None:
    """What an agent hosts, replacing what it hosted before."""
    names = [d["device"] for d in devices]
    tx.conn.execute(
        delete(_d).where(_d.c.hall_id == tx.hall_id, (_d.c.agent == agent) | _d.c.name.in_(names))
    )
    for found in devices:
        tx.conn.execute(
            insert(_d).values(
                hall_id=tx.hall_id,
                name=found["device"],
                agent=agent,
                kind=found["kind"],
                driver=found["driver"],
                serves=found["serves"],
                state="unknown",
                connected=1,
                changed_at=tx.now,
            )
        )


def set_health(tx: Tx, name: str, state: str, code: str, readings: Any, detail: str) -> None:
    """What a driver said of its device."""
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


def nobody_heard(tx: Tx) -> None:
    """A server that has just started has heard of no device yet."""
    tx.conn.execute(
        update(_d)
        .where(_d.c.hall_id == tx.hall_id, _d.c.connected == 1)
        .values(state="unknown", code="agent_gone", connected=0, changed_at=tx.now)
    )


def gone(tx: Tx, agent: str) -> None:
    """An agent's connection ended: nothing is known of its devices any more."""
    tx.conn.execute(
        update(_d)
        .where(_d.c.hall_id == tx.hall_id, _d.c.agent == agent)
        .values(state="unknown", code="agent_gone", connected=0, changed_at=tx.now)
    )
