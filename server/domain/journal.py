"""The journal's line and its hash: each line's hash covers the one before it.

A chain of SHA-256 over canonical JSON. It shows that nothing was changed or taken out after the
fact by somebody who cannot rewrite the whole rest; it is not a signature.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what, when (ms since 1970, UTC), where and why."""

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
    """JSON with sorted keys and no spaces: the same on every machine."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def line_hash(previous: str, line: Line) -> str:
    """The hash of `line` after a line whose hash is `previous`."""
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
