"""Number lease of a kiosk: which numbers may be issued when, and the content of their slips.

The server has prepared everything in it; this module only reads, selects and fills in. What the
lease does not allow is rejected with the texts supplied with the lease. No I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

Json = dict[str, Any]
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
"""Placeholder in the texts of a slip, filled in when a number is issued."""


class RefusedError(Exception):
    """Error for what the lease does not allow.

    `problem` is the response for the page, in the server's wording.
    """

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(str(problem.get("code")))
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class NextNumber:
    """Next number to issue, and the block that it belongs to."""

    block: Json
    seq: int
    number: str
    token: str


class Lease:
    """Lease of one kiosk for one day. Times are milliseconds of hall time."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.state = state

    @property
    def kiosk(self) -> str:
        """Id of the kiosk."""
        return str(self.state["kiosk"])

    @property
    def day(self) -> str:
        """Business day."""
        return str(self.state["day"])

    def covers(self, now: int) -> bool:
        """Return True if `now` is within the lease's day."""
        return int(self.state["begins"]) <= now < int(self.state["ends"])

    def refusal(self, code: str) -> Json:
        """Return the texts of a rejection as supplied with the lease."""
        return cast("Json", self.state["words"][code])

    def page(self, code: str, now: int) -> Json:
        """Return an item's page at `now`: its materials, and the offer or the reason for none."""
        item = self._item(code)
        step = self._step(item, now)
        windows = self._windows(step)
        offer = None
        if step["refusal"] is None:
            offer = {"windows": windows, "waiting": 0, "ahead": 0, "low": 0, "high": 0}
        return {**item["page"], "offer": offer, "refusal": step["refusal"]}

    def require_allowed(self, code: str, applicant: str, now: int) -> Json:
        """Return the item's current step if it allows issuing a number now.

        Raises:
            RefusedError: The step does not allow it, or the applicant class is unknown.
        """
        step = self._step(self._item(code), now)
        if step["refusal"] is not None:
            raise RefusedError(409, step["refusal"])
        if applicant not in self.state["classes"]:
            raise RefusedError(400, self.refusal("class_unknown"))
        return step

    def choose(self, code: str, given: Sequence[int]) -> NextNumber:
        """Return the next number for an item; `given` are the issued numbers of its prefix.

        Numbers of a block are issued in order, so a gap at its end explains itself.

        Raises:
            RefusedError: All numbers of the prefix are used.
        """
        prefix = self._item(code)["prefix"]
        for block in self.state["blocks"]:
            if block["prefix"] != prefix:
                continue
            first, last = int(block["first"]), int(block["last"])
            in_block = [seq for seq in given if first <= seq <= last]
            seq = max([first + int(block["used"]), *(number + 1 for number in in_block)])
            if seq <= last:
                token = str(block["tokens"][seq - first])
                return NextNumber(block, seq, f"{prefix}{seq:03d}", token)
        raise RefusedError(409, self.refusal("numbers_exhausted"))

    def remaining(self, given: Mapping[str, Sequence[int]]) -> dict[str, int]:
        """Return the number of remaining numbers, by prefix."""
        remaining: dict[str, int] = {}
        for block in self.state["blocks"]:
            prefix, first, last = block["prefix"], int(block["first"]), int(block["last"])
            in_block = [seq for seq in given.get(prefix, ()) if first <= seq <= last]
            used = max([int(block["used"]), *(seq - first + 1 for seq in in_block)])
            remaining[prefix] = remaining.get(prefix, 0) + last - first + 1 - used
        return remaining

    def prefix(self, code: str) -> str:
        """Return the prefix of an item's numbers."""
        return str(self._item(code)["prefix"])

    def view(self, code: str, applicant: str, chosen: NextNumber, ticket: str, now: int) -> Json:
        """Return the ticket as the kiosk's page shows it."""
        item = self._item(code)
        page = item["page"]
        return {
            **self.state["ticket"],
            "item": code,
            "item_name": page["item"]["name"],
            "item_name_en": page["item"]["name_en"],
            "unit_name": page["unit"]["name"],
            "id": ticket,
            "number": chosen.number,
            "token": chosen.token,
            "applicant": applicant,
            "mark": self.state["classes"][applicant]["mark"],
            "windows": self._windows(self._step(item, now)),
            "issued_at": now,
            "url": self._url(chosen.token),
        }

    def paper(self, code: str, applicant: str, chosen: NextNumber, now: int) -> Json:
        """Return the slip as a printer document."""
        item, klass = self._item(code), self.state["classes"][applicant]
        local = datetime.fromtimestamp(now / 1000, UTC) + timedelta(
            seconds=int(self.state["utc_offset"])
        )
        words = {
            "item": item["page"]["item"]["name"],
            "unit": item["page"]["unit"]["name"],
            "windows": self._step(item, now)["paper"],
            "number": chosen.number,
            "applicant": klass["paper"],
            "time": local.strftime("%Y-%m-%d %H:%M"),
            "url": self._url(chosen.token),
        }
        lines = [_filled(line, words) for line in self.state["paper"]["lines"]]
        visible = [line for line in lines if not (line.get("type") == "text" and not line["text"])]
        return {**self.state["paper"], "lines": visible}

    def _url(self, token: str) -> str:
        return f"{self.state['url']}/t/{token}"

    def _item(self, code: str) -> Json:
        item = self.state["items"].get(code)
        if item is None:
            raise RefusedError(404, self.refusal("item_unknown"))
        return cast("Json", item)

    def _step(self, item: Json, now: int) -> Json:
        """Return an item's step at `now`: the last one that has begun."""
        steps = self.state["steps"][item["steps"]]
        current = steps[0]
        for step in steps:
            if step["at"] <= now:
                current = step
        return cast("Json", current)

    def _windows(self, step: Json) -> list[Json]:
        return [self.state["windows"][code] for code in step["windows"]]


def _filled(line: Json, words: Mapping[str, str]) -> Json:
    """Fill in the placeholders of one slip line; inserted text is not scanned again."""

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda hole: str(words.get(hole[1], hole[0])), text)

    return {key: fill(value) if isinstance(value, str) else value for key, value in line.items()}
