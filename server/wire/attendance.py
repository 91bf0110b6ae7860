"""Day sheets, rules, leave, corrections: what is asked and what is shown."""

from __future__ import annotations
