"""Which request a piece of work belongs to, from the page to the device: one short id.

A command's Idempotency-Key is its id, so that a page, its repeats, the log of every worker and the
log of the agent that prints speak of the same thing. It names a request, never a person.
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
"""A telephone or identity card number, which somebody's own client may have put there."""
_current: ContextVar[str] = ContextVar("trace", default="")


def begin(*offered: str) -> str:
    """Take the first id that may be logged, or make one; it holds for this greenlet."""
    found = None
    for text in offered:
        found = _safe.match(text)
        if found and not _of_person.fullmatch(found.group()):
            break
        found = None
    trace = found.group() if found else uuid.uuid4().hex[:16]
    _current.set(trace)
    return trace


def current() -> str:
    """The id of the work in hand; empty for what nobody asked for."""
    return _current.get()


@contextmanager
def of(trace: str) -> Iterator[None]:
    """Do something as part of another's work."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
