"""Port of cases: silence may have decided before a person's step."""

from __future__ import annotations

from server.tacit_approval.silence import overtake

__all__ = ["overtake"]
