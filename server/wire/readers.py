"""Time clocks, fingers and punches: what is asked and what is shown."""

from __future__ import annotations
