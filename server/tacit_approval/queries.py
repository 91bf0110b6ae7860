"""Approval by silence: queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, and_, func, insert, select

from server.cases.rules import RUNNING
from server.cases.tables import case_due, case_record
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.tacit_approval.rules import Scheme, SchemeLimit, SchemeMove
from server.tacit_approval.tables import tacit_consent, tacit_late, tacit_scheme, tacit_step

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class StoredScheme:
    """Scheme as stored; `items` is a JSON list of codes, `first` and `last` are ISO days."""

    id: str
    kind: str
    items: str
    limit: str
    basis: str
    first: str
    last: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredStep:
    """Step of a scheme as stored."""

    scheme: str
    n: int
    move: str
    state: str
    at: int
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """Case that silence granted, as stored; `day`: the last ISO day of the limit."""

    case: str
    scheme: str
    n: int
    day: str
    effective_at: int
    at: int
    basis: str


@dataclass(frozen=True, slots=True)
class StoredLate:
    """Step that a person wanted after silence had decided."""

    case: str
    n: int
    move: str
    outcome: str
    at: int
    by_actor: str


_schemes = Records(StoredScheme, tacit_scheme)
_consents = Records(StoredConsent, tacit_consent)
_late = Records(StoredLate, tacit_late)
STEPS = StepChain(Records(StoredStep, tacit_step), tacit_step, tacit_scheme, "scheme")
_s, _o, _l = tacit_scheme.c, tacit_consent.c, tacit_late.c
_c, _d = case_record.c, case_due.c


def get(conn: Connection, hall_id: str, scheme: str) -> StoredScheme | None:
    """Return a scheme, or None."""
    return _schemes.first(conn, _schemes.select().where(_s.hall_id == hall_id, _s.id == scheme))


def schemes(conn: Connection, hall_id: str) -> list[StoredScheme]:
    """Return every scheme."""
    return _schemes.all(conn, _schemes.select().where(_s.hall_id == hall_id).order_by(_s.id))


def signed(conn: Connection, hall_id: str) -> list[Scheme]:
    """Return the schemes that are or were in force."""
    rows = schemes(conn, hall_id)
    steps = STEPS.of(conn, hall_id, [row.id for row in rows])
    result: list[Scheme] = []
    for row in rows:
        times = {step.move: step.at for step in steps[row.id]}
        if SchemeMove.SIGN.value in times:
            result.append(
                Scheme(
                    row.id,
                    frozenset(json.loads(row.items)),
                    SchemeLimit(row.limit),
                    date.fromisoformat(row.first),
                    date.fromisoformat(row.last) if row.last else None,
                    times[SchemeMove.SIGN.value],
                    times.get(SchemeMove.WITHDRAW.value),
                )
            )
    return result


def candidates(
    conn: Connection, hall_id: str, items: Collection[str], clock: str, today: str
) -> list[str]:
    """Return the cases in hand of these items whose clock is over today in every reading."""
    query = (
        select(_c.id)
        .join(case_due, and_(_d.hall_id == _c.hall_id, _d.case == _c.id))
        .where(
            _c.hall_id == hall_id,
            _c.item.in_(sorted(items)),
            _c.state.in_(sorted(RUNNING)),
            _d.clock == clock,
            _d.latest != "",
            _d.latest <= today,
        )
    )
    return list(conn.scalars(query.order_by(_d.latest, _c.id)))


def consent(conn: Connection, hall_id: str, case_id: str) -> StoredConsent | None:
    """Return the consent of a case, or None."""
    query = _consents.select().where(_o.hall_id == hall_id, _o.case == case_id)
    return _consents.first(conn, query)


def consents(conn: Connection, hall_id: str) -> list[StoredConsent]:
    """Return the last consents, newest first."""
    query = _consents.select().where(_o.hall_id == hall_id).order_by(_o.at.desc(), _o.case)
    return _consents.all(conn, query.limit(MOST_LISTED))


def consents_of(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredConsent]:
    """Return the consents whose last day lies in ISO days `first`..`last`."""
    query = _consents.select().where(_o.hall_id == hall_id, _o.day >= first, _o.day <= last)
    return _consents.all(conn, query.order_by(_o.day, _o.case))


def counted_otherwise(conn: Connection, hall_id: str, basis: str) -> list[StoredConsent]:
    """Return the consents whose day was counted by another calendar than that of a digest."""
    query = _consents.select().where(_o.hall_id == hall_id, _o.basis != basis)
    return _consents.all(conn, query.order_by(_o.case))


def late(conn: Connection, hall_id: str, cases: Sequence[str]) -> dict[str, list[StoredLate]]:
    """Return the late steps of these cases, by case."""
    query = _late.select().where(_l.hall_id == hall_id, _l.case.in_(cases))
    by_case: dict[str, list[StoredLate]] = {case: [] for case in cases}
    for row in _late.all(conn, query.order_by(_l.case, _l.n)):
        by_case[row.case].append(row)
    return by_case


def add_scheme(tx: Tx, row: StoredScheme) -> None:
    """Insert a scheme."""
    tx.conn.execute(insert(tacit_scheme).values(hall_id=tx.hall_id, **asdict(row)))


def add_consent(tx: Tx, row: StoredConsent) -> None:
    """Insert a consent."""
    tx.conn.execute(insert(tacit_consent).values(hall_id=tx.hall_id, **asdict(row)))


def add_late(tx: Tx, case: str, move: str, outcome: str, by_actor: str) -> int:
    """Insert a late step; return its place."""
    count = select(func.count()).where(_l.hall_id == tx.hall_id, _l.case == case)
    n = int(tx.conn.execute(count).scalar_one()) + 1
    row = StoredLate(case, n, move, outcome, tx.now, by_actor)
    tx.conn.execute(insert(tacit_late).values(hall_id=tx.hall_id, **asdict(row)))
    return n
