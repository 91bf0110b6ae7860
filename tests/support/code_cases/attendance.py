"""Day sheets, leave, corrections, rules."""

from __future__ import annotations
