"""Score sheets, marks, disputes, releases and amendments: queries.

A released row is never written again; triggers of the migration enforce it as well.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from server.assessment.tables import (
    score_amendment,
    score_dispute,
    score_dispute_step,
    score_mark,
    score_mark_step,
    score_release,
    score_sheet,
    score_sheet_step,
)
from server.assessment.workflow import DisputeState, MarkState, ReleaseState, SheetState
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """Score sheet as stored; `content` is JSON, `since` a month such as 2026-10."""

    id: str
    subject: str
    name: str
    since: str
    content: str
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredSheetStep:
    """Step of a score sheet as stored."""

    sheet: str
    n: int
    move: str
    state: str
    at: int
    digest: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredMark:
    """Mark by hand as stored."""

    id: str
    kind: str
    day: str
    staff: str
    window: str
    unit: str
    times: int
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredMarkStep:
    """Step of a mark as stored; `evidence` is a JSON list of kept files."""

    mark: str
    n: int
    move: str
    state: str
    at: int
    words: str
    evidence: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredDispute:
    """Dispute about a fact of a month as stored; `fact`: digest of its measure and reference."""

    id: str
    month: str
    fact: str
    measure: str
    fact_ref: str
    subject: str
    concerned: str
    evidence_words: str
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredDisputeStep:
    """Step of a dispute as stored."""

    dispute: str
    n: int
    move: str
    state: str
    at: int
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """Release of a period as stored; `frozen` and `results` are JSON, empty before it."""

    period: str
    state: str
    frozen: str
    results: str
    digest: str
    sheets_digest: str
    facts_digest: str
    checked_by: str
    checked_at: int
    checked_digest: str
    released_by: str
    released_at: int | None


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """Release of a period without its contents."""

    period: str
    state: str
    digest: str
    results: str
    checked_by: str
    checked_at: int
    checked_digest: str
    released_by: str
    released_at: int | None


@dataclass(frozen=True, slots=True)
class StoredAmendment:
    """Amendment of a release as stored; a draft until it is released."""

    period: str
    n: int
    words: str
    changes: str
    frozen: str
    results: str
    digest: str
    drafted_by: str
    drafted_at: int
    released_by: str
    released_at: int | None


@dataclass(frozen=True, slots=True)
class ListedAmendment:
    """Amendment of a release without what its results follow from."""

    period: str
    n: int
    words: str
    changes: str
    results: str
    digest: str
    drafted_by: str
    drafted_at: int
    released_by: str
    released_at: int | None


_s, _m, _d = score_sheet.c, score_mark.c, score_dispute.c
_r, _a = score_release.c, score_amendment.c
_sheets = Records(StoredSheet, score_sheet)
_marks = Records(StoredMark, score_mark)
_disputes = Records(StoredDispute, score_dispute)
_releases = Records(StoredRelease, score_release)
_listed = Records(
    ListedRelease,
    *(_r.period, _r.state, _r.digest, _r.results, _r.checked_by, _r.checked_at),
    *(_r.checked_digest, _r.released_by, _r.released_at),
)
_amendments = Records(StoredAmendment, score_amendment)
_listed_amendments = Records(
    ListedAmendment,
    *(_a.period, _a.n, _a.words, _a.changes, _a.results, _a.digest),
    *(_a.drafted_by, _a.drafted_at, _a.released_by, _a.released_at),
)
SHEET_STEPS = StepChain(
    Records(StoredSheetStep, score_sheet_step), score_sheet_step, score_sheet, "sheet"
)
MARK_STEPS = StepChain(
    Records(StoredMarkStep, score_mark_step), score_mark_step, score_mark, "mark"
)
DISPUTE_STEPS = StepChain(
    Records(StoredDisputeStep, score_dispute_step), score_dispute_step, score_dispute, "dispute"
)


def sheets(conn: Connection, hall_id: str) -> list[StoredSheet]:
    """Return every sheet, those that begin last first."""
    query = _sheets.select().where(_s.hall_id == hall_id)
    return _sheets.all(conn, query.order_by(_s.since.desc(), _s.at.desc(), _s.id))


def sheet(conn: Connection, hall_id: str, sheet_id: str) -> StoredSheet | None:
    """Return a sheet, or None."""
    return _sheets.first(conn, _sheets.select().where(_s.hall_id == hall_id, _s.id == sheet_id))


def sheets_in_force(conn: Connection, hall_id: str, month: str) -> list[StoredSheet]:
    """Return the sheet of each kind of subject that is in force in a month."""
    query = _sheets.select().where(
        _s.hall_id == hall_id, _s.state == SheetState.IN_FORCE.value, _s.since <= month
    )
    newest = {row.subject: row for row in _sheets.all(conn, query.order_by(_s.since, _s.at))}
    return [newest[subject] for subject in sorted(newest)]


def add_sheet(tx: Tx, row: StoredSheet) -> None:
    """Insert a sheet."""
    tx.conn.execute(insert(score_sheet).values(hall_id=tx.hall_id, **asdict(row)))


def marks(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredMark]:
    """Return the marks of ISO days `first`..`last`, newest first."""
    query = _marks.select().where(_m.hall_id == hall_id, _m.day >= first, _m.day <= last)
    return _marks.all(conn, query.order_by(_m.day.desc(), _m.at.desc(), _m.id))


def open_marks(conn: Connection, hall_id: str) -> list[StoredMark]:
    """Return the marks that wait for a second person, oldest first."""
    query = _marks.select().where(_m.hall_id == hall_id, _m.state == MarkState.PROPOSED.value)
    return _marks.all(conn, query.order_by(_m.at, _m.id))


def mark(conn: Connection, hall_id: str, mark_id: str) -> StoredMark | None:
    """Return a mark, or None."""
    return _marks.first(conn, _marks.select().where(_m.hall_id == hall_id, _m.id == mark_id))


def add_mark(tx: Tx, row: StoredMark) -> None:
    """Insert a mark."""
    tx.conn.execute(insert(score_mark).values(hall_id=tx.hall_id, **asdict(row)))


def disputes(conn: Connection, hall_id: str) -> list[StoredDispute]:
    """Return every dispute, newest first."""
    query = _disputes.select().where(_d.hall_id == hall_id)
    return _disputes.all(conn, query.order_by(_d.at.desc(), _d.id))


def disputes_of(conn: Connection, hall_id: str, month: str) -> list[StoredDispute]:
    """Return the disputes about facts of a month, in the order in which they came."""
    query = _disputes.select().where(_d.hall_id == hall_id, _d.month == month)
    return _disputes.all(conn, query.order_by(_d.at, _d.id))


def granted(conn: Connection, hall_id: str, month: str) -> list[tuple[str, str]]:
    """Return measure and reference of the facts of a month that count nothing."""
    query = select(_d.measure, _d.fact_ref).where(
        _d.hall_id == hall_id, _d.month == month, _d.state == DisputeState.GRANTED.value
    )
    return [(row[0], row[1]) for row in conn.execute(query.order_by(_d.measure, _d.fact_ref))]


def dispute(conn: Connection, hall_id: str, dispute_id: str) -> StoredDispute | None:
    """Return a dispute, or None."""
    query = _disputes.select().where(_d.hall_id == hall_id, _d.id == dispute_id)
    return _disputes.first(conn, query)


def dispute_about(conn: Connection, hall_id: str, month: str, fact: str) -> StoredDispute | None:
    """Return the dispute about a fact, by its digest, or None."""
    query = _disputes.select().where(_d.hall_id == hall_id, _d.month == month, _d.fact == fact)
    return _disputes.first(conn, query)


def add_dispute(tx: Tx, row: StoredDispute) -> None:
    """Insert a dispute."""
    tx.conn.execute(insert(score_dispute).values(hall_id=tx.hall_id, **asdict(row)))


def releases(conn: Connection, hall_id: str) -> list[ListedRelease]:
    """Return what was checked or released, without contents, by period."""
    query = _listed.select().where(_r.hall_id == hall_id)
    return _listed.all(conn, query.order_by(_r.period))


def listed(conn: Connection, hall_id: str, period: str) -> ListedRelease | None:
    """Return the release of a period without its contents, or None."""
    query = _listed.select().where(_r.hall_id == hall_id, _r.period == period)
    return _listed.first(conn, query)


def release(conn: Connection, hall_id: str, period: str) -> StoredRelease | None:
    """Return what was checked or released of a period, or None."""
    query = _releases.select().where(_r.hall_id == hall_id, _r.period == period)
    return _releases.first(conn, query)


def set_checked(tx: Tx, row: StoredRelease, *, is_new: bool) -> None:
    """Store the check of a period."""
    if is_new:
        tx.conn.execute(insert(score_release).values(hall_id=tx.hall_id, **asdict(row)))
    else:
        _set_release(tx, row)


def set_released(tx: Tx, row: StoredRelease) -> None:
    """Freeze a period that was checked."""
    _set_release(tx, row)


def _set_release(tx: Tx, row: StoredRelease) -> None:
    tx.conn.execute(
        update(score_release)
        .where(_r.hall_id == tx.hall_id, _r.period == row.period)
        .values(**asdict(row))
    )


def released_months(conn: Connection, hall_id: str) -> list[str]:
    """Return the periods that are released, in order of their texts."""
    query = select(_r.period).where(_r.hall_id == hall_id, _r.state == ReleaseState.RELEASED.value)
    return list(conn.scalars(query.order_by(_r.period)))


def amendments(conn: Connection, hall_id: str, period: str) -> list[ListedAmendment]:
    """Return a period's amendments by number, without contents, drafts included."""
    query = _listed_amendments.select().where(_a.hall_id == hall_id, _a.period == period)
    return _listed_amendments.all(conn, query.order_by(_a.n))


def amendment(conn: Connection, hall_id: str, period: str, n: int) -> StoredAmendment | None:
    """Return an amendment, or None."""
    query = _amendments.select().where(_a.hall_id == hall_id, _a.period == period, _a.n == n)
    return _amendments.first(conn, query)


def add_amendment(tx: Tx, row: StoredAmendment) -> None:
    """Insert the draft of an amendment; another person has to release it."""
    tx.conn.execute(insert(score_amendment).values(hall_id=tx.hall_id, **asdict(row)))


def set_amendment(tx: Tx, row: StoredAmendment) -> None:
    """Change a draft, or freeze it."""
    tx.conn.execute(
        update(score_amendment)
        .where(_a.hall_id == tx.hall_id, _a.period == row.period, _a.n == row.n)
        .values(**asdict(row))
    )
