"""Equivalent mutants: changes that a reviewer found to alter nothing that can be observed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from support.mutation.mutants import ROOT, Mutant

LIST = ROOT / "tests" / "rules" / "equivalent_mutants.toml"


@dataclass(frozen=True)
class Equivalent:
    """Entry of the list: the changes of one line, and the reason why no test can see them."""

    module: str
    function: str
    before: str
    after: tuple[str, ...]
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Return True if the mutant is a change of this entry."""
        places = ((each.module, each.function, each.before) for each in (self, mutant))
        return next(places) == next(places) and mutant.after in self.after


def read_list(path: Path = LIST) -> list[Equivalent]:
    """Return the entries of the list; raise TypeError if a field lacks."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    return [Equivalent(**entry | {"after": tuple(entry["after"])}) for entry in entries]
