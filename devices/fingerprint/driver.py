"""Driver of polled time clocks: reads clock and memory, enqueues punches, executes office commands.

The record count proves nothing: memories are rings, are cleared and filled again, and some time
clocks report 0 and hold hundreds. So every poll compares the end of the memory, and once a day the
whole memory is read. Records sent before are not sent again while the memory has the same beginning
or still contains the last records sent (the bookmark on disk describes both). Otherwise everything
is sent; the server recognises punches that it has.

The driver clears and disables nothing. It sets the clock and writes names only on command of the
office.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import Outcome, Reports, Task
from devices.fingerprint.client import Memory, RefusedError, Tail, TimeClockSession
from devices.fingerprint.codec import FrameError, Record
from devices.health import Health
from devices.link import LinkAddress, LinkError, LinkTimeoutError

log = logging.getLogger(__name__)

DRIVERS = ("zk-pull",)
KIND = "fingerprint"
PUNCHES_PER_FACT = 500
"""Maximum number of punches in one fact: well below the limit of a message."""
SHOWN_BAD = 50
RETRY_SECONDS = 5.0
FULL_READ_INTERVAL_SECONDS = 86_400.0
"""Seconds between two reads of a whole memory, even if its end has not changed."""
POSITION_RECORDS = 32
"""Number of records used to find the read position in a ring that has moved on."""
MIN_POSITION_RECORDS = 8
"""Minimum number of such records: fewer may match in the wrong place.

Memories that short are sent again at no cost.
"""


@dataclass(frozen=True, slots=True)
class TimeClockSettings:
    """Address and communication settings of one time clock."""

    name: str
    link: LinkAddress
    comm_key: int = 0
    encoding: str = "gb18030"
    poll_seconds: float = 15.0
    answer_seconds: float = 4.0
    whole_seconds: float = 120.0


class TimeClockDriver:
    """Driver of one time clock. `clock` returns monotonic seconds."""

    def __init__(
        self,
        place: TimeClockSettings,
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = place.name
        self.devices: tuple[str, ...] = (place.name,)
        self._place = place
        self._reports = reports
        self._clock = clock
        self._due = clock()
        self._firmware = ""
        self._whole_due = clock()

    def wait(self) -> float:
        """Return the seconds until the next poll."""
        return max(0.0, self._due - self._clock())

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Do nothing: a time clock has no display state."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Execute a command of the office: set_time, names, info, reread or reboot."""
        try:
            terminal = self._open()
        except (LinkError, FrameError) as error:
            self._report_error(error)
            return Outcome("failed", "unreachable", str(error)[:100])
        try:
            begin()
            return self._execute(terminal, task)
        except (LinkError, FrameError) as error:
            self._report_error(error)
            return Outcome("failed", "no_answer", str(error)[:100])
        finally:
            terminal.close()
            self._due = self._clock()

    def _execute(self, terminal: TimeClockSession, task: Task) -> Outcome:
        if task.kind == "set_time":
            # The server measured the error; this PC's own clock is not used.
            shift = task.payload.get("shift", 0)
            seconds = int(shift) if isinstance(shift, int) else 0
            terminal.set_time(terminal.time() + timedelta(seconds=seconds))
            return Outcome("done")
        if task.kind == "names":
            result = terminal.name_users(_names(task.payload))
            if result.unfit:
                return Outcome("failed", "enrolment_unfit", " ".join(result.unfit)[:100])
            return Outcome("done", "", str(result.written))
        if task.kind == "reread":
            self._reports.enqueue_facts(self.name, "punches", [], "")
            return Outcome("done")
        if task.kind == "info":
            return Outcome("done", "", terminal.firmware())
        if task.kind == "reboot":
            terminal.restart()
            return Outcome("done")
        return Outcome("failed", "not_supported", task.kind)

    def idle(self) -> None:
        """Poll the time clock if a poll is due."""
        if self._clock() < self._due:
            return
        try:
            terminal = self._open()
            try:
                self._poll(terminal)
            finally:
                terminal.close()
            self._due = self._clock() + self._place.poll_seconds
        except (LinkError, FrameError) as error:
            self._report_error(error)

    def close(self) -> None:
        """Do nothing: no connection is open between polls."""

    def _open(self) -> TimeClockSession:
        return TimeClockSession(
            self._place.link,
            self._place.comm_key,
            self._place.encoding,
            answer_seconds=self._place.answer_seconds,
            whole_seconds=self._place.whole_seconds,
            clock=self._clock,
        )

    def _poll(self, terminal: TimeClockSession) -> None:
        device_time, counts = terminal.time(), terminal.sizes()
        self._firmware = self._firmware or terminal.firmware()
        clock = {
            "firmware": self._firmware,
            "said": device_time.isoformat(" "),
            "records": str(counts.records),
            "users": str(counts.users),
            "fingers": str(counts.fingers),
        }
        self._reports.event(self.name, "clock", clock)
        # Every punch made before this request is in its answer.
        daily = self._clock() >= self._whole_due
        mark = _bookmark_fields(self._reports.bookmark(self.name))
        if daily or counts.records != mark["held"] or _changed(terminal.tail(counts), mark):
            self._enqueue_new(terminal.records(counts), mark, daily=daily)
        if daily:
            self._whole_due = self._clock() + FULL_READ_INTERVAL_SECONDS
        self._reports.enqueue_facts(
            self.name, "punches", [{"whole": True, "lines": []}], self._reports.bookmark(self.name)
        )
        readings = {"records": counts.records, "users": counts.users}
        self._reports.health(self.name, Health("ok", "ok", readings))

    def _enqueue_new(self, memory: Memory, mark: Mapping[str, Any], *, daily: bool) -> None:
        """Enqueue the records after the bookmark in batches, with the new bookmark."""
        records = memory.records
        new_records = records[_sent_count(records, mark, daily=daily) :]
        payloads: list[dict[str, object]] = [
            {"lines": [line(record) for record in new_records[start : start + PUNCHES_PER_FACT]]}
            for start in range(0, len(new_records), PUNCHES_PER_FACT)
        ]
        bad_hex = [piece.hex() for piece in memory.bad[:SHOWN_BAD]]
        record_count = memory.reported_count
        if memory.bad and bad_hex != mark.get("bad"):
            payloads.append({"lines": [], "bad": bad_hex})
            # Forces another read: a record that then differs was corrupted in transit.
            record_count = -1
        position = {
            "held": record_count,
            "sent": len(records),
            "digest": digest(records),
            "bad": bad_hex,
            "tail": [memory.tail.length, memory.tail.digest],
            "last": [line(record)[:2] for record in records[-POSITION_RECORDS:]],
        }
        self._reports.enqueue_facts(self.name, "punches", payloads, json.dumps(position))

    def _report_error(self, error: LinkError | FrameError) -> None:
        self._due = self._clock() + min(RETRY_SECONDS, self._place.poll_seconds)
        if isinstance(error, RefusedError):
            health = Health("failed", "refused", {}, str(error))
        elif isinstance(error, LinkTimeoutError):
            health = Health("unknown", "silent", {}, str(error))
        elif isinstance(error, LinkError):
            health = Health("failed", "unreachable", {}, str(error))
        else:
            health = Health("degraded", "garbled", {}, str(error))
        self._reports.health(self.name, health)


