"""Upgrade of bindings: a hall of an older version continues without a confirmation."""

from __future__ import annotations

from sqlalchemy import text

from server.core.engine import migrate, open_engine
from server.core.revisions import upgrade

BEFORE = "0014"
DEVICES = (("printer-1", "kiosk-1", "printers", "1"), ("keypad-1", "counters", "keypads", "W01"))


def _upgraded(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as conn:
        upgrade(conn, BEFORE)
        for name, agent, kind, serves in DEVICES:
            conn.execute(
                text(
                    "INSERT INTO device (hall_id, name, agent, kind, serves, changed_at) "
                    "VALUES ('h', :name, :agent, :kind, :serves, 5)"
                ),
                {"name": name, "agent": agent, "kind": kind, "serves": serves},
            )
        for serial, way in (("pulled", "pull"), ("pushed", "push")):
            conn.execute(
                text(
                    "INSERT INTO reader (hall_id, serial, way, networks, created_at) "
                    "VALUES ('h', :serial, :way, '10.0.0.0/8', 5)"
                ),
                {"serial": serial, "way": way},
            )
    migrate(engine)
    with engine.connect() as conn:
        bound = conn.execute(
            text("SELECT name, agent, kind, serves FROM device_binding ORDER BY agent DESC")
        )
        assert [tuple(row) for row in bound] == list(DEVICES)
        rows = conn.execute(text("SELECT serial, networks FROM reader ORDER BY serial"))
        assert [tuple(row) for row in rows] == [("pulled", ""), ("pushed", "10.0.0.0/8")]
        assert conn.execute(text("SELECT count(*) FROM device_claim")).scalar() == 0
    engine.dispose()


def test_devices_of_an_older_version_are_bound_by_the_upgrade(sqlite_url: str) -> None:
    _upgraded(sqlite_url)


def test_devices_of_an_older_version_are_bound_on_postgresql(postgres_url: str) -> None:
    _upgraded(postgres_url)
