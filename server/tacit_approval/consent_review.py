"""Review of consents by silence after the calendar changed.

A consent stays as it is whatever happens to the calendar later: the paper is out, and the next
step rests on it. Where its last day would be another one now, that becomes a proposed finding on
the case, once for each day, and the office judges it.
"""

from __future__ import annotations

from datetime import date

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.clocks import CaseClocks
from server.cases.due_cache import basis_of
from server.cases.queries import StoredCase
from server.core.store import Tx
from server.hall.context import Context
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind
from server.tacit_approval import queries, silence
from server.tacit_approval.queries import StoredConsent


class ConsentReview:
    """Review of one hall; its job calls `update` again and again.

    Consents are counted again once for each calendar, and after a start.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._basis = ""

    def update(self) -> int:
        """Return the number of findings that were proposed."""
        ctx = self._ctx
        reader = cases.clocks(ctx)
        basis = basis_of(reader, ctx.past_hours())
        if basis == self._basis:
            return 0
        consents = ctx.read(lambda c: queries.counted_otherwise(c, ctx.hall_id, basis))
        count = sum(self._review(consent, reader) for consent in consents)
        self._basis = basis
        return count

    def _review(self, consent: StoredConsent, reader: CaseClocks) -> int:
        ctx = self._ctx
        row = ctx.read(lambda c: case_queries.get(c, ctx.hall_id, consent.case))
        assert row is not None, "it has a consent"
        last = self._last_day(row, consent, reader)
        if last is not None and last.isoformat() == consent.day:
            return 0
        doubt = _doubt(ctx, row, consent, last)
        return ctx.write(lambda tx: _propose(ctx, tx, doubt))

    def _last_day(self, row: StoredCase, consent: StoredConsent, reader: CaseClocks) -> date | None:
        """Return the last day as the calendar counts it now, from the facts before the consent."""
        ctx = self._ctx
        facts = ctx.read(lambda c: case_queries.FACTS.of(c, ctx.hall_id, [row.id]))[row.id]
        schemes = ctx.read(lambda c: queries.signed(c, ctx.hall_id))
        scheme = next(scheme for scheme in schemes if scheme.id == consent.scheme)
        before = facts[: consent.n - 1]
        return silence.last_day(ctx, reader, row, before, scheme.limit)


def _propose(ctx: Context, tx: Tx, doubt: Anomaly) -> int:
    return finding_actions.propose(ctx, tx, doubt)


def _doubt(ctx: Context, row: StoredCase, consent: StoredConsent, last: date | None) -> Anomaly:
    now = last.isoformat() if last is not None else ""
    words = f"按现行工作日历，期限最后一天是 {now}" if now else "按现行工作日历，期限还没有届满"
    name = cases.item_of(ctx, row).name
    facts: dict[str, int | str] = {
        "note": f"{name}，办件 {row.number}，{consent.day} 超时默许；{words}，默许不变",
        "number": row.number,
        "day": consent.day,
        "now": now,
    }
    mark = f"consent:{row.id}:{now}"
    return Anomaly(Kind.CONSENT_MOVED, "", "", mark, facts, row.unit)
