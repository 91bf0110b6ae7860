"""PostgreSQL server of the tests: fresh databases, and nothing left behind."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

from support import postgres as pg


def fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE word (zh text)"))
        connection.execute(text("INSERT INTO word VALUES ('办事群众')"))
    engine.dispose()


def test_a_database_copied_from_a_template_has_its_rows(postgres: pg.Postgres) -> None:
    template = postgres.template(fill)
    copy = postgres.create(template)
    engine = create_engine(postgres.url(copy))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT zh FROM word")).scalar_one() == "办事群众"
    postgres.drop(copy)  # while the engine still holds a connection
    engine.dispose()
    postgres.drop(template)


def test_the_server_of_the_wheel_works_and_leaves_nothing() -> None:
    with pg.server(pg.wheel_binaries()) as server:
        folder = server.folder
        name = server.create()
        fill(server.url(name))
    assert not folder.exists()


def test_a_database_is_empty_and_at_the_address_given(database_url: str) -> None:
    fill(database_url)


HELD = """
import sys
from support import postgres
with postgres.server() as server:
    with server.admin() as admin:
        print(admin.execute("SELECT pg_backend_pid()").fetchone(), server.folder, flush=True)
    sys.stdin.read()
"""


def test_the_server_ends_when_its_parent_is_killed() -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HELD],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().decode().split()[-1])
        postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        watch = os.pidfd_open(postmaster)
        holder.kill()
    ended, _, _ = select.select([watch], [], [], 20)
    os.close(watch)
    shutil.rmtree(folder)
    assert ended
