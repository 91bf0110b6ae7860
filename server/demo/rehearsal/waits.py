"""Waits of a rehearsed day until the first call: with an appointment, from afar, and without."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import mean

from server.demo.rehearsal.bookings import AFAR, BOOKED, Guests
from server.demo.rehearsal.client import Client
from server.demo.rehearsal.people import MINUTE

WALK_IN = "walk_in"
"""Kind of those who simply came, beside the kinds of guests."""
PRICE_TRIES, PRICE_SECONDS = 60, 0.5
PERCENT = 95


class Waits:
    """Waits in minutes by kind of people; of booked ones those who came on time."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[str, int]] = {}
        self._minutes: dict[str, list[float]] = defaultdict(list)

    def begin(self, ticket: str, kind: str, since: int) -> None:
        """Store from when on a person waits (ms): a booked one from the start of the slot."""
        self._since[ticket] = kind, since

    def end(self, ticket: str, now: int) -> None:
        """Store that a person is called; only the first call counts."""
        if ticket in self._since:
            kind, since = self._since.pop(ticket)
            self._minutes[kind].append(max(0.0, (now - since) / MINUTE))

    def lines(self, guests: Guests, promised: int) -> Iterator[str]:
        """Yield the lines on those who booked, came from afar, or simply came."""
        came = guests.arrivals
        yield (
            f"预约 booked      {guests.booked}  准时 on time {came['on_time']}, "
            f"迟到 late {came['late']}, 先到等候签到 early {came['early']}, "
            f"未到 never {came['never']}"
        )
        booked = self._minutes[BOOKED]
        in_time = sum(minutes <= promised for minutes in booked)
        within = f"{promised} 分钟内 within {promised} min: {in_time}/{len(booked)}"
        yield f"准时者等候 on time    {_spread(booked)}, {within}"
        yield f"远程取号 afar    {guests.from_afar}  到厅签到 checked in {guests.checked_in}"
        yield f"远程号签到后 afar     {_spread(self._minutes[AFAR])}"
        yield f"现场取号等候 walk-ins {_spread(self._minutes[WALK_IN])}"
        if guests.refused:
            yield f"没有约到、取到 refused  {dict(sorted(guests.refused.items()))}"


def _spread(minutes: Sequence[float]) -> str:
    if not minutes:
        return "—"
    ordered = sorted(minutes)
    most = ordered[-(-len(ordered) * PERCENT // 100) - 1]
    return f"mean {mean(ordered):.1f} min, p{PERCENT} {most:.1f} min, {len(ordered)} 人 people"


def price_line(manager: Client, day: str) -> str:
    """Return the line on what the day's appointments cost others, as the hall computed it.

    The hall computes it within seconds after the day has closed.
    """
    for _ in range(PRICE_TRIES):
        for price in manager.get("/api/v1/office/appointment-price")["days"]:
            if price["day"] == day:
                return (
                    f"因预约多等 price      mean {price['mean']:.1f} min, "
                    f"p95 {price['p95']:.1f} min (承诺 bound {price['bound']}), "
                    f"重演一致 replayed alike {price['agreement']:.1f} %"
                )
        time.sleep(PRICE_SECONDS)
    return "因预约多等 price      —"
