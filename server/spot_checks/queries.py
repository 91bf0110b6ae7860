"""Draw commitments, spot checks and marks: queries.

A mark is inserted once and never changed; triggers forbid it. Which times follow from a seed is in
`draw_proof`, which mark counts in `marks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from server.core import tables as core_tables
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables as queue_tables
from server.spot_checks.tables import check_day, spot_check, spot_mark


@dataclass(frozen=True, slots=True)
class DrawCommitment:
    """Draw commitment of a day; the seed is masked until it is revealed."""

    day: str
    seal: str
    seed: str
    rules: str
    sealed_at: int
    revealed_at: int | None


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """Spot check as stored; times in ms.

    `kind`: drawn or extra. `state`: due, started, done, missed or unfinished. `checkers`: JSON list
    of staff numbers.
    """

    id: str
    day: str
    kind: str
    n: int
    due_at: int | None
    started_at: int | None
    ended_at: int | None
    state: str
    reason: str
    checkers: str
    by_actor: str
    second: str
    second_at: int | None
    second_words: str


@dataclass(frozen=True, slots=True)
class StoredMark:
    """Mark as stored; never changed."""

    id: str
    check_id: str
    window: str
    staff: str
    mark: str
    reason: str
    faults: str
    note: str
    photos: str
    known: str
    at: int
    received_at: int
    by_actor: str


_commitments = Records(DrawCommitment, check_day)
_checks = Records(SpotCheck, spot_check)
_stored_marks = Records(StoredMark, spot_mark)

_d, _c, _m = check_day.c, spot_check.c, spot_mark.c
_hall_day = _d.hall_id == bindparam("hall_id")
_day = _commitments.select().where(_hall_day, _d.day == bindparam("day"))
_open_days = precompiled(
    _commitments.select().where(_hall_day, _d.revealed_at.is_(None)).order_by(_d.day)
)
_of_day = precompiled(
    _checks.select()
    .where(
        _c.hall_id == bindparam("hall_id"),
        _c.day >= bindparam("first"),
        _c.day <= bindparam("last"),
    )
    .order_by(_c.day, _c.due_at, _c.started_at, _c.id)
)
_marks = (
    _stored_marks.select()
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


def day(conn: Connection, hall_id: str, iso: str) -> DrawCommitment | None:
    """Return the draw commitment of a day, or None."""
    return _commitments.first(conn, _day, {"hall_id": hall_id, "day": iso})


def days(conn: Connection, hall_id: str, first: str, last: str) -> list[DrawCommitment]:
    """Return the draw commitments from `first` to `last`, newest first."""
    return _commitments.all(
        conn,
        _commitments.select()
        .where(_d.hall_id == hall_id, _d.day >= first, _d.day <= last)
        .order_by(_d.day.desc()),
    )


def open_days(conn: Connection, hall_id: str) -> list[DrawCommitment]:
    """Return the draw commitments with an unrevealed seed, oldest first."""
    return _commitments.all(conn, _open_days, {"hall_id": hall_id})


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


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[SpotCheck]:
    """Return spot checks of ISO days `first`..`last` in order of their time."""
    return _checks.all(conn, _of_day, {"hall_id": hall_id, "first": first, "last": last})


def get(conn: Connection, hall_id: str, check_id: str) -> SpotCheck | None:
    """Return one spot check, or None."""
    return _checks.first(conn, _checks.select().where(_c.hall_id == hall_id, _c.id == check_id))


def running_before(conn: Connection, hall_id: str, iso: str) -> list[SpotCheck]:
    """Return spot checks before day `iso` that are still due or started."""
    return _checks.all(
        conn,
        _checks.select().where(
            _c.hall_id == hall_id, _c.day < iso, _c.state.in_(("started", "due"))
        ),
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


def unconfirmed(conn: Connection, hall_id: str) -> list[SpotCheck]:
    """Return inspection rounds that the second inspector has not confirmed, oldest first."""
    return _checks.all(
        conn,
        _checks.select()
        .where(_c.hall_id == hall_id, _c.second.in_(("waiting", "objected")))
        .order_by(_c.started_at),
    )


# -- marks -----------------------------------------------------------------------------------------


def mark(conn: Connection, hall_id: str, mark_id: str) -> StoredMark | None:
    """Return the mark with the id that the phone made, or None."""
    return _stored_marks.first(
        conn, _stored_marks.select().where(_m.hall_id == hall_id, _m.id == mark_id)
    )


def marks(conn: Connection, hall_id: str, check_id: str) -> list[StoredMark]:
    """Return every mark of an inspection round in order of time, including undone ones."""
    return _stored_marks.all(conn, _marks, {"hall_id": hall_id, "check_id": check_id})


def marks_of(conn: Connection, hall_id: str, check_ids: Iterable[str]) -> list[StoredMark]:
    """Return every mark of several inspection rounds."""
    ids = sorted(set(check_ids))
    if not ids:
        return []
    return _stored_marks.all(
        conn,
        _stored_marks.select()
        .where(_m.hall_id == hall_id, _m.check_id.in_(ids))
        .order_by(_m.at, _m.received_at, _m.id),
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


@dataclass(frozen=True, slots=True)
class SessionLine:
    """Journal line on a window session."""

    at: int
    act: str
    actor: str
    data: str


_session_lines = Records(SessionLine, _j.at, _j.act, _j.actor, _j.data)
_window_lines = (
    _session_lines.select()
    .where(
        _j.hall_id == bindparam("hall_id"),
        _j.subject == bindparam("window"),
        _j.at >= bindparam("since"),
        _j.at <= bindparam("until"),
        _j.act.in_(_POSTS),
    )
    .order_by(_j.seq + 0)  # by the index of subjects, not by the whole journal
)


def window_lines(
    conn: Connection, hall_id: str, window: str, since: int, until: int
) -> list[SessionLine]:
    """Return the journal's lines on sign-ins, pauses and sign-outs at a window.

    `since` and `until` are inclusive, in ms.
    """
    values = {"hall_id": hall_id, "window": window, "since": since, "until": until}
    return _session_lines.all(conn, _window_lines, values)
