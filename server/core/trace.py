"""Trace id of a request, from the page to the device: one short id.

A command's Idempotency-Key is its id, so that a page, its repeats, the log of every worker and the
log of the printing agent use the same id. It identifies a request, never a person.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 32
_safe = re.compile(rf"^[A-Za-z0-9._-]{{1,{LONGEST}}}")
_of_person = re.compile(r"\d{11,}[Xx]?")
"""Pattern of a telephone or identity card number, which a client may have put into the id."""
_current: ContextVar[str] = ContextVar("trace", default="")


def begin(*offered: str) -> str:
    """Select the first offered id that may be logged, or create one; set it for this greenlet."""
    match = None
    for text in offered:
        match = _safe.match(text)
        if match and not _of_person.fullmatch(match.group()):
            break
        match = None
    trace = match.group() if match else uuid.uuid4().hex[:16]
    _current.set(trace)
    return trace


def current() -> str:
    """Return the id of the current work; empty for work without a request."""
    return _current.get()


@contextmanager
def of(trace: str) -> Iterator[None]:
    """Run the block as part of another request."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
