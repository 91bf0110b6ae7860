"""Desk actions made without the server, as the services receive them."""

from __future__ import annotations

from collections.abc import Sequence

from server.hall.context import JsonDict
from server.queue.offline import import_desk_acts
from server.queue.offline.desk_connections import ShareSeals
from server.queue.offline.messages import HandInActs, OfflineAct, SealedShare
from support.halls import STAFF, SmallHall

SEALS = ShareSeals(b"a key of the tests' own")


def act(kind: str, ticket: str, when: int, **more: str) -> OfflineAct:
    """Return a desk action at `when` (milliseconds)."""
    return OfflineAct.model_validate({"kind": kind, "ticket": ticket, "at": when, **more})


def share(window: str, tickets: Sequence[str], staff: str = "") -> SealedShare:
    """Return a sealed desk share: the tickets that the server gave a window."""
    seal = SEALS.seal(window, staff or STAFF[window], tickets)
    return SealedShare(tickets=list(tickets), seal=seal)


def import_actions(
    hall: SmallHall,
    window: str,
    acts: list[OfflineAct],
    *,
    current: str = "",
    key: str = "",
    clerk: str = "",
    shares: list[SealedShare] | None = None,
) -> list[JsonDict]:
    """Import desk actions and return the result of each.

    The desk share is what the desk called, unless `shares` is given. `current` is the ticket that
    was at the window before the actions.
    """
    called = list(dict.fromkeys(action.ticket for action in acts if action.kind == "call"))
    if shares is None:
        shares = [share(window, called, STAFF[clerk or window])] if called else []
    body = HandInActs(window=window, known=current, acts=acts, shares=shares)
    who = hall.clerk(clerk or window)
    return import_desk_acts.import_actions(hall.ctx, SEALS, who, key or hall.key(), body)


def import_codes(
    hall: SmallHall, window: str, acts: list[OfflineAct], current: str = "", key: str = ""
) -> list[str]:
    """Import desk actions with a matching desk share and return the code of each."""
    return [
        str(result["code"])
        for result in import_actions(hall, window, acts, current=current, key=key)
    ]
