"""What every act needs: the store, the clock, chance, the hall's data in force.

`Context.command` is the one door for acts: idempotency, the act, its journal lines and the first
answer are one transaction; events go to the bus after the commit. No HTTP here.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from server.clock import Chance, Clock, local
from server.domain.catalogue import Catalogue, SpecialDay
from server.domain.errors import Code, HallError
from server.domain.routing import Post, Posts
from server.domain.settings import Settings, changed
from server.domain.tickets import ActorKind
from server.services.bus import Bus, Event, HallChanged
from server.storage import calendar, commands, journal, windows
from server.storage import catalogue as catalogues
from server.storage import settings as stored_settings
from server.storage.store import Act, Inside, Store, Tx, attempt

T = TypeVar("T")
JsonDict = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Via:
    """The device that an act came by, and the agent that serves it."""

    device: str
    agent: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Person or device that acts: kind, name (staff number, kiosk id, agent), by which device."""

    kind: ActorKind
    name: str
    via: Via | None = None
    why: str = field(default="", compare=False)
    """The reason given for an act that moves a day that is over; empty: none."""

    @property
    def key(self) -> str:
        """Owner of idempotency keys."""
        return f"{self.kind}:{self.name}"


WINDOW = "_window"
"""Where kept answers remember the window they were given for."""
RELOADING = frozenset({"catalogue", "calendar", "settings"})
SYSTEM = Actor(ActorKind.SYSTEM, "hall")


def _nobody(_seconds: float) -> None:
    """Whom acts tell how long they took while nobody measures."""


class Guard(Protocol):
    """Runs an act in its transaction, or keeps it for a second person if it moves a past day."""

    def run(
        self, ctx: Context, tx: Tx, actor: Actor, asked: JsonDict, act: Act[JsonDict]
    ) -> JsonDict | HallError: ...


class Unguarded:
    """Runs every act at once."""

    def run(
        self, _ctx: Context, tx: Tx, _actor: Actor, _asked: JsonDict, act: Act[JsonDict]
    ) -> JsonDict | HallError:
        return attempt(tx, act)


