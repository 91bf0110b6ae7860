"""Gathers what a run left behind: journal, tickets, slips, paper, boards; a `History` to judge."""

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

from bench.breaking.hall import HALL, BrokenHall
from bench.breaking.history import MAIN, History, Kept, Line, Slip
from bench.breaking.people import Crowd
from server.reference import load
from server.services.checks import violations
from server.storage import schema
from server.storage.engine import open_store
from server.storage.tables_offline import handed_in
from server.storage.tables_readers import punch

NUMBER = re.compile(r"[A-Z]{1,2}\d{3}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SETTLED_WITHIN = 150.0
BOARD_WITHIN = 20.0
LINE_SECONDS = 15
AGAIN_SECONDS = 0.2
Shown = set[tuple[str, str]]


def numbers_on(text: str) -> list[str]:
    """Day and number as a slip says them: `2026-11-24 A012`."""
    day = DAY.search(text)
    lines = [line for line in text.splitlines()[:4] if NUMBER.fullmatch(line)]
    return [f"{day[0] if day else ''} {line}" for line in lines]


class PaperTray:
    """Keeps every slip that falls out of a simulated printer, from its events."""

    def __init__(self, hall: BrokenHall) -> None:
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
        found = self._hall.control(f"/events?since={self.seen}&wait=1")
        for event in found["events"]:
            if event["kind"] == "paper":
                self.numbers.update(numbers_on(str(event["text"])))
        self.seen = found["seq"]

    def close(self) -> Counter[str]:
        """Everything that was printed until now."""
        self._over.set()
        self._thread.join()
        self._take()
        return self.numbers


class Board:
    """A board that stays connected by itself."""

    def __init__(self, hall: BrokenHall, zone: str, bearer: str = "") -> None:
        self.zone = zone
        self.bearer = bearer or hall.enrolled("board", zone).bearer
        self.trouble = ""
        """Why it could not come back the last time."""
        self._base = hall.base
        self._news = threading.Condition()
        self._state: dict[str, Any] = {}
        # The library's own coming back gives a busy machine a second and no more.
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self._client.on("state", self._keep, namespace="/live")
        self._over = threading.Event()
        self._dial()
        self._thread = threading.Thread(target=self._come_back, daemon=True)
        self._thread.start()

    def _dial(self) -> None:
        self._client.connect(
            self._base,
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": self.zone},
            headers={"Authorization": f"Bearer {self.bearer}"},
            wait_timeout=LINE_SECONDS,
        )

    def _come_back(self) -> None:
        while not self._over.is_set():
            try:
                self._client.wait()
                self._over.wait(AGAIN_SECONDS)
                if not self._over.is_set():
                    self._dial()
            except Exception as error:  # noqa: BLE001 - a server that dies breaks a line anyhow
                self.trouble = f"{type(error).__name__}: {error}"

    def _keep(self, message: dict[str, Any]) -> None:
        with self._news:
            self._state = message["data"]
            self._news.notify_all()

    def _shows(self) -> Shown:
        windows = self._state.get("windows", [])
        return {(w["code"], w["ticket"]) for w in windows if w["ticket"]}

    def shows(self, expected: Shown, patience: float = BOARD_WITHIN) -> Shown:
        """What it shows, once it is `expected` or its time is up."""
        with self._news:
            self._news.wait_for(lambda: self._shows() == expected, patience)
            return self._shows()

    @property
    def drawn(self) -> bool:
        """Whether it was ever given a picture: without one it shows nothing, which may be right."""
        return bool(self._state)

    def port(self) -> int:
        """The port of this end of its line; 0 while it has none."""
        line = getattr(self._client.eio.ws, "sock", None)
        if line is None or not self._client.connected:
            return 0
        with contextlib.suppress(OSError):
            return int(line.getsockname()[1])
        return 0

    def redial(self) -> None:
        """Hang up and come back: to whichever worker is free."""
        self._client.disconnect()

    def close(self) -> None:
        """Hang up."""
        self._over.set()
        self._client.disconnect()
        self._thread.join(LINE_SECONDS)


def url_of(hall: BrokenHall, database: str) -> str:
    """The hall's database."""
    return database or f"sqlite:///{(hall.data / 'hall.db').resolve()}"


def settled(url: str) -> None:
    """Wait until every slip's end is known, or the longest time that may take."""
    store = open_store(url, HALL)
    s, end, pause = schema.slip.c, time.monotonic() + SETTLED_WITHIN, threading.Event()
    asked = select(s.id).where(s.hall_id == HALL, s.state.in_(["owed", "sent"])).limit(1)
    try:
        while store.read(lambda c: c.execute(asked).first()) and time.monotonic() < end:
            pause.wait(0.2)
    finally:
        store.close()


def gathered(crowd: Crowd, url: str, boards: list[Board], tray: PaperTray | None) -> History:
    """Everything that is known after a run."""
    store = open_store(url, HALL)
    try:
        history = store.read(_books)
        history.books += [f"{f.en}" for f in store.read(lambda c: violations(HALL, c))]
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
    j, t, s = schema.journal.c, schema.ticket.c, schema.slip.c
    lines = conn.execute(select(schema.journal).where(j.hall_id == HALL).order_by(j.seq))
    tickets = conn.execute(
        select(t.id, t.day, t.number, t.state, t.window)
        .where(t.hall_id == HALL)
        .order_by(t.issued_at)
    )
    kept = [Kept(r.id, r.day, r.number, r.state, r.window) for r in tickets]
    numbers = {k.id: f"{k.day} {k.number}" for k in kept}
    slips = conn.execute(
        select(s.ticket_id, s.state, s.copy).where(s.hall_id == HALL, s.kind == "ticket")
    )
    return History(
        lines=[Line(r.seq, r.act, r.subject, r.window, json.loads(r.data)) for r in lines],
        tickets=kept,
        slips=[Slip(r.ticket_id, numbers.get(r.ticket_id, ""), r.state, r.copy) for r in slips],
    )


def kept_lines(url: str) -> Counter[tuple[str, str]]:
    """How often each act was done with each subject, by the journal."""
    store, j = open_store(url, HALL), schema.journal.c
    try:
        asked = select(j.act, j.subject).where(j.hall_id == HALL)
        rows = store.read(lambda c: c.execute(asked).all())
        return Counter((row.act, row.subject) for row in rows)
    finally:
        store.close()


def busy_at(url: str) -> Shown:
    """What every board must show: (window, number) of whoever is called or served."""
    store, t = open_store(url, HALL), schema.ticket.c
    asked = select(t.window, t.number).where(t.hall_id == HALL, t.state.in_(["called", "serving"]))
    try:
        return {(r.window, r.number) for r in store.read(lambda c: c.execute(asked).all())}
    finally:
        store.close()


def punches_of(url: str, reader: str) -> int:
    """How many punches of a time clock are kept."""
    store, p = open_store(url, HALL), punch.c
    try:
        asked = select(func.count()).where(p.hall_id == HALL, p.reader == reader)
        return int(store.read(lambda c: c.execute(asked).scalar_one()))
    finally:
        store.close()


def handed_in_of(url: str) -> int:
    """How many numbers were handed in by kiosks that went on without the server."""
    store, h = open_store(url, HALL), handed_in.c
    try:
        asked = select(func.count()).where(h.hall_id == HALL)
        return int(store.read(lambda c: c.execute(asked).scalar_one()))
    finally:
        store.close()
