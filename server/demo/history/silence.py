"""Approval by silence of the demo history: a scheme that two managers sign, and what it grants.

The scheme covers the renewal of one licence whose unit has left the hall, so that nobody answers a
case of it (`case_plans`). Cases of other items are overdue, and stay so.
"""

from __future__ import annotations

from datetime import date, time
from functools import partial

from server.demo.history.case_plans import SILENT_ITEM
from server.demo.history.world import Event, World
from server.tacit_approval import actions, queries
from server.tacit_approval.actions import Proposal
from server.tacit_approval.rules import SchemeKind, SchemeLimit, SchemeMove
from server.tacit_approval.silence import SilenceSearch

PROPOSED_AT = time(8, 5)
BASIS = "《中华人民共和国行政许可法》第五十条第二款：逾期未作决定的，视为准予延续"
WORDS = "已与单位核对事项和期限，同意"


class Silence:
    """Scheme of the demo, and the cases that silence granted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._search = SilenceSearch(world.ctx)
        self._granted: set[str] = set()

    def scheme_events(self, day: date) -> list[Event]:
        """Return the act of the first day that puts the scheme in force."""
        return [(self._world.at(day, PROPOSED_AT), partial(self._put_in_force, day))]

    def _put_in_force(self, first: date) -> None:
        world = self._world
        proposer, signer = (world.actor(person.number) for person in world.managers()[:2])
        items = (SILENT_ITEM,)
        proposal = Proposal(SchemeKind.RENEWAL, items, SchemeLimit.LEGAL, BASIS, first)
        scheme = actions.propose(world.ctx, proposer, world.key(), proposal)
        actions.move(world.ctx, signer, world.key(), scheme, SchemeMove.SIGN, WORDS)

    def granted(self) -> list[str]:
        """Record silence that counts now; return the cases that it granted."""
        ctx = self._world.ctx
        if not self._search.update():
            return []
        cases = [row.case for row in ctx.read(lambda c: queries.consents(c, ctx.hall_id))]
        new = [case for case in cases if case not in self._granted]
        self._granted.update(new)
        return new

    def has_granted(self, case: str) -> bool:
        """Return True for a case that silence granted."""
        return case in self._granted
