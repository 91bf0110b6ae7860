"""Collector of a run's evidence: journal, tickets, slips, paper, boards; returns a `History`."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections import Counter
from typing import Any

import socketio
from sqlalchemy import Connection, func, select

from bench.breaking.crowd import Crowd
from bench.breaking.hall import HALL, FaultyHall
from bench.breaking.history import MAIN, History, JournalLine, Slip, StoredTicket
from server.catalogue.reference import load
from server.core import tables as core_tables
from server.core.engine import open_store
from server.integrity.checks import violations
from server.queue import tables as queue_tables
from server.queue.offline.tables import handed_in
from server.time_clocks.tables import punch
from support.live_line import close_lost_socket, hang_up

NUMBER = re.compile(r"[A-Z]{1,2}\d{3}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SETTLED_WITHIN = 150.0
BOARD_WITHIN = 20.0
LINE_SECONDS = 15
AGAIN_SECONDS = 0.2
Shown = set[tuple[str, str]]


def numbers_on(text: str) -> list[str]:
    """Return day and number as printed on a slip: `2026-11-24 A012`."""
    day = DAY.search(text)
    lines = [line for line in text.splitlines()[:4] if NUMBER.fullmatch(line)]
    return [f"{day[0] if day else ''} {line}" for line in lines]


class PaperTray:
    """Collector of every slip that a simulated printer prints, from its events."""

    def __init__(self, hall: FaultyHall) -> None:
        self._hall = hall
        self._over = threading.Event()
        self.numbers: Counter[str] = Counter()
        self.seen = 0
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                self._take()

    def _take(self) -> None:
        page = self._hall.control(f"/events?since={self.seen}&wait=1")
        for event in page["events"]:
            if event["kind"] == "paper":
                self.numbers.update(numbers_on(str(event["text"])))
        self.seen = page["seq"]

    def close(self) -> Counter[str]:
        """Stop collecting; return everything that was printed until now."""
        self._over.set()
        self._thread.join()
        self._take()
        return self.numbers


class Board:
    """Board client that reconnects by itself."""

    def __init__(self, hall: FaultyHall, zone: str, bearer: str = "") -> None:
        self.zone = zone
        self.bearer = bearer or hall.enrolled("board", zone).bearer
        self.trouble = ""
        """Error of the last failed reconnection."""
        self._base = hall.base
        self._news = threading.Condition()
        self._state: dict[str, Any] = {}
        # The library's own reconnection gives the server one second: too short on a busy machine.
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self._client.on("state", self._store, namespace="/live")
        close_lost_socket(self._client)
        self._over = threading.Event()
        self._connect()
        self._thread = threading.Thread(target=self._stay_connected, daemon=True)
        self._thread.start()

    def _connect(self) -> None:
        self._client.connect(
            self._base,
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": self.zone},
            headers={"Authorization": f"Bearer {self.bearer}"},
            wait_timeout=LINE_SECONDS,
        )

    def _stay_connected(self) -> None:
        while not self._over.is_set():
            try:
                self._client.wait()
                self._over.wait(AGAIN_SECONDS)
                if not self._over.is_set():
                    self._connect()
            except Exception as error:  # noqa: BLE001 - a server that dies breaks a line anyhow
                self.trouble = f"{type(error).__name__}: {error}"
                hang_up(self._client)  # a line that broke before its feed began is open still

    def _store(self, message: dict[str, Any]) -> None:
        with self._news:
            self._state = message["data"]
            self._news.notify_all()

    def _shows(self) -> Shown:
        windows = self._state.get("windows", [])
        return {(w["code"], w["ticket"]) for w in windows if w["ticket"]}

    def shows(self, expected: Shown, patience: float = BOARD_WITHIN) -> Shown:
        """Return the shown calls, once they are `expected` or `patience` seconds have passed."""
        with self._news:
            self._news.wait_for(lambda: self._shows() == expected, patience)
            return self._shows()

    @property
    def has_state(self) -> bool:
        """True if the board has ever received a state.

        Without a state it shows nothing, which may be right by chance.
        """
        return bool(self._state)

    def port(self) -> int:
        """Return the local port of its connection; 0 while it has none."""
        line = getattr(self._client.eio.ws, "sock", None)
        if line is None or not self._client.connected:
            return 0
        with contextlib.suppress(OSError):
            return int(line.getsockname()[1])
        return 0

    def reconnect(self) -> None:
        """Disconnect; the board reconnects to any free worker."""
        hang_up(self._client)

    def close(self) -> None:
        """Disconnect for good."""
        self._over.set()
        hang_up(self._client)
        self._thread.join(LINE_SECONDS)


def database_url(hall: FaultyHall, database: str) -> str:
    """Return the URL of the hall's database."""
    return database or f"sqlite:///{(hall.data / 'hall.db').resolve()}"