class Context:
    """One hall's services share this. Safe to use from many greenlets or threads."""

    def __init__(self, store: Store, clock: Clock, chance: Chance, bus: Bus) -> None:
        self.store = store
        self.clock = clock
        self.chance = chance
        self.bus = bus
        self.hall_id = store.hall_id
        self._catalogues: dict[int, Catalogue] = {}
        self._current: tuple[int, Catalogue] | None = None
        self._calendar: tuple[tuple[int, int], frozenset[int]] = ((0, 0), frozenset())
        self._weeks: list[tuple[int, frozenset[int]]] = []
        self._settings: Settings | None = None
        self._loading = threading.RLock()
        self.standing: dict[tuple[str, str], object] = {}
        """What `services.snapshot` keeps of the hall by journal line and day."""
        self.guard: Guard = Unguarded()
        """Keeps acts that move a past day for a second person; set by the hall."""
        self.wrote: Callable[[float], None] = _nobody
        """Told how many seconds each act took until it was durable."""
        bus.listen(self._heard)  # first of all listeners: the others see the new data

    # -- data in force -------------------------------------------------------------------------

    def catalogue(self) -> Catalogue:
        """The business data in force, with the state calendar beside them.

        Raises UNAVAILABLE for a hall without any.
        """
        current = self._current
        if current is None:
            with self._loading:  # two hundred screens come at once; one of them reads
                current = self._current or self._newest()
                self._current = current
        return current[1]

    def _newest(self) -> tuple[int, Catalogue]:
        found = self.store.read(lambda c: catalogues.latest(c, self.hall_id))
        if found is None:
            raise HallError(Code.UNAVAILABLE, what="catalogue")
        book = self.catalogue_version(found[0])
        return found[0], replace(book, state_days=self._state_days())

    def _state_days(self) -> tuple[SpecialDay, ...]:
        makeup, hall_id = self.settings().makeup_weekday, self.hall_id

        def query(conn: Connection) -> tuple[SpecialDay, ...]:
            self._calendar = calendar.mark(conn, hall_id), calendar.years(conn, hall_id)
            self._weeks = catalogues.weeks(conn, hall_id)
            return calendar.every(conn, hall_id, makeup)

        return self.store.read(query)

    def calendar_years(self) -> frozenset[int]:
        """The years whose State Council calendar is known."""
        self.catalogue()
        return self._calendar[1]

    def weeks(self) -> tuple[tuple[date, frozenset[int]], ...]:
        """The weekdays that the hall works, each week from the day it came; where it changed."""
        self.catalogue()
        found: list[tuple[date, frozenset[int]]] = []
        for at, week in self._weeks:
            if not found or found[-1][1] != week:
                since = self.local(at).date()
                found = [one for one in found if one[0] != since]  # the day's last one counts
                found.append((since, week))
        return tuple(found) if len(found) > 1 else ()

    def catalogue_version(self, version: int) -> Catalogue:
        """An older version, as tickets remember it."""
        if version not in self._catalogues:
            self._catalogues[version] = self.store.read(
                lambda c: catalogues.load(c, self.hall_id, version)
            )
        return self._catalogues[version]

    def catalogue_at(self, conn: Connection, version: int) -> Catalogue:
        """An older version, read by a query that runs already."""
        if version not in self._catalogues:
            self._catalogues[version] = catalogues.load(conn, self.hall_id, version)
        return self._catalogues[version]

    def settings(self) -> Settings:
        """The settings in force."""
        if self._settings is None:
            values = self.store.read(lambda c: stored_settings.current(c, self.hall_id))
            self._settings = changed(Settings(), values)
        return self._settings

    def _heard(self, event: Event) -> None:
        """Read catalogue, calendar and settings again at next use after a change."""
        if isinstance(event, HallChanged) and event.what in RELOADING:
            self._current = None
            self._settings = None

    def refresh(self) -> None:
        """Notice what another process changed (`hall import` beside a running server)."""
        known = self._current[0] if self._current else 0
        found, values, mark = self.store.glance(self._in_force)
        if found is not None and found[0] != known:
            self.bus.deliver([HallChanged("catalogue", {"version": found[0]})])
        if self._settings is not None and changed(Settings(), values) != self._settings:
            self.bus.deliver([HallChanged("settings")])
        if self._current is not None and mark != self._calendar[0]:
            self.bus.deliver([HallChanged("calendar")])

    def _in_force(
        self, conn: Connection
    ) -> tuple[tuple[int, str] | None, JsonDict, tuple[int, int]]:
        hall_id = self.hall_id
        return (
            catalogues.latest(conn, hall_id),
            stored_settings.current(conn, hall_id),
            calendar.mark(conn, hall_id),
        )

    # -- time ----------------------------------------------------------------------------------

    def local(self, now: int | None = None) -> datetime:
        """The hall's wall clock."""
        return local(self.clock.now() if now is None else now, self.settings().timezone)

    def day(self, now: int | None = None) -> str:
        """The business day, ISO text."""
        return self.local(now).date().isoformat()

    def window_answered(self, actor: Actor, key: str) -> str | None:
        """The window that a command of this key was given for, if it was given before.

        Somebody who has left the window since may still ask for that answer again.
        """
        first = self.store.glance(lambda c: commands.first_answer(c, self.hall_id, actor.key, key))
        return str(json.loads(first.body).get(WINDOW, "")) or None if first else None

    # -- acts ----------------------------------------------------------------------------------

    def write(self, act: Act[T], *, brief: bool = False) -> T:
        """Run an act and publish its events after the commit; `brief` as in Store."""
        begun = time.perf_counter()
        written = self.store.write(act, self.clock.now(), brief=brief)
        self.wrote(time.perf_counter() - begun)
        self.bus.publish(written.events)
        return written.value

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query."""
        return self.store.read(query)

    def glance(self, query: Callable[[Connection], T]) -> T:
        """Run a query of one statement, or of several that need not see one moment."""
        return self.store.glance(query)

    def read_apart(self, query: Callable[[Connection], T]) -> T:
        """Run a long query away from the event loop's connections; call it in another thread."""
        return self.store.read_apart(query)

    def command(
        self,
        actor: Actor,
        key: str,
        asked: JsonDict,
        act: Callable[[Tx], JsonDict],
        *,
        brief: bool = False,
        second: bool = False,
    ) -> JsonDict:
        """Run `act` once for this actor and key; a repeat gets the first answer, refusals too.

        `brief`: as in Store, for what kiosks and counters do all day. `second`: the act is itself
        the decision of a second person, which the act checks, so the guard lets it through.

        Raises the act's HallError, KEY_REUSED when the key came with other arguments before, and
        for an act that moves a past day PAST_REASON, PAST_ASKED or PAST_CLOSED.
        """
        digest = digest_of(asked)
        window = str(asked.get("window", ""))

        def once(tx: Tx) -> JsonDict | HallError:
            first = commands.first_answer(tx.conn, tx.hall_id, actor.key, key)
            if first is not None:
                return _repeat(first, digest)
            answer = attempt(tx, act) if second else self.guard.run(self, tx, actor, asked, act)
            _keep(tx, actor, key, digest, answer, window)
            return answer

        answer = self.write(once, brief=brief)
        if isinstance(answer, HallError):
            raise answer
        return answer

    def guarded(self, actor: Actor, asked: JsonDict, act: Callable[[Tx], JsonDict]) -> JsonDict:
        """Run an act that has no key, under the guard; raises as `command` does."""
        answer = self.write(lambda tx: self.guard.run(self, tx, actor, asked, act))
        if isinstance(answer, HallError):
            raise answer
        return answer

    def inside(self, tx: Tx) -> Context:
        """Return this hall as the running act sees it, with what the act has written so far.

        Acts of the returned context are part of `tx`, and nothing guards them.
        """
        found = copy.copy(self)
        found.store = Inside(tx)
        found.guard = Unguarded()
        found.bus = Bus()
        found.forget()
        found.standing = {}
        found.wrote = _nobody
        return found

    def forget(self) -> None:
        """Start anew: nothing of catalogue, calendar and settings has been read yet."""
        self._loading = threading.RLock()
        self._current = None
        self._settings = None
        self._catalogues = {}


