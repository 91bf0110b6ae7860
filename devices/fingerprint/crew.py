"""Polls one terminal: reads its clock and its memory, hands punches on as debts, obeys the office.

A count proves nothing: memories are rings, are cleared and filled again, and some tell 0 and hold
hundreds. So the memory's end is compared at every poll, and all of it is read once a day. What was
sent before is not sent again while the memory begins as it did, or holds the last records of then
(a bookmark on disk says which); else everything is sent, and the server knows each punch. Nothing
in the terminal is cleared or disabled; its clock is set and names are written only when the office
orders it.
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
from devices.fingerprint.client import Memory, RefusedError, Tail, Terminal
from devices.fingerprint.codec import FrameError, Record
from devices.health import Health
from devices.link import LinkAddress, LinkError, LinkTimeoutError
from devices.owner import Outcome, Reports, Task

log = logging.getLogger(__name__)

DRIVERS = ("zk-pull",)
KIND = "fingerprint"
LINES = 500
"""Punches in one debt: well below what a message may hold."""
SHOWN_BAD = 50
RETRY_SECONDS = 5.0
WHOLE_EACH_SECONDS = 86_400.0
"""All of a memory is read at the start and once a day, whatever its end looks like."""
LAST = 32
"""Records by which the place is found again in a ring that moved on."""
LEAST_LAST = 8
"""Fewer could be found in the wrong place; so few are sent again at no cost."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a terminal is and how it is spoken to."""

    name: str
    link: LinkAddress
    comm_key: int = 0
    encoding: str = "gb18030"
    poll_seconds: float = 15.0
    answer_seconds: float = 4.0
    whole_seconds: float = 120.0


