"""Cases, their applicants, facts, papers, posts and due days: queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from server.cases.clocks import Clock
from server.cases.paper_kinds import DECISIONS
from server.cases.rules import DECISIVE, FINAL, CaseMove, CaseState, HallPost, Post
from server.cases.tables import (
    case_applicant,
    case_due,
    case_due_basis,
    case_fact,
    case_paper,
    case_post,
    case_record,
    case_service,
)
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class StoredCase:
    """Case as stored."""

    id: str
    number: str
    day: str
    serial: int
    outer_no: str
    outer_key: str
    item: str
    version: int
    mode: str
    unit: str
    way: str
    ticket: str
    hand_in: str
    window: str
    staff: str
    state: str
    owner: str
    outcome: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredApplicant:
    """Applicant of a case; the telephone is sealed, the ID number only masked and keyed."""

    case: str
    name: str
    id_kind: str
    id_masked: str
    person_key: str
    phone: str
    agent: str
    phone_until: int
    erase_after: int


@dataclass(frozen=True, slots=True)
class StoredFact:
    """Fact of a case as stored; `evidence` is a JSON list of kept files."""

    case: str
    n: int
    move: str
    state: str
    at: int
    day: str
    days: int
    ahead: int
    basis: str
    outcome: str
    words: str
    evidence: str
    paper: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredCasePaper:
    """Paper of a case as stored; `content` is JSON."""

    id: str
    case: str
    n: int
    kind: str
    day: str
    at: int
    content: str
    digest: str


@dataclass(frozen=True, slots=True)
class StoredService:
    """Service (送达) of a paper: how, when, to whom, by whom."""

    paper: str
    how: str
    day: str
    at: int
    to: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredDue:
    """Due days of one clock of a case; empty while the clock stands still."""

    case: str
    clock: str
    unit: str
    earliest: str
    rule: str
    latest: str


@dataclass(frozen=True, slots=True)
class StoredTakeOver:
    """Fact of a case that was taken over; `words`: staff number of the previous handler."""

    case: str
    at: int
    words: str
    by_actor: str


_take_overs = Records(
    StoredTakeOver,
    *(case_fact.c[name] for name in ("case", "at", "words", "by_actor")),
)
CASES = Records(StoredCase, case_record)
_applicants = Records(StoredApplicant, case_applicant)
_papers = Records(StoredCasePaper, case_paper)
_services = Records(StoredService, case_service)
_dues = Records(StoredDue, case_due)
FACTS = StepChain(Records(StoredFact, case_fact), case_fact, case_record, "case")
_c, _a, _f, _p = case_record.c, case_applicant.c, case_fact.c, case_paper.c
_s, _o, _d = case_service.c, case_post.c, case_due.c
OPEN = sorted({*CaseState} - FINAL)
CHUNK = 500
"""Cases whose rows are read at once."""


def get(conn: Connection, hall_id: str, case_id: str) -> StoredCase | None:
    """Return a case, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.id == case_id)


def by_serial(conn: Connection, hall_id: str, day: str, serial: int) -> StoredCase | None:
    """Return the case with a day and a place within it, which its number holds, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.day == day, _c.serial == serial)


def by_outer_key(conn: Connection, hall_id: str, outer_key: str) -> StoredCase | None:
    """Return the case with a unit and a number of a superior system, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.outer_key == outer_key)


def _one(conn: Connection, *wanted: ColumnElement[bool]) -> StoredCase | None:
    return CASES.first(conn, CASES.select().where(*wanted))


def last_serial(conn: Connection, hall_id: str, day: str) -> int:
    """Return the last place of a day; 0 for none."""
    query = select(func.max(_c.serial)).where(_c.hall_id == hall_id, _c.day == day)
    return int(conn.execute(query).scalar_one() or 0)


def of_ticket(conn: Connection, hall_id: str, ticket: str) -> list[StoredCase]:
    """Return the cases that were opened from a ticket, the first one first."""
    query = CASES.select().where(_c.hall_id == hall_id, _c.ticket == ticket)
    return CASES.all(conn, query.order_by(_c.at, _c.serial))


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredCase]:
    """Return the cases whose papers came on ISO days `first`..`last`, newest first."""
    return CASES.all(conn, received(hall_id, first, last))


def received(hall_id: str, first: str, last: str) -> Select[Any]:
    """Return the query of the cases whose papers came on ISO days `first`..`last`, newest first."""
    query = CASES.select().where(_c.hall_id == hall_id, _c.day >= first, _c.day <= last)
    return query.order_by(_c.day.desc(), _c.serial.desc())


def of_week(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredCase]:
    """Return the cases that were open on, or had a fact on, ISO days `first`..`last`."""
    return CASES.all(conn, in_week(hall_id, first, last))


