"""Upgrade of a hall from before there were sites."""

from __future__ import annotations

from sqlalchemy import text

from server.catalogue.queries import load
from server.core.engine import migrate, open_engine
from server.core.revisions import upgrade

BEFORE = "0018"


def test_versions_of_an_older_hall_are_of_a_single_building(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as conn:
        upgrade(conn, BEFORE)
        conn.execute(
            text(
                "INSERT INTO catalogue_version"
                " (hall_id, version, digest, hall_name, hall_name_en, at)"
                " VALUES ('h', 1, 'd', '厅', 'Hall', 5)"
            )
        )
        conn.execute(
            text(
                "INSERT INTO zone (hall_id, version, position, code, name, name_en)"
                " VALUES ('h', 1, 0, 'east', '东厅', 'East')"
            )
        )
    migrate(engine)
    with engine.connect() as conn:
        stored = load(conn, "h", 1)
    assert [(zone.code, zone.name, zone.site) for zone in stored.zones] == [("east", "东厅", "")]
    assert stored.sites == ()
    engine.dispose()
