"""A lease as the server handed it over: what may be given when, from which numbers, on what paper.

Everything in it was shaped by the server; this module only reads, chooses and fills in. It refuses
what the lease does not allow, with the words that came with it. No I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

Json = dict[str, Any]
HOLE = re.compile(r"\{([a-z_]+)\}")
"""A place in the words of a slip that is filled in when a number is given."""


class RefusedError(Exception):
    """The lease does not allow it; `problem` is what the page is told, as the server words it."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(str(problem.get("code")))
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Chosen:
    """The number that is given next, and the block it comes from."""

    block: Json
    seq: int
    number: str
    token: str


class Lease:
    """One kiosk's lease for one day. Times are milliseconds of hall time."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.state = state

    @property
    def kiosk(self) -> str:
        """The kiosk it is for."""
        return str(self.state["kiosk"])

    @property
    def day(self) -> str:
        """The business day."""
        return str(self.state["day"])

    def holds(self, now: int) -> bool:
        """Whether `now` lies in its day."""
        return int(self.state["begins"]) <= now < int(self.state["ends"])

    def refusal(self, code: str) -> Json:
        """The words of a refusal that came with the lease."""
        return cast("Json", self.state["words"][code])

    def page(self, code: str, now: int) -> Json:
        """An item's page as it stands at `now`: the papers, and the offer or why there is none."""
        item = self._item(code)
        step = self._step(item, now)
        windows = self._windows(step)
        offer = None
        if step["refusal"] is None:
            offer = {"windows": windows, "waiting": 0, "ahead": 0, "low": 0, "high": 0}
        return {**item["page"], "offer": offer, "refusal": step["refusal"]}

    def allowed(self, code: str, applicant: str, now: int) -> Json:
        """The item's step that lets a number be given now; raises RefusedError with the case."""
        step = self._step(self._item(code), now)
        if step["refusal"] is not None:
            raise RefusedError(409, step["refusal"])
        if applicant not in self.state["classes"]:
            raise RefusedError(400, self.refusal("class_unknown"))
        return step

    def choose(self, code: str, given: Sequence[int]) -> Chosen:
        """The next number for an item; `given`: its prefix's numbers that were given already.

        Numbers of a block are given in order, so that a gap at its end explains itself.
        """
        prefix = self._item(code)["prefix"]
        for block in self.state["blocks"]:
            if block["prefix"] != prefix:
                continue
            first, last = int(block["first"]), int(block["last"])
            mine = [seq for seq in given if first <= seq <= last]
            seq = max([first + int(block["used"]), *(taken + 1 for taken in mine)])
            if seq <= last:
                token = str(block["tokens"][seq - first])
                return Chosen(block, seq, f"{prefix}{seq:03d}", token)
        raise RefusedError(409, self.refusal("numbers_exhausted"))

    def left(self, given: Mapping[str, Sequence[int]]) -> dict[str, int]:
        """Numbers left, by prefix."""
        left: dict[str, int] = {}
        for block in self.state["blocks"]:
            prefix, first, last = block["prefix"], int(block["first"]), int(block["last"])
            mine = [seq for seq in given.get(prefix, ()) if first <= seq <= last]
            used = max([int(block["used"]), *(seq - first + 1 for seq in mine)])
            left[prefix] = left.get(prefix, 0) + last - first + 1 - used
        return left

    def prefix(self, code: str) -> str:
        """The prefix of an item's numbers."""
        return str(self._item(code)["prefix"])

    def view(self, code: str, applicant: str, chosen: Chosen, ticket: str, now: int) -> Json:
        """The ticket as the kiosk's page shows it."""
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

    def paper(self, code: str, applicant: str, chosen: Chosen, now: int) -> Json:
        """The slip, as a printer's document."""
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
        shown = [line for line in lines if not (line.get("type") == "text" and not line["text"])]
        return {**self.state["paper"], "lines": shown}

    def _url(self, token: str) -> str:
        return f"{self.state['url']}/t/{token}"

    def _item(self, code: str) -> Json:
        item = self.state["items"].get(code)
        if item is None:
            raise RefusedError(404, self.refusal("item_unknown"))
        return cast("Json", item)

    def _step(self, item: Json, now: int) -> Json:
        """What holds for an item at `now`: the last step that has begun."""
        steps = self.state["steps"][item["steps"]]
        found = steps[0]
        for step in steps:
            if step["at"] <= now:
                found = step
        return cast("Json", found)

    def _windows(self, step: Json) -> list[Json]:
        return [self.state["windows"][code] for code in step["windows"]]


def _filled(line: Json, words: Mapping[str, str]) -> Json:
    """One line of paper; each hole is filled once, what is put in is not looked at again."""

    def fill(text: str) -> str:
        return HOLE.sub(lambda hole: str(words.get(hole[1], hole[0])), text)

    return {key: fill(value) if isinstance(value, str) else value for key, value in line.items()}
