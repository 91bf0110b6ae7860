"""Slow work off the event loop: password hashes, workbooks, documents, photos, long reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Offloaded = Callable[[Callable[[], Any]], Any]
"""Runs a call off the event loop and returns its result."""


def run_directly(call: Callable[[], Any]) -> Any:
    """Run a slow call directly (command line, tests)."""
    return call()
