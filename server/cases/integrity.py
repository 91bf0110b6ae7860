"""Integrity check of cases: facts, papers and due days against each other and the journal.

Every case has its facts without a gap, each with its actor and its journal line; each paper that a
fact owes exists with the right digest; the stored due days are those that the clock gives, unless a
change of the calendar or of a rule is still being worked in. The counts that the journal alone
gives are those of the tables.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from server.cases import queries
from server.cases.clock import DayTable
from server.cases.clocks import CaseClocks, SpotRule
from server.cases.due_cache import basis_of
from server.cases.due_rows import clocks_of, due_rows
from server.cases.papers import DIGEST_LENGTH
from server.cases.queries import StoredCase, StoredCasePaper, StoredDue, StoredFact
from server.cases.replay import ACTS, replayed
from server.cases.rules import read_number
from server.cases.week_counts import DatedFact, case_counts
from server.cases.week_facts import dated
from server.catalogue import calendar_queries
from server.catalogue import queries as catalogue_queries
from server.catalogue.hours import Span, past_hours
from server.catalogue.model import Catalogue
from server.core import journal, setting_queries
from server.core.clock import local
from server.core.settings import CalendarSettings, GeneralSettings, Settings, with_values
from server.core.step_chains import Problem, chain_problems
from server.core.tables import journal as journal_table
from server.core.working_days import Workdays


class _NoHours:
    def spans(self, _day: date) -> tuple[Span, ...]:
        """Return no span: weeks are counted in days alone."""
        return ()


# One calendar for both: the check has no hall whose calendar it could read.
_WEEKDAYS = Workdays()
PLAIN = CaseClocks(
    _WEEKDAYS,
    DayTable(_WEEKDAYS, 1999, 2100),
    5,
    date(2000, 1, 1),
    SpotRule(60, _NoHours(), "UTC"),
)
FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
_j = journal_table.c


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    lines = _lines(conn, hall_id)
    replay = replayed(journal.of_acts(conn, hall_id, ACTS))
    stored: list[list[DatedFact]] = []
    for start in range(0, len(rows), queries.CHUNK):
        part = rows[start : start + queries.CHUNK]
        ids = [row.id for row in part]
        facts = queries.FACTS.of(conn, hall_id, ids)
        papers: dict[str, list[StoredCasePaper]] = {case_id: [] for case_id in ids}
        for paper in queries.papers(conn, hall_id, ids):
            papers[paper.case].append(paper)
        for row in part:
            yield from _case(row, facts[row.id], papers[row.id], lines)
            promised = replay.promised.get(row.id, 0)
            stored.append(dated(PLAIN, facts[row.id], promised))
        yield from _dues(conn, hall_id, part, facts)
    span = FIRST_DAY, LAST_DAY
    if replay.counts(PLAIN, *span) != case_counts(stored, *span):
        yield "办件合计与流水重算不一致", "counts of cases differ from the journal's"


def _lines(conn: Connection, hall_id: str) -> Counter[tuple[str, str, int]]:
    """Return the journal lines of facts: case, act and number of the fact."""
    query = select(_j.subject, _j.act, _j.data).where(
        _j.hall_id == hall_id, _j.act.like("case.%"), _j.act.not_in(("case.serve", "case.posts"))
    )
    return Counter((row[0], row[1], int(json.loads(row[2])["n"])) for row in conn.execute(query))


def _case(
    row: StoredCase,
    facts: Sequence[StoredFact],
    papers: Sequence[StoredCasePaper],
    lines: Counter[tuple[str, str, int]],
) -> Iterator[Problem]:
    if read_number(row.number) != (row.day, row.serial):
        yield f"办件编号 {row.number} 有误", f"case {row.number} has a wrong number"
    yield from chain_problems((f"办件 {row.number} ", f"case {row.number}"), row.state, facts)
    for fact in facts:
        if lines[row.id, f"case.{fact.move}", fact.n] != 1:
            yield (
                f"办件 {row.number} 第 {fact.n} 步与流水不一致",
                f"step {fact.n} of case {row.number} differs from the journal",
            )
    if [p.id for p in papers] != [fact.paper for fact in facts if fact.paper]:
        yield f"办件 {row.number} 的文书不全", f"papers of case {row.number} are missing"
    for paper in papers:
        text = f"{paper.id}\n{paper.content}"
        if hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH] != paper.digest:
            yield f"文书 {paper.id} 已被改动", f"paper {paper.id} was changed"


def _dues(
    conn: Connection,
    hall_id: str,
    rows: Sequence[StoredCase],
    facts: Mapping[str, Sequence[StoredFact]],
) -> Iterator[Problem]:
    """Yield every case whose stored due days are not those of the clock."""
    settings = with_values(Settings(), setting_queries.current(conn, hall_id))
    version = catalogue_queries.latest(conn, hall_id)
    if version is None:
        return
    makeup = settings.of(CalendarSettings).makeup_weekday
    state = calendar_queries.every(conn, hall_id, makeup)
    calendar = Workdays(state, years=calendar_queries.years(conn, hall_id)).statutory()
    books: dict[int, Catalogue] = {}
    timezone = settings.of(GeneralSettings).timezone
    versions = catalogue_queries.hall_hours(conn, hall_id)
    hours = past_hours(versions, state, lambda at: local(at, timezone).date())
    reader = clocks_of(calendar, hours, settings, PLAIN.today)
    if queries.basis(conn, hall_id) != basis_of(reader, hours):
        return
    ids = [row.id for row in rows]
    stored = queries.dues(conn, hall_id, ids)
    served = queries.served_decisions(conn, hall_id, ids)
    for row in rows:
        if not facts[row.id]:
            continue
        # Silence is a fact as soon as it counts, so the day on which it is looked at does not.
        reader = clocks_of(calendar, hours, settings, date.fromisoformat(facts[row.id][-1].day))
        if row.version not in books:
            books[row.version] = catalogue_queries.load(conn, hall_id, row.version)
        due = due_rows(
            reader,
            row,
            facts[row.id],
            books[row.version].item_by[row.item],
            is_served=row.id in served,
        )
        if sorted(due, key=_clock) != sorted(stored[row.id], key=_clock):
            yield (
                f"办件 {row.number} 的到期日与计时规则不一致",
                f"the due days of case {row.number} differ from its clock",
            )


def _clock(due: StoredDue) -> str:
    return due.clock
