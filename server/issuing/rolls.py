"""Lists of issued numbers that units hand in: a number without a case is a sign.

Each licence that a unit issued has to have a case of the hall. The file's digest is kept.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.issuing import access, queries
from server.issuing.errors import LicenceCode
from server.issuing.queries import StoredRoll, StoredRollLine
from server.issuing.rules import plain_number

MOST_LINES = 5000
LONGEST = 60
HEAD = ("编号", "number")
"""Beginnings of the first column's heading, which is left out."""


@dataclass(frozen=True, slots=True)
class RollLine:
    """Line of a list: number and name of a licence, and its ISO day of issue ("" if not given)."""

    number: str
    kind: str
    issued: str


def read_roll(content: bytes) -> list[RollLine]:
    """Return the lines of a CSV file, UTF-8 or GB 18030; raise ROLL_FILE with the wrong line."""
    lines: list[RollLine] = []
    for place, row in enumerate(csv.reader(io.StringIO(_text(content))), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (place == 1 and _is_head(cells[0])):
            continue
        line = _line(cells)
        if line is None or len(lines) >= MOST_LINES:
            raise HallError(LicenceCode.ROLL_FILE, line=place)
        lines.append(line)
    if not lines:
        raise HallError(LicenceCode.ROLL_FILE, line=1)
    return lines


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HallError(LicenceCode.ROLL_FILE, line=1)


def _is_head(cell: str) -> bool:
    return any(word in cell.lower() for word in HEAD)


def _line(cells: list[str]) -> RollLine | None:
    number = plain_number(cells[0])
    kind = cells[1] if len(cells) > 1 else ""
    issued = cells[2].replace("/", "-") if len(cells) > 2 else ""
    if not number or len(number) > LONGEST or len(kind) > LONGEST:
        return None
    try:
        return RollLine(number, kind, date.fromisoformat(issued).isoformat() if issued else "")
    except ValueError:
        return None


def hand_in(
    ctx: Context, actor: Actor, key: str, unit: str, name: str, content: bytes
) -> tuple[str, int]:
    """Store a unit's list; return its digest and the count of numbers without a case so far.

    Raises LICENCE_POST, ROLL_FILE, ROLL_TAKEN, INVALID.
    """
    lines = read_roll(content)
    digest = hashlib.sha256(content).hexdigest()

    def act(tx: Tx) -> JsonDict:
        if unit not in ctx.catalogue().unit_by:
            raise HallError(CommonCode.INVALID, field="unit")
        if not actor.manages and unit not in access.units_of(ctx, tx.conn, actor):
            raise HallError(LicenceCode.LICENCE_POST)
        if queries.roll(tx.conn, tx.hall_id, digest) is not None:
            raise HallError(LicenceCode.ROLL_TAKEN)
        row = StoredRoll(digest, unit, ctx.day(tx.now), tx.now, name, len(lines), actor.key)
        stored = [
            StoredRollLine(digest, place, line.number, line.kind, line.issued)
            for place, line in enumerate(lines, 1)
        ]
        queries.add_roll(tx, row, stored)
        numbers = queries.numbers(tx.conn, tx.hall_id, unit)
        without = sum(line.number not in numbers for line in lines)
        data: JsonDict = {"digest": digest, "lines": len(lines), "without": without}
        write_journal(tx, actor, "licence_roll.hand_in", unit, data=data)
        return {"without": without}

    request: JsonDict = {"act": "licence_roll.hand_in", "unit": unit, "digest": digest}
    return digest, int(ctx.command(actor, key, request, act)["without"])