def digest_of(asked: JsonDict) -> str:
    """What a repeat of a command is held against."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _repeat(first: Any, digest: str) -> JsonDict | HallError:
    if first.digest != digest:
        return HallError(Code.KEY_REUSED)
    body: JsonDict = json.loads(first.body)
    if first.status == 0:
        return body
    return HallError(Code(body["code"]), **body["data"])


def _keep(
    tx: Tx, actor: Actor, key: str, digest: str, answer: JsonDict | HallError, window: str
) -> None:
    if isinstance(answer, HallError):
        body = {"code": answer.code.value, "data": answer.data, WINDOW: window}
        commands.keep_answer(tx, actor.key, key, digest, 1, json.dumps(body, ensure_ascii=False))
    else:
        commands.keep_answer(
            tx, actor.key, key, digest, 0, json.dumps(answer | {WINDOW: window}, ensure_ascii=False)
        )


def posts_of(conn: Connection, hall_id: str) -> Posts:
    """Who sits where, for the rules."""
    return {
        row.window: Post(row.window, row.staff, row.paused_at is not None)
        for row in windows.posts(conn, hall_id)
    }


def note(
    tx: Tx,
    actor: Actor,
    act: str,
    subject: str,
    *,
    window: str = "",
    data: JsonDict | None = None,
    why: str = "",
) -> int:
    """A journal line by `actor` in the running act; returns its number.

    What came by a device names the device and its agent, beside whoever acted.
    """
    if actor.via is not None:
        data = {"device": actor.via.device, "agent": actor.via.agent, **(data or {})}
    return journal.append(
        tx,
        actor_kind=actor.kind.value,
        actor=actor.name,
        act=act,
        subject=subject,
        window=window,
        data=data,
        why=why,
    )
