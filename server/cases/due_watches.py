"""Work of other rooms within a step of a case, while what was due before it still stands."""

from __future__ import annotations

from collections.abc import Callable

from server.core.store import Tx
from server.hall.context import Context

Watch = Callable[[Tx, str], None]
"""Called in the running action, with the id of the case."""


class DueWatches:
    """Watches of one hall. A step of a case calls them before it changes what is due of it."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    @classmethod
    def of(cls, ctx: Context) -> DueWatches:
        """Return the hall's only instance."""
        watches = ctx.kept.setdefault(cls, cls())
        assert isinstance(watches, cls)
        return watches

    def add(self, watch: Watch) -> None:
        """Add a watch, for as long as the hall is open."""
        self._watches.append(watch)

    def run(self, tx: Tx, case: str) -> None:
        """Call every watch."""
        for watch in self._watches:
            watch(tx, case)
