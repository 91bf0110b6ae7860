"""Digest of contents: the same contents give the same SHA-256 on every machine."""

from __future__ import annotations

import hashlib
from typing import Any

from server.core.journal_line import canonical


def digest(contents: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON in hexadecimal."""
    return hashlib.sha256(canonical(contents).encode()).hexdigest()
