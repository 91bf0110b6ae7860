"""Digest of a catalogue's contents: importing the same workbook again makes no new version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date, time

from server.catalogue.model import Catalogue


def digest(catalogue: Catalogue) -> str:
    """Return the SHA-256 (hex) of the contents; the order of records counts.

    Version, the hall's code and state days are left out: a hall that imports the workbook of
    another keeps its own code, and its export counts as the same workbook. Sites that are not
    used are left out too, so that versions from before there were sites keep their digest.
    """
    contents = asdict(catalogue)
    del contents["version"], contents["hall"], contents["state_days"]
    if not catalogue.sites:
        del contents["sites"]
    for zone in contents["zones"]:
        if not zone["site"]:
            del zone["site"]
    text = json.dumps(contents, default=_plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"a catalogue holds no {type(value).__name__}")
