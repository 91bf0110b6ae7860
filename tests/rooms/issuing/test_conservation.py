"""Conservation: through any moves no licence is lost and none is in two places."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.cases.rules import IdKind
from server.core.errors import HallError
from server.issuing import actions, handing, list_actions, queries
from server.issuing.handing import HandOut, ParcelStep
from server.issuing.integrity import problems
from server.issuing.list_actions import Count
from server.issuing.rules import (
    AT_WINDOW,
    FINAL,
    LicenceMove,
    ListState,
    ParcelMove,
    ParcelState,
    Place,
    Recipient,
    Signed,
    shown_of,
)
from support.halls import SmallHall, at
from support.licences import (
    ID_NUMBER,
    ISSUER,
    OFFICE,
    SECRET,
    UNIT_CLERK,
    granted,
    registered,
    with_issuer,
)

LICENCES = 4
PEOPLE = (UNIT_CLERK, ISSUER, OFFICE)
ACTS: tuple[str, ...] = (
    *("give", "receive", "receive", "receive", "drop", "shelve"),
    *("hand", "send", "send"),
)
ACTS += (*("parcel", "parcel"), "step")
PROPER = {"give": 0, "drop": 0, "step": 2} | dict.fromkeys(
    ("receive", "shelve", "hand", "send", "parcel"), 1
)
"""Person of each act; half of the moves of the test and more are by this one."""
SOURCES = {"give": frozenset({Place.UNIT})} | dict.fromkeys(("shelve", "hand", "send"), AT_WINDOW)
"""Places from which an act is possible."""
MOVES = st.tuples(
    st.sampled_from(ACTS),
    st.sampled_from((None, None, None, 0, 1, 2)),
    st.integers(0, 15),
    st.integers(0, 3),
    st.booleans(),
)


class Floor:
    """The hall's licences as a second bookkeeper follows them: by what was answered OK."""

    def __init__(self, hall: SmallHall) -> None:
        self.hall = with_issuer(hall)
        case = granted(self.hall)
        self.licences = [registered(self.hall, case, f"JY-{n}") for n in range(LICENCES)]
        self.places = dict.fromkeys(self.licences, Place.UNIT)
        self.lists: dict[str, list[str]] = {}
        self.parcels: dict[str, list[str]] = {}
        self.sent = 0

    def chosen(self, mask: int) -> list[str]:
        """Return the licences of a mask; at least one."""
        return [own for n, own in enumerate(self.licences) if mask >> n & 1] or self.licences[:1]

    def move(self, act: str, person: int | None, mask: int, pick: int, flag: bool) -> bool:
        """Attempt an act; return True if it was done."""
        actor = PEOPLE[PROPER[act] if person is None else person]
        own = self.chosen(mask)
        if person is None and act in SOURCES:  # otherwise most acts would be refused
            own = [each for each in own if self.places[each] in SOURCES[act]] or own
        try:
            getattr(self, act)(actor, own, pick, flag)
        except HallError:
            return False
        return True

    def give(self, actor: Any, own: list[str], _pick: int, _flag: bool) -> None:
        key = self.hall.key()
        number = list_actions.give(self.hall.ctx, actor, key, own, len(own))
        self.lists[number] = own
        self.places |= dict.fromkeys(own, Place.LISTED)

    def _list(self, pick: int) -> str:
        return [*self.lists, "CJ-0"][pick % (len(self.lists) + 1)]

    def receive(self, actor: Any, own: list[str], pick: int, flag: bool) -> None:
        number = self._list(pick)
        own = [each for each in own if each in self.lists.get(number, own)]
        count = Count(tuple(own), len(own), "差异" if flag else "", "A-1" if flag else "")
        list_actions.receive(self.hall.ctx, actor, self.hall.key(), number, count)
        for licence in self.lists.pop(number):
            there = Place.SHELVED if flag else Place.COUNTED
            self.places[licence] = there if licence in own else Place.UNIT

    def drop(self, actor: Any, _own: list[str], pick: int, _flag: bool) -> None:
        number = self._list(pick)
        list_actions.drop(self.hall.ctx, actor, self.hall.key(), number)
        self.places |= dict.fromkeys(self.lists.pop(number), Place.UNIT)

    def shelve(self, actor: Any, own: list[str], pick: int, _flag: bool) -> None:
        actions.shelve(self.hall.ctx, actor, self.hall.key(), own, f"A-{pick}")
        self.places |= dict.fromkeys(own, Place.SHELVED)

    def hand(self, actor: Any, own: list[str], _pick: int, flag: bool) -> None:
        shown = shown_of(SECRET, IdKind.ID_CARD, ID_NUMBER if flag else "110105194912310037")
        wish = HandOut(tuple(own), Recipient.APPLICANT, shown, Signed.PAPER)
        handing.hand_out(self.hall.ctx, actor, self.hall.key(), wish)
        self.places |= dict.fromkeys(own, Place.HANDED)

    def send(self, actor: Any, own: list[str], pick: int, flag: bool) -> None:
        waybill = f"EX{self.sent if flag else pick}00"
        handing.send(self.hall.ctx, actor, self.hall.key(), own, waybill, "邮政")
        self.sent += 1
        self.parcels[waybill] = own
        self.places |= dict.fromkeys(own, Place.POSTED)

    def parcel(self, actor: Any, _own: list[str], pick: int, flag: bool) -> None:
        waybill = [*self.parcels, "EX-0"][pick % (len(self.parcels) + 1)]
        move = ParcelMove.RETURN if flag else (ParcelMove.DELIVER, ParcelMove.TRY)[pick % 2]
        step = ParcelStep(move, "无人", shelf="B-1")
        handing.parcel_step(self.hall.ctx, actor, self.hall.key(), waybill, step)
        if move is not ParcelMove.TRY:
            after = Place.SHELVED if flag else Place.DELIVERED
            self.places |= dict.fromkeys(self.parcels.pop(waybill), after)

    def step(self, actor: Any, own: list[str], pick: int, flag: bool) -> None:
        move = actions.STEPS[pick % len(actions.STEPS)]
        actions.step(self.hall.ctx, actor, self.hall.key(), own[0], move, "有误" if flag else "")
        if move is LicenceMove.CALL_BACK:
            self.places[own[0]] = Place.UNIT
        if move is LicenceMove.MAKE_VOID:
            self.places[own[0]] = Place.VOID

    def check(self) -> Counter[Place]:
        """Compare the books with the second bookkeeper; return the licences by place."""
        ctx = self.hall.ctx
        rows = ctx.read(lambda c: queries.every(c, ctx.hall_id))
        assert {row.id: Place(row.state) for row in rows} == self.places
        assert ctx.read(lambda c: list(problems(c, ctx.hall_id))) == []
        lists = ctx.read(lambda c: queries.lists(c, ctx.hall_id, [ListState.GIVEN.value]))
        assert {row.id for row in lists} == set(self.lists)
        parcels = ctx.read(lambda c: queries.parcels(c, ctx.hall_id, [ParcelState.AWAY]))
        assert {row.waybill for row in parcels} == set(self.parcels)
        counts = ctx.read(lambda c: queries.place_counts(c, ctx.hall_id))
        assert sum(counts.values()) == LICENCES
        return Counter({place: n for place, n in counts.items() if n})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, min_size=10, max_size=40))
