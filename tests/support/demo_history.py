"""Reference hall with a month of demo history, also as the database of an earlier revision."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert, select

from server.cases.tables import case_paper
from server.catalogue.actions import import_catalogue
from server.catalogue.reference import load
from server.core.actors import SYSTEM
from server.core.all_tables import metadata
from server.core.clock import SetClock, instant
from server.core.config import Config
from server.core.folder_key import KEY_FILE
from server.core.journal_line import GENESIS, Line, line_hash
from server.demo import history, time_clocks
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.ratings.tables import rating
from server.spot_checks.tables import finding
from server.tacit_approval.tables import tacit_consent

SATURDAY = instant(datetime.combine(date(2026, 11, 7), time(9)), "Asia/Shanghai")
KEY = f"{'11' * 32}\n"
SILENCE = "0036"
"""Revision since which silence may grant a case."""
SINCE = "2026-11-05"
"""First day of the tickets in an old database; the last days are enough."""
ACTS = {
    "0002": ("reader.", "punch.", "finger."),
    "0003": ("rule.", "leave.", "correction.", "calendar.", "cover."),
    "0004": ("check.", "finding."),
    "0005": ("bulletin.",),
    "0025": ("rating.", "redress."),
    "0027": ("complaint.",),
    "0028": ("hand_in.",),
    "0030": ("case.", "lamp.", "supervision."),
    "0033": ("fee.",),
    "0034": ("licence.", "licence_list.", "licence_parcel.", "licence_roll."),
    "0035": ("joint.", "meeting."),
    "0036": ("tacit.",),
    "0039": ("licence_extra.",),
    "0040": ("score_sheet.", "score_mark.", "score_dispute.", "score_release."),
    "0041": ("flag.", "veto.", "interview."),
    "0043": ("honour_list.",),
    "0044": ("appointment",),
}
"""Journal actions that came with a revision; a database of an earlier revision has none of them."""


def hall_with_demo_history(folder: Path, seed: int) -> Hall:
    """Return the reference hall with a month and a week of history, the same for the same seed."""
    # A real hall draws this key at random; with a known key the journal is identical line by line.
    (folder / KEY_FILE).write_text(KEY)
    hall = open_hall(_config(folder), clock=SetClock(SATURDAY))
    import_catalogue(hall.ctx, SYSTEM, load(), "")
    time_clocks.admit(hall, rehearsal=False)
    doors = [door.serial for door in time_clocks.DOORS]
    progress: list[tuple[int, int]] = []
    history.create(hall, seed, doors, lambda done, days: progress.append((done, days)), months=1)
    assert progress[-1][0] == progress[-1][1] == len(progress)
    return hall


def shared_history(root: Path, folder: Path) -> Hall:
    """Return the hall of seed 1 in an empty `folder`; it is made once for every worker of a run.

    `root`: the folder of the run, which its workers share. Whoever comes first makes the hall.
    """
    made = root / "demo-history"
    with (root / "demo-history.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = root / "demo-history.part"
            making.mkdir()
            hall_with_demo_history(making, 1).ctx.store.close()
            making.rename(made)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return open_hall(_config(folder), clock=SetClock(SATURDAY))


def _config(folder: Path) -> Config:
    return Config(data=folder, hall_id="reference", database=f"sqlite:///{folder / 'hall.db'}")


def fill_old_database(revision: str, source: Connection, old: Connection) -> dict[str, list[Any]]:
    """Fill a database of an earlier revision with the hall's rows as that version had them.

    Returns the rows written, by table: the columns that the revision has.
    """
    then = MetaData()
    then.reflect(old)
    # The columns' types are those of the code; reflection of a SQLite table loses some.
    tables = [t for t in metadata.sorted_tables if t.name in then.tables]
    put: dict[str, list[Any]] = {}
    left_out = _ratings_before(source)
    if revision < SILENCE:
        left_out |= _granted_by_silence(source)
    for table in tables:
        columns = _shared(table, then)
        rows = [dict(row) for row in source.execute(select(*columns)).mappings()]
        rows = [row for row in rows if left_out.isdisjoint(_subjects(table, row))]
        rows = _rows_of(revision, table, rows)
        if rows:
            old.execute(insert(_narrow(table, then)), rows)
        put[table.name] = rows
    return put


def _ratings_before(source: Connection) -> set[str]:
    """Return the ratings of the tickets that are left out."""
    query = select(rating.c.id).where(rating.c.day < SINCE)
    return {row[0] for row in source.execute(query)}


def _granted_by_silence(source: Connection) -> set[str]:
    """Return the cases that silence granted, with their papers and findings."""
    cases = set(source.scalars(select(tacit_consent.c.case)))
    papers = select(case_paper.c.id).where(case_paper.c.case.in_(cases))
    findings = [
        row.id
        for row in source.execute(select(finding.c.id, finding.c.source_id))
        if not cases.isdisjoint(row.source_id.split(":"))
    ]
    return {*cases, *source.scalars(papers), *findings}


def _subjects(table: Table, row: Mapping[str, Any]) -> set[str]:
    """Return what a row is about: a rating, a case, a paper of it, or a finding."""
    names = ("rating", "case", "paper", "finding", "subject")
    id_of = table.name in ("rating", "case_record", "case_paper", "finding")
    return {str(row[name]) for name in (*names, *(("id",) if id_of else ())) if name in row}


def present_rows(conn: Connection, put: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the present values of the columns and tables in `put`."""
    present: dict[str, list[Any]] = {}
    for name, rows in put.items():
        table = metadata.tables[name]
        columns = [table.c[c] for c in rows[0]] if rows else list(table.c)
        present[name] = [dict(row) for row in conn.execute(select(*columns)).mappings()]
    return present


def _shared(table: Table, then: MetaData) -> list[Column[Any]]:
    """Return the columns of both versions: a later one may have dropped some."""
    return [table.c[c.name] for c in then.tables[table.name].columns if c.name in table.c]


def _narrow(table: Table, then: MetaData) -> Table:
    columns = [column._copy() for column in _shared(table, then)]
    return Table(table.name, MetaData(), *columns)


def _rows_of(revision: str, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if table.name == "ticket":
        return [row for row in rows if row["day"] >= SINCE]
    if table.name == "journal":
        return _chained(revision, rows)
    return rows


def _chained(revision: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the journal lines that this version could have written, as their own hash chain."""
    later = tuple(act for since, acts in ACTS.items() if since > revision for act in acts)
    lines: list[dict[str, Any]] = []
    previous = GENESIS
    for row in sorted(rows, key=lambda r: int(r["seq"])):
        if row["act"].startswith(later) or _of_a_ticket_left_out(row):
            continue
        seq = len(lines) + 1
        line = Line(
            row["hall_id"],
            seq,
            row["at"],
            row["actor_kind"],
            row["actor"],
            row["window"],
            row["act"],
            row["subject"],
            json.loads(row["data"]),
            row["why"],
        )
        previous = line_hash(previous, line)
        lines.append(row | {"seq": seq, "hash": previous})
    return lines


def _of_a_ticket_left_out(row: dict[str, Any]) -> bool:
    first = f"{SINCE.replace('-', '')}-"
    return bool(row["act"].startswith("ticket.") and row["subject"] < first)
