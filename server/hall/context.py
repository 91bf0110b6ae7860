"""Shared context of all actions: the store, the clock, the token source, the data in force.

`Context.command` is the only entry for actions: idempotency, the action, its journal lines and the
first answer are one transaction; events go to the worker bus after the commit. No HTTP here.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from server.catalogue import calendar_queries
from server.catalogue import queries as catalogues
from server.catalogue.hours import PastHours, past_hours
from server.catalogue.model import Catalogue
from server.catalogue.workdays import workdays_of
from server.core import idempotency, journal
from server.core import setting_queries as stored_settings
from server.core.actors import Actor
from server.core.clock import Clock, TokenSource, local
from server.core.errors import CommonCode, HallError
from server.core.events import Bus, Event, HallChanged
from server.core.problems import code_of
from server.core.settings import CalendarSettings, GeneralSettings, Settings, Value, with_values
from server.core.store import Act, RunningActionStore, Store, Tx, attempt
from server.core.working_days import SpecialDay, Workdays, week_of

T = TypeVar("T")
JsonDict = dict[str, Any]


WINDOW = "_window"
"""Key in stored answers for the window that they belong to."""
RELOADING = frozenset({"catalogue", "calendar", "settings"})


def _ignore_duration(_seconds: float) -> None:
    """Ignore the duration of an action; default while nothing measures it."""


class Guard(Protocol):
    """Interface that runs an action, or stores it for a second person if it changes a past day."""

    def run(
        self, ctx: Context, tx: Tx, actor: Actor, request: JsonDict, act: Act[JsonDict]
    ) -> JsonDict | HallError: ...


class Unguarded:
    """Guard that runs every action at once."""

    def run(
        self, _ctx: Context, tx: Tx, _actor: Actor, _request: JsonDict, act: Act[JsonDict]
    ) -> JsonDict | HallError:
        return attempt(tx, act)


class Context:
    """Shared services of one hall. Safe to use from many greenlets or threads."""

    def __init__(self, store: Store, clock: Clock, chance: TokenSource, bus: Bus) -> None:
        self.store = store
        self.clock = clock
        self.tokens = chance
        self.bus = bus
        self.hall_id = store.hall_id
        self._catalogues: dict[int, Catalogue] = {}
        self._current: tuple[int, Catalogue] | None = None
        self._calendar: tuple[tuple[int, int], frozenset[int]] = ((0, 0), frozenset())
        self._hours: list[catalogues.HoursAt] = []
        self._settings: Settings | None = None
        self.local_settings: Mapping[str, Value] = {}
        """Values of this server's own configuration, over those that the hall stores."""
        self._loading = threading.RLock()
        self.snapshot_cache: dict[tuple[str, str], object] = {}
        """Cache of `services.snapshot`: parts by journal line and day."""
        self.kept: dict[type, object] = {}
        """Objects that rooms keep for this hall, by type."""
        self.guard: Guard = Unguarded()
        """Guard that holds actions on past days for a second person; set by the hall."""
        self.on_write_seconds: Callable[[float], None] = _ignore_duration
        """Callback with the seconds that each action took until it was durable."""
        bus.subscribe(self._on_event)  # first listener: later ones then see the new data

    def catalogue(self) -> Catalogue:
        """Return the business data in force, with the state calendar.

        Raises UNAVAILABLE for a hall without any.
        """
        current = self._current
        if current is None:
            with self._loading:  # two hundred screens may ask at once; only one reads
                current = self._current or self._newest()
                self._current = current
        return current[1]

    def _newest(self) -> tuple[int, Catalogue]:
        latest = self.store.read(lambda c: catalogues.latest(c, self.hall_id))
        if latest is None:
            raise HallError(CommonCode.UNAVAILABLE, what="catalogue")
        book = self.catalogue_version(latest[0])
        return latest[0], replace(book, state_days=self._state_days())

    def _state_days(self) -> tuple[SpecialDay, ...]:
        makeup, hall_id = self.settings().of(CalendarSettings).makeup_weekday, self.hall_id

        def query(conn: Connection) -> tuple[SpecialDay, ...]:
            self._calendar = (
                calendar_queries.mark(conn, hall_id),
                calendar_queries.years(conn, hall_id),
            )
            self._hours = catalogues.hall_hours(conn, hall_id)
            return calendar_queries.every(conn, hall_id, makeup)

        return self.store.read(query)

    def calendar_years(self) -> frozenset[int]:
        """Return the years whose State Council calendar is loaded."""
        self.catalogue()
        return self._calendar[1]

    def weeks(self) -> tuple[tuple[date, frozenset[int]], ...]:
        """Return the hall's working weekdays over time, each from its first day.

        Empty if unchanged.
        """
        self.catalogue()
        dated_weeks: list[tuple[date, frozenset[int]]] = []
        for at, lines, _days in self._hours:
            week = week_of(line.weekdays for line in lines)
            if not dated_weeks or dated_weeks[-1][1] != week:
                since = self.local(at).date()
                # Of several weeks from one day, the last counts.
                dated_weeks = [entry for entry in dated_weeks if entry[0] != since]
                dated_weeks.append((since, week))
        return tuple(dated_weeks) if len(dated_weeks) > 1 else ()

    def past_hours(self) -> PastHours:
        """Return the hall's opening hours as they were on each day."""
        book = self.catalogue()
        return past_hours(self._hours, book.state_days, lambda at: self.local(at).date())

    def workdays(self) -> Workdays:
        """Return the hall's working days, its own special days included."""
        return workdays_of(self.catalogue(), self.calendar_years(), self.weeks())

    def catalogue_version(self, version: int) -> Catalogue:
        """Return an older version of the business data, as tickets refer to it."""
        if version not in self._catalogues:
            self._catalogues[version] = self.store.read(
                lambda c: catalogues.load(c, self.hall_id, version)
            )
        return self._catalogues[version]

    def catalogue_at(self, conn: Connection, version: int) -> Catalogue:
        """Return an older version, read by a query that is already running."""
        if version not in self._catalogues:
            self._catalogues[version] = catalogues.load(conn, self.hall_id, version)
        return self._catalogues[version]

    def settings(self) -> Settings:
        """Return the settings in force."""
        if self._settings is None:
            values = self.store.read(lambda c: stored_settings.current(c, self.hall_id))
            self._settings = self._with_local(values)
        return self._settings

    def _with_local(self, values: Mapping[str, Any]) -> Settings:
        return with_values(Settings(), values).replaced(self.local_settings)

    def _on_event(self, event: Event) -> None:
        """Drop catalogue, calendar and settings after a change, so that the next use reads them."""
        if isinstance(event, HallChanged) and event.what in RELOADING:
            self._current = None
            self._settings = None

    def refresh(self) -> None:
        """Detect changes by another process (`hall import` beside a running server)."""
        known_version = self._current[0] if self._current else 0
        latest, values, mark = self.store.read_single(self._in_force)
        if latest is not None and latest[0] != known_version:
            self.bus.deliver([HallChanged("catalogue", {"version": latest[0]})])
        if self._settings is not None and self._with_local(values) != self._settings:
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
            calendar_queries.mark(conn, hall_id),
        )

    def local(self, now: int | None = None) -> datetime:
        """Return the hall's wall clock."""
        return local(
            self.clock.now() if now is None else now, self.settings().of(GeneralSettings).timezone
        )

    def day(self, now: int | None = None) -> str:
        """Return the business day as ISO text."""
        return self.local(now).date().isoformat()

    def window_answered(self, actor: Actor, key: str) -> str | None:
        """Return the window of an earlier command with this key, or None.

        A person who has left the window since may still request that answer again.
        """
        first = self.store.read_single(
            lambda c: idempotency.first_answer(c, self.hall_id, actor.key, key)
        )
        return str(json.loads(first.body).get(WINDOW, "")) or None if first else None

    def write(self, act: Act[T], *, brief: bool = False) -> T:
        """Run an action and publish its events after the commit; `brief` as in Store."""
        started = time.perf_counter()
        written = self.store.write(act, self.clock.now(), brief=brief)
        self.on_write_seconds(time.perf_counter() - started)
        self.bus.publish(written.events)
        return written.value

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query."""
        return self.store.read(query)

    def read_single(self, query: Callable[[Connection], T]) -> T:
        """Run a single read, or several statements that need not see one moment."""
        return self.store.read_single(query)

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        """Run a long query off the event loop's connections; call it in another thread."""
        return self.store.read_off_loop(query)

    def command(
        self,
        actor: Actor,
        key: str,
        request: JsonDict,
        act: Callable[[Tx], JsonDict],
        *,
        brief: bool = False,
        second: bool = False,
    ) -> JsonDict:
        """Run `act` once for this actor and key; a repeat gets the first answer, also a refusal.

        `brief`: as in Store, for the routine actions of kiosks and counters. `second`: the action
        is itself the decision of a second person, which the action checks, so the guard does not
        apply.

        Raises the action's HallError, KEY_REUSED when the key came with other arguments before, and
        for an action that changes a past day PAST_REASON, PAST_ASKED or PAST_CLOSED.
        """
        digest = digest_of(request)
        window = str(request.get("window", ""))

        def once(tx: Tx) -> JsonDict | HallError:
            first = idempotency.first_answer(tx.conn, tx.hall_id, actor.key, key)
            if first is not None:
                return _repeat(first, digest)
            answer = attempt(tx, act) if second else self.guard.run(self, tx, actor, request, act)
            _store_answer(tx, actor, key, digest, answer, window)
            return answer

        answer = self.write(once, brief=brief)
        if isinstance(answer, HallError):
            raise answer
        return answer

    def guarded(self, actor: Actor, request: JsonDict, act: Callable[[Tx], JsonDict]) -> JsonDict:
        """Run an action without a key, under the guard; raise as `command` does."""
        answer = self.write(lambda tx: self.guard.run(self, tx, actor, request, act))
        if isinstance(answer, HallError):
            raise answer
        return answer

    def within(self, tx: Tx) -> Context:
        """Return this hall as the running action sees it, including what the action has written.

        Actions of the returned context are part of `tx`, and are not guarded.
        """
        copied = copy.copy(self)
        copied.store = RunningActionStore(tx)
        copied.guard = Unguarded()
        copied.bus = Bus()
        copied.drop_caches()
        copied.snapshot_cache = {}
        copied.kept = {}
        copied.on_write_seconds = _ignore_duration
        return copied

    def drop_caches(self) -> None:
        """Drop the cached catalogue, calendar and settings."""
        self._loading = threading.RLock()
        self._current = None
        self._settings = None
        self._catalogues = {}


def digest_of(request: JsonDict) -> str:
    """Return the digest by which a repeat of a command is compared."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def _repeat(first: idempotency.FirstAnswer, digest: str) -> JsonDict | HallError:
    if first.digest != digest:
        return HallError(CommonCode.KEY_REUSED)
    body: JsonDict = json.loads(first.body)
    if first.status == 0:
        return body
    return HallError(code_of(body["code"]), **body["data"])


def _store_answer(
    tx: Tx, actor: Actor, key: str, digest: str, answer: JsonDict | HallError, window: str
) -> None:
    if isinstance(answer, HallError):
        body = {"code": answer.code.value, "data": answer.data, WINDOW: window}
        idempotency.keep_answer(tx, actor.key, key, digest, 1, json.dumps(body, ensure_ascii=False))
    else:
        idempotency.keep_answer(
            tx, actor.key, key, digest, 0, json.dumps(answer | {WINDOW: window}, ensure_ascii=False)
        )


def write_journal(
    tx: Tx,
    actor: Actor,
    act: str,
    subject: str,
    *,
    window: str = "",
    data: JsonDict | None = None,
    why: str = "",
) -> int:
    """Append a journal line by `actor` in the running action; return its number.

    An action that came through a device also names the device and its agent.
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
