"""Worker bus: publishes events to the other workers that serve the same hall, through Redis.

A worker publishes after its commit; the others receive the event and read the database again.
Events are small facts, never states, and nothing depends on their delivery: while Redis is down,
workers read the journal instead (`server.runtime.journal_follower`). Each hall has its own channel,
so a worker receives only events of halls that it serves.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import gevent
from gevent.event import Event as Flag
from gevent.queue import Empty, Full, Queue

from server.core import trace
from server.core.events import Event, of_wire, to_wire

log = logging.getLogger(__name__)
CHANNEL = "hallkeeper:{}"
MAX_QUEUED = 10_000
"""Maximum number of queued messages; beyond it they are dropped and the others read the journal."""
MOST_AT_ONCE = 200
RETRY_SECONDS = 0.5
LINE_SECONDS = 2.0
PROOF_SECONDS = 1.0
SILENT_SECONDS = 3.0
"""Seconds without an answer after which Redis counts as lost (hanging or cut off)."""
OnEvents = Callable[[str, list[Event]], None]


class WorkerBus(Protocol):
    """Worker bus interface."""

    def publish(self, hall_id: str, events: Sequence[Event], /) -> None:
        """Publish events to the other workers; never waits."""
        ...

    def subscribe(self, hall_id: str, /) -> None:
        """Subscribe to a hall."""
        ...

    def complete_since(self) -> float | None:
        """Return the monotonic time since when no event can have been missed.

        The result is None if an event may be missed now.
        """
        ...


class NoWorkerBus:
    """Worker bus without a connection, for a single worker or for polling the journal."""

    def __init__(self, *, alone: bool) -> None:
        self._since = 0.0 if alone else None

    def publish(self, _hall_id: str, _events: Sequence[Event], /) -> None:
        return

    def subscribe(self, _hall_id: str, /) -> None:
        return

    def complete_since(self) -> float | None:
        return self._since


class RedisWorkerBus:
    """Worker bus over Redis publish and subscribe, on two connections that are renewed."""

    def __init__(
        self,
        url: str,
        worker: str,
        on_events: OnEvents,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        # A hall of one process does not need Redis.
        from redis import Redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        # The library would reconnect silently; events published meanwhile would be lost.
        options: dict[str, Any] = {"socket_timeout": LINE_SECONDS, "retry": Retry(NoBackoff(), 0)}
        options["decode_responses"] = True
        self._client: Any = Redis.from_url(url, socket_connect_timeout=LINE_SECONDS, **options)
        self._worker = worker
        self._replay_request = json.dumps({"w": worker, "e": None})
        """Message that makes the other workers read the journal."""
        self._heard = on_events
        self._steady = steady
        self._halls: set[str] = set()
        self._new_halls = Flag()
        self._complete_since: float | None = None
        self._spoken = False
        self._queue: Queue[tuple[str, str]] = Queue(MAX_QUEUED)
        gevent.spawn(self._publish_loop)
        gevent.spawn(self._receive_loop)

    def publish(self, hall_id: str, events: Sequence[Event]) -> None:
        message = {"w": self._worker, "t": trace.current(), "e": [to_wire(e) for e in events]}
        body = json.dumps(message)
        try:
            self._queue.put_nowait((CHANNEL.format(hall_id), body))
        except Full:
            self._complete_since = None

    def subscribe(self, hall_id: str) -> None:
        self._halls.add(hall_id)
        self._new_halls.set()
        with suppress(Full):
            # The previous worker in this slot may have ended between an action and its event.
            self._queue.put_nowait((CHANNEL.format(hall_id), self._replay_request))

    def complete_since(self) -> float | None:
        return self._complete_since

    # -- publishing ----------------------------------------------------------------------------

    def _publish_loop(self) -> None:
        """Publish queued messages in batches.

        After a failure ask the others to read the journal.
        """
        missed: set[str] = set()
        while True:
            batch = [
                *((channel, self._replay_request) for channel in missed),
                *self._batch(wait=not missed),
            ]
            try:
                self._publish(batch)
                missed.clear()
            except Exception as error:  # noqa: BLE001 - whatever it is, the hall goes on
                missed |= {channel for channel, _ in batch}
                self._broken("ring", error)
                gevent.sleep(RETRY_SECONDS)

    def _batch(self, *, wait: bool) -> list[tuple[str, str]]:
        batch = [self._queue.get()] if wait else []
        with suppress(Empty):
            while len(batch) < MOST_AT_ONCE:
                batch.append(self._queue.get_nowait())
        return batch

    def _publish(self, batch: list[tuple[str, str]]) -> None:
        for last in (False, True):
            try:
                pipe = self._client.pipeline(transaction=False)
                for channel, body in batch:
                    pipe.publish(channel, body)
                pipe.execute()
            except Exception:
                # A connection from before a restart of Redis fails once.
                if last:
                    raise
            else:
                return

    # -- receiving -----------------------------------------------------------------------------

    def _receive_loop(self) -> None:
        while True:
            if not self._halls:
                self._new_halls.wait()
            line = self._client.pubsub()
            try:
                self._receive(line)
            except Exception as error:  # noqa: BLE001 - whatever it is, the hall goes on
                self._broken("bell", error)
                gevent.sleep(RETRY_SECONDS)
            finally:
                line.close()

    def _receive(self, line: Any) -> None:
        """Receive until the connection breaks or Redis stops answering."""
        subscribed: set[str] = set()
        pinged_at = answered_at = self._steady()
        pending = 0
        while True:
            new_halls = self._halls - subscribed
            if new_halls:
                self._new_halls.clear()
                line.subscribe(*(CHANNEL.format(hall) for hall in new_halls))
                subscribed |= new_halls
                pending += len(new_halls)
                self._complete_since = None  # until Redis confirms these subscriptions
            message = line.get_message(timeout=PROOF_SECONDS)
            now = self._steady()
            if message is None and now - answered_at > SILENT_SECONDS:
                raise TimeoutError("Redis does not answer")
            if now - pinged_at > PROOF_SECONDS:
                pinged_at = now
                line.ping()
            if message is None:
                continue
            answered_at = now
            pending -= message["type"] == "subscribe"
            if self._complete_since is None and not pending:
                log.info("the bell is heard")
                self._complete_since = now
            if message["type"] == "message":
                self._dispatch(message["channel"].partition(":")[2], message["data"])

    def _dispatch(self, hall_id: str, body: str) -> None:
        message = json.loads(body)
        if message["w"] == self._worker:
            return
        if message["e"] is None:
            self._complete_since = self._steady()  # an event may have been missed before now
        else:
            with trace.of(str(message.get("t", ""))):
                self._heard(hall_id, [of_wire(e) for e in message["e"]])

    def _broken(self, what: str, error: Exception) -> None:
        if self._complete_since is not None:
            log.warning("%s lost: %s", what, type(error).__name__)
        self._complete_since = None
