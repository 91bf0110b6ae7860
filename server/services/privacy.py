"""Personal data that is not needed any more: dropped by age, handed out, taken out on request.

What is personal and how long it is kept stands in docs/personal-data.md. The journal is never
touched: its chain would break, and it holds staff numbers, not names. Punches, marks of checks and
released bulletins are held fast by the database itself.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    Text,
    delete,
    or_,
    select,
    update,
)

from server.domain.errors import Code, HallError
from server.domain.tickets import ActorKind
from server.services.attendance.files import FOLDER
from server.services.context import SYSTEM, Actor, Context, note
from server.services.readers_office import SHEET_MARK, whose
from server.storage import accounts, desks, guesses, readers, schema
from server.storage.store import Tx
from server.storage.tables import metadata
from server.storage.tables_attendance import correction, kept_file, leave
from server.storage.tables_readers import finger

DAY_MS = 86_400_000
REACH_MS = 400 * DAY_MS
"""So far back beyond its time something is looked for: what is older was dropped long ago."""
LINES_DAYS = 35
"""What a desk says of a time without the server is handed in within days, not months."""
MOST = 2000
"""Tickets, slips or files that one run looks after; the rest waits for the next day."""
GONE = "（已离职）"
SECRETS = frozenset({"password_hash", "id_hash", "token_hash", "code_hash", "secret", "source"})
OF_PERSON: dict[str, tuple[str, ...]] = {
    "staff": ("number", "cover"),
    "ticket": ("staff",),
    "call": ("staff",),
    "window_post": ("staff",),
    "slip": ("by_actor",),
    "account": ("staff",),
    "session": ("staff",),
    "sign_in_source": ("staff",),
    "enrolment": ("by_actor",),
    "device_binding": ("by_actor",),
    "idempotency": ("actor",),
    "desk_line": ("staff",),
    "desk_act": ("staff", "said", "known", "settled_by"),
    "setting": ("by_actor", "value"),
    "catalogue_version": ("by_actor",),
    "calendar_day": ("by_actor",),
    "shift_rule": ("subject", "by_actor"),
    "leave": ("staff", "cover", "steps", "by_actor"),
    "correction": ("staff", "by_actor", "decided_by"),
    "kept_file": ("by_actor",),
    "bulletin": ("figures", "editors", "released_by"),
    "amendment": ("data", "drafted_by", "released_by"),
    "acknowledgement": ("by_actor",),
    "spot_check": ("checkers", "by_actor"),
    "spot_mark": ("staff", "known", "by_actor"),
    "finding": ("staff", "facts", "history", "by_actor", "rectified"),
    "finger": ("staff", "by_actor"),
    "punch": ("enrolment",),
    "reader_line": ("line", "settled_by"),
    "reader_event": ("data",),
    "reader_command": ("command", "by_actor"),
    "sign_in_sheet": ("lines", "witness", "by_actor"),
    "past_change": ("args", "asked_by", "reach", "subjects", "decided_by"),
    "past_move": ("staff",),
    "alarm_take": ("by_actor",),
    "journal": ("actor", "subject", "data"),
}
"""Where a staff number stands: alone, behind a kind of actor (`clerk:1001`), in a text of any
length also inside JSON or a list with commas; or the number that the person has at the time clocks.
docs/personal-data.md has the same columns in bold; a test compares the two."""
CLOCKS = {
    ("punch", "enrolment"): "at",
    ("reader_line", "line"): "received_at",
    ("reader_command", "command"): "created_at",
}
"""Columns that hold a time clock's own number, and when that was said: it changes hands."""
PIN = re.compile(r"\bPIN=(\S+)|^(\S+)")


# -- by age ----------------------------------------------------------------------------------------


