"""Wrong codes and tokens of all addresses together: counted for the office, and throttled.

A code has eight digits and is valid for half an hour. Tries of codes run one at a time, with one
place for each address, and after a wrong code there is a pause for all. So guessing from many
addresses is as slow as from few, and a right code waits for at most one try of every guesser.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from server.accounts import wrong_code_queries
from server.accounts.errors import AccountCode
from server.core.errors import HallError
from server.core.fair_scheduler import Turns
from server.hall.context import Context

T = TypeVar("T")
Rest = Callable[[float], None]
REST_SECONDS = 0.5
"""Seconds of pause after a wrong code.

That is 3,600 of 100,000,000 codes in half an hour for each server process.
"""
QUEUE = 4
"""Most tries of one address that may wait."""
WRITE_INTERVAL_SECONDS = 10.0
"""Least seconds between two writes caused by strangers."""


@dataclass(slots=True)
class _Pending:
    count: int = 0
    written_at: float = float("-inf")


class Guesses:
    """Counter of wrong codes and tokens of one hall in this process."""

    def __init__(
        self,
        ctx: Context,
        rest: Rest = time.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ctx, self._rest, self._steady = ctx, rest, steady
        self._turns = Turns(places=1, longest=QUEUE)
        self._lock = Lock()
        self._pending: dict[str, _Pending] = {}

    def throttled(self, address: str, work: Callable[[], T]) -> T:
        """Try a code when it is this address's turn.

        Raise TOO_MANY if too many of its tries wait.
        """

        def tried() -> T:
            try:
                return work()
            except HallError as error:
                if error.code is AccountCode.ENROL_CODE:
                    self.wrong("code", address)
                    self._rest(REST_SECONDS)
                raise

        return self._turns.run(address, tried)

    def wrong(self, kind: str, address: str) -> None:
        """Count a wrong `code`, device `token` or address of a ticket's `page`."""
        with self._lock:
            pending = self._pending.setdefault(kind, _Pending())
            pending.count += 1
            if self._steady() - pending.written_at < WRITE_INTERVAL_SECONDS:
                return
            count, pending.count, pending.written_at = pending.count, 0, self._steady()
        self._ctx.write(lambda tx: wrong_code_queries.add(tx, kind, count, address[:64]))
