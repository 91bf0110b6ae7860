"""Journal line and its hash: each line's hash covers the hash of the line before it.

A chain of SHA-256 over canonical JSON. It proves that no line was changed or removed later by
anybody who cannot rewrite all lines after it; it is not a signature.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """Journal line: actor, action, time (ms since 1970, UTC), place and reason."""

    hall_id: str
    seq: int
    at: int
    actor_kind: str
    actor: str
    window: str
    act: str
    subject: str
    data: dict[str, Any]
    why: str


def canonical(data: dict[str, Any]) -> str:
    """Return JSON with sorted keys and no spaces: the same on every machine."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def line_hash(previous: str, line: Line) -> str:
    """Return the hash of `line` after a line whose hash is `previous`."""
    parts = [
        previous,
        line.hall_id,
        str(line.seq),
        str(line.at),
        line.actor_kind,
        line.actor,
        line.window,
        line.act,
        line.subject,
        canonical(line.data),
        line.why,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