def test_through_any_moves_no_licence_is_lost_or_in_two_places(
    moves: list[tuple[str, int | None, int, int, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hall = SmallHall(f"sqlite:///{folder}/hall.db", Path(folder), at(9))
        try:
            floor = Floor(hall)
            for move in moves:
                floor.move(*move)
            floor.check()
        finally:
            hall.close()


@pytest.mark.parametrize("seed", range(2))
def test_the_same_holds_on_both_databases_with_every_place_reached(
    small: SmallHall, seed: int
) -> None:
    floor = Floor(small)
    issuer, unit, office = 1, 0, 2
    script = [
        ("give", unit, 15, 0, True),
        ("receive", issuer, 7, 0, True),
        ("send", issuer, 1, 0, True),
        ("parcel", issuer, 0, 0, seed == 0),
        ("hand", issuer, 2, 0, True),
        ("step", unit, 4, 2, True),
        ("step", office, 4, 3, True),
        ("give", unit, 8, 0, True),
        ("hand", unit, 2, 0, True),
    ]
    assert [floor.move(*move) for move in script] == [True] * 8 + [False]
    places = floor.check()
    first = Place.SHELVED if seed == 0 else Place.DELIVERED
    assert places == {first: 1, Place.HANDED: 1, Place.VOID: 1, Place.LISTED: 1}
    assert Place.VOID in FINAL
