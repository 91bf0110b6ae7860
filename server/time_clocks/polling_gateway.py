"""Polled time clocks: events that arrive over an agent's connection, and commands to them.

Punches arrive as facts that the agent keeps until they are acknowledged; they are acknowledged once
they are durable. The clock reading arrives as an ordinary event that expires after seconds, because
it is useless later. Commands of the office are sent as tasks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from server.hall.composition import Hall
from server.live.agent_gateway import Agents, DeviceRef, Task
from server.time_clocks import iclock, polling, queries
from server.time_clocks.punch_rules import BadLine, PunchLine
from server.time_clocks.reports import require_admitted

KIND = "fingerprint"
MAX_LINES = 5000


class PolledTimeClocks:
    """Server side of polled time clocks."""

    def __init__(self, hall: Hall) -> None:
        self._ctx = hall.ctx

    def receive(self, ref: DeviceRef, message: dict[str, Any]) -> str:
        """Handle an event of a polled time clock; return "ok" or "invalid".

        Raises:
            HallError: FORBIDDEN while the office has not admitted it, and for an agent outside the
                networks it was admitted for.
        """
        data = message.get("data")
        if not isinstance(data, Mapping):
            return "invalid"
        require_admitted(self._ctx, ref.name, ref.address, "pull")
        if message.get("kind") == "clock":
            return self._clock(ref.name, data)
        if message.get("kind") == "punches":
            return self._punches(ref, data, message.get("age"))
        return "invalid"

    def _clock(self, name: str, data: Mapping[str, Any]) -> str:
        device_time = iclock.moment(str(data.get("said", "")))
        numbers = {key: _whole(data.get(key)) for key in ("records", "users", "fingers")}
        firmware = iclock.displayable(str(data.get("firmware", "")))[:64]
        polling.store_clock_reading(self._ctx, name, device_time, numbers, firmware)
        return "ok"

    def _punches(self, ref: DeviceRef, data: Mapping[str, Any], age: object) -> str:
        records = data.get("lines")
        if not isinstance(records, list) or len(records) > MAX_LINES:
            return "invalid"
        lines: list[PunchLine] = []
        bad: list[BadLine] = []
        for record in records:
            entry = _line(record)
            if isinstance(entry, PunchLine):
                lines.append(entry)
            else:
                bad.append(entry)
        bad_records = data.get("bad")
        bad_rows = bad_records if isinstance(bad_records, list) else []
        bad += [BadLine(iclock.displayable(str(text)), "bad_record") for text in bad_rows]
        full_read_age = float(age) if data.get("whole") is True and _is_number(age) else None
        polling.take(self._ctx, ref.name, lines, bad, full_read_age, ref.via)
        return "ok"

    def outstanding_commands(self, ref: DeviceRef) -> list[Task]:
        """Return the office's commands to this time clock that are not answered yet."""
        rows = self._ctx.read(lambda c: queries.open_commands(c, self._ctx.hall_id, ref.name))
        return [
            Task(f"reader-{row.id}", ref.name, row.kind, json.loads(row.command or "{}"))
            for row in rows
        ]

    def result(self, ref: DeviceRef, message: dict[str, Any]) -> None:
        """Record the result of a command."""
        prefix, _, number = str(message.get("id", "")).partition("-")
        if prefix == "reader" and number.isdecimal() and len(number) < 10:
            done = message.get("state") == "done"
            words = " ".join(str(message.get(k, ""))[:100] for k in ("reason", "detail")).strip()
            polling.store_result(self._ctx, ref.name, int(number), words, good=done)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 0 <= value < 10**9


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _line(record: object) -> PunchLine | BadLine:
    if not isinstance(record, Sequence) or isinstance(record, str) or len(record) < 2:
        return BadLine(iclock.displayable(str(record)), "bad_record")
    return iclock.attlog("\t".join(str(part) for part in record[:5]))


def add(agents: Agents, hall: Hall) -> None:
    """Register the handlers of polled time clocks."""
    pulled = PolledTimeClocks(hall)
    agents.event_handlers[KIND] = pulled.receive
    agents.outstanding[KIND] = pulled.outstanding_commands
    agents.results[KIND] = pulled.result
