"""The hall from end to end: one process with SQLite; four workers with PostgreSQL and Redis.

The same tests on both: paper, boards, strip, voice, keypad, phone; a server process killed in the
middle; the bus between the workers lost and restored.
"""

from __future__ import annotations

import contextlib
import json
import queue
import re
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio

from server.core.engine import open_store
from server.integrity.checks import violations
from support import postgres as pg
from support.hall_server import ADMINISTRATOR, MANAGER, PATIENCE, Client, HallServer, RefusedError
from support.live_line import close_lost_socket, hang_up
from support.redis_server import RedisServer

BOARDS = 8
HALL = "reference"
CLERKS = {"1009": "W05", "1010": "W06"}
ITEM = "scjg-01"
Json = dict[str, Any]


class Board:
    """Live connection of a board: its state, and the numbers that flashed."""

    def __init__(self, hall: HallServer, token: str) -> None:
        self.news = threading.Condition()
        self.state: Json = {}
        self.flashes: list[str] = []
        self.lost = threading.Event()
        self.client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)
        self.client.on("state", self._state, namespace="/live")
        self.client.on("moment", self._moment, namespace="/live")
        close_lost_socket(self.client, self.lost.set)
        self.client.connect(
            hall.base,
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": "main"},
            headers={"Authorization": f"Bearer {token}"},
            wait_timeout=int(PATIENCE),
        )

    def _state(self, message: Json) -> None:
        with self.news:
            self.state = message["data"]
            self.news.notify_all()

    def _moment(self, message: Json) -> None:
        with self.news:
            self.flashes.append(message["data"]["number"])
            self.news.notify_all()

    def shows(self, number: str) -> bool:
        """Return True if a number is called at some window now."""
        return number in {w["ticket"] for w in self.state.get("windows", [])}

    def close(self) -> None:
        """Close the connection, also if the server has ended only the feed."""
        hang_up(self.client)

    def until(self, right: Any) -> None:
        """Wait until a condition of this board is true."""
        with self.news:
            assert self.news.wait_for(right, PATIENCE)


class Scene:
    """Hall with its devices, boards and a kiosk, on one process or on four."""

    def __init__(self, hall: HallServer, database: str, redis: RedisServer | None) -> None:
        self.hall, self.database, self.redis = hall, database, redis
        # One repeat only, so that a text heard twice was announced twice.
        hall.clerk(ADMINISTRATOR).post("/office/settings", {"values": {"voice_repeats": 1}})
        self.kiosk = Client(hall.base, bearer=self.enrol("kiosk", "1"))
        self.board_token = self.enrol("board", "main")
        self.boards = [Board(hall, self.board_token) for _ in range(BOARDS)]

    def close(self) -> None:
        """Close the connection of every board."""
        for board in self.boards:
            board.close()

    def enrol(self, kind: str, name: str) -> str:
        """Enrol a device with a one-time code and return its token."""
        device = {"kind": kind, "name": name}
        code = self.hall.clerk(ADMINISTRATOR).post("/office/codes", device)["code"]
        return str(Client(self.hall.base).post("/enrol", {"code": code, **device})["token"])

    def take(self, item: str, key: str = "") -> Json:
        """Issue a number at the kiosk and return the ticket."""
        body = {"item": item, "applicant": "ordinary"}
        ticket: Json = self.kiosk.post("/tickets", body, key)["ticket"]
        return ticket

    def call(self, staff: str) -> str:
        """Call the next number at a clerk's window, finishing the current service."""
        body = {"complete": "accepted"}
        current = self.hall.clerk(staff).post("/counter/call-next", body)["current"]
        return str(current["number"]) if current is not None else ""

    def sounds(self) -> list[str]:
        """Return the texts of every loudspeaker up to now."""
        speakers = [d for d in self.hall.control("/state")["devices"] if d["kind"] == "speaker"]
        return [sound["text"] for d in speakers for sound in d["shows"]["sounds"]]

    def seen_everywhere(self, number: str) -> None:
        """Assert that every board shows the number and flashed it once."""
        for board in self.boards:
            board.until(lambda board=board: board.shows(number) and number in board.flashes)
            assert Counter(board.flashes)[number] == 1

    def announced(self, before: int) -> None:
        """Assert that more was spoken than `before`, and nothing twice."""
        self.until(lambda: len(self.sounds()) > before)
        assert max(Counter(self.sounds()).values()) == 1

    def call_comes(self) -> None:
        """Assert that a call appears on every board and is spoken once."""
        before = len(self.sounds())
        self.seen_everywhere(self.call("1009"))
        self.announced(before)
        # Whichever worker has the loudspeaker's connection, and whichever is asked.
        self.until(lambda: self.hall.clerk("1009").get("/counter")["announced"] == "spoken")

    def until(self, right: Any) -> None:
        """Wait until a condition of the simulated devices is true, checked after each event."""
        end, seen = time.monotonic() + PATIENCE, self.hall.control("/state")["seq"]
        while not right():
            assert time.monotonic() < end
            seen = self.hall.control(f"/events?since={seen}&wait=1")["seq"]


