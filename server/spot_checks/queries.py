"""Draw commitments, spot checks and marks: queries.

A mark is inserted once and never changed; triggers forbid it. Which times follow from a seed is in
`draws`, which mark counts in `marks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from server.core import tables as core_tables
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables as queue_tables
from server.spot_checks.tables import check_day, spot_check, spot_mark

_d, _c, _m = check_day.c, spot_check.c, spot_mark.c
_hall_day = _d.hall_id == bindparam("hall_id")
_day = select(check_day).where(_hall_day, _d.day == bindparam("day"))
_open_days = precompiled(
    select(check_day).where(_hall_day, _d.revealed_at.is_(None)).order_by(_d.day)
)
_of_day = precompiled(
    select(spot_check)
    .where(
        _c.hall_id == bindparam("hall_id"),
        _c.day >= bindparam("first"),
        _c.day <= bindparam("last"),
    )
    .order_by(_c.day, _c.due_at, _c.started_at, _c.id)
)
_marks = (
    select(spot_mark)
    .where(_m.hall_id == bindparam("hall_id"), _m.check_id == bindparam("check_id"))
    .order_by(_m.at, _m.received_at, _m.id)
)


@dataclass(frozen=True, slots=True)
class NewMark:
    """Mark to be inserted. The phone makes `id`; times are in ms.

    `known` is the state that the system had recorded at the time of the mark.
    """

    id: str
    check_id: str
    window: str
    staff: str
    mark: str
    reason: str
    faults: tuple[str, ...]
    note: str
    photos: tuple[str, ...]
    recorded_state: dict[str, Any]
    at: int


# -- days ------------------------------------------------------------------------------------------


def day(conn: Connection, hall_id: str, iso: str) -> Row[Any] | None:
    """Return day, seal, seed (masked until revealed_at), rules, sealed_at, revealed_at of a day."""
    return conn.execute(_day, {"hall_id": hall_id, "day": iso}).first()


def days(conn: Connection, hall_id: str, first: str, last: str) -> list[Row[Any]]:
    """Return the draw commitments from `first` to `last`, newest first."""
    return list(
        conn.execute(
            select(check_day)
            .where(_d.hall_id == hall_id, _d.day >= first, _d.day <= last)
            .order_by(_d.day.desc())
        )
    )


def open_days(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Return the draw commitments with an unrevealed seed, oldest first."""
    return list(conn.execute(_open_days, {"hall_id": hall_id}))


def business_days(conn: Connection, hall_id: str) -> list[str]:
    """Return every day on which a business day was opened."""
    t = queue_tables.business_day.c
    return list(conn.execute(select(t.day).where(t.hall_id == hall_id).order_by(t.day)).scalars())


def add_day(tx: Tx, iso: str, seal: str, masked: str, rules: str) -> None:
    """Insert a day's draw commitment; the primary key rejects a second one."""
    tx.conn.execute(
        insert(check_day).values(
            hall_id=tx.hall_id, day=iso, seal=seal, seed=masked, rules=rules, sealed_at=tx.now
        )
    )


def reveal(tx: Tx, iso: str, seed: str) -> None:
    """Store the revealed seed; an empty seed means that it was lost."""
    tx.conn.execute(
        update(check_day)
        .where(_d.hall_id == tx.hall_id, _d.day == iso, _d.revealed_at.is_(None))
        .values(seed=seed, revealed_at=tx.now)
    )


# -- checks ----------------------------------------------------------------------------------------


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[Row[Any]]:
    """Return spot checks of ISO days `first`..`last` in order of their time.

    Rows: id, day, kind (drawn, extra), n, due_at, started_at, ended_at (ms), state (due,
    started, done, missed, unfinished), reason, checkers (JSON list of staff numbers), by_actor.
    """
    return list(conn.execute(_of_day, {"hall_id": hall_id, "first": first, "last": last}))