class TerminalCrew:
    """The crew of one terminal. `clock` is monotonic seconds."""

    def __init__(
        self, place: Place, reports: Reports, clock: Callable[[], float] = time.monotonic
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
        """Until the next poll."""
        return max(0.0, self._due - self._clock())

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """A terminal shows nothing of ours."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """An order of the office: set_time, names, info, reread, reboot."""
        try:
            terminal = self._open()
        except (LinkError, FrameError) as error:
            self._trouble(error)
            return Outcome("failed", "unreachable", str(error)[:100])
        try:
            begin()
            return self._obey(terminal, task)
        except (LinkError, FrameError) as error:
            self._trouble(error)
            return Outcome("failed", "no_answer", str(error)[:100])
        finally:
            terminal.close()
            self._due = self._clock()

    def _obey(self, terminal: Terminal, task: Task) -> Outcome:
        if task.kind == "set_time":
            # The server measured the error; the PC's own clock is not asked.
            shift = task.payload.get("shift", 0)
            seconds = int(shift) if isinstance(shift, int) else 0
            terminal.set_time(terminal.time() + timedelta(seconds=seconds))
            return Outcome("done")
        if task.kind == "names":
            named = terminal.name_users(_names(task.payload))
            if named.unfit:
                return Outcome("failed", "enrolment_unfit", " ".join(named.unfit)[:100])
            return Outcome("done", "", str(named.written))
        if task.kind == "reread":
            self._reports.owe(self.name, "punches", [], "")
            return Outcome("done")
        if task.kind == "info":
            return Outcome("done", "", terminal.firmware())
        if task.kind == "reboot":
            terminal.restart()
            return Outcome("done")
        return Outcome("failed", "not_supported", task.kind)

    def idle(self) -> None:
        """Poll when it is time to."""
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
            self._trouble(error)

    def close(self) -> None:
        """Nothing is kept open between polls."""

    def _open(self) -> Terminal:
        return Terminal(
            self._place.link,
            self._place.comm_key,
            self._place.encoding,
            answer_seconds=self._place.answer_seconds,
            whole_seconds=self._place.whole_seconds,
            clock=self._clock,
        )

    def _poll(self, terminal: Terminal) -> None:
        said, held = terminal.time(), terminal.sizes()
        self._firmware = self._firmware or terminal.firmware()
        told = {
            "firmware": self._firmware,
            "said": said.isoformat(" "),
            "records": str(held.records),
            "users": str(held.users),
            "fingers": str(held.fingers),
        }
        self._reports.event(self.name, "clock", told)
        # Whatever was punched before this question is in the answer.
        daily = self._clock() >= self._whole_due
        mark = _read(self._reports.bookmark(self.name))
        if daily or held.records != mark["held"] or _changed(terminal.tail(held), mark):
            self._hand_on(terminal.records(held), mark, daily=daily)
        if daily:
            self._whole_due = self._clock() + WHOLE_EACH_SECONDS
        self._reports.owe(
            self.name, "punches", [{"whole": True, "lines": []}], self._reports.bookmark(self.name)
        )
        readings = {"records": held.records, "users": held.users}
        self._reports.health(self.name, Health("ok", "ok", readings))

    def _hand_on(self, memory: Memory, mark: Mapping[str, Any], *, daily: bool) -> None:
        """Everything behind the bookmark, in handfuls, and the new bookmark with the last."""
        found = memory.records
        fresh = found[_sent(found, mark, daily=daily) :]
        payloads: list[dict[str, object]] = [
            {"lines": [line(record) for record in fresh[start : start + LINES]]}
            for start in range(0, len(fresh), LINES)
        ]
        shown = [piece.hex() for piece in memory.bad[:SHOWN_BAD]]
        held = memory.told
        if memory.bad and shown != mark.get("bad"):
            payloads.append({"lines": [], "bad": shown})
            held = -1  # read once more: what comes differently then was spoilt on the way
        known = {
            "held": held,
            "sent": len(found),
            "digest": digest(found),
            "bad": shown,
            "tail": [memory.tail.length, memory.tail.digest],
            "last": [line(record)[:2] for record in found[-LAST:]],
        }
        self._reports.owe(self.name, "punches", payloads, json.dumps(known))

    def _trouble(self, error: LinkError | FrameError) -> None:
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
    """A record as the server takes it: number, time said, in/out, verify, work code."""
    return [
        record.number,
        record.said.isoformat(" "),
        str(record.in_out),
        str(record.verify),
        str(record.work_code),
    ]


def digest(records: Iterable[Record]) -> str:
    """A fingerprint of the memory's beginning, to know it again."""
    whole = hashlib.sha256()
    for record in records:
        whole.update(f"{record.number}\t{record.said.isoformat()}\n".encode())
    return whole.hexdigest()


def _read(bookmark: str) -> dict[str, Any]:
    """How many records the memory held and how many were sent; -1 held for never read."""
    if not bookmark:
        return {"held": -1, "sent": 0, "digest": ""}
    found: dict[str, Any] = json.loads(bookmark)
    return found


def _changed(tail: Tail, mark: Mapping[str, Any]) -> bool:
    """Return True unless the memory ends as it did; a bookmark of an older agent does not say."""
    return [tail.length, tail.digest] != mark.get("tail")


def _sent(found: Sequence[Record], mark: Mapping[str, Any], *, daily: bool) -> int:
    """Return the count of records at the memory's beginning that were sent before.

    A ring begins otherwise at each punch: there the last records of then are looked for, from the
    end. Once a day that is not enough, and everything goes out.
    """
    sent, last = int(mark["sent"]), mark.get("last", [])
    if 0 < sent <= len(found) and digest(found[:sent]) == mark["digest"]:
        return sent
    if daily or mark.get("bad") or len(last) < LEAST_LAST:
        return 0
    for end in range(len(found), len(last) - 1, -1):
        if line(found[end - 1])[:2] != last[-1]:
            continue
        if [line(each)[:2] for each in found[end - len(last) : end]] == last:
            return end
    return 0


def _names(payload: Mapping[str, object]) -> list[tuple[str, str]]:
    found = payload.get("users")
    entries: Sequence[object] = found if isinstance(found, list) else []
    return [
        (str(entry.get("enrolment", "")), str(entry.get("name", "")))
        for entry in entries
        if isinstance(entry, Mapping)
    ]


def build(
    devices: Sequence[DeviceConfig], _config: AgentConfig, reports: Reports
) -> list[TerminalCrew]:
    """One crew a terminal; problems are collected in the devices' settings."""
    crews = []
    for device in devices:
        place = _place(device)
        if place is not None:
            crews.append(TerminalCrew(place, reports))
    return crews


def _place(device: DeviceConfig) -> Place | None:
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
    return Place(device.name, device.link, comm_key, encoding, poll, answer, whole)
