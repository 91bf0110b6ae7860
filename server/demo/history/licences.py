"""Licences of the demo history: registered by their unit, counted by two, handed out or posted.

One list differs, parcels come back, some electronic licences are entered late, and one unit hands
in a list of issued numbers of which one has no case.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from server.cases import queries as case_queries
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.rules import HallPost, IdKind
from server.cases.serving import serve, set_posts
from server.catalogue.model import Item
from server.core.actors import Actor
from server.demo.history.world import Event, World
from server.issuing import (
    actions,
    dues,
    extra_queries,
    extras,
    handing,
    list_actions,
    queries,
    rolls,
)
from server.issuing.actions import Registration
from server.issuing.handing import HandOut, ParcelStep
from server.issuing.list_actions import Count
from server.issuing.rules import ExtraMove, ParcelMove, Recipient, Signed, shown_of

NAMED_AT, HANDED_AT, POSTED_AT, ENTERED_AT = time(7, 45), time(9, 25), time(11, 5), time(11, 40)
GIVEN_AT, COUNTED_AT, ROLL_AT = time(16, 40), time(17, 0), time(16, 5)
POSTED, RETURNED, ELECTRONIC, LATE = 0.2, 0.25, 0.45, 0.2
"""Shares: posted, of these returned, also electronic, of these entered late."""
DIFFERENT_BACK, ROLL_BACK = 12, 8
"""Working days before the last one of the list that differs, and of the list of numbers."""
NO_CASE = "YS-9-00001"
"""Number without a case; like every number here it looks invented."""


@dataclass(slots=True)
class Licence:
    """Licence with what comes of it."""

    id: str
    case: str
    number: str
    unit: str
    giver: Actor
    electronic: bool
    parcel: str = ""


class Licences:
    """Licences of the demo's cases, and the acts of units, issuers and the post."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        # Chance of its own, so that the rest of the past is what it was without licences.
        self._chance = random.Random(f"{world.seed} licences")
        self._days = days
        self._count = 0
        self._at_unit: list[Licence] = []
        self._lists: list[tuple[str, list[Licence]]] = []
        self._ready: list[Licence] = []
        self._due: dict[tuple[date, time], list[partial[None]]] = defaultdict(list)
        self._issued: dict[str, list[str]] = defaultdict(list)
        self._differs = False

    def granted(self, case: str, item: Item, unit_actor: Actor) -> None:
        """Register the licence of a case that was granted now."""
        self._count += 1
        number = f"YS-{self._days[-1].year}-{self._count:05d}"
        electronic = self._chance.random() < ELECTRONIC
        kind = (item.result or "许可决定")[:60]
        wish = Registration(case, kind, number, electronic=electronic)
        world = self._world
        licence = actions.register(world.ctx, unit_actor, world.key(), wish)
        self._issued[item.unit].append(number)
        self._at_unit.append(Licence(licence, case, number, item.unit, unit_actor, electronic))
        if electronic:
            late = self._chance.random() < LATE
            self._later(self._chance.randint(5, 9) if late else 1, ENTERED_AT, self._enter, licence)

    def _later(self, days: int, moment: time, act: Callable[..., None], *args: object) -> None:
        """Plan an act working days from today; beyond the history it is not done."""
        place = self._days.index(self._today()) + days
        if place < len(self._days):
            self._due[self._days[place], moment].append(partial(act, *args))

    def _today(self) -> date:
        return self._world.ctx.local().date()

    def events(self, day: date) -> list[Event]:
        """Return the acts of a day."""
        at = self._world.at
        events: list[Event] = [
            (at(day, HANDED_AT), self._hand_out),
            (at(day, POSTED_AT), partial(self._planned, day, POSTED_AT)),
            (at(day, ENTERED_AT), partial(self._planned, day, ENTERED_AT)),
            (at(day, GIVEN_AT), self._give),
            (at(day, COUNTED_AT), partial(self._receive, day)),
        ]
        if day == self._days[0]:
            events.append((at(day, NAMED_AT), self._name_issuers))
        if len(self._days) > ROLL_BACK and day == self._days[-1 - ROLL_BACK]:
            events.append((at(day, ROLL_AT), self._hand_in_roll))
        return events

    def _planned(self, day: date, moment: time) -> None:
        for act in self._due.pop((day, moment), ()):
            act()

    # -- acts ----------------------------------------------------------------------------------

    def _issuers(self) -> list[Actor]:
        """Return who sits at the issuing window, and the cover, who does so on days of leave."""
        desk = next(s for s in self._world.catalogue.staff if s.windows and not s.unit)
        return [self._world.actor(number) for number in (desk.number, desk.cover) if number]

    def _name_issuers(self) -> None:
        world = self._world
        office = world.actor(world.managers()[0].number)
        names = [actor.name for actor in self._issuers()]
        set_posts(world.ctx, office, world.key(), "", HallPost.ISSUER, names)

    def _give(self) -> None:
        world, waiting = self._world, self._at_unit
        self._at_unit = []
        by_giver: dict[str, list[Licence]] = defaultdict(list)
        for licence in waiting:
            by_giver[f"{licence.unit}/{licence.giver.name}"].append(licence)
        for own in by_giver.values():
            ids = [licence.id for licence in own]
            number = list_actions.give(world.ctx, own[0].giver, world.key(), ids, len(ids))
            self._lists.append((number, own))

    def _receive(self, day: date) -> None:
        """Count the lists of the day; on one day a licence is missing from the first of them."""
        world, place = self._world, len(self._days) - 1 - self._days.index(day)
        self._differs |= place == DIFFERENT_BACK
        for number, own in self._lists:
            issuer = next(actor for actor in self._issuers() if actor.name != own[0].giver.name)
            there, words, more = own, "", ""
            if self._differs:
                there, words = own[1:], f"清单所列 {own[0].number} 未送到，单位称尚未盖章，次日补送"
                more = f"旧证{own[0].number[-4:]}"
                self._at_unit.append(own[0])
                self._differs = False
            shelf = f"{'ABCD'[self._count % 4]}-{1 + self._count % 9:02d}"
            extra = (more,) if more else ()
            counted = len(there) + len(extra)
            count = Count(tuple(each.id for each in there), counted, words, shelf, extra)
            list_actions.receive(world.ctx, issuer, world.key(), number, count)
            if extra:
                self._give_back(issuer)
            self._ready += there
        self._lists = []

    def _give_back(self, issuer: Actor) -> None:
        """Give what was on no list back to its unit, which has not confirmed it at the end."""
        ctx = self._world.ctx
        for row in ctx.read(lambda c: extra_queries.unsettled(c, ctx.hall_id)):
            words = "不在清单上，当面退回单位"
            extras.move(ctx, issuer, self._world.key(), row.id, ExtraMove.RETURN, words)

    def _hand_out(self) -> None:
        """Hand out or post what came onto the shelf the days before."""
        world, (issuer, *_others) = self._world, self._issuers()
        left: list[Licence] = []
        for licence in self._ready:
            hall_id = world.ctx.hall_id
            unpaid = world.ctx.read(lambda c, e=licence, h=hall_id: dues.is_unpaid(c, h, e.case))  # type: ignore[misc]
            if unpaid:
                self._serve_without(licence)
                left.append(licence)
            elif not licence.parcel and self._chance.random() < POSTED:
                self._send(issuer, licence)
            else:
                shown = shown_of(b"demo", IdKind.ID_CARD, "0021")
                wish = HandOut((licence.id,), Recipient.APPLICANT, shown, Signed.PAPER)
                handing.hand_out(world.ctx, issuer, world.key(), wish)
        self._ready = left

    def _serve_without(self, licence: Licence) -> None:
        """Serve the decision of a case whose licence waits for its dues, once."""
        world, case = self._world, licence.case
        ctx = world.ctx
        paper = ctx.read(lambda c: case_queries.papers(c, ctx.hall_id, [case]))[-1].id
        if not ctx.read(lambda c: case_queries.services(c, ctx.hall_id, [paper])):
            how, to = ServedHow.HANDED, ServedTo.APPLICANT
            serve(ctx, licence.giver, world.key(), paper, how, to, None)

    def _send(self, issuer: Actor, licence: Licence) -> None:
        world = self._world
        licence.parcel = f"YS{self._days.index(self._today()):03d}{licence.number[-5:]}CN"
        handing.send(world.ctx, issuer, world.key(), [licence.id], licence.parcel, "中国邮政")
        if self._chance.random() < RETURNED:
            failed = ParcelStep(ParcelMove.TRY, "家中无人，电话未接通")
            self._later(1, POSTED_AT, self._parcel, issuer, licence, failed)
            self._later(2, POSTED_AT, self._parcel, issuer, licence, failed)
            back = ParcelStep(ParcelMove.RETURN, "两次投递未成，退回", shelf="T-01")
            self._later(4, POSTED_AT, self._parcel, issuer, licence, back)
        else:
            to = Recipient.FAMILY if self._chance.random() < POSTED else Recipient.APPLICANT
            step = ParcelStep(ParcelMove.DELIVER, to=to)
            self._later(2, POSTED_AT, self._parcel, issuer, licence, step)

    def _parcel(self, issuer: Actor, licence: Licence, step: ParcelStep) -> None:
        world = self._world
        handing.parcel_step(world.ctx, issuer, world.key(), licence.parcel, step)
        if step.move is ParcelMove.RETURN:
            self._ready.append(licence)

    def _enter(self, licence: str) -> None:
        world = self._world
        row = world.ctx.read(lambda c: queries.get(c, world.ctx.hall_id, licence))
        assert row is not None
        actions.enter(world.ctx, world.actor(row.staff), world.key(), licence, None)

    def _hand_in_roll(self) -> None:
        """Let the unit with most licences hand in its numbers, and one that has no case."""
        world = self._world
        if not self._issued:
            return
        unit = max(sorted(self._issued), key=lambda code: len(self._issued[code]))
        chief = world.chief(unit)
        assert chief is not None, "only units with a chief have cases here"
        numbers = [*self._issued[unit], NO_CASE]
        text = "证照编号,证照名称\n" + "".join(f"{number},演示证照\n" for number in numbers)
        actor = world.actor(chief.number)
        rolls.hand_in(world.ctx, actor, world.key(), unit, "已颁发证照.csv", text.encode())
