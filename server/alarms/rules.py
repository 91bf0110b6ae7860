"""Alarms: the ones that sound, and when an acknowledged one sounds again.

A loud alarm sounds in the office until a person acknowledges it. It sounds again if it is still
present after a set time, or if it disappeared and came back.
"""

from __future__ import annotations

from collections.abc import Collection

MINUTE_MS = 60_000


def is_acknowledged(since: int | None, taken_at: int | None, now: int, again_minutes: int) -> bool:
    """Return True if an alarm is acknowledged. Times in ms; `since`: when it began, if known."""
    if taken_at is None or (since is not None and since > taken_at):
        return False
    return now < taken_at + again_minutes * MINUTE_MS


def is_loud(code: str, quiet: Collection[str], *, is_taken: bool) -> bool:
    """Return True if an alarm sounds now; `quiet`: codes of alarms that never do."""
    return code not in quiet and not is_taken