def forget_old(ctx: Context, folder: Path) -> int:
    """Drop what is older than the settings allow; returns how many records it changed."""
    settings, now = ctx.settings(), ctx.clock.now()
    slips_before = now - settings.keep_slips_days * DAY_MS
    files_before = now - settings.keep_files_days * DAY_MS

    def act(tx: Tx) -> tuple[int, list[str]]:
        old = _old_files(tx, files_before)
        desks.forget_lines(tx, now - LINES_DAYS * DAY_MS)
        guesses.forget(tx, now - 2 * DAY_MS)
        count = _blank_slips(tx, slips_before) + _new_tokens(ctx, tx, slips_before) + len(old)
        if count:
            note(tx, SYSTEM, "privacy.forget", ctx.day(now), data={"records": count})
        return count, old

    count, old = ctx.write(act)
    for file_id in old:
        (folder / FOLDER / file_id[:2] / file_id).unlink(missing_ok=True)
    return count


def _blank_slips(tx: Tx, before: int) -> int:
    """Slips hold the address of a ticket's page; what is printed need not be known any more."""
    s = schema.slip.c
    old = select(s.id).where(
        s.hall_id == tx.hall_id,
        s.created_at.between(before - REACH_MS, before),
        s.document != "{}",
        s.state.not_in(("owed", "sent")),
    )
    done = tx.conn.execute(
        update(schema.slip)
        .where(s.hall_id == tx.hall_id, s.id.in_(old.limit(MOST)))
        .values(document="{}")
    )
    return int(done.rowcount)


def _new_tokens(ctx: Context, tx: Tx, before: int) -> int:
    """A phone's address ends: the ticket gets one that nobody was ever told."""
    t = schema.ticket.c
    ended = t.ended_at.is_not(None)
    old = select(t.id).where(
        t.hall_id == tx.hall_id,
        t.day.between(ctx.day(before - REACH_MS), ctx.day(before - DAY_MS)),
        ended,
        t.token.not_like(f"{ENDED}%"),
    )
    found = tx.conn.scalars(old.limit(MOST)).all()
    for ticket_id in found:
        tx.conn.execute(
            update(schema.ticket)
            .where(t.hall_id == tx.hall_id, t.id == ticket_id)
            .values(token=ENDED + ctx.chance.token(16))
        )
    return len(found)


ENDED = "ended."


def _old_files(tx: Tx, before: int) -> list[str]:
    """Papers and photos whose time is over; of the record the name goes, the hash stays."""
    f = kept_file.c
    old = select(f.id).where(f.hall_id == tx.hall_id, f.at < before, f.size > 0).limit(MOST)
    found = list(tx.conn.scalars(old))
    _empty_files(tx, found)
    return found


def _empty_files(tx: Tx, found: list[str]) -> None:
    f = kept_file.c
    tx.conn.execute(
        update(kept_file).where(f.hall_id == tx.hall_id, f.id.in_(found)).values(name="", size=0)
    )


# -- for a person ----------------------------------------------------------------------------------


def export_person(ctx: Context, staff: str) -> dict[str, list[dict[str, Any]]]:
    """Every record that holds a person's number, by table; no hashes of secrets.

    A record is given whole, so what it says of others is in it too.
    """

    def query(conn: Connection) -> dict[str, list[dict[str, Any]]]:
        asked = _Asked(staff, readers.fingers(conn, ctx.hall_id))
        tables = (metadata.tables[name] for name in OF_PERSON)
        found = {table.name: _records(conn, ctx.hall_id, table, asked) for table in tables}
        return {name: records for name, records in found.items() if records}

    return ctx.read(query)


class _Asked:
    """Whose records are wanted: what the person is called by, and at the time clocks."""

    def __init__(self, staff: str, links: dict[str, list[tuple[int, str]]]) -> None:
        kinds = (ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR)
        self.staff, self._links = staff, links
        self.names = {staff, *(Actor(kind, staff).key for kind in kinds)}
        self.signed = SHEET_MARK + staff
        """The number of his signatures: it tells whose they are even when the link is gone."""
        linked = (pin for pin, owners in links.items() if any(who == staff for _, who in owners))
        self.pins = {self.signed, *linked}

    def query(self, column: Column[Any]) -> ColumnElement[bool]:
        """Rows that may hold the person; `held_by` looks closer."""
        if (column.table.name, column.name) in CLOCKS:
            if not isinstance(column.type, Text):
                return column.in_(self.pins)
            return or_(*(column.contains(pin, autoescape=True) for pin in self.pins))
        if isinstance(column.type, Text):
            return column.contains(self.staff, autoescape=True)
        return column.in_(self.names)

    def held_by(self, row: RowMapping, column: Column[Any]) -> bool:
        """Whether it is this person's number: not part of another, nor another's by then."""
        text, moment = row[column.name], CLOCKS.get((column.table.name, column.name))
        if moment is None:
            return not self.names.isdisjoint(_words(text))
        said = _words(text) | {found for pair in PIN.findall(text) for found in pair}
        return self.signed in said or any(
            whose(self._links[pin], row[moment]) == self.staff for pin in said & self.pins
        )


