"""What Prometheus may ask of a server process: counters of its own, and the hall's state.

Served at `/metrics` to the machine itself only. Names of people, numbers of tickets and addresses
are never labels; a hall's id, a route, a kind of device are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import gevent
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.services.bus import Event, TicketMoved

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
LOOK_SECONDS = 0.1
"""Each look is a turn of the loop: twenty a second would be a third of what an idle hall costs."""
MEDIA = "text/plain; version=0.0.4; charset=utf-8"
Samples = Iterable[tuple[str, str, dict[str, str], float]]
"""Name, help, labels, value."""


class Source(Protocol):
    """One hall's state as figures."""

    def __call__(self) -> Samples: ...


class Metrics:
    """The figures of one server process."""

    def __init__(self, worker: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Histogram(
            "hallkeeper_request_seconds",
            "Time to answer a request",
            ["hall", "route", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._moves = Counter(
            "hallkeeper_ticket_moves",
            "Tickets issued, called, finished ...",
            ["hall", "move"],
            registry=self.registry,
        )
        self._writes = Histogram(
            "hallkeeper_act_seconds",
            "Time from asking for an act to its being durable",
            ["hall"],
            buckets=SECONDS,
            registry=self.registry,
        )
        stall = Gauge(
            "hallkeeper_loop_stall_seconds",
            "The longest that nothing ran, since the last look at this figure",
            registry=self.registry,
        )
        stall.set_function(self._stalled)
        info = Gauge("hallkeeper_worker", "This process", ["worker"], registry=self.registry)
        info.labels(worker).set(1)
        self._longest = 0.0
        self._known: dict[tuple[str, str, int], Any] = {}
        self._sources: dict[str, Source] = {}
        self.registry.register(_Halls(self._sources))

    def watch_loop(self) -> None:
        """Measure for ever how late the loop is; a greenlet of its own."""
        while True:
            begun = time.monotonic()
            gevent.sleep(LOOK_SECONDS)
            self._longest = max(self._longest, time.monotonic() - begun - LOOK_SECONDS)

    def _stalled(self) -> float:
        longest, self._longest = self._longest, 0.0
        return longest

    def request(self, hall: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        key = hall, route, status
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._requests.labels(hall, route, str(status))
        known.observe(seconds)

    def hall(self, hall_id: str, source: Source) -> Callable[[Event], None]:
        """Add a hall: `source` is asked at each scrape; returns a listener for its events."""
        self._sources[hall_id] = source

        def heard(event: Event) -> None:
            if isinstance(event, TicketMoved):
                self._moves.labels(hall_id, event.move).inc()

        return heard

    def wrote(self, hall_id: str) -> Callable[[float], None]:
        """Where a hall's acts tell how long they took, in seconds."""
        observe: Callable[[float], None] = self._writes.labels(hall_id).observe
        return observe

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Halls(Collector):
    """Asks every hall's source when somebody looks."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for hall_id, source in self._sources.items():
            for name, words, labels, value in source():
                names = ["hall", *labels]
                family = families.get(name)
                if family is None:
                    family = families[name] = GaugeMetricFamily(name, words, labels=names)
                family.add_metric([hall_id, *labels.values()], value)
        return families.values()