def in_week(hall_id: str, first: str, last: str) -> Select[Any]:
    """Return the query of the cases open on, or with a fact on, ISO days `first`..`last`."""
    later = select(_f.case).where(_f.hall_id == hall_id, _f.day >= first)
    query = CASES.select().where(
        _c.hall_id == hall_id,
        _c.day <= last,
        _c.state.not_in(sorted(FINAL)) | _c.id.in_(later),
    )
    return query.order_by(_c.day.desc(), _c.serial.desc())


def decisions(conn: Connection, hall_id: str, first: str, last: str, unit: str = "") -> int:
    """Return the number of decisions of ISO days `first`..`last`, of one unit if it is named."""
    wanted = [_f.hall_id == hall_id, _f.day >= first, _f.day <= last]
    query = select(func.count()).where(*wanted, _f.move.in_(sorted(DECISIVE)))
    if unit:
        same = and_(_c.hall_id == _f.hall_id, _c.id == _f.case)
        query = query.select_from(case_fact.join(case_record, same)).where(_c.unit == unit)
    return int(conn.execute(query).scalar_one())


def take_overs(
    conn: Connection, hall_id: str, first: str, last: str = "9999"
) -> list[StoredTakeOver]:
    """Return what was taken over on ISO days `first`..`last`, in order."""
    query = _take_overs.select().where(
        _f.hall_id == hall_id,
        _f.move == CaseMove.TAKE_OVER.value,
        _f.day >= first,
        _f.day <= last,
    )
    return _take_overs.all(conn, query.order_by(_f.at, _f.case))


def open_ids(conn: Connection, hall_id: str, after: str, most: int = CHUNK) -> list[str]:
    """Return ids of up to `most` cases of which something is due, from the one after `after` on.

    They have not ended, or their decision is not served.
    """
    query = select(_c.id).where(
        _c.hall_id == hall_id,
        _c.state.not_in(sorted(FINAL)) | _c.id.in_(unserved(hall_id)),
        _c.id > after,
    )
    return list(conn.scalars(query.order_by(_c.id).limit(most)))


def due_from(conn: Connection, hall_id: str, day: str, after: str, most: int = CHUNK) -> list[str]:
    """Return ids of up to `most` cases of which something is due on an ISO day or later.

    From the one after `after` on.
    """
    query = select(_d.case).where(_d.hall_id == hall_id, _d.case > after, _d.latest >= day)
    return list(conn.scalars(query.distinct().order_by(_d.case).limit(most)))


def unserved(hall_id: str) -> Select[tuple[str]]:
    """Return the query of the cases whose decision has to be served."""
    return select(_d.case).where(_d.hall_id == hall_id, _d.clock == Clock.SERVE.value)


def among(conn: Connection, hall_id: str, cases: Sequence[str]) -> list[StoredCase]:
    """Return these cases."""
    return CASES.all(conn, CASES.select().where(_c.hall_id == hall_id, _c.id.in_(cases)))


def applicants(conn: Connection, hall_id: str, cases: Sequence[str]) -> dict[str, StoredApplicant]:
    """Return the applicants of these cases, of those that are not erased."""
    query = _applicants.select().where(_a.hall_id == hall_id, _a.case.in_(cases))
    return {row.case: row for row in _applicants.all(conn, query)}


def paper(conn: Connection, hall_id: str, paper_id: str) -> StoredCasePaper | None:
    """Return a paper by its number, or None."""
    query = _papers.select().where(_p.hall_id == hall_id, _p.id == paper_id)
    return _papers.first(conn, query)


def papers(conn: Connection, hall_id: str, cases: Sequence[str]) -> list[StoredCasePaper]:
    """Return the papers of these cases in order."""
    query = _papers.select().where(_p.hall_id == hall_id, _p.case.in_(cases))
    return _papers.all(conn, query.order_by(_p.case, _p.n))


def services(conn: Connection, hall_id: str, papers: Iterable[str]) -> dict[str, StoredService]:
    """Return how these papers were served, by paper."""
    query = _services.select().where(_s.hall_id == hall_id, _s.paper.in_(list(papers)))
    return {row.paper: row for row in _services.all(conn, query)}


def served_decisions(conn: Connection, hall_id: str, cases: Sequence[str]) -> set[str]:
    """Return those of these cases whose decision was served."""
    query = (
        select(_p.case)
        .select_from(
            case_paper.join(case_service, (_s.hall_id == _p.hall_id) & (_s.paper == _p.id))
        )
        .where(_p.hall_id == hall_id, _p.case.in_(cases), _p.kind.in_(sorted(DECISIONS)))
    )
    return set(conn.scalars(query))


def with_move(conn: Connection, hall_id: str, move: CaseMove) -> list[str]:
    """Return the cases that made a move."""
    query = select(_f.case).where(_f.hall_id == hall_id, _f.move == move.value)
    return sorted(set(conn.scalars(query)))


