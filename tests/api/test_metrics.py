"""Metrics: a worker's own beside those of the others, the hall's once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from server.core.events import Bus
from server.queue.events import TicketMoved
from server.runtime.metrics import Metrics
from server.runtime.worker_metrics import WorkerMetrics

MOVED = TicketMoved("t1", "A001", "token", "call", "q", "W01", 1, "1")


def samples(metrics: Metrics, name: str) -> dict[str, float]:
    """Return the values of a metric by their labels."""
    pairs = re.findall(rf"^{name}\{{(.*)\}} (\S+)$", metrics.text().decode(), re.MULTILINE)
    return {labels: float(value) for labels, value in pairs}


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Metrics]]:
    """Yield the metrics of three workers; the third does not run."""
    all_metrics, open_ones = [], []
    for slot in range(3):
        metrics = Metrics(f"host:8000/{slot}")
        siblings = WorkerMetrics(tmp_path, slot, 3, metrics.own_metrics, patience=30)
        metrics.others = siblings.read_others
        metrics.hall("one", lambda: [("hallkeeper_waiting", "Waiting", {}, 7.0)])
        all_metrics.append(metrics)
        if slot < 2:
            siblings.open()
            open_ones.append(siblings)
    yield all_metrics
    for siblings in open_ones:
        siblings.close()


def test_every_worker_reports_the_metrics_of_all(three: list[Metrics]) -> None:
    three[0].request("one", "/api", 200, 0.001)
    three[1].request("one", "/api", 200, 0.001)
    three[1].request("one", "/api", 200, 0.001)
    for metrics in three[:2]:
        counts = samples(metrics, "hallkeeper_request_seconds_count")
        assert counts == {
            'hall="one",route="/api",status="200",worker="0"': 1,
            'hall="one",route="/api",status="200",worker="1"': 2,
        }
        assert samples(metrics, "hallkeeper_waiting") == {'hall="one"': 7}
        up = samples(metrics, "hallkeeper_worker_up")
        assert up == {'worker="0"': 1, 'worker="1"': 1, 'worker="2"': 0}
        assert len(re.findall("# TYPE hallkeeper_request_seconds histogram", text_of(metrics))) == 1


def text_of(metrics: Metrics) -> str:
    """Return the metrics as they are scraped."""
    return metrics.text().decode()


def test_a_restarted_worker_is_reported(three: list[Metrics], tmp_path: Path) -> None:
    fresh = Metrics("host:8000/1")
    fresh.request("one", "/fresh", 200, 0.001)
    siblings = WorkerMetrics(tmp_path, 1, 3, fresh.own_metrics)
    siblings.open()
    assert 'route="/fresh"' in text_of(three[0])
    siblings.close()


def test_a_silent_worker_delays_nobody(tmp_path: Path) -> None:
    silent = gevent.socket.socket(gevent.socket.AF_UNIX)
    silent.bind(str(tmp_path / "2"))
    silent.listen()
    assert WorkerMetrics(tmp_path, 1, 3, bytes, patience=0.2).read_others()[2] is None
    silent.close()


@pytest.mark.usefixtures("three")
def test_a_delayed_event_loop_still_waits_the_full_time(tmp_path: Path) -> None:
    gevent.idle()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        pass
    answers = WorkerMetrics(tmp_path, 1, 3, bytes, patience=1.5).read_others()
    assert answers[0] is not None
    assert answers[2] is None


def test_a_move_is_counted_by_the_worker_that_made_it() -> None:
    own, other = Metrics("host:8000/0"), Metrics("host:8000/1")
    buses = Bus(), Bus()
    for metrics, bus in zip((own, other), buses, strict=True):
        bus.subscribe(metrics.hall("one", list), own=True)
    buses[0].forward = buses[1].deliver
    buses[0].publish([MOVED])
    counted = 'hall="one",move="call",worker="0"'
    assert samples(own, "hallkeeper_ticket_moves_total") == {counted: 1}
    assert samples(other, "hallkeeper_ticket_moves_total") == {}
