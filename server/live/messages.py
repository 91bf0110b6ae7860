"""Envelope of the live feeds."""

from __future__ import annotations

from typing import Any, Literal

from server.core.messages import Message


class LiveState(Message):
    """Envelope of a push: event `state` on namespace `/live`."""

    surface: Literal[
        "kiosk",
        "board",
        "tablet",
        "counter",
        "windows",
        "ticket",
        "office",
        "simulators",
        "attendance",
        "readers",
        "checks",
        "my",
    ]
    key: str
    version: int
    now: int
    build: str
    data: dict[str, Any]
