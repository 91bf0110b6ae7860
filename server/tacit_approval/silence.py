"""Silence that counts: found by the periodic work, or by whoever wants to act on the case first.

One transaction holds the decision, its paper, the consent and their journal lines, and the key of
the consent is the case: so silence counts once, whatever is killed, whoever comes at the same time,
and if the clock is set back. A server that slept records it later, with the moment at which it took
effect; what a person wanted in between is late, and is recorded as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.actions import Wish
from server.cases.clocks import CaseClocks, Clock, open_pledge
from server.cases.due_cache import basis_of
from server.cases.due_rows import stated
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import RUNNING, CaseMove, CaseOutcome, CaseState, ledger_of
from server.cases.workflow import CASE, HALL
from server.catalogue.model import Item
from server.core.actors import SYSTEM, Actor
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, write_journal
from server.tacit_approval import queries
from server.tacit_approval.queries import StoredConsent
from server.tacit_approval.rules import Scheme, SchemeLimit, covering, end_of
from server.tacit_approval.settings import TacitSettings

CLOCK_OF = {SchemeLimit.PROMISED: Clock.PROMISED, SchemeLimit.LEGAL: Clock.LEGAL}


class SilenceSearch:
    """Periodic work of one hall: record every silence that counts."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def update(self) -> int:
        """Return the number of cases that silence granted."""
        ctx = self._ctx
        schemes = ctx.read(lambda c: queries.signed(c, ctx.hall_id))
        cases_due = [case for limit in SchemeLimit for case in self._cases(schemes, limit)]
        return sum(ctx.write(lambda tx, case=case: self._record(tx, case)) for case in cases_due)  # type: ignore[misc]

    def _cases(self, schemes: Sequence[Scheme], limit: SchemeLimit) -> list[str]:
        ctx = self._ctx
        items = {item for scheme in schemes if scheme.limit is limit for item in scheme.items}
        if not items:
            return []
        clock, today = CLOCK_OF[limit].value, ctx.day()
        return ctx.read(lambda c: queries.candidates(c, ctx.hall_id, items, clock, today))

    def _record(self, tx: Tx, case_id: str) -> bool:
        row = case_queries.get(tx.conn, tx.hall_id, case_id)
        if row is None:
            return False
        facts = case_queries.FACTS.of(tx.conn, tx.hall_id, [case_id])[case_id]
        return record(self._ctx, tx, row, facts)


def overtake(
    ctx: Context, tx: Tx, actor: Actor, row: StoredCase, facts: Sequence[StoredFact], wish: Wish
) -> bool:
    """Record silence that counts before a person's step; return True if the step is late."""
    if wish.move in (CaseMove.ASK_VOID, CaseMove.MAKE_VOID):
        return False
    decided = row.state == CaseState.DECIDED
    decided = decided and queries.consent(tx.conn, tx.hall_id, row.id) is not None
    if not decided and not record(ctx, tx, row, facts):
        return False
    outcome = wish.outcome.value if wish.outcome else ""
    n = queries.add_late(tx, row.id, wish.move.value, outcome, actor.key)
    data = {"n": n, "move": wish.move.value, "outcome": outcome}
    write_journal(tx, actor, "tacit.late", row.id, window=row.window, data=data)
    return True


def record(ctx: Context, tx: Tx, row: StoredCase, facts: Sequence[StoredFact]) -> bool:
    """Grant a case in the running action if silence counts; return True if it did."""
    if row.state not in RUNNING or open_pledge(stated(facts)) is not None:
        return False
    schemes = queries.signed(tx.conn, tx.hall_id)
    if not any(row.item in scheme.items for scheme in schemes):
        return False
    reader = cases.clocks(ctx, tx.now)
    for limit in SchemeLimit:
        last = last_day(ctx, reader, row, facts, limit)
        if last is None:
            continue
        end = _ms(ctx, end_of(last, reader.spot.hours))
        scheme = covering(schemes, _items(ctx, row), _accepted(reader, facts), limit, end)
        if scheme is not None and tx.now >= end:
            _grant(ctx, tx, row, facts, scheme, last, end)
            return True
    return False


def _items(ctx: Context, row: StoredCase) -> list[Item]:
    """Return the item as it was when the case came and as it is now: either may bar silence."""
    now = ctx.catalogue().item_by.get(row.item)
    return [cases.item_of(ctx, row), *([now] if now is not None else [])]


def last_day(
    ctx: Context,
    reader: CaseClocks,
    row: StoredCase,
    facts: Sequence[StoredFact],
    limit: SchemeLimit,
) -> date | None:
    """Return the last day of a limit in the reading by which it comes latest; None without one."""
    due = reader.due(stated(facts), cases.item_of(ctx, row)).get(CLOCK_OF[limit])
    return due.latest if due is not None else None


def _accepted(reader: CaseClocks, facts: Sequence[StoredFact]) -> date:
    start = reader.start(ledger_of([s.fact for s in stated(facts)]))
    assert start is not None, "a running case was accepted"
    return start.day


def _ms(ctx: Context, local: datetime) -> int:
    return instant(local, ctx.settings().of(GeneralSettings).timezone)


def _grant(
    ctx: Context,
    tx: Tx,
    row: StoredCase,
    facts: Sequence[StoredFact],
    scheme: Scheme,
    last: date,
    end: int,
) -> None:
    stored = queries.get(tx.conn, tx.hall_id, scheme.id)
    assert stored is not None, "it was read"
    days = ctx.settings().of(TacitSettings).tacit_serve_days
    wish = Wish(CaseMove.TACIT, stored.basis, CaseOutcome.GRANTED, days=days)
    attempt = Attempt(CaseState(row.state), holds=lambda role: role == HALL)
    state = CASE.after(CaseMove.TACIT, attempt)
    cases.add_fact(ctx, tx, SYSTEM, row, facts, state, wish, last)
    basis = basis_of(cases.clocks(ctx, tx.now), ctx.past_hours())
    n, day = len(facts) + 1, last.isoformat()
    queries.add_consent(tx, StoredConsent(row.id, scheme.id, n, day, end, tx.now, basis))
    data = {"scheme": scheme.id, "n": n, "day": day, "effective_at": end}
    write_journal(tx, SYSTEM, "tacit.consent", row.id, window=row.window, data=data)
