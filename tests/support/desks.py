"""Desks without their server, as the services see them."""

from __future__ import annotations

from collections.abc import Sequence

from server.services import replaying
from server.services.context import JsonDict
from server.services.desk_lines import ShareSeals
from server.wire.commands import HandInActs, OfflineAct, SealedShare
from support.halls import STAFF, SmallHall

SEALS = ShareSeals(b"a key of the tests' own")


def act(kind: str, ticket: str, when: int, **more: str) -> OfflineAct:
    """Something a desk did at `when`."""
    return OfflineAct.model_validate({"kind": kind, "ticket": ticket, "at": when, **more})


def share(window: str, tickets: Sequence[str], staff: str = "") -> SealedShare:
    """Whom the server gave to a desk, with its seal."""
    seal = SEALS.seal(window, staff or STAFF[window], tickets)
    return SealedShare(tickets=list(tickets), seal=seal)


def told(
    hall: SmallHall,
    window: str,
    acts: list[OfflineAct],
    *,
    known: str = "",
    key: str = "",
    clerk: str = "",
    shares: list[SealedShare] | None = None,
) -> list[JsonDict]:
    """Hand in acts; unless `shares` says otherwise, whom the desk called is what it was given."""
    called = list(dict.fromkeys(one.ticket for one in acts if one.kind == "call"))
    if shares is None:
        shares = [share(window, called, STAFF[clerk or window])] if called else []
    body = HandInActs(window=window, known=known, acts=acts, shares=shares)
    who = hall.clerk(clerk or window)
    return replaying.import_actions(hall.ctx, SEALS, who, key or hall.key(), body)


def hand_in(
    hall: SmallHall, window: str, acts: list[OfflineAct], known: str = "", key: str = ""
) -> list[str]:
    """Hand in what was given to this desk; the code of each act."""
    return [str(one["code"]) for one in told(hall, window, acts, known=known, key=key)]
