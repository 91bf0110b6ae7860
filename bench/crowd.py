"""A thousand boards: CPU a message, memory a screen; and what two hundred cost that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bare import framed
from bench.furnish import ITEMS
from bench.host import Server
from bench.run import Child, Run, cpu_of, resident, steady
from bench.table import Figure, amount, ratio
from bench.wire import Line, Screens, opened

FEW, MANY = 200, 1000
RESTING_SECONDS = 20.0


def measure(run: Run) -> Iterator[Figure]:
    """One server, first few boards, then many."""
    few, many = run.many(FEW, 5), run.many(MANY, 20)
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
    """Per cent of a core while nothing happens: pings, clocks, what runs every few seconds."""
    seconds = RESTING_SECONDS if not run.quick else 1.0
    shares = []
    screens.watch(0.5)
    for _ in range(times):
        before = cpu_of(server.pid)
        screens.watch(seconds)
        shares.append((cpu_of(server.pid) - before) / seconds * 100)
    return shares


def _cpu(run: Run, server: Server, screens: Screens, many: int) -> Figure:
    """A window pauses and goes on: one picture each for every board."""
    line, clerk = Line(server.port), server.clerk(server.who["own"][ITEMS[0]])
    size = len(screens.last)
    found, beside = [], []
    with Child("bench.bare", "--screens", str(many)) as bare:
        plain = Screens()
        port = bare.told()["port"]
        for _ in range(many):
            plain.take(opened(port))
        with steady():
            for n in range(run.rounds + 1):
                loop = _sends(bare, plain, size, many)
                cost = _pictures(server, screens, line, clerk)
                if n:
                    beside.append(loop)
                    found.append(cost)
        plain.close()
    line.close()
    name = "µs bare send loop"
    return ratio("board-cpu", found, beside, "µs", name)


def _sends(bare: Child, plain: Screens, size: int, many: int) -> float:
    """Microseconds of CPU a send, bare."""
    plain.expect(framed(size)[4:])
    bare.tell(bytes=size)
    plain.last_arrival()
    return float(bare.told()["cpu"]) / many * 1e6


def _pictures(server: Server, screens: Screens, line: Line, clerk: str) -> float:
    """Microseconds of the server's CPU a message, everything counted that led to it."""
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
