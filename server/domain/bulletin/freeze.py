"""How a released bulletin is frozen: a canonical text and its SHA-256.

The same contents give the same digest on every machine; an amendment's digest includes what it
amends.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from server.domain.bulletin.figures import Figures


def canonical(contents: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(contents: Any) -> str:
    """SHA-256 in hexadecimal of the canonical text."""
    return hashlib.sha256(canonical(contents).encode()).hexdigest()


def bulletin_digest(number: int, figures: Figures, words: dict[str, str]) -> str:
    """The digest that a release fixes: number, every figure, every word."""
    return digest({"number": number, "figures": asdict(figures), "words": words})


def amendment_digest(before: str, n: int, words: str, data: Any) -> str:
    """The digest of amendment `n`; `before` is the digest of what it follows."""
    return digest({"before": before, "n": n, "words": words, "data": data})
