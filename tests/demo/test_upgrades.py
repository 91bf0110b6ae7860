"""Upgrade from every earlier schema with a month of data: nothing is lost, no violation."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.engine import migrate, newest, open_engine, revision
from server.core.revisions import known, upgrade
from server.hall.composition import Hall
from server.integrity.checks import violations
from support.demo_history import fill_old_database, present_rows


def _sorted(rows: list[Any]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


def _upgraded(hall: Hall, url: str, since: str) -> None:
    engine = open_engine(url)
    with engine.begin() as conn:
        upgrade(conn, since)
        put = hall.ctx.read(lambda source: fill_old_database(since, source, conn))
    assert len(put["ticket"]) > 50
    assert revision(engine) == since
    assert migrate(engine) == (since, newest())
    with engine.connect() as conn:
        now = present_rows(conn, put)
        assert {name: len(rows) for name, rows in now.items()} == {
            name: len(rows) for name, rows in put.items()
        }
        assert all(_sorted(now[name]) == _sorted(put[name]) for name in put)
        assert violations("reference", conn) == []
    engine.dispose()


@pytest.mark.parametrize("since", known())
def test_an_old_database_is_upgraded_with_everything_in_it(
    hall: Hall, sqlite_url: str, since: str
) -> None:
    _upgraded(hall, sqlite_url, since)


@pytest.mark.parametrize("since", [known()[0], known()[-2]])
def test_an_old_database_is_upgraded_on_postgresql_too(
    hall: Hall, postgres_url: str, since: str
) -> None:
    _upgraded(hall, postgres_url, since)