def _words(text: str) -> set[str]:
    """A text, the parts of a list with commas, every text inside JSON."""
    found = set(text.split(","))
    with contextlib.suppress(ValueError):
        waiting = [json.loads(text)]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                waiting += [*one, *one.values()]
            elif isinstance(one, list):
                waiting += one
            elif isinstance(one, str):
                found.update(one.split(","))
    return found


def _records(conn: Connection, hall_id: str, table: Table, asked: _Asked) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in OF_PERSON[table.name]]
    mine = or_(*(asked.query(column) for column in columns))
    rows = conn.execute(select(table).where(table.c.hall_id == hall_id, mine)).mappings()
    kept = [c.name for c in table.columns if c.name not in SECRETS and c.name != "hall_id"]
    return [
        {name: row[name] for name in kept}
        for row in rows
        if any(asked.held_by(row, column) for column in columns)
    ]


def erase_person(ctx: Context, staff: str, folder: Path) -> int:
    """Take a former member of staff out where the law allows; returns how many records changed.

    Refuses somebody who is on the staff list or may still sign in (FORBIDDEN) and one of whom
    nothing is kept (ACCOUNT_UNKNOWN). What stays: the number in journal, tickets, punches, findings
    and verdicts, which are the hall's own records.
    """
    if staff in ctx.catalogue().staff_by:
        raise HallError(Code.FORBIDDEN)

    def act(tx: Tx) -> tuple[int, list[str]]:
        account = accounts.account(tx.conn, tx.hall_id, staff)
        if account is not None and not account.disabled:
            raise HallError(Code.FORBIDDEN)
        papers = _papers(tx, staff)
        _empty_files(tx, papers)
        count = len(papers) + _unname(tx, staff)
        for table in (schema.session, schema.account, finger):
            mine = (table.c.hall_id == tx.hall_id, table.c.staff == staff)
            count += int(tx.conn.execute(delete(table).where(*mine)).rowcount)
        accounts.forget_sources(tx, tx.now, staff)
        if not count:
            raise HallError(Code.ACCOUNT_UNKNOWN)
        note(tx, SYSTEM, "privacy.erase", staff, data={"records": count})
        return count, papers

    count, papers = ctx.write(act)
    for file_id in papers:
        (folder / FOLDER / file_id[:2] / file_id).unlink(missing_ok=True)
    ctx.refresh()
    return count


def _papers(tx: Tx, staff: str) -> list[str]:
    """The papers of a person's leave and corrections."""
    found: set[str] = set()
    for table in (leave, correction):
        mine = (table.c.hall_id == tx.hall_id, table.c.staff == staff, table.c.file != "")
        found |= set(tx.conn.scalars(select(table.c.file).where(*mine)))
    return sorted(found)


def _unname(tx: Tx, staff: str) -> int:
    """The name in old staff lists, the reasons of leave and corrections."""
    s = schema.staff.c
    count = tx.conn.execute(
        update(schema.staff)
        .where(s.hall_id == tx.hall_id, s.number == staff)
        .values(name=GONE, post="")
    ).rowcount
    for table in (leave, correction):
        count += tx.conn.execute(
            update(table)
            .where(table.c.hall_id == tx.hall_id, table.c.staff == staff)
            .values(reason="")
        ).rowcount
    return int(count)
