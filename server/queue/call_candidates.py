"""Selection of the next ticket: heads that a window may call, their waits, the runs. Pure.

Everything stored is read through the port `ChoosingFloor`: `stored_floor` implements it in the
running action, `memory_floor` without a database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from server.catalogue import hours
from server.catalogue.model import Catalogue, Window, WindowKind
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue import tickets
from server.queue.call_order import (
    Bounds,
    Choice,
    Head,
    Streak,
    comprehensive,
    pool_at,
    specialised,
)
from server.queue.errors import QueueCode
from server.queue.routing import (
    WindowSessions,
    entitled,
    only_comprehensive,
    require_site,
    servers,
    unit_windows,
    windows_for,
)
from server.queue.settings import NumberSettings

TARGET_OF_FORMER_UNIT = 20
"""Most minutes to wait for tickets whose unit left the catalogue after they were issued."""


class Lane(Protocol):
    """Lane of tickets that are alike for choosing."""

    @property
    def lane(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def item(self) -> str: ...


class LaneHead(Lane, Protocol):
    """Most senior waiting ticket of a lane, as stored."""

    @property
    def id(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def ord(self) -> int: ...
    @property
    def waiting_since(self) -> int: ...
    @property
    def visit(self) -> str: ...


class ChoosingFloor(Protocol):
    """Port to the waiting tickets and the calls of one day."""

    def heads(self, without: Collection[str] = ()) -> Sequence[LaneHead]:
        """Return the most senior waiting ticket of every lane, by seniority.

        Tickets of the visits `without` are left out.
        """

    def busy_visits(self) -> Collection[str]:
        """Return the visits of which a ticket is called or served."""

    def priority_calls_over(self, queue: str, order: int, since: int) -> Iterable[str]:
        """Return the windows of a queue's priority calls since a time (ms).

        Only calls of tickets that are junior to `order`.
        """

    def run_of(self, pool: str) -> int:
        """Return a counter of `Choice.counts` after the day's calls so far; 0: never counted."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Hall at the moment of a choice: what is in force, who is signed in, what time it is."""

    catalogue: Catalogue
    settings: Settings
    sessions: WindowSessions
    now: datetime
    """Local time of the hall."""
    millis: int


def choose(floor: ChoosingFloor, moment: Moment, window_code: str) -> tuple[str, Choice] | None:
    """Return the id of the ticket that `window_code` should call now, with the reason.

    None if there is none. Raises WINDOW_UNKNOWN.
    """
    catalogue, settings = moment.catalogue, moment.settings
    window = catalogue.window_by.get(window_code)
    if window is None:
        raise HallError(QueueCode.WINDOW_UNKNOWN, window=window_code)
    rows = [row for row in _callable(floor) if takes(catalogue, window, row, moment.now)]
    if not rows:
        return None
    heads = [_head(moment, window, row) for row in rows]
    heads = _with_overtaking(floor, moment, rows, heads)
    choice = choose_head(window, heads, floor.run_of, settings)
    assert choice is not None, "there is at least one head"
    chosen_row = next(row for row, head in zip(rows, heads, strict=True) if head is choice.head)
    return chosen_row.id, choice


def passed_over(floor: ChoosingFloor, moment: Moment, window_code: str) -> str | None:
    """Return the id of the remote number whose turn it would be at the window, None if nobody's.

    Its holder is not in the hall: it is passed over, and the window calls whom `choose` returns.
    """
    catalogue, heads = moment.catalogue, _callable(floor)
    if not any(head.lane.startswith(tickets.ABSENT) for head in heads):
        return None
    window = catalogue.window_by[window_code]
    rows = [row for row in heads if _takes_lane(catalogue, window, row, moment.now)]
    if not rows:
        return None
    seen = _with_overtaking(floor, moment, rows, [_head(moment, window, row) for row in rows])
    choice = choose_head(window, seen, floor.run_of, moment.settings)
    assert choice is not None, "there is at least one head"
    row = next(row for row, head in zip(rows, seen, strict=True) if head is choice.head)
    return row.id if row.lane.startswith(tickets.ABSENT) else None


def _callable(floor: ChoosingFloor) -> Sequence[LaneHead]:
    """Return the heads of the lanes without people who are at a window with another number."""
    heads = floor.heads()
    if not any(head.visit for head in heads):
        return heads
    busy = floor.busy_visits()
    return floor.heads(without=busy) if busy else heads


def holds_back(floor: ChoosingFloor, moment: Moment, window_code: str) -> bool:
    """Return True if people wait for a window who are at another one with another number."""
    window = moment.catalogue.window_by[window_code]
    busy = floor.busy_visits()
    return any(
        head.visit in busy and takes(moment.catalogue, window, head, moment.now)
        for head in floor.heads()
    )


def choose_head(
    window: Window, heads: Sequence[Head], streak: Streak, settings: Settings
) -> Choice | None:
    """Return the head that a window calls, by the policy of its kind; None without heads."""
    numbers = settings.of(NumberSettings)
    bounds = Bounds(numbers.priority_run, numbers.overtake_limit, numbers.booked_every)
    # All marked heads that a window may call are of its own building.
    site = next((site for head in heads if (site := tickets.site_of(head.lane))), "")
    if window.kind is WindowKind.COMPREHENSIVE:
        return comprehensive(heads, streak, bounds, site)
    return specialised(heads, pool_at("+".join(sorted(window.units)), site), streak, bounds)


