"""Note of the last good backup, in the hall's data folder: written by a backup, read by alarms."""

from __future__ import annotations

import json
from pathlib import Path

NOTE = "last-backup.json"


def last_backup(data: Path, hall_id: str) -> tuple[int, int] | None:
    """Return the time (ms) and journal line of a hall's last good backup; None if there is none.

    `data` is the hall's own folder.
    """
    try:
        record = json.loads((data / NOTE).read_text())
        return int(record["at"]), int(record["halls"][hall_id][0])
    except (OSError, ValueError, KeyError, TypeError):
        return None
