"""Wrong codes and tokens from all addresses together: counted for the office, and braked.

A code has eight digits and lives for half an hour. Tries of codes wait for one another, one of
each address, and after a wrong one nobody's turn comes for a while: guessing from many addresses
is as slow as from few, and whoever has a right code waits for one try of every guesser at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from server.domain.errors import Code, HallError
from server.services.context import Context
from server.services.turns import Turns
from server.storage import guesses

T = TypeVar("T")
Rest = Callable[[float], None]
REST_SECONDS = 0.5
"""After a wrong code: 3,600 of 100,000,000 codes in half an hour for each server process."""
QUEUE = 4
"""Tries of one address that may wait."""
TOLD_SECONDS = 10.0
"""A stranger makes the server write that often at most."""


@dataclass(slots=True)
class _Untold:
    count: int = 0
    told: float = float("-inf")


class Guesses:
    """Wrong codes and tokens of one hall, as this process sees them."""

    def __init__(
        self,
        ctx: Context,
        rest: Rest = time.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ctx, self._rest, self._steady = ctx, rest, steady
        self._turns = Turns(places=1, longest=QUEUE)
        self._lock = Lock()
        self._untold: dict[str, _Untold] = {}

    def braked(self, address: str, work: Callable[[], T]) -> T:
        """Try a code when it is this address's turn; raises TOO_MANY if too many of it wait."""

        def tried() -> T:
            try:
                return work()
            except HallError as error:
                if error.code is Code.ENROL_CODE:
                    self.wrong("code", address)
                    self._rest(REST_SECONDS)
                raise

        return self._turns.run(address, tried)

    def wrong(self, kind: str, address: str) -> None:
        """Count a wrong `code`, device's `token` or address of a ticket's `page`."""
        with self._lock:
            untold = self._untold.setdefault(kind, _Untold())
            untold.count += 1
            if self._steady() - untold.told < TOLD_SECONDS:
                return
            count, untold.count, untold.told = untold.count, 0, self._steady()
        self._ctx.write(lambda tx: guesses.add(tx, kind, count, address[:64]))