def takes(catalogue: Catalogue, window: Window, row: Lane, now: datetime) -> bool:
    """Return True if `window` may call the tickets of a lane today.

    Opening hours are ignored: a person who got a number before closing is still called by a window
    with a session. People who wait in another building are never called.
    """
    return not tickets.is_absent(row.lane) and _takes_lane(catalogue, window, row, now)


def _takes_lane(catalogue: Catalogue, window: Window, row: Lane, now: datetime) -> bool:
    """Return True if `window` serves a lane; also one whose people are not in the hall yet."""
    if row.lane.startswith(tickets.PASSED):
        return False
    if row.lane.startswith("@"):
        return row.lane.startswith(f"@{window.code}/")
    here = catalogue.at(tickets.site_of(row.lane))
    if window.code not in here.window_by:
        return False  # the people wait in another building
    if row.lane.startswith("="):
        return row.queue in window.units
    item = catalogue.item_by.get(row.item)
    if item is None:
        # The item was removed from the catalogue after issue: its unit's windows serve the ticket.
        return row.queue in window.units
    return entitled(catalogue, window, item, now)


def target_wait(catalogue: Catalogue, queue: str) -> int:
    """Return the most minutes to wait in a unit's queue, also of a unit that left the catalogue."""
    unit = catalogue.unit_by.get(queue)
    return unit.target_wait if unit is not None else TARGET_OF_FORMER_UNIT


def _head(moment: Moment, window: Window, row: LaneHead) -> Head:
    catalogue = moment.catalogue.at(tickets.site_of(row.lane))
    item = catalogue.item_by.get(row.item)
    return Head(
        lane=row.lane,
        queue=row.queue,
        level=row.level,
        order=row.ord,
        waited=(moment.millis - row.waiting_since) / 60_000,
        target=target_wait(catalogue, row.queue),
        comprehensive_only=window.kind is WindowKind.COMPREHENSIVE
        and item is not None
        and only_comprehensive(catalogue, item, moment.now, moment.sessions),
        for_window=row.lane.startswith("@"),
        slot=begun_slot(row.lane, moment.millis),
    )


def begun_slot(lane: str, now: int) -> int | None:
    """Return the start (ms) of a lane's appointments if it has come by `now` (ms), else None."""
    slot = tickets.slot_of(lane)
    return slot if slot is not None and slot <= now else None


def _with_overtaking(
    floor: ChoosingFloor, moment: Moment, rows: Sequence[LaneHead], heads: list[Head]
) -> list[Head]:
    """Return the heads with overtaking counted for ordinary ones, if a priority head competes.

    A call counts for a person only if the window that made it could have called that person.
    """
    if not any(h.level > 0 for h in heads):
        return heads
    catalogue = moment.catalogue
    counted_heads = []
    for row, head in zip(rows, heads, strict=True):
        item = catalogue.item_by.get(row.item)
        if head.level > 0 or item is None:
            counted_heads.append(head)
            continue
        calls = floor.priority_calls_over(head.queue, head.order, row.waiting_since)
        here = catalogue.at(tickets.site_of(row.lane))
        able_windows = {w.code for w in windows_for(here, item, moment.now)}
        counted_heads.append(
            replace(head, overtaken=sum(1 for window in calls if window in able_windows))
        )
    return counted_heads


def check_target(
    moment: Moment,
    window: str,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
    *,
    confirmed: bool = False,
    site: str = "",
) -> None:
    """Raise TRANSFER_TARGET unless there is exactly one known target that can call now.

    `confirmed`: a window where nobody is signed in yet will do, if it opens today. `site`: building
    that only a named window may lead out of; raises OTHER_SITE for an item that is not served in
    it.
    """
    targets = [t for t in (to_window, to_item, to_unit) if t is not None]
    if len(targets) != 1:
        raise HallError(QueueCode.TRANSFER_TARGET, reason="one")
    catalogue, sessions = moment.catalogue, moment.sessions
    if to_window is not None:
        if to_window == window or to_window not in catalogue.window_by:
            raise HallError(QueueCode.TRANSFER_TARGET, reason="unknown", window=to_window)
        opens = bool(hours.window_spans(catalogue, to_window, moment.now.date()))
        is_able = to_window in sessions or (confirmed and opens)
        able_windows: tuple[str, ...] = (to_window,) if is_able else ()
    elif to_item is not None:
        item = catalogue.item_by.get(to_item)
        if item is None:
            raise HallError(QueueCode.TRANSFER_TARGET, reason="unknown", item=to_item)
        require_site(catalogue, item, moment.now, site)
        able_windows = servers(catalogue.at(site), item, moment.now, sessions)
    else:
        assert to_unit is not None
        at_unit = unit_windows(catalogue.at(site), to_unit)
        able_windows = tuple(w.code for w in at_unit if w.code in sessions)
    if not able_windows:
        raise HallError(QueueCode.TRANSFER_TARGET, reason="nobody", target=targets[0])