def posts(conn: Connection, hall_id: str) -> dict[tuple[str, Post], set[str]]:
    """Return the staff numbers of the holders by unit and post; a post without any is absent."""
    holders: dict[tuple[str, Post], set[str]] = {}
    for unit, post, staff in conn.execute(
        select(_o.unit, _o.post, _o.staff).where(_o.hall_id == hall_id, _o.unit != "")
    ):
        holders.setdefault((unit, Post(post)), set()).add(staff)
    return holders


def hall_posts(conn: Connection, hall_id: str) -> dict[HallPost, set[str]]:
    """Return the staff numbers of the holders of the hall's own posts."""
    holders: dict[HallPost, set[str]] = {post: set() for post in HallPost}
    for post, staff in conn.execute(
        select(_o.post, _o.staff).where(_o.hall_id == hall_id, _o.unit == "")
    ):
        holders[HallPost(post)].add(staff)
    return holders


def overdue_untold(conn: Connection, hall_id: str, today: str) -> list[str]:
    """Return the cases whose defects should have been told before the ISO day `today`."""
    return _overdue(conn, hall_id, Clock.TELL, today)


def overdue_pledges(conn: Connection, hall_id: str, today: str) -> list[str]:
    """Return the cases whose pledged materials should have come before the ISO day `today`."""
    return _overdue(conn, hall_id, Clock.PLEDGE, today)


def _overdue(conn: Connection, hall_id: str, clock: Clock, today: str) -> list[str]:
    query = select(_d.case).where(
        _d.hall_id == hall_id, _d.clock == clock.value, _d.earliest != "", _d.earliest < today
    )
    return list(conn.scalars(query.order_by(_d.earliest, _d.case)))


def dues(conn: Connection, hall_id: str, cases: Sequence[str]) -> dict[str, list[StoredDue]]:
    """Return the stored due days of these cases, by case."""
    query = _dues.select().where(_d.hall_id == hall_id, _d.case.in_(cases))
    by_case: dict[str, list[StoredDue]] = {case_id: [] for case_id in cases}
    for row in _dues.all(conn, query.order_by(_d.case, _d.clock)):
        by_case[row.case].append(row)
    return by_case


def add(tx: Tx, row: StoredCase, applicant: StoredApplicant) -> None:
    """Insert a case with its applicant."""
    tx.conn.execute(insert(case_record).values(hall_id=tx.hall_id, **asdict(row)))
    tx.conn.execute(insert(case_applicant).values(hall_id=tx.hall_id, **asdict(applicant)))


def add_paper(tx: Tx, row: StoredCasePaper) -> None:
    """Insert a paper."""
    tx.conn.execute(insert(case_paper).values(hall_id=tx.hall_id, **asdict(row)))


def add_service(tx: Tx, row: StoredService) -> None:
    """Insert how a paper was served."""
    tx.conn.execute(insert(case_service).values(hall_id=tx.hall_id, **asdict(row)))


def set_posts(tx: Tx, unit: str, post: Post | HallPost, staff: Iterable[str], by: str) -> None:
    """Replace the holders of a unit's post, or of a post of the hall itself (`unit` empty)."""
    tx.conn.execute(
        delete(case_post).where(_o.hall_id == tx.hall_id, _o.unit == unit, _o.post == post.value)
    )
    for number in sorted(set(staff)):
        tx.conn.execute(
            insert(case_post).values(
                hall_id=tx.hall_id,
                unit=unit,
                post=post.value,
                staff=number,
                at=tx.now,
                by_actor=by,
            )
        )


def set_dues(tx: Tx, cases: Sequence[str], rows: Sequence[StoredDue]) -> None:
    """Replace the stored due days of these cases."""
    tx.conn.execute(delete(case_due).where(_d.hall_id == tx.hall_id, _d.case.in_(cases)))
    if rows:
        tx.conn.execute(insert(case_due), [{"hall_id": tx.hall_id, **asdict(row)} for row in rows])


def basis(conn: Connection, hall_id: str) -> str:
    """Return the digest by which the stored due days were made; "" before the first time."""
    query = select(case_due_basis.c.digest).where(case_due_basis.c.hall_id == hall_id)
    return conn.execute(query).scalar_one_or_none() or ""


def set_basis(tx: Tx, digest: str) -> None:
    """Store the digest by which every stored due day was made."""
    tx.conn.execute(delete(case_due_basis).where(case_due_basis.c.hall_id == tx.hall_id))
    tx.conn.execute(insert(case_due_basis).values(hall_id=tx.hall_id, digest=digest))


def erase_applicants(tx: Tx, now: int) -> int:
    """Erase telephones and applicants whose time is over; return the number of records changed."""
    phones = tx.conn.execute(
        update(case_applicant)
        .where(_a.hall_id == tx.hall_id, _a.phone_until < now, _a.phone != "")
        .values(phone="")
    )
    people = tx.conn.execute(
        delete(case_applicant).where(_a.hall_id == tx.hall_id, _a.erase_after < now)
    )
    return int(phones.rowcount) + int(people.rowcount)
