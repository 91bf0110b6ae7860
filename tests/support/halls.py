"""Small hall for tests of rules and actions: one example of every case that routing knows.

Monday 2026-03-02 is an ordinary working day; tests set the hall's clock, it does not run.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache, lru_cache
from itertools import count
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import make_url

from server.catalogue.actions import import_catalogue
from server.catalogue.model import (
    ApplicantClass,
    Catalogue,
    Group,
    Handling,
    Item,
    ItemKind,
    Mandate,
    Material,
    OpenLine,
    Presence,
    Scope,
    Site,
    Staff,
    Unit,
    Window,
    WindowKind,
    Zone,
)
from server.core import setting_queries
from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.clock import SeededTokenSource, SetClock, instant
from server.core.config import Config
from server.core.engine import Databases, is_sqlite, migrate, open_engine
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.queue import calling, issuing, ticket_queries, window_sessions
from server.queue.tickets import Outcome, Ticket
from support import furnished_rows, shared_connections

# Passwords of tests protect nothing; a real hash takes 0.1 s.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ZONE = "Asia/Shanghai"
MONDAY = date(2026, 3, 2)
ALL_WINDOWS = ("T1", "T2", "S1", "F1", "G1", "G2")
MANAGER, ADMINISTRATOR, NEWCOMER = "2001", "3001", "1099"
STAFF = {code: f"10{n:02}" for n, code in enumerate(ALL_WINDOWS, 1)}


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> int:
    """Return milliseconds of a wall-clock time of the hall."""
    return instant(datetime.combine(day, time(hour, minute)), ZONE)


def _item(code: str, unit: str, handling: Handling = Handling.ACCEPTED) -> Item:
    return Item(
        code=code,
        unit=unit,
        group="life",
        name=f"事项{code}",
        name_en=f"Item {code}",
        kind=ItemKind.APPROVAL,
        handling=handling,
        materials=(Material("申请表", "原件1份"),),
        legal_basis="测试条例第一条",
        promised_days=5,
        legal_days=10,
        fee="不收费",
        service_minutes=8.0,
        advice="到二楼",
        advice_en="Second floor",
    )


def _unit(code: str, prefix: str, presence: Presence = Presence.HALL) -> Unit:
    away = presence is not Presence.HALL
    return Unit(
        code,
        f"单位{code}",
        f"Unit {code}",
        code,
        prefix,
        presence,
        15,
        place="北街一号" if away else "",
        place_en="1 North Street" if away else "",
    )


def _windows() -> tuple[Window, ...]:
    return (
        Window("T1", 1, "税务一", "Tax 1", WindowKind.SPECIALISED, "east", ("tax",)),
        Window("T2", 2, "税务二", "Tax 2", WindowKind.SPECIALISED, "east", ("tax",)),
        Window("S1", 3, "城建", "Building", WindowKind.SPECIALISED, "west", ("build",)),
        Window("F1", 4, "消防", "Fire", WindowKind.SPECIALISED, "west", ("fire",)),
        Window("G1", 11, "综合一", "General 1", WindowKind.COMPREHENSIVE, "east"),
        Window("G2", 12, "综合二", "General 2", WindowKind.COMPREHENSIVE, "east"),
    )


def _mandates() -> tuple[Mandate, ...]:
    general = ("G1", "G2")
    return (
        Mandate("M1", "tax", date(2026, 1, 1), date(2026, 1, 1), None, ("tax-1",), general),
        Mandate("M2", "social", date(2026, 1, 1), date(2026, 1, 1), None, ("social-1",), general),
        Mandate(
            "M3",
            "social",
            date(2025, 1, 1),
            date(2025, 1, 1),
            date(2025, 12, 31),
            ("lapsed-1",),
            general,
        ),
    )


def catalogue() -> Catalogue:
    """Return business data of the small hall.

    Tax has two windows and is half mandated; social is served by mandate only; fire is open on
    Tuesdays; tobacco and cars work elsewhere.
    """
    return Catalogue(
        hall="small",
        hall_name="测试大厅",
        hall_name_en="Test hall",
        version=1,
        zones=(Zone("east", "东厅", "East room"), Zone("west", "西厅", "West room")),
        units=(
            _unit("tax", "A"),
            _unit("social", "B"),
            _unit("build", "C"),
            _unit("fire", "D"),
            _unit("tobacco", "E", Presence.WITHDRAWN),
            _unit("cars", "F", Presence.ELSEWHERE),
        ),
        groups=(Group("life", "生活", "Life"),),
        items=(
            _item("tax-1", "tax"),
            _item("tax-2", "tax"),
            _item("social-1", "social"),
            _item("build-1", "build"),
            _item("fire-1", "fire"),
            _item("tobacco-1", "tobacco"),
            _item("cars-1", "cars"),
            _item("ask-1", "build", Handling.CONSULT),
            _item("lapsed-1", "social"),
        ),
        windows=_windows(),
        mandates=_mandates(),
        staff=(
            *(
                Staff(STAFF[code], f"测试{n}", "tax", Role.CLERK, (code,))
                for n, code in enumerate(ALL_WINDOWS, 1)
            ),
            Staff(MANAGER, "测试主任", "", Role.MANAGER),
            Staff(ADMINISTRATOR, "测试管理员", "", Role.ADMINISTRATOR),
            Staff(NEWCOMER, "测试新人", "tax", Role.CLERK, ("T1", "T2")),
        ),
        hours=(
            *(
                OpenLine(Scope.HALL, "", frozenset({1, 2, 3, 4, 5}), opens, closes)
                for opens, closes in ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
            ),
            OpenLine(Scope.WINDOW, "F1", frozenset({2}), time(8, 30), time(12)),
        ),
        classes=(
            ApplicantClass("ordinary", "普通", "Ordinary", 0),
            ApplicantClass("elderly", "老年人", "Elderly", 1, "老"),
        ),
    )


def two_sites() -> Catalogue:
    """Return the small hall in two buildings: the east room in the main one, the west room not."""
    hall = catalogue()
    east, west = hall.zones
    sites = (
        Site("centre", "中心楼", "Main building", "中心路1号", "1 Centre Road"),
        Site("north", "城北楼", "North building", "北街2号"),
    )
    return replace(
        hall, sites=sites, zones=(replace(east, site="centre"), replace(west, site="north"))
    )


def with_empty_sites() -> Catalogue:
    """Return the small hall in its main building, with two others that have no windows."""
    hall = two_sites()
    south = Site("south", "城南楼", "South building", "南街3号")
    zones = tuple(replace(zone, site="centre") for zone in hall.zones)
    return replace(hall, sites=(*hall.sites, south), zones=zones)


def branches() -> Catalogue:
    """Return the small hall in two buildings that both serve tax.

    In the main one are T1, G1 and G2; in the north one T2, S1 and F1.
    """
    hall = two_sites()
    moved = (replace(w, zone="west") if w.code == "T2" else w for w in hall.windows)
    return replace(hall, windows=tuple(moved))


def travelling() -> Catalogue:
    """Return `branches` with fire in the north building on Tuesdays, in the main one on Thursdays.

    F1 and F2 are its windows, both of the same person.
    """
    hall = branches()
    north = next(window for window in hall.windows if window.code == "F1")
    centre = replace(north, code="F2", number=19, zone="east")
    thursday = OpenLine(Scope.WINDOW, "F2", frozenset({4}), time(9), time(16))
    people = (
        replace(person, windows=("F1", "F2")) if person.windows == ("F1",) else person
        for person in hall.staff
    )
    return replace(
        hall,
        windows=(*hall.windows, centre),
        hours=(*hall.hours, thursday),
        staff=tuple(people),
    )


@cache
def empty_book() -> bytes:
    """Return a migrated, empty SQLite file; made once, because migrating takes 0.2 s."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hall.db"
        engine = open_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()  # closing the last connection writes the log into the file
        return path.read_bytes()


