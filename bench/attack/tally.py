"""Counts and finds of an attack. A find is a line that somebody can act on."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

SLOWEST = 5.0
"""Maximum seconds of one request."""
SHOWN = 300


@dataclass(slots=True)
class Tally:
    """Counts by outcome of each try, the slowest try in seconds, and the finds."""

    name: str
    tried: Counter[str] = field(default_factory=Counter)
    finds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    notes: list[str] = field(default_factory=list)

    def count(self, outcome: str, seconds: float = 0.0) -> None:
        """Count a try; a try that is too slow is a find."""
        self.tried[outcome] += 1
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOWEST:
            self.add_find(f"{outcome} took {seconds:.1f} s")

    def add_find(self, what: str, example: str = "") -> None:
        """Add a find; its first example is stored in the notes."""
        self.finds[what[:SHOWN]] += 1
        if example and self.finds[what[:SHOWN]] == 1:
            self.notes.append(f"{what[:SHOWN]} e.g. {example[:SHOWN]}")

    @property
    def total(self) -> int:
        """Number of tries."""
        return sum(self.tried.values())


def table(tallies: Iterable[Tally]) -> str:
    """Return all counts as a Markdown table, and the finds below it."""
    lines = ["| attack | tries | outcomes | slowest | finds |", "| --- | --- | --- | --- | --- |"]
    below: list[str] = []
    for tally in tallies:
        outcomes = ", ".join(f"{name} {count}" for name, count in sorted(tally.tried.items()))
        finds = sum(tally.finds.values())
        lines.append(
            f"| {tally.name} | {tally.total} | {outcomes} | {tally.slowest:.2f} s | {finds} |"
        )
        below += [f"- {tally.name}: {note}" for note in tally.notes]
        below += [f"- FIND {tally.name}, {n} times: {what}" for what, n in tally.finds.items()]
    return "\n".join([*lines, "", *below])


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """Collect the errors that are logged meanwhile: kind of exception and its origin."""
    errors: list[str] = []
    handler = _ErrorList(errors)
    logging.getLogger().addHandler(handler)
    try:
        yield errors
    finally:
        logging.getLogger().removeHandler(handler)


class _ErrorList(logging.Handler):
    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._errors.append(f"{record.getMessage()} {error!r} {_last_place(error)}")

    def handleError(self, record: logging.LogRecord) -> NoReturn:  # noqa: N802 - the base's name
        raise RuntimeError(record.msg)


def _last_place(error: BaseException | None) -> str:
    place = ""
    trace = error.__traceback__ if error else None
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