def wait_for_slips(url: str) -> None:
    """Wait until the end of every slip is recorded, at most SETTLED_WITHIN seconds."""
    store = open_store(url, HALL)
    s, end, pause = queue_tables.slip.c, time.monotonic() + SETTLED_WITHIN, threading.Event()
    query = select(s.id).where(s.hall_id == HALL, s.state.in_(["owed", "sent"])).limit(1)
    try:
        while store.read(lambda c: c.execute(query).first()) and time.monotonic() < end:
            pause.wait(0.2)
    finally:
        store.close()


def gather_history(crowd: Crowd, url: str, boards: list[Board], tray: PaperTray | None) -> History:
    """Return the history after a run."""
    store = open_store(url, HALL)
    try:
        history = store.read(_books)
        history.check_problems += [f"{f.en}" for f in store.read(lambda c: violations(HALL, c))]
    finally:
        store.close()
    history.acks, history.complete = list(crowd.acks), True
    busy = {(t.window, t.number) for t in history.tickets if t.state in ("called", "serving")}
    history.zones = zone_of = {window.code: window.zone for window in load().windows}
    for board in boards:
        mine = {b for b in busy if board.zone in (MAIN, zone_of[b[0]])}
        history.shown[board.zone] = board.shows(mine)
    history.paper = tray.close() if tray else None
    return history


def _books(conn: Connection) -> History:
    j, t, s = core_tables.journal.c, queue_tables.ticket.c, queue_tables.slip.c
    lines = conn.execute(select(core_tables.journal).where(j.hall_id == HALL).order_by(j.seq))
    tickets = conn.execute(
        select(t.id, t.day, t.number, t.state, t.window)
        .where(t.hall_id == HALL)
        .order_by(t.issued_at)
    )
    stored = [StoredTicket(r.id, r.day, r.number, r.state, r.window) for r in tickets]
    numbers = {k.id: f"{k.day} {k.number}" for k in stored}
    slips = conn.execute(
        select(s.ticket_id, s.state, s.copy).where(s.hall_id == HALL, s.kind == "ticket")
    )
    return History(
        lines=[JournalLine(r.seq, r.act, r.subject, r.window, json.loads(r.data)) for r in lines],
        tickets=stored,
        slips=[Slip(r.ticket_id, numbers.get(r.ticket_id, ""), r.state, r.copy) for r in slips],
    )


def journal_counts(url: str) -> Counter[tuple[str, str]]:
    """Return the number of journal lines by action and subject."""
    store, j = open_store(url, HALL), core_tables.journal.c
    try:
        query = select(j.act, j.subject).where(j.hall_id == HALL)
        rows = store.read(lambda c: c.execute(query).all())
        return Counter((row.act, row.subject) for row in rows)
    finally:
        store.close()


def called_at_windows(url: str) -> Shown:
    """Return (window, number) of every called or served ticket: what the boards must show."""
    store, t = open_store(url, HALL), queue_tables.ticket.c
    query = select(t.window, t.number).where(t.hall_id == HALL, t.state.in_(["called", "serving"]))
    try:
        return {(r.window, r.number) for r in store.read(lambda c: c.execute(query).all())}
    finally:
        store.close()


def punches_of(url: str, reader: str) -> int:
    """Return the number of stored punches of a time clock."""
    store, p = open_store(url, HALL), punch.c
    try:
        query = select(func.count()).where(p.hall_id == HALL, p.reader == reader)
        return int(store.read(lambda c: c.execute(query).scalar_one()))
    finally:
        store.close()


def imported_count(url: str) -> int:
    """Return the number of tickets imported from kiosks that went on without the server."""
    store, h = open_store(url, HALL), handed_in.c
    try:
        query = select(func.count()).where(h.hall_id == HALL)
        return int(store.read(lambda c: c.execute(query).scalar_one()))
    finally:
        store.close()
