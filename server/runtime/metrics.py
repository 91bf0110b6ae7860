"""Prometheus metrics: counters of each process and the hall's state.

Served at `/metrics` to this machine only. With several workers the one that is scraped queries the
others: metrics of a process carry its number as `worker`, metrics of the hall appear once. A
restarted worker counts from zero, as Prometheus expects. Names of people, ticket numbers and
addresses are never labels; a hall's id, a route, a kind of device are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
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

from server.core.events import Event
from server.queue.events import TicketMoved

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
CHECK_SECONDS = 0.1
"""Seconds between two measurements of the loop's delay.

Each is a turn of the loop: twenty per second would be a third of the cost of an idle hall.
"""
MEDIA = "text/plain; version=0.0.4; charset=utf-8"
Samples = Iterable[tuple[str, str, dict[str, str], float]]
"""Name, help, labels, value."""


class Source(Protocol):
    """Source of one hall's state as metrics."""

    def __call__(self) -> Samples: ...


class Metrics:
    """Metrics of one server process, with access to those of the other workers.

    `worker` is its name, which ends with its number.
    """

    def __init__(self, worker: str) -> None:
        self._slot = int(worker.rpartition("/")[2] or 0)
        self.others: Callable[[], Mapping[int, bytes | None]] = dict
        """Metrics of the other workers, by number; None for one that does not answer."""
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
        self._longest = 0.0
        self._known: dict[tuple[str, str, int], Any] = {}
        self._sources: dict[str, Source] = {}

    def watch_loop(self) -> None:
        """Measure the delay of the event loop for ever; runs in its own greenlet."""
        while True:
            start = time.monotonic()
            gevent.sleep(CHECK_SECONDS)
            self._longest = max(self._longest, time.monotonic() - start - CHECK_SECONDS)

    def _stalled(self) -> float:
        longest, self._longest = self._longest, 0.0
        return longest

    def request(self, hall: str, route: str, status: int, seconds: float) -> None:
        """Record an answered request."""
        key = hall, route, status
        histogram = self._known.get(key)
        if histogram is None:
            histogram = self._known[key] = self._requests.labels(hall, route, str(status))
        histogram.observe(seconds)

    def hall(self, hall_id: str, source: Source) -> Callable[[Event], None]:
        """Add a hall, whose `source` is called at each scrape; return a listener for its events."""
        self._sources[hall_id] = source

        def count(event: Event) -> None:
            if isinstance(event, TicketMoved):
                self._moves.labels(hall_id, event.move).inc()

        return count

    def action_timer(self, hall_id: str) -> Callable[[float], None]:
        """Return the function that records the duration of a hall's actions, in seconds."""
        observe: Callable[[float], None] = self._writes.labels(hall_id).observe
        return observe

    def own_metrics(self) -> bytes:
        """Return this process's metrics for another worker: JSON of name, help, type, samples."""
        return json.dumps(
            [
                [m.name, m.documentation, m.type, [[s.name, s.labels, s.value] for s in m.samples]]
                for m in self.registry.collect()
            ]
        ).encode()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(_Workers({**self.others(), self._slot: self.own_metrics()}))
        registry.register(_Halls(self._sources))
        return generate_latest(registry)


class _Workers(Collector):
    """Collector of the workers' metrics side by side, each with its worker's number."""

    def __init__(self, by_slot: Mapping[int, bytes | None]) -> None:
        self._by_slot = by_slot

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("hallkeeper_worker_up", "Whether it answers", labels=["worker"])
        families: dict[str, Metric] = {}
        for slot, data in sorted(self._by_slot.items()):
            up.add_metric([str(slot)], float(data is not None))
            for name, words, kind, samples in json.loads(data or b"[]"):
                family = families.setdefault(name, Metric(name, words, kind))
                for sample, labels, value in samples:
                    family.add_sample(sample, {"worker": str(slot), **labels}, value)
        return [up, *families.values()]


class _Halls(Collector):
    """Collector that calls every hall's source at each scrape."""

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
