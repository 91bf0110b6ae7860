"""Messages of the lists that two people fix, made from what was read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from server.cases.views import name_of
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.hall.context import Context
from server.honours import list_actions, queries
from server.honours.list_actions import CurrentList
from server.honours.list_rules import ListMove
from server.honours.messages import ListChange, ListVersion, ListView
from server.honours.queries import StoredList
from server.honours.workflow import LIST


def list_view(ctx: Context, conn: Connection, actor: Actor, current: CurrentList) -> ListView:
    """Return the state of a list."""
    rows = queries.lists(conn, ctx.hall_id, current.kind.value, current.period)
    catalogue, draft = ctx.catalogue(), list_actions.open_draft(rows)
    attempt = list_actions.attempt_of(actor, rows)
    is_current = draft is not None and json.loads(draft.content) == current.content
    return ListView(
        kind=current.kind,
        period=current.period,
        seen=current.digest,
        obstacle=current.obstacle,
        versions=[_version(catalogue, row) for row in rows if row.released_at is not None],
        draft=draft.n if draft else 0,
        draft_by_name=name_of(catalogue, draft.drafted_by) if draft else "",
        draft_words=draft.words if draft else "",
        draft_changes=_changes(json.loads(draft.changes)) if draft else [],
        draft_is_current=is_current,
        changes=_changes(asdict(change) for change in list_actions.differences(current, rows)),
        may_release=LIST.allows(ListMove.RELEASE, attempt) and is_current and not current.obstacle,
    )


def fixed_content(conn: Connection, hall_id: str, current: CurrentList) -> dict[str, Any]:
    """Return the content of the newest fixed version, else that of the records."""
    fixed = list_actions.newest(queries.lists(conn, hall_id, current.kind.value, current.period))
    content: dict[str, Any] = json.loads(fixed.content) if fixed else current.content
    return content


def _version(catalogue: Catalogue, row: StoredList) -> ListVersion:
    return ListVersion(
        n=row.n,
        words=row.words,
        changes=_changes(json.loads(row.changes)),
        digest=row.digest,
        drafted_by_name=name_of(catalogue, row.drafted_by),
        released_by_name=name_of(catalogue, row.released_by),
        released_at=row.released_at or 0,
    )


def _changes(rows: Iterable[dict[str, Any]]) -> list[ListChange]:
    return [ListChange.model_validate(row) for row in rows]


def is_fixed(paper: ListView) -> bool:
    """Return True if some version of the list is fixed."""
    return bool(paper.versions)
