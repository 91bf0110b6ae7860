"""No-show rule: after enough calls and seconds, a called person may be marked as missed.

How many is set by the hall: `no_show_min_calls`, `no_show_min_seconds` in `settings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.core.errors import HallError
from server.core.settings import Settings
from server.queue.errors import QueueCode
from server.queue.settings import CounterSettings
from server.queue.tickets import Move, Ticket


class Call(Protocol):
    """Call of a ticket: its time (ms) and its move."""

    @property
    def at(self) -> int: ...
    @property
    def move(self) -> str: ...


def no_show_from(settings: Settings, ticket: Ticket, calls: Sequence[Call], otherwise: int) -> int:
    """Return the time (ms) from which the person no longer counts as on the way to the window.

    A recall does not start the time anew. `otherwise`: the time of the call if none is stored.
    """
    call_times = [call.at for call in calls if call.move != Move.RECALL]
    since = call_times[-1] if call_times else ticket.called_at or otherwise
    return since + settings.of(CounterSettings).no_show_min_seconds * 1000


def require_no_show(settings: Settings, ticket: Ticket, calls: Sequence[Call], at: int) -> None:
    """Raise NO_SHOW_TOO_EARLY if at `at` (ms) the person may still be on the way."""
    least, seconds = (
        settings.of(CounterSettings).no_show_min_calls,
        settings.of(CounterSettings).no_show_min_seconds,
    )
    if ticket.call_count < least or at < no_show_from(settings, ticket, calls, at):
        raise HallError(
            QueueCode.NO_SHOW_TOO_EARLY, calls=ticket.call_count, least=least, seconds=seconds
        )
