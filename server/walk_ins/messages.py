"""Messages of the price of appointments."""

from __future__ import annotations

from server.core.messages import Message


class PriceDay(Message):
    """Price of a day's appointments; minutes with one decimal."""

    day: str
    walk_ins: int
    mean: float
    """Minutes that people without an appointment waited longer, on average."""
    p95: float
    """Minutes by which the wait that 95 % of them do not exceed was longer."""
    p95_wait: float
    bound: int
    kept: bool
    """True if the published bound held."""
    booked: int
    booked_mean: float
    booked_in_time: int
    promised: int
    agreement: float
    """Percent of the day's calls that the replay makes again; below 90 the day says little."""


class PriceDays(Message):
    """Days with appointments, the earliest first, and what is published."""

    days: list[PriceDay]
    bound: int
    promised: int
    every: int
    """At most one of so many calls is for an appointment while others wait."""
