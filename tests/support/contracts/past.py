"""Contract of the journal: five weeks of a seeded hall, line by line into one hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server.core import journal
from server.hall.composition import Hall
from support.demo_history import hall_with_demo_history

SEED = 1


def journal_of(folder: Path) -> Any:
    """Play the seeded weeks in an empty `folder` and return their journal's contract."""
    return journal_contract(hall_with_demo_history(folder, SEED))


def journal_contract(hall: Hall) -> Any:
    """Return the last hash of each day of a hall's journal, and the first line of each act.

    A line's hash covers all lines before it, so one different character changes every later day.
    """
    rows = hall.ctx.read(lambda conn: list(journal.lines(conn, hall.ctx.hall_id)))
    days: dict[str, Any] = {}
    first: dict[str, Any] = {}
    for row in rows:
        days[hall.ctx.local(row.at).date().isoformat()] = [row.seq, row.hash]
        first.setdefault(
            row.act,
            {
                "actor_kind": row.actor_kind,
                "actor": row.actor,
                "subject": row.subject,
                "window": row.window,
                "data": json.loads(row.data),
                "why": row.why,
            },
        )
    return {"last line and hash of each day": days, "first line of each act": first}