def line(record: Record) -> list[str]:
    """Return a record as the server expects it: number, its time, in/out, verify, work code."""
    return [
        record.number,
        record.device_time.isoformat(" "),
        str(record.in_out),
        str(record.verify),
        str(record.work_code),
    ]


def digest(records: Iterable[Record]) -> str:
    """Return a digest of the beginning of the memory, for recognising it later."""
    sha = hashlib.sha256()
    for record in records:
        sha.update(f"{record.number}\t{record.device_time.isoformat()}\n".encode())
    return sha.hexdigest()


def _bookmark_fields(bookmark: str) -> dict[str, Any]:
    """Parse a bookmark: the numbers of records held and sent; held -1 if never read."""
    if not bookmark:
        return {"held": -1, "sent": 0, "digest": ""}
    fields: dict[str, Any] = json.loads(bookmark)
    return fields


def _changed(tail: Tail, mark: Mapping[str, Any]) -> bool:
    """Return True unless the end of the memory is unchanged.

    The bookmark of an older agent has no end, so it counts as changed.
    """
    return [tail.length, tail.digest] != mark.get("tail")


def _sent_count(records: Sequence[Record], mark: Mapping[str, Any], *, daily: bool) -> int:
    """Return the number of records at the beginning of the memory that were sent before.

    The beginning of a full ring changes with each punch. In that case the last records sent are
    searched from the end. The daily read skips that search and sends everything.
    """
    sent, last = int(mark["sent"]), mark.get("last", [])
    if 0 < sent <= len(records) and digest(records[:sent]) == mark["digest"]:
        return sent
    if daily or mark.get("bad") or len(last) < MIN_POSITION_RECORDS:
        return 0
    for end in range(len(records), len(last) - 1, -1):
        if line(records[end - 1])[:2] != last[-1]:
            continue
        if [line(record)[:2] for record in records[end - len(last) : end]] == last:
            return end
    return 0


def _names(payload: Mapping[str, object]) -> list[tuple[str, str]]:
    users = payload.get("users")
    entries: Sequence[object] = users if isinstance(users, list) else []
    return [
        (str(entry.get("enrolment", "")), str(entry.get("name", "")))
        for entry in entries
        if isinstance(entry, Mapping)
    ]


def build(
    devices: Sequence[DeviceConfig], _config: AgentConfig, reports: Reports
) -> list[TimeClockDriver]:
    """Build one driver per time clock; problems are collected in the devices' settings."""
    crews = []
    for device in devices:
        place = _place(device)
        if place is not None:
            crews.append(TimeClockDriver(place, reports))
    return crews


def _place(device: DeviceConfig) -> TimeClockSettings | None:
    settings = device.settings
    comm_key = settings.whole("comm_key", 0, 0, 999_999)
    encoding = settings.text("encoding", "gb18030", ("gb18030", "gbk", "gb2312", "utf-8"))
    poll = settings.number("poll_seconds", 15, 1, 3600)
    answer = settings.number("answer_seconds", 4, 0.1, 60)
    whole = settings.number("whole_seconds", 120, 1, 3600)
    if device.link is None or device.link.scheme not in ("tcp", "udp"):
        settings.problem(
            "打卡机需要 tcp: 或 udp: 的 link", "a time clock needs a tcp: or udp: link"
        )
        return None
    return TimeClockSettings(device.name, device.link, comm_key, encoding, poll, answer, whole)
