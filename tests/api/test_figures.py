"""Figures: what is a worker's own beside that of the others, what is the hall's once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from server.metrics import Metrics
from server.services.bus import Bus, TicketMoved
from server.siblings import WorkerMetrics

MOVED = TicketMoved("t1", "A001", "token", "call", "q", "W01", 1, "1")


def samples(metrics: Metrics, name: str) -> dict[str, float]:
    """The figures of a name by what stands in braces."""
    found = re.findall(rf"^{name}\{{(.*)\}} (\S+)$", metrics.text().decode(), re.MULTILINE)
    return {labels: float(value) for labels, value in found}


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Metrics]]:
    """Three workers; the third does not live."""
    found, open_ones = [], []
    for slot in range(3):
        metrics = Metrics(f"host:8000/{slot}")
        siblings = WorkerMetrics(tmp_path, slot, 3, metrics.own_metrics, patience=30)
        metrics.others = siblings.read_others
        metrics.hall("one", lambda: [("hallkeeper_waiting", "Waiting", {}, 7.0)])
        found.append(metrics)
        if slot < 2:
            siblings.open()
            open_ones.append(siblings)
    yield found
    for siblings in open_ones:
        siblings.close()


def test_whichever_worker_is_asked_tells_of_all(three: list[Metrics]) -> None:
    three[0].request("one", "/api", 200, 0.001)
    three[1].request("one", "/api", 200, 0.001)
    three[1].request("one", "/api", 200, 0.001)
    for asked in three[:2]:
        counts = samples(asked, "hallkeeper_request_seconds_count")
        assert counts == {
            'hall="one",route="/api",status="200",worker="0"': 1,
            'hall="one",route="/api",status="200",worker="1"': 2,
        }
        assert samples(asked, "hallkeeper_waiting") == {'hall="one"': 7}
        up = samples(asked, "hallkeeper_worker_up")
        assert up == {'worker="0"': 1, 'worker="1"': 1, 'worker="2"': 0}
        assert len(re.findall("# TYPE hallkeeper_request_seconds histogram", text_of(asked))) == 1


def text_of(metrics: Metrics) -> str:
    """Everything as it is scraped."""
    return metrics.text().decode()


def test_a_worker_in_the_place_of_a_dead_one_is_heard(three: list[Metrics], tmp_path: Path) -> None:
    fresh = Metrics("host:8000/1")
    fresh.request("one", "/fresh", 200, 0.001)
    siblings = WorkerMetrics(tmp_path, 1, 3, fresh.own_metrics)
    siblings.open()
    assert 'route="/fresh"' in text_of(three[0])
    siblings.close()


def test_one_that_says_nothing_holds_up_nobody(tmp_path: Path) -> None:
    silent = gevent.socket.socket(gevent.socket.AF_UNIX)
    silent.bind(str(tmp_path / "2"))
    silent.listen()
    assert WorkerMetrics(tmp_path, 1, 3, bytes, patience=0.2).read_others()[2] is None
    silent.close()


@pytest.mark.usefixtures("three")
def test_a_loop_that_stood_still_asks_with_its_whole_patience(tmp_path: Path) -> None:
    gevent.idle()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        pass
    said = WorkerMetrics(tmp_path, 1, 3, bytes, patience=1.5).read_others()
    assert said[0] is not None
    assert said[2] is None


def test_a_move_is_counted_where_it_was_made() -> None:
    here, there = Metrics("host:8000/0"), Metrics("host:8000/1")
    buses = Bus(), Bus()
    for metrics, bus in zip((here, there), buses, strict=True):
        bus.subscribe(metrics.hall("one", list), own=True)
    buses[0].forward = buses[1].deliver
    buses[0].publish([MOVED])
    counted = 'hall="one",move="call",worker="0"'
    assert samples(here, "hallkeeper_ticket_moves_total") == {counted: 1}
    assert samples(there, "hallkeeper_ticket_moves_total") == {}