def prepare(url: str) -> None:
    """Write a migrated, empty database where a SQLite URL names a missing file."""
    file = make_url(url).database
    if is_sqlite(url) and file and not Path(file).exists():
        Path(file).write_bytes(empty_book())


@lru_cache(maxsize=8)
def _furnished_book(now: int) -> bytes:
    """Return the SQLite file of a small hall opened at `now`, with its business data.

    Opening and furnishing draws no token, so a hall that starts from this file equals one that did
    it itself; it takes a third of the CPU.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hall.db"
        path.write_bytes(empty_book())
        config = Config(data=Path(folder), hall_id="small", database=f"sqlite:///{path}")
        hall = open_hall(config, clock=SetClock(now), chance=NoTokens(), hasher=CHEAP)
        import_catalogue(hall.ctx, SYSTEM, catalogue(), "test")
        hall.ctx.store.close()
        return path.read_bytes()


class NoTokens:
    """Token source for what must draw none."""

    def token(self, size: int = 16) -> str:
        raise AssertionError(f"a token of {size} bytes was drawn")

    def digits(self, count: int) -> str:
        raise AssertionError(f"{count} digits were drawn")


class SmallHall:
    """The small hall with its clock and shorthands for what people do."""

    def __init__(
        self,
        url: str,
        folder: Path,
        now: int,
        seed: int = 1,
        clock: SetClock | None = None,
        *,
        demo: bool = False,
    ) -> None:
        self.clock = clock or SetClock(now)
        self._keys = count(1)
        now = self.clock.now()
        file = make_url(url).database if is_sqlite(url) else None
        is_new = file is not None and not Path(file).exists()
        chance = SeededTokenSource(seed)
        filled = None if is_sqlite(url) else furnished_rows.fill(url, now)
        self._shared = shared_connections.of(url)
        if file is not None and is_new:
            Path(file).write_bytes(_furnished_book(now))
        self.hall: Hall = open_hall(
            Config(data=folder, hall_id="small", database=url, demo=demo),
            clock=self.clock,
            chance=chance,
            hasher=CHEAP,
            rest=lambda _seconds: None,
            databases=Databases(files_migrated=True) if is_new else self._shared,
        )
        self.ctx = self.hall.ctx
        if not is_new and not filled:
            import_catalogue(self.ctx, SYSTEM, catalogue(), "test")
        if filled is False:
            furnished_rows.keep(url, now)

    def key(self) -> str:
        """Return a fresh idempotency key."""
        return f"key-{next(self._keys)}"

    def clerk(self, window: str) -> Actor:
        """Return the clerk of a window as actor."""
        return Actor(ActorKind.CLERK, STAFF[window])

    def sign_in(self, *windows: str) -> None:
        """Sign the clerks of these windows in."""
        for window in windows:
            window_sessions.sign_in(self.ctx, self.clerk(window), self.key(), window)

    def issue(self, item: str, applicant: str = "ordinary", *, key: str = "") -> Ticket:
        """Issue a ticket at kiosk 1."""
        kiosk = Actor(ActorKind.KIOSK, "1")
        ticket_id = issuing.issue(
            self.ctx,
            kiosk,
            key or self.key(),
            item=item,
            applicant=applicant,
            kiosk="1",
            paper=True,
        )
        return self.ticket(ticket_id)

    def issue_extra(
        self, item: str, extras: issuing.IssueExtras, applicant: str = "ordinary"
    ) -> Ticket:
        """Issue a number with an appointment, or a remote number, without a slip."""
        phone = Actor(ActorKind.PHONE, "phone")
        issued = issuing.issue_with_data(
            self.ctx,
            phone,
            self.key(),
            item=item,
            applicant=applicant,
            kiosk="",
            paper=False,
            extras=extras,
        )
        return self.ticket(issued.ticket_id)

    def ticket(self, ticket_id: str) -> Ticket:
        """Return a ticket as stored."""
        ticket = self.ctx.read(lambda c: ticket_queries.get(c, self.ctx.hall_id, ticket_id))
        assert ticket is not None
        return ticket

    def call(self, window: str, complete: str | None = None) -> Ticket:
        """Call the next ticket at a window."""
        ticket_id = calling.call_next(self.ctx, self.clerk(window), self.key(), window, complete)
        return self.ticket(ticket_id)

    def serve(self, window: str) -> Ticket:
        """Call the next ticket, start and finish it."""
        ticket = self.call(window)
        calling.start(self.ctx, self.clerk(window), self.key(), window)
        calling.finish(self.ctx, self.clerk(window), self.key(), window, Outcome.DONE, "")
        return self.ticket(ticket.id)

    def call_and_miss(self, window: str) -> Ticket:
        """Call the next ticket, recall it, wait 60 s, mark it as missed."""
        ticket = self.call(window)
        calling.recall(self.ctx, self.clerk(window), self.key(), window)
        self.clock.advance(seconds=60)
        calling.no_show(self.ctx, self.clerk(window), self.key(), window)
        return self.ticket(ticket.id)

    def configure(self, **values: object) -> None:
        """Change settings."""

        def act(tx: Tx) -> None:
            for name, value in values.items():
                setting_queries.put(tx, name, value, "test")
            tx.events.append(HallChanged("settings"))

        self.ctx.write(act)

    def close(self) -> None:
        """Close the database; shared connections stay open."""
        if self._shared is None:
            self.ctx.store.close()
