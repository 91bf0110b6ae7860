"""Time clocks and punches."""

from __future__ import annotations
