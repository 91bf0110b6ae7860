"""Notation of the branch servers of a hall, as a setting stores them.

`north 800-999 2026-12-02; south 600-799 2026-12-02 2027-03-01`: building, its numbers of every
prefix, the first business day and, once it has ended, the first day without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_LINE = re.compile(r"(\S+) (\d{3})-(\d{3}) (\d{4}-\d\d-\d\d)(?: (\d{4}-\d\d-\d\d))?")


@dataclass(frozen=True, slots=True)
class BranchServer:
    """Building that runs its own server, with the numbers that only this server issues."""

    site: str
    first: int
    last: int
    since: str
    """First business day, ISO."""
    until: str = ""
    """First business day after the last one; empty: not ended."""

    def runs_on(self, day: str) -> bool:
        """Return True if the building runs its own server on a business day."""
        return self.since <= day and (not self.until or day < self.until)

    def overlaps(self, first: int, last: int) -> bool:
        """Return True if any number from `first` to `last` is in its block."""
        return first <= self.last and self.first <= last


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[BranchServer, ...]:
    """Return the branch servers in order; raise ValueError for a text that is malformed."""
    return tuple(_server(line.strip()) for line in text.split(";") if line.strip())


def _server(line: str) -> BranchServer:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    site, first, last, since, until = match.groups(default="")
    for day in filter(None, (since, until)):
        date.fromisoformat(day)
    return BranchServer(site, int(first), int(last), since, until)


def text_of(servers: Iterable[BranchServer]) -> str:
    """Return the text of branch servers, which `parse` reads."""
    return "; ".join(
        f"{s.site} {s.first:03d}-{s.last:03d} {s.since} {s.until}".strip() for s in servers
    )


def sites_named(text: str) -> list[str]:
    """Return the codes of the buildings that the setting names."""
    return [server.site for server in parse(text)]


def is_branch_servers(text: str) -> bool:
    """Return True if the text of a setting can be read."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
