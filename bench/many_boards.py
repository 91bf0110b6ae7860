"""Benchmark of 1,000 boards: CPU of a message, memory of a screen; and cost of 200 idle boards."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Child, Run, cpu_of, gc_paused, resident
from bench.load_clients import Connection, Screens, connect
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.plain_sends import text_frame
from bench.table import Figure, amount, ratio

FEW, MANY = 200, 1000
RESTING_SECONDS = 20.0


def measure(run: Run) -> Iterator[Figure]:
    """Measure one server, first with few boards, then with many."""
    few, many = run.scaled(FEW, 5), run.scaled(MANY, 20)
    with Server(run.folder / "hall") as server:
        screens = Screens()
        try:
            screens.join(server.port, server.who["board"], 1)
            screens.watch(0.2)
            empty = resident(server.pid)
            alone = _resting(run, server, screens, 1)
            screens.join(server.port, server.who["board"], few - 1)
            resting = _resting(run, server, screens, 1 if run.quick else 2)
            yield amount("boards-resting", resting, alone, "% with one board")
            screens.join(server.port, server.who["board"], many - few)
            screens.watch(0.5)
            yield _cpu(run, server, screens, many)
            full = resident(server.pid)
            yield amount("screen-memory", [(full - empty) / (many - 1) / 1000])
            yield amount("screens-memory", [full / 1e6], [empty / 1e6], "MB with one screen")
        finally:
            screens.close()


def _resting(run: Run, server: Server, screens: Screens, times: int) -> list[float]:
    """Return the per cent of a core while nothing happens: pings, clocks, periodic jobs."""
    seconds = RESTING_SECONDS if not run.quick else 1.0
    shares = []
    screens.watch(0.5)
    for _ in range(times):
        before = cpu_of(server.pid)
        screens.watch(seconds)
        shares.append((cpu_of(server.pid) - before) / seconds * 100)
    return shares


def _cpu(run: Run, server: Server, screens: Screens, many: int) -> Figure:
    """Measure pause and unpause of a window: one full state each for every board."""
    line, clerk = Connection(server.port), server.clerk(server.who["own"][ITEMS[0]])
    size = len(screens.last)
    amounts, beside = [], []
    with Child("bench.plain_sends", "--screens", str(many)) as bare:
        plain = Screens()
        port = bare.receive()["port"]
        for _ in range(many):
            plain.add_connected(connect(port))
        with gc_paused():
            for n in range(run.rounds + 1):
                loop = _plain_cost(bare, plain, size, many)
                cost = _state_cost(server, screens, line, clerk)
                if n:
                    beside.append(loop)
                    amounts.append(cost)
        plain.close()
    line.close()
    name = "µs bare send loop"
    return ratio("board-cpu", amounts, beside, "µs", name)


def _plain_cost(bare: Child, plain: Screens, size: int, many: int) -> float:
    """Return the CPU microseconds of a send in the plain loop."""
    plain.expect(text_frame(size)[4:])
    bare.send(bytes=size)
    plain.last_arrival()
    return float(bare.receive()["cpu"]) / many * 1e6


def _state_cost(server: Server, screens: Screens, line: Connection, clerk: str) -> float:
    """Return the server's CPU microseconds of a message, including all work that led to it."""
    frames, cpu = screens.frames(), cpu_of(server.pid)
    for _ in range(3):
        for path, body, mark in (
            ("/api/v1/counter/pause", {"reason": "materials", "note": ""}, b'"state":"paused"'),
            ("/api/v1/counter/unpause", {}, b'42/live,["state"'),
        ):
            screens.expect(mark)
            line.send(path, clerk, body)
            screens.last_arrival()
            line.answer()
    screens.watch(0.1)
    return (cpu_of(server.pid) - cpu) / (screens.frames() - frames) * 1e6
