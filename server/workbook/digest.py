"""A fingerprint of a catalogue's contents, so that the same book twice is no new version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date, time

from server.domain.catalogue import Catalogue


def digest(catalogue: Catalogue) -> str:
    """SHA-256 in hex over the book: all but version, the hall's code, state days; order counts.

    A hall that takes another's book keeps its own code, and what it then exports is the same book.
    """
    contents = asdict(catalogue)
    del contents["version"], contents["hall"], contents["state_days"]
    text = json.dumps(contents, default=_plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"a catalogue holds no {type(value).__name__}")
