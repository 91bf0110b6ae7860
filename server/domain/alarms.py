"""Which alarms are loud, and when one that somebody took becomes loud again.

A loud alarm sounds in the office until somebody takes it. Whoever takes it has a while to deal with
it; if it is still there then, or if it went and came again, it is loud again.
"""

from __future__ import annotations

QUIET = frozenset(
    {
        "wait_over_target",
        "device_paper_near_end",
        "device_claim_new",
        "findings_proposed",
        "findings_disputed",
        "calendar_missing",
        "reader_asking",
        "reader_lines",
        "backup_old",
        "desk_acts",
    }
)
"""What is to be dealt with in the course of the day; all others are loud."""

MINUTE_MS = 60_000


def taken(since: int | None, taken_at: int | None, now: int, again_minutes: int) -> bool:
    """Whether somebody is dealing with an alarm. Times in ms; `since`: when it came, if known."""
    if taken_at is None or (since is not None and since > taken_at):
        return False
    return now < taken_at + again_minutes * MINUTE_MS


def loud(code: str, *, is_taken: bool) -> bool:
    """Whether an alarm sounds now."""
    return code not in QUIET and not is_taken
