"""Integrity check of approval by silence: consents against their cases, schemes and the journal.

A consent has its fact and its journal line, was recorded when it had taken effect, and its scheme
was in force then. A case that silence granted has one; no other case does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.rules import CaseMove
from server.core import journal
from server.core.step_chains import Problem, chain_problems
from server.tacit_approval import queries

ACTS = ("tacit.consent",)
FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.schemes(conn, hall_id)
    steps = queries.STEPS.of(conn, hall_id, [row.id for row in rows])
    for row in rows:
        name = f"超时默许方案 {row.id} ", f"scheme {row.id} of approval by silence"
        yield from chain_problems(name, row.state, steps[row.id])
    schemes = {scheme.id: scheme for scheme in queries.signed(conn, hall_id)}
    consents = queries.consents_of(conn, hall_id, FIRST_DAY, LAST_DAY)
    facts = case_queries.FACTS.of(conn, hall_id, [consent.case for consent in consents])
    lines = Counter(line.subject for line in journal.of_acts(conn, hall_id, ACTS))
    for consent in consents:
        moves = [fact.n for fact in facts[consent.case] if fact.move == CaseMove.TACIT]
        if moves != [consent.n] or lines[consent.case] != 1:
            yield (
                f"办件 {consent.case} 的超时默许与步骤或流水不一致",
                f"approval by silence of case {consent.case} differs from its step or the journal",
            )
        scheme = schemes.get(consent.scheme)
        if (
            scheme is None
            or consent.effective_at < scheme.since
            or (scheme.until is not None and consent.effective_at >= scheme.until)
        ):
            yield (
                f"办件 {consent.case} 的超时默许没有生效的方案",
                f"approval by silence of case {consent.case} had no scheme in force",
            )
    granted = set(case_queries.with_move(conn, hall_id, CaseMove.TACIT))
    for case in sorted(granted ^ {consent.case for consent in consents}):
        yield (
            f"办件 {case} 的超时默许记录不全",
            f"approval by silence of case {case} is not recorded completely",
        )
