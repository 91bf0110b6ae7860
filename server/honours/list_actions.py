"""Acts on lists: one person drafts what the page shows, another fixes it with its digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from server.core.actors import Actor
from server.core.digests import digest
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.honours import queries, workflow
from server.honours.errors import HonourCode
from server.honours.list_rules import ListKind, ListMove, ListState, RowChange, changed_rows
from server.honours.queries import StoredList
from server.honours.workflow import LIST


@dataclass(frozen=True)
class CurrentList:
    """List as the records give it now."""

    kind: ListKind
    period: str
    content: JsonDict
    obstacle: str
    """State that keeps it from being fixed: running, pending, unreleased; "": nothing does."""

    @cached_property
    def digest(self) -> str:
        """Digest of the content."""
        return digest(self.content)


def newest(rows: Sequence[StoredList]) -> StoredList | None:
    """Return the newest fixed version of a list, or None."""
    return next((row for row in reversed(rows) if row.released_at is not None), None)


def open_draft(rows: Sequence[StoredList]) -> StoredList | None:
    """Return the draft that waits for a second person, or None."""
    return rows[-1] if rows and rows[-1].released_at is None else None


def differences(current: CurrentList, rows: Sequence[StoredList]) -> tuple[RowChange, ...]:
    """Return the rows by which the records differ from the fixed list; none before it is fixed."""
    fixed = newest(rows)
    if fixed is None:
        return ()
    return changed_rows(current.kind, json.loads(fixed.content), current.content)


def draft(ctx: Context, actor: Actor, key: str, current: CurrentList, seen: str, words: str) -> int:
    """Draft a list, or an amendment of a fixed one; return its number. A draft is replaced.

    Raises LIST_STATE (an obstacle; unchanged), LIST_CHANGED if the records are not those shown,
    LIST_WORDS for an amendment without a reason.
    """
    kind, period = current.kind.value, current.period

    def act(tx: Tx) -> JsonDict:
        rows = queries.lists(tx.conn, tx.hall_id, kind, period)
        fixed, is_open = newest(rows), open_draft(rows) is not None
        move = ListMove.DRAFT if fixed is None else ListMove.AMEND
        LIST.after(move, attempt_of(actor, rows, words))
        _require_ready(current, seen)
        changes = differences(current, rows)
        if fixed is not None and not changes:
            raise HallError(HonourCode.LIST_STATE, state="unchanged")
        n = len(rows) + (not is_open)
        row = StoredList(
            kind=kind,
            period=period,
            n=n,
            content=_text(current.content),
            changes=_text([asdict(change) for change in changes]),
            words=words if fixed is not None else "",
            digest="",
            drafted_by=actor.name,
            drafted_at=tx.now,
            released_by="",
            released_at=None,
        )
        queries.put_list(tx, row, is_new=not is_open)
        data = {"n": n, "rows": len(changes)}
        write_journal(
            tx, actor, f"honour_list.{move}", f"{kind}/{period}", data=data, why=row.words
        )
        return {"n": n}

    request: JsonDict = {"act": "honour_list.draft", "kind": kind, "period": period}
    answer = ctx.command(actor, key, {**request, "seen": seen, "words": words}, act)
    return int(answer["n"])


def release(ctx: Context, actor: Actor, key: str, current: CurrentList, n: int) -> str:
    """Fix what another person drafted; return its digest, which covers the version before it.

    Raises LIST_UNKNOWN, LIST_STATE, LIST_SECOND for whoever drafted it, LIST_CHANGED if the records
    have changed since.
    """
    kind, period = current.kind.value, current.period

    def act(tx: Tx) -> JsonDict:
        rows = queries.lists(tx.conn, tx.hall_id, kind, period)
        row = next((row for row in rows if row.n == n), None)
        if row is None:
            raise HallError(HonourCode.LIST_UNKNOWN)
        LIST.after(ListMove.RELEASE, attempt_of(actor, [row]))
        _require_ready(current, digest(json.loads(row.content)))
        before = newest(rows)
        own = list_digest(before.digest if before else "", row)
        fixed = replace(row, digest=own, released_by=actor.name, released_at=tx.now)
        queries.put_list(tx, fixed, is_new=False)
        data = {"n": n, "digest": own, "drafted_by": row.drafted_by}
        write_journal(tx, actor, "honour_list.release", f"{kind}/{period}", data=data)
        return {"digest": own}

    request: JsonDict = {"act": "honour_list.release", "kind": kind, "period": period, "n": n}
    return str(ctx.command(actor, key, request, act)["digest"])


def archive(
    tx: Tx, kind: ListKind, period: str, content: JsonDict, *, first: tuple[str, int], second: str
) -> None:
    """Keep a paper that two people have just decided; `first`: who proposed it, and when."""
    rows = queries.lists(tx.conn, tx.hall_id, kind.value, period)
    row = StoredList(
        kind=kind.value,
        period=period,
        n=len(rows) + 1,
        content=_text(content),
        changes="[]",
        words="",
        digest="",
        drafted_by=first[0],
        drafted_at=first[1],
        released_by=second,
        released_at=tx.now,
    )
    before = newest(rows)
    own = list_digest(before.digest if before else "", row)
    queries.put_list(tx, replace(row, digest=own), is_new=True)


def attempt_of(actor: Actor, rows: Sequence[StoredList], words: str = "") -> Attempt[ListState]:
    """Return a step of the newest version as the actor attempts it."""
    row = rows[-1] if rows else None
    is_draft = row is not None and row.released_at is None
    return Attempt(
        None if row is None else ListState.DRAFT if is_draft else ListState.RELEASED,
        actor.name,
        earlier={workflow.FIRST: (row.drafted_by,) if row is not None else ()},
        given=(workflow.WORDS,) if words.strip() else (),
    )


def list_digest(before: str, row: StoredList) -> str:
    """Return the digest of a version; `before`: digest of the one before it, "" for the first."""
    return digest(
        {
            "before": before,
            "kind": row.kind,
            "period": row.period,
            "n": row.n,
            "words": row.words,
            "content": json.loads(row.content),
            "changes": json.loads(row.changes),
        }
    )


def _require_ready(current: CurrentList, seen: str) -> None:
    if current.obstacle:
        raise HallError(HonourCode.LIST_STATE, state=current.obstacle)
    if current.digest != seen:
        raise HallError(HonourCode.LIST_CHANGED)


def _text(values: object) -> str:
    return json.dumps(values, ensure_ascii=False)
