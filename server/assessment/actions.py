"""Actions on a period: check, release by a second person, amend what later truth has changed.

Contents are computed before the transaction, so that no window has to wait for them; a release
freezes exactly what the second person saw. Nothing that was released is ever written again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter
from sqlalchemy import Connection

from server.assessment import queries, workflow
from server.assessment.differences import Change, changes
from server.assessment.errors import AssessmentCode
from server.assessment.events import AssessmentChanged
from server.assessment.frozen import Contents, results_json, text_of
from server.assessment.months import PeriodReader, Released, released_month, released_of
from server.assessment.periods import Period, PeriodKind
from server.assessment.queries import ListedRelease, StoredAmendment, StoredRelease
from server.assessment.workflow import (
    AMENDMENT,
    RELEASE,
    AmendmentMove,
    AmendmentState,
    ReleaseMove,
    ReleaseState,
)
from server.core.actors import Actor
from server.core.digests import digest
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal

CHANGES = TypeAdapter(tuple[Change, ...])


@dataclass(frozen=True, slots=True)
class Assessment:
    """Period with its contents as of now, and its released state."""

    period: Period
    row: ListedRelease | None
    contents: Contents
    released: Released | None
    obstacle: str
    """State that keeps it from being checked and released; "": nothing does."""
    changes: tuple[Change, ...] = ()
    """Totals that differ from the released ones."""


def load(ctx: Context, conn: Connection, period: Period) -> Assessment:
    """Return a period as it stands."""
    reader = PeriodReader(ctx, conn)
    contents = reader.contents(period)
    released = released_of(conn, ctx.hall_id, period)
    row = queries.listed(conn, ctx.hall_id, period.id)
    differing: tuple[Change, ...] = ()
    if released is not None:
        is_month = period.kind is PeriodKind.MONTH
        before = released_month(conn, ctx.hall_id, period) if is_month else None
        now = reader.month(period) if is_month else None
        differing = changes(released.results, contents.results, before, now)
    obstacle = _obstacle(ctx, conn, reader, period, contents)
    return Assessment(period, row, contents, released, obstacle, differing)


def _obstacle(
    ctx: Context, conn: Connection, reader: PeriodReader, period: Period, contents: Contents
) -> str:
    if not contents.results:
        return "no_sheet"
    if period.last >= ctx.local().date():
        return "running"
    if period.kind is PeriodKind.MONTH:
        return ""
    months = reader.months(period)
    missing = [month for month in months if released_of(conn, ctx.hall_id, month) is None]
    return "months" if missing else ""


def _attempt(
    actor: Actor, row: ListedRelease | StoredRelease | None, words: str = ""
) -> Attempt[ReleaseState]:
    return Attempt(
        None if row is None else ReleaseState(row.state),
        actor.name,
        earlier={workflow.CHECKER: (row.checked_by,) if row is not None else ()},
        given=(workflow.WORDS,) if words.strip() else (),
    )


def may(actor: Actor, move: ReleaseMove, row: ListedRelease | None) -> bool:
    """Return True if a person may take a step of a period, with a reason where it needs one."""
    return RELEASE.allows(move, _attempt(actor, row, "reason"))


def _require_ready(assessment: Assessment, seen: str) -> None:
    """Raise PERIOD_STATE for an obstacle, PERIOD_CHANGED if the contents are not those shown."""
    if assessment.obstacle:
        raise HallError(AssessmentCode.PERIOD_STATE, state=assessment.obstacle)
    if assessment.contents.digest != seen:
        raise HallError(AssessmentCode.PERIOD_CHANGED)


def check(ctx: Context, actor: Actor, key: str, assessment: Assessment, seen: str) -> None:
    """Record that a first person has checked the contents with the digest `seen`.

    Raises PERIOD_STATE, PERIOD_CHANGED.
    """
    period = assessment.period.id

    def act(tx: Tx) -> JsonDict:
        row = queries.release(tx.conn, tx.hall_id, period)
        state = RELEASE.after(ReleaseMove.CHECK, _attempt(actor, row))
        _require_ready(assessment, seen)
        checked = StoredRelease(
            period=period,
            state=state.value,
            frozen="{}",
            results="{}",
            digest="",
            sheets_digest="",
            facts_digest="",
            checked_by=actor.name,
            checked_at=tx.now,
            checked_digest=seen,
            released_by="",
            released_at=None,
        )
        queries.set_checked(tx, checked, is_new=row is None)
        write_journal(tx, actor, "score_release.check", period, data={"digest": seen})
        tx.events.append(AssessmentChanged("period", period))
        return {}

    ctx.command(actor, key, {"act": "score_release.check", "period": period, "seen": seen}, act)


def release(ctx: Context, actor: Actor, key: str, assessment: Assessment, seen: str) -> str:
    """Freeze and publish what a first person checked; return its digest.

    Raises PERIOD_STATE (before a check, after the release, with an obstacle), PERIOD_SECOND for
    whoever checked it, PERIOD_CHANGED if the records have changed since the check.
    """
    period, contents = assessment.period.id, assessment.contents

    def act(tx: Tx) -> JsonDict:
        row = queries.release(tx.conn, tx.hall_id, period)
        if row is None:
            raise HallError(AssessmentCode.PERIOD_STATE, state="unchecked")
        state = RELEASE.after(ReleaseMove.RELEASE, _attempt(actor, row))
        _require_ready(assessment, seen)
        if row.checked_digest != seen:
            raise HallError(AssessmentCode.PERIOD_CHANGED)
        frozen = replace(
            row,
            state=state.value,
            frozen=text_of(contents.source),
            results=text_of(results_json(contents.results)),
            digest=contents.digest,
            sheets_digest=contents.sheets_digest,
            facts_digest=contents.facts_digest,
            released_by=actor.name,
            released_at=tx.now,
        )
        queries.set_released(tx, frozen)
        data = {
            "digest": frozen.digest,
            "sheets": frozen.sheets_digest,
            "facts": frozen.facts_digest,
            "checked_by": row.checked_by,
        }
        write_journal(tx, actor, "score_release.release", period, data=data)
        tx.events.append(AssessmentChanged("period", period))
        return {"digest": frozen.digest}

    request: JsonDict = {"act": "score_release.release", "period": period, "seen": seen}
    return str(ctx.command(actor, key, request, act)["digest"])


def amend(ctx: Context, actor: Actor, key: str, assessment: Assessment, words: str) -> int:
    """Draft the next amendment with every total that has changed; return its number.

    An open draft is replaced. Raises PERIOD_STATE (not released, unchanged), WORDS.
    """
    period, contents = assessment.period.id, assessment.contents

    def act(tx: Tx) -> JsonDict:
        row = queries.release(tx.conn, tx.hall_id, period)
        RELEASE.after(ReleaseMove.AMEND, _attempt(actor, row, words))
        if not assessment.changes:
            raise HallError(AssessmentCode.PERIOD_STATE, state="unchanged")
        earlier = queries.amendments(tx.conn, tx.hall_id, period)
        is_open = bool(earlier) and earlier[-1].released_at is None
        n = len(earlier) + (not is_open)
        draft = StoredAmendment(
            period=period,
            n=n,
            words=words,
            changes=text_of(CHANGES.dump_python(assessment.changes, mode="json")),
            frozen=text_of(contents.source),
            results=text_of(results_json(contents.results)),
            digest="",
            drafted_by=actor.name,
            drafted_at=tx.now,
            released_by="",
            released_at=None,
        )
        if is_open:
            queries.set_amendment(tx, draft)
        else:
            queries.add_amendment(tx, draft)
        data = {"n": n, "totals": len(assessment.changes)}
        write_journal(tx, actor, "score_release.amend", period, data=data, why=words)
        tx.events.append(AssessmentChanged("period", period))
        return {"n": n}

    request: JsonDict = {"act": "score_release.amend", "period": period, "words": words}
    return int(ctx.command(actor, key, request, act)["n"])


def release_amendment(ctx: Context, actor: Actor, key: str, period: str, n: int) -> str:
    """Publish an amendment; return its digest, which covers the one before it.

    Raises PERIOD_UNKNOWN, PERIOD_STATE, PERIOD_SECOND.
    """

    def act(tx: Tx) -> JsonDict:
        draft = queries.amendment(tx.conn, tx.hall_id, period, n)
        if draft is None:
            raise HallError(AssessmentCode.PERIOD_UNKNOWN)
        is_draft = draft.released_at is None
        AMENDMENT.after(
            AmendmentMove.RELEASE,
            Attempt(
                AmendmentState.DRAFT if is_draft else AmendmentState.RELEASED,
                actor.name,
                earlier={workflow.CHECKER: (draft.drafted_by,)},
            ),
        )
        own = amendment_digest(_digest_before(tx.conn, tx.hall_id, period, n), draft)
        frozen = replace(draft, digest=own, released_by=actor.name, released_at=tx.now)
        queries.set_amendment(tx, frozen)
        data = {"n": n, "digest": own}
        write_journal(tx, actor, "score_release.release_amendment", period, data=data)
        tx.events.append(AssessmentChanged("period", period))
        return {"digest": own}

    request: JsonDict = {"act": "score_release.release_amendment", "period": period, "n": n}
    return str(ctx.command(actor, key, request, act)["digest"])


def _digest_before(conn: Connection, hall_id: str, period: str, n: int) -> str:
    earlier = queries.amendment(conn, hall_id, period, n - 1) if n > 1 else None
    row = queries.listed(conn, hall_id, period)
    assert row is not None, "only what was released is amended"
    return row.digest if earlier is None else earlier.digest


def amendment_digest(before: str, draft: StoredAmendment) -> str:
    """Return the digest of an amendment; `before`: digest of the document before it."""
    return digest(
        {
            "before": before,
            "n": draft.n,
            "words": draft.words,
            "changes": json.loads(draft.changes),
            "source": json.loads(draft.frozen),
            "results": json.loads(draft.results),
        }
    )


def changes_of(text: str) -> Sequence[Change]:
    """Return the changes of an amendment's JSON text."""
    return CHANGES.validate_json(text)
