"""The bell between workers: what happened in one is told to the others that serve the same hall.

A worker rings after its commit; the others hear, and read the database anew. What is rung are
small facts, never states, and nothing depends on their coming: while the bell (Redis) is down
workers look into the journal instead (`server.serving`). Each hall has a channel of its own, so
nobody hears of a hall that it does not serve.
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

from server.services import trace
from server.services.bus import Event, of_wire, to_wire

log = logging.getLogger(__name__)
CHANNEL = "hallkeeper:{}"
LONGEST = 10_000
"""Messages that wait for a slow Redis; beyond that they are dropped and the others look."""
MOST_AT_ONCE = 200
RETRY_SECONDS = 0.5
LINE_SECONDS = 2.0
PROOF_SECONDS = 1.0
SILENT_SECONDS = 3.0
"""A Redis that hangs, or is cut off without a word, is known by its silence."""
Heard = Callable[[str, list[Event]], None]


class Bell(Protocol):
    """How workers tell each other."""

    def ring(self, hall_id: str, events: Sequence[Event], /) -> None:
        """Tell the others; never waits."""
        ...

    def serve(self, hall_id: str, /) -> None:
        """Hear of this hall from now on."""
        ...

    def whole_since(self) -> float | None:
        """Since when (steady seconds) nothing can have been missed; None: it may be now."""
        ...


class NoBell:
    """For one worker alone, or for several that only look into the journal."""

    def __init__(self, *, alone: bool) -> None:
        self._since = 0.0 if alone else None

    def ring(self, _hall_id: str, _events: Sequence[Event], /) -> None:
        return

    def serve(self, _hall_id: str, /) -> None:
        return

    def whole_since(self) -> float | None:
        return self._since


class RedisBell:
    """Redis publish and subscribe, on two connections that are renewed when they break."""

    def __init__(
        self, url: str, worker: str, heard: Heard, steady: Callable[[], float] = time.monotonic
    ) -> None:
        # A hall of one process never needs it.
        from redis import Redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        # The library would mend a broken line silently; what was rung meanwhile would be lost.
        options: dict[str, Any] = {"socket_timeout": LINE_SECONDS, "retry": Retry(NoBackoff(), 0)}
        options["decode_responses"] = True
        self._client: Any = Redis.from_url(url, socket_connect_timeout=LINE_SECONDS, **options)
        self._worker = worker
        self._look = json.dumps({"w": worker, "e": None})
        """Asks the others to look into the journal."""
        self._heard = heard
        self._steady = steady
        self._halls: set[str] = set()
        self._more = Flag()
        self._whole: float | None = None
        self._spoken = False
        self._queue: Queue[tuple[str, str]] = Queue(LONGEST)
        gevent.spawn(self._speak)
        gevent.spawn(self._listen)

    def ring(self, hall_id: str, events: Sequence[Event]) -> None:
        told = {"w": self._worker, "t": trace.current(), "e": [to_wire(e) for e in events]}
        body = json.dumps(told)
        try:
            self._queue.put_nowait((CHANNEL.format(hall_id), body))
        except Full:
            self._whole = None

    def serve(self, hall_id: str) -> None:
        self._halls.add(hall_id)
        self._more.set()
        with suppress(Full):
            # Who was in this worker's place may have ended between an act and its ringing.
            self._queue.put_nowait((CHANNEL.format(hall_id), self._look))

    def whole_since(self) -> float | None:
        return self._whole

    # -- speaking ------------------------------------------------------------------------------

    def _speak(self) -> None:
        """Send what waits, many at a time. For what cannot be sent the others are told to look."""
        missed: set[str] = set()
        while True:
            batch = [*((channel, self._look) for channel in missed), *self._batch(wait=not missed)]
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
                # A connection from before Redis was started again fails once.
                if last:
                    raise
            else:
                return

    # -- listening -----------------------------------------------------------------------------

    def _listen(self) -> None:
        while True:
            if not self._halls:
                self._more.wait()
            line = self._client.pubsub()
            try:
                self._hear(line)
            except Exception as error:  # noqa: BLE001 - whatever it is, the hall goes on
                self._broken("bell", error)
                gevent.sleep(RETRY_SECONDS)
            finally:
                line.close()

    def _hear(self, line: Any) -> None:
        """Until the line breaks, or says nothing though it was asked."""
        known: set[str] = set()
        asked = proven = self._steady()
        awaited = 0
        while True:
            fresh = self._halls - known
            if fresh:
                self._more.clear()
                line.subscribe(*(CHANNEL.format(hall) for hall in fresh))
                known |= fresh
                awaited += len(fresh)
                self._whole = None  # until Redis says that these are heard as well
            message = line.get_message(timeout=PROOF_SECONDS)
            now = self._steady()
            if message is None and now - proven > SILENT_SECONDS:
                raise TimeoutError("Redis does not answer")
            if now - asked > PROOF_SECONDS:
                asked = now
                line.ping()
            if message is None:
                continue
            proven = now
            awaited -= message["type"] == "subscribe"
            if self._whole is None and not awaited:
                log.info("the bell is heard")
                self._whole = now
            if message["type"] == "message":
                self._take(message["channel"].partition(":")[2], message["data"])

    def _take(self, hall_id: str, body: str) -> None:
        said = json.loads(body)
        if said["w"] == self._worker:
            return
        if said["e"] is None:
            self._whole = self._steady()  # something was missed before now
        else:
            with trace.of(str(said.get("t", ""))):
                self._heard(hall_id, [of_wire(e) for e in said["e"]])

    def _broken(self, what: str, error: Exception) -> None:
        if self._whole is not None:
            log.warning("%s lost: %s", what, type(error).__name__)
        self._whole = None
