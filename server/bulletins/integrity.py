"""Integrity check of bulletins: what was released is unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from server.bulletins.actions import faults_of


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield each released bulletin or amendment that does not match its digest."""
    for bulletin in faults_of(conn, hall_id):
        zh = f"通报 {bulletin} 的内容与发布时的校验码不符"
        yield zh, f"bulletin {bulletin} is not what was released"
