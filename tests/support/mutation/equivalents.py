"""Equivalent mutants: changes that a reviewer found to alter nothing that can be observed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from support.mutation.mutants import ROOT, Mutant

LIST = ROOT / "tests" / "rules" / "equivalent_mutants.toml"


@dataclass(frozen=True)
class Equivalent:
    """Entry of the list: the change, and the reason why no test can see it."""

    module: str
    function: str
    before: str
    after: str
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Return True if the mutant is the change of this entry."""
        place = (self.module, self.function)
        texts = (self.before, self.after)
        return (mutant.module, mutant.function) == place and (mutant.before, mutant.after) == texts


def read_list(path: Path = LIST) -> list[Equivalent]:
    """Return the entries of the list; raise TypeError if a field lacks."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    return [Equivalent(**entry) for entry in entries]
