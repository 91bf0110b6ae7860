"""Simulated push time clock: HTTP client that calls the server's `/iclock`, as firmware does.

Punches not answered with `OK` are kept and sent again. The clock is set from the `Date` header
[2SRC]. The family determines the form of the uploads.

Faults: offline (and the burst afterwards), replay of the whole memory, a garbage line in each
batch, templates offered, GB2312 names, a clock that jumps or drifts.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode, urlsplit

from devices.fingerprint.pull_frames import number_of
from devices.fingerprint.simulator import Enrolled, PunchRecord, TimeClock, WallClock
from devices.simulate.base import Journal, Json

PUSH_FAULTS = ("offline", "replay", "garbage_line", "templates", "gbk_names")
AGENT = "iClock Proxy/1.09"
FIRMWARE = "Ver 8.0.4.2-20200102"
FAMILIES = ("attlog", "bare", "rtlog", "transaction", "foreign")
"""Forms of an upload.

Table ATTLOG; the same without a table; event log and table of the access family [SRC]; a table that
no document names.
"""
BATCH = 100
ANSWER_SECONDS = 20.0
GARBAGE = b"\x00\x7f\xfe oops\t31-02-2026\t?"
CONTACT_SECONDS = 30.0


class NotAcceptedError(Exception):
    """Error for an answer other than OK: the time clock keeps its data and sends it again."""


@dataclass(frozen=True, slots=True)
class PushModel:
    """Properties of the time clock. `pace` scales its pauses; 1 is real time."""

    serial: str
    server: str
    zone_hours: float = 8.0
    pace: float = 1.0
    batch: int = BATCH
    family: str = "attlog"


class PushTerminal(TimeClock):
    """Simulated time clock and the thread that is its network task."""

    protocol = "push"

    def __init__(
        self, name: str, model: PushModel, people: Sequence[Enrolled], journal: Journal
    ) -> None:
        super().__init__(name, people, WallClock(model.zone_hours, 0.0), journal, PUSH_FAULTS)
        self.serial = model.serial
        self._model = model
        self._options: dict[str, str] = {}
        self._sent = 0
        self._greeted = False
        self._other_lines: list[bytes] = []
        self._state = "starting"
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"push-{name}", daemon=True)

    def start(self) -> None:
        """Start the network task."""
        self._thread.start()

    def stop(self) -> None:
        """End the network task."""
        with self.changed:
            self._stopping = True
            self.changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(ANSWER_SECONDS)

    def fault_changed(self, name: str, *, on: bool) -> None:
        """Apply a fault: `offline` drops the greeting, `replay` resends the whole memory."""
        if name == "offline":
            self._greeted = False
        elif name == "replay" and on:
            self._sent = 0
        elif name == "templates" and on:
            self._other_lines.append(
                b"FP PIN=1\tFID=6\tSize=24\tValid=1\tTMP=" + b"SimulatedTemplate0000AAA"
            )

    def observable_state(self) -> dict[str, Json]:
        """Return the state on display; `pending` counts records the server has not confirmed."""
        return super().observable_state() | {
            "serial": self.serial,
            "line": "offline" if self.faults["offline"] else self._state,
            "pending": max(0, len(self.memory) - self._sent),
        }

    # -- the network task ----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            try:
                pause = self._turn()
            except (OSError, http.client.HTTPException, NotAcceptedError) as error:
                self._note_state(f"waiting: {error}"[:60])
                self._greeted = False
                pause = self._number("ErrorDelay", 30.0, 1.0) * self._model.pace
            with self.changed:
                if not self._can_send():
                    self.changed.wait(max(0.05, pause))

    def _can_send(self) -> bool:
        """Return True if a punch can be sent at once or the time clock is stopping."""
        if self._stopping:
            return True
        return self._greeted and not self.faults["offline"] and self._sent < len(self.memory)

    def _turn(self) -> float:
        if self.faults["offline"]:
            return 1.0
        if not self._greeted:
            self._greet()
        self._send_other_lines()
        self._upload()
        self._poll()
        return self._number("Delay", 10.0, 0.2) * self._model.pace

    def _number(self, name: str, default: float, least: float) -> float:
        text = self._options.get(name, "")
        return max(least, float(text)) if text.isdigit() else default

    def _greet(self) -> None:
        language = "83" if self.faults["gbk_names"] else "69"
        answer = self._get(
            "cdata", options="all", pushver="2.4.1", language=language, DeviceType="att"
        )
        lines = answer.decode("ascii", "replace").splitlines()
        if not lines or not lines[0].startswith("GET OPTION FROM:"):
            raise NotAcceptedError(lines[0] if lines else "empty")
        self._options = dict(line.split("=", 1) for line in lines[1:] if "=" in line)
        if self._options.get("ATTLOGStamp") == "0":
            self._sent = 0
        self._greeted = True
        self._note_state("online")
        started = f"OPLOG 0\t0\t{self.clock.now().isoformat(' ')}\t0\t0\t0\t0"
        self._other_lines[:0] = [started.encode(), *map(self._user, self.people.values())]

    def _user(self, person: Enrolled) -> bytes:
        name = person.name.encode("gb18030" if self.faults["gbk_names"] else "utf-8")
        return b"USER PIN=%s\tName=%s\tPri=0\tPasswd=\tCard=\tGrp=1" % (
            person.number.encode(),
            name,
        )

    def _send_other_lines(self) -> None:
        """Send events other than punches in one OPERLOG upload."""
        lines = list(self._other_lines)
        if lines:
            self._post("cdata", b"\n".join(lines) + b"\n", table="OPERLOG", Stamp="1")
            del self._other_lines[: len(lines)]

    def _upload(self) -> None:
        while self._sent < len(self.memory) and not self.faults["offline"] and not self._stopping:
            start = self._sent
            batch = self.memory[start : start + self._model.batch]
            self._send_batch(batch)
            # A replay may have reset it meanwhile: then the memory is sent from the start.
            if self._sent == start:
                self._sent = start + len(batch)

    def _send_batch(self, batch: Sequence[PunchRecord]) -> None:
        lines = [self._line(touch) for touch in batch]
        if self.faults["garbage_line"]:
            lines.insert(len(lines) // 2, GARBAGE)
        answer = self._post("cdata", b"\n".join(lines) + b"\n", **self._query(batch, len(lines)))
        self.journal.note(self.name, "pushed", count=len(batch), answer=answer.decode()[:20])

    def _query(self, batch: Sequence[PunchRecord], count: int) -> dict[str, str]:
        stamp = {"Stamp": str(int(batch[-1].device_time.timestamp()))}
        if self._model.family == "bare":
            return stamp
        if self._model.family == "transaction":
            return {"table": "tabledata", "tablename": "transaction", "count": str(count)}
        table = {"rtlog": "rtlog", "foreign": "PASSLOG"}.get(self._model.family, "ATTLOG")
        return stamp | {"table": table}

    def _line(self, touch: PunchRecord) -> bytes:
        if self._model.family == "rtlog":
            return (
                f"time={touch.device_time.isoformat(' ')}\tpin={touch.number}\tcardno=0"
                f"\teventaddr=1\tevent=3\tinoutstatus={touch.in_out}\tverifytype={touch.verify}\tindex=1"
            ).encode()
        if self._model.family == "transaction":
            return (
                f"transaction cardno=0\tpin={touch.number}\tverified={touch.verify}\tdoorid=1"
                f"\teventtype=0\tinoutstate={touch.in_out}\ttime_second={number_of(touch.device_time)}"
            ).encode()
        if self._model.family == "foreign":
            return f"{touch.device_time.isoformat()}|{touch.number}|PASS".encode()
        fields = (
            touch.number,
            touch.device_time.isoformat(" "),
            str(touch.in_out),
            str(touch.verify),
            "0",
            "0",
            "0",
        )
        return "\t".join(fields).encode()

    # -- commands ------------------------------------------------------------------------------

    def _poll(self) -> None:
        fields = (FIRMWARE, len(self.people), len(self.people), len(self.memory), "127.0.0.1", 10)
        answer = self._get("getrequest", INFO=",".join(map(str, fields)))
        results = []
        for line in answer.split(b"\n"):
            order = re.match(rb"C:([0-9A-Za-z]{1,16}):(.+)", line)
            if order:
                command = self._decoded(order[2]).strip()
                result = self._execute(command)
                results.append(f"ID={order[1].decode()}&Return={result}&CMD={command.split()[0]}")
                self.journal.note(self.name, "ordered", command=command[:80], result=result)
        if results:
            self._post("devicecmd", "\n".join(results).encode() + b"\n")

    def _decoded(self, data: bytes) -> str:
        return data.decode("gb18030" if self.faults["gbk_names"] else "utf-8", "replace")

    def _execute(self, command: str) -> int:
        if command in ("CHECK", "REBOOT", "RELOAD OPTIONS"):
            self._greeted = False
            return 0
        if command == "INFO" or command.startswith("SET OPTION "):
            return 0
        update = re.match(r"DATA UPDATE USERINFO PIN=(\w+)\tName=([^\t]*)", command)
        if update:
            self.people[update[1]] = Enrolled(update[1], update[2])
            return 0
        query = re.match(r"DATA QUERY ATTLOG StartTime=(.+)\tEndTime=(.+)", command)
        if query:
            return self._resend(query[1], query[2])
        return -1002

    def _resend(self, begins: str, ends: str) -> int:
        matches = [t for t in self.memory if begins <= t.device_time.isoformat(" ") <= ends]
        for start in range(0, len(matches), self._model.batch):
            self._send_batch(matches[start : start + self._model.batch])
        return 0

    # -- HTTP ----------------------------------------------------------------------------------

    def _get(self, path: str, **query: str) -> bytes:
        return self._ask("GET", path, None, query)

    def _post(self, path: str, body: bytes, **query: str) -> bytes:
        return self._ask("POST", path, body, query)

    def _ask(self, method: str, path: str, body: bytes | None, query: dict[str, str]) -> bytes:
        address = urlsplit(self._model.server)
        line = http.client.HTTPConnection(
            address.hostname or "127.0.0.1", address.port or 80, timeout=ANSWER_SECONDS
        )
        target = f"/iclock/{path}?" + urlencode({"SN": self.serial, **query}, quote_via=quote)
        headers = {"User-Agent": AGENT, "Content-Type": "text/plain", "Accept": "*/*"}
        try:
            line.request(method, target, body, headers)
            answer = line.getresponse()
            data = answer.read()
        finally:
            line.close()
        if body is not None:
            self.cable.frame("out", body)
            self.cable.frame("in", data)
        if answer.status != 200:
            raise NotAcceptedError(f"{answer.status}")
        self._set_clock(answer.headers.get("Date", ""))
        return data

    def _set_clock(self, date: str) -> None:
        with contextlib.suppress(ValueError, TypeError):
            moment = parsedate_to_datetime(date).replace(tzinfo=None)
            if not self.faults["clock_drift"]:
                self.clock.set(moment + timedelta(hours=self._model.zone_hours))

    def _note_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.journal.note(self.name, "line", state=state)

    def wait_until_sent(self, seconds: float) -> bool:
        """Wait until the server has confirmed every record; for tests.

        Return False if `seconds` pass first.
        """
        end = time.monotonic() + seconds
        sequence = self.journal.number
        while self._sent < len(self.memory) and time.monotonic() < end:
            events = self.journal.since(sequence, 1.0)
            sequence = int(str(events[-1]["seq"])) if events else sequence
        return self._sent >= len(self.memory)