@pytest.fixture(scope="module", params=["one process", "four workers"])
def scene(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: pg.Postgres,
) -> Iterator[Scene]:
    """Yield the same hall, deployed in two ways."""
    folder = tmp_path_factory.mktemp("scene")
    with contextlib.ExitStack() as stack:
        redis, database, workers = None, f"sqlite:///{folder / 'data' / 'hall.db'}", 1
        if request.param == "four workers":
            redis = stack.enter_context(RedisServer())
            name = postgres.create()
            stack.callback(postgres.drop, name)
            database, workers = postgres.url(name), 4
        hall = stack.enter_context(
            HallServer(
                folder,
                devices=True,
                accounts=(ADMINISTRATOR, MANAGER, *CLERKS),
                database=database,
                redis=redis.url if redis else "",
                workers=workers,
            )
        )
        made = Scene(hall, database, redis)
        stack.callback(made.close)
        yield made


def test_a_number_is_printed_and_its_call_is_shown_and_spoken(scene: Scene) -> None:
    ticket = scene.take(ITEM)
    scene.until(
        lambda: any(
            ticket["number"] in paper["text"]
            for paper in scene.hall.device("printer-1")["shows"]["papers"]
        )
    )
    silent = len(scene.sounds())
    number = scene.call("1009")
    assert number == ticket["number"]
    scene.seen_everywhere(number)
    scene.until(lambda: number in str(scene.hall.device("strip-W05")["shows"]))
    scene.announced(silent)
    phone = scene.kiosk.get(f"/phone/{ticket['token']}")
    assert phone["state"] == "called"


def test_a_request_can_be_traced_from_the_page_to_the_device(scene: Scene) -> None:
    key = "followed-from-page-to-paper"
    ticket = scene.take(ITEM, key)
    scene.until(
        lambda: any(
            ticket["number"] in paper["text"]
            for paper in scene.hall.device("printer-1")["shows"]["papers"]
        )
    )

    def told() -> list[Json]:
        lines = (scene.hall.folder / "kiosk.log").read_text().splitlines()
        return [line for line in map(json.loads, lines) if line.get("request") == key]

    scene.until(told)
    assert [(line["device"], line["state"]) for line in told()] == [("printer-1", "printed")]
    scene.call("1009")


def test_metrics_can_be_read_from_the_machine_itself(scene: Scene) -> None:
    address = scene.hall.url("/metrics")
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        text = answer.read().decode()
    assert re.search(r'hallkeeper_windows\{hall="reference",state="open"\} [1-9]', text)
    assert re.search(r'hallkeeper_devices\{hall="reference",kind="printers",state="ok"\} \d', text)
    assert ITEM not in text
    assert 'hallkeeper_worker_up{worker="0"}' in text
    through = urllib.request.Request(address, headers={"X-Forwarded-For": "192.0.2.1"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(through, timeout=PATIENCE)
    with refused.value:
        assert refused.value.code == 404


def test_the_same_key_gives_the_same_number_at_any_worker(scene: Scene) -> None:
    first = [scene.take(ITEM, key="once")["id"] for _ in range(8)]
    assert len(set(first)) == 1
    assert scene.call("1009") == first[0][-4:]


def test_concurrent_clerks_never_call_the_same_ticket(scene: Scene) -> None:
    issued = {scene.take(item)["number"] for item in [ITEM] * 10}
    called: queue.Queue[str] = queue.Queue()

    def work(staff: str) -> None:
        with contextlib.suppress(RefusedError):
            while number := scene.call(staff):
                called.put(number)

    threads = [threading.Thread(target=work, args=(staff,)) for staff in CLERKS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    numbers = Counter(called.queue)
    assert set(numbers) == issued
    assert max(numbers.values()) == 1
    scene.announced(0)


def test_a_revoked_board_is_disconnected_from_any_worker(scene: Scene) -> None:
    device = {"kind": "board", "name": "main"}
    scene.hall.clerk(ADMINISTRATOR).post("/office/revoke", device)
    for board in scene.boards:
        assert board.lost.wait(PATIENCE)
        board.close()
    scene.board_token = scene.enrol("board", "main")
    scene.boards = [Board(scene.hall, scene.board_token) for _ in range(BOARDS)]


def test_a_killed_process_loses_nothing(scene: Scene) -> None:
    hall, issued = scene.hall, []
    for turn in range(12):
        if turn == 4:
            if scene.redis is None:
                hall.kill()
                hall.start()
            else:
                hall.kill_worker(hall.workers()[0])
        key, end = f"killed-{turn}", time.monotonic() + PATIENCE
        while True:
            try:
                issued.append(scene.take(ITEM, key)["number"])
                break
            except OSError:  # the process that should answer is gone: repeated under the same key
                assert time.monotonic() < end
    assert max(Counter(issued).values()) == 1
    for name in ("printer-1", "speaker-main"):
        hall.wait_for_device(name)
    called = [scene.call("1009") for _ in issued]
    assert called == issued
    for board in scene.boards:
        board.until(lambda board=board: board.shows(called[-1]))


@pytest.mark.parametrize(
    ("away", "back"),
    [(RedisServer.kill, RedisServer.start), (RedisServer.hang, RedisServer.resume)],
    ids=["gone", "hangs"],
)
def test_without_the_worker_bus_every_event_still_arrives_once(
    scene: Scene, away: Callable[[RedisServer], None], back: Callable[[RedisServer], None]
) -> None:
    scene.take(ITEM)
    if scene.redis is None:
        assert scene.hall.clerk(ADMINISTRATOR).get("/office/today")["issued"] > 0
        scene.call_comes()
        return
    away(scene.redis)
    scene.call_comes()
    back(scene.redis)
    scene.take(ITEM)
    scene.call_comes()


def test_the_integrity_check_finds_no_violation(scene: Scene) -> None:
    store = open_store(scene.database, HALL)
    try:
        assert store.read(lambda c: violations(HALL, c)) == []
    finally:
        store.close()