def get(conn: Connection, hall_id: str, check_id: str) -> Row[Any] | None:
    """Return one spot check, or None."""
    return conn.execute(select(spot_check).where(_c.hall_id == hall_id, _c.id == check_id)).first()


def running_before(conn: Connection, hall_id: str, iso: str) -> list[Row[Any]]:
    """Return spot checks before day `iso` that are still due or started."""
    return list(
        conn.execute(
            select(spot_check).where(
                _c.hall_id == hall_id, _c.day < iso, _c.state.in_(("started", "due"))
            )
        )
    )


def add(tx: Tx, check_id: str, iso: str, kind: str, n: int, **values: Any) -> None:
    """Insert a spot check that is due, missed or started by hand."""
    tx.conn.execute(
        insert(spot_check).values(
            hall_id=tx.hall_id, id=check_id, day=iso, kind=kind, n=n, **values
        )
    )


def change(tx: Tx, check_id: str, **values: Any) -> None:
    """Change columns of a spot check."""
    tx.conn.execute(
        update(spot_check).where(_c.hall_id == tx.hall_id, _c.id == check_id).values(**values)
    )


def unconfirmed(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Return inspection rounds that the second inspector has not confirmed, oldest first."""
    return list(
        conn.execute(
            select(spot_check)
            .where(_c.hall_id == hall_id, _c.second.in_(("waiting", "objected")))
            .order_by(_c.started_at)
        )
    )


# -- marks -----------------------------------------------------------------------------------------


def mark(conn: Connection, hall_id: str, mark_id: str) -> Row[Any] | None:
    """Return the mark with the id that the phone made, or None."""
    return conn.execute(select(spot_mark).where(_m.hall_id == hall_id, _m.id == mark_id)).first()


def marks(conn: Connection, hall_id: str, check_id: str) -> list[Row[Any]]:
    """Return every mark of an inspection round in order of time, including undone ones."""
    return list(conn.execute(_marks, {"hall_id": hall_id, "check_id": check_id}))


def marks_of(conn: Connection, hall_id: str, check_ids: Iterable[str]) -> list[Row[Any]]:
    """Return every mark of several inspection rounds."""
    ids = sorted(set(check_ids))
    if not ids:
        return []
    return list(
        conn.execute(
            select(spot_mark)
            .where(_m.hall_id == hall_id, _m.check_id.in_(ids))
            .order_by(_m.at, _m.received_at, _m.id)
        )
    )


def add_mark(tx: Tx, mark: NewMark, by: str) -> None:
    """Insert a mark."""
    values = asdict(mark)
    del values["recorded_state"]
    values |= {
        "faults": json.dumps(mark.faults, ensure_ascii=False),
        "photos": json.dumps(mark.photos),
        "known": json.dumps(mark.recorded_state, ensure_ascii=False),
    }
    tx.conn.execute(
        insert(spot_mark).values(hall_id=tx.hall_id, received_at=tx.now, by_actor=by, **values)
    )


# -- window sessions in the journal ----------------------------------------------------------------

_j = core_tables.journal.c
_POSTS = ("window.sign_in", "window.sign_out", "window.release", "window.pause", "window.unpause")
_window_lines = (
    select(_j.at, _j.act, _j.actor, _j.data)
    .where(
        _j.hall_id == bindparam("hall_id"),
        _j.subject == bindparam("window"),
        _j.at >= bindparam("since"),
        _j.at <= bindparam("until"),
        _j.act.in_(_POSTS),
    )
    .order_by(_j.seq)
)


def window_lines(
    conn: Connection, hall_id: str, window: str, since: int, until: int
) -> list[Row[Any]]:
    """Return the journal's lines on sign-ins, pauses and sign-outs at a window.

    `since` and `until` are inclusive, in ms.
    """
    values = {"hall_id": hall_id, "window": window, "since": since, "until": until}
    return list(conn.execute(_window_lines, values))
