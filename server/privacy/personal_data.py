"""Personal data no longer needed: deleted by age, exported, erased on request.

docs/personal-data.md states the personal data and their retention. The journal is never changed:
its chain would break, and it holds staff numbers, not names. Punches, marks of spot checks and
released bulletins are write-protected by the database itself.
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

from server.accounts import queries as accounts_queries
from server.accounts import tables as accounts_tables
from server.accounts import wrong_code_queries
from server.accounts.errors import AccountCode
from server.appointments import queries as appointment_queries
from server.assistance import queries as assistance_queries
from server.cases import queries as case_queries
from server.catalogue import tables as catalogue_tables
from server.complaints import queries as complaint_queries
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.all_tables import STAFF_NUMBER_COLUMNS, metadata
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.issuing import queries as licence_queries
from server.leave.files import FOLDER
from server.leave.tables import correction, kept_file, leave
from server.privacy.settings import PrivacySettings
from server.queue import tables as queue_tables
from server.queue.offline import desk_queries
from server.ratings import queries as rating_queries
from server.remote_numbers import queries as remote_queries
from server.staff_photos.tables import staff_photo
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.actions import SHEET_MARK, owner_at
from server.time_clocks.tables import finger

DAY_MS = 86_400_000
REACH_MS = 400 * DAY_MS
"""Milliseconds beyond the retention time that are searched; older records were deleted before."""
LINES_DAYS = 35
"""Days for which desk lines of an outage are kept; they are imported within days, not months."""
MOST = 2000
"""Most tickets, slips or files of one run; the rest waits for the next day."""
GONE = "（已离职）"
SECRETS = frozenset({"password_hash", "id_hash", "token_hash", "code_hash", "secret", "source"})
CLOCKS = {
    ("punch", "enrolment"): "at",
    ("reader_line", "line"): "received_at",
    ("reader_command", "command"): "created_at",
}
"""Columns with a time clock's own number, and the column with the time at which it was recorded.

The time decides, because such a number can change its owner.
"""
PIN = re.compile(r"\bPIN=(\S+)|^(\S+)")


def delete_old(ctx: Context, folder: Path) -> int:
    """Delete what is older than the settings allow; return the number of records changed."""
    settings, now = ctx.settings(), ctx.clock.now()
    slips_before = now - settings.of(PrivacySettings).keep_slips_days * DAY_MS
    files_before = now - settings.of(PrivacySettings).keep_files_days * DAY_MS

    def act(tx: Tx) -> tuple[int, list[str]]:
        old_files = _old_files(tx, files_before)
        desk_queries.delete_lines(tx, now - LINES_DAYS * DAY_MS)
        wrong_code_queries.delete_before(tx, now - 2 * DAY_MS)
        erased = rating_queries.erase_words(tx, now) + complaint_queries.erase_words(tx, now)
        erased += case_queries.erase_applicants(tx, now) + licence_queries.erase_receivers(tx, now)
        erased += assistance_queries.erase_people(tx, now)
        erased += appointment_queries.erase_contacts(tx, now)
        erased += remote_queries.erase_contacts(tx, now)
        count = (
            erased
            + _blank_slips(tx, slips_before)
            + _new_tokens(ctx, tx, slips_before)
            + len(old_files)
        )
        if count:
            write_journal(tx, SYSTEM, "privacy.forget", ctx.day(now), data={"records": count})
        return count, old_files

    count, old_files = ctx.write(act)
    for file_id in old_files:
        (folder / FOLDER / file_id[:2] / file_id).unlink(missing_ok=True)
    return count


def _blank_slips(tx: Tx, before: int) -> int:
    """Blank the documents of old slips, which contain the address of the ticket's page."""
    s = queue_tables.slip.c
    old_slips = select(s.id).where(
        s.hall_id == tx.hall_id,
        s.created_at.between(before - REACH_MS, before),
        s.document != "{}",
        s.state.not_in(("owed", "sent")),
    )
    result = tx.conn.execute(
        update(queue_tables.slip)
        .where(s.hall_id == tx.hall_id, s.id.in_(old_slips.limit(MOST)))
        .values(document="{}")
    )
    return int(result.rowcount)


def _new_tokens(ctx: Context, tx: Tx, before: int) -> int:
    """Replace the tokens of ended tickets by unpublished ones, so that their phone pages end."""
    t = queue_tables.ticket.c
    has_ended = t.ended_at.is_not(None)
    old_tickets = select(t.id).where(
        t.hall_id == tx.hall_id,
        t.day.between(ctx.day(before - REACH_MS), ctx.day(before - DAY_MS)),
        has_ended,
        t.token.not_like(f"{ENDED}%"),
    )
    ticket_ids = tx.conn.scalars(old_tickets.limit(MOST)).all()
    for ticket_id in ticket_ids:
        tx.conn.execute(
            update(queue_tables.ticket)
            .where(t.hall_id == tx.hall_id, t.id == ticket_id)
            .values(token=ENDED + ctx.tokens.token(16))
        )
    return len(ticket_ids)


ENDED = "ended."


def _old_files(tx: Tx, before: int) -> list[str]:
    """Empty papers and photos past their retention; their rows lose the name and keep the hash.

    The photo of somebody who serves is kept while it is shown.
    """
    f, p = kept_file.c, staff_photo.c
    shown = select(p.file).where(p.hall_id == tx.hall_id, p.removed_at.is_(None))
    old_files = select(f.id).where(
        f.hall_id == tx.hall_id, f.at < before, f.size > 0, f.id.not_in(shown)
    )
    file_ids = list(tx.conn.scalars(old_files.limit(MOST)))
    _empty_files(tx, file_ids)
    return file_ids


def _empty_files(tx: Tx, file_ids: list[str]) -> None:
    f = kept_file.c
    tx.conn.execute(
        update(kept_file).where(f.hall_id == tx.hall_id, f.id.in_(file_ids)).values(name="", size=0)
    )


def export_person(ctx: Context, staff: str) -> dict[str, list[dict[str, Any]]]:
    """Return every record that contains a person's number, by table; no hashes of secrets.

    A record is exported whole, including what it contains about others.
    """

    def query(conn: Connection) -> dict[str, list[dict[str, Any]]]:
        person = _Person(staff, time_clocks_queries.fingers(conn, ctx.hall_id))
        tables = (metadata.tables[name] for name in STAFF_NUMBER_COLUMNS)
        records_by_table = {
            table.name: _records(conn, ctx.hall_id, table, person) for table in tables
        }
        return {name: records for name, records in records_by_table.items() if records}

    return ctx.read(query)


class _Person:
    """Person whose records are requested, with all numbers that identify the person."""

    def __init__(self, staff: str, links: dict[str, list[tuple[int, str]]]) -> None:
        kinds = (ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR)
        self.staff, self._links = staff, links
        self.names = {staff, *(Actor(kind, staff).key for kind in kinds)}
        self.signed = SHEET_MARK + staff
        """Number of the person's signatures; identifies them even if the link is gone."""
        linked_pins = (
            pin for pin, owners in links.items() if any(owner == staff for _, owner in owners)
        )
        self.pins = {self.signed, *linked_pins}

    def query(self, column: Column[Any]) -> ColumnElement[bool]:
        """Return a condition for rows that may contain the person; `held_by` checks exactly."""
        if (column.table.name, column.name) in CLOCKS:
            if not isinstance(column.type, Text):
                return column.in_(self.pins)
            return or_(*(column.contains(pin, autoescape=True) for pin in self.pins))
        if isinstance(column.type, Text):
            return column.contains(self.staff, autoescape=True)
        return column.in_(self.names)

    def held_by(self, row: RowMapping, column: Column[Any]) -> bool:
        """Return True if the value is this person's number.

        Not a part of another number, nor a time clock's number that was another's at that time.
        """
        text, moment = row[column.name], CLOCKS.get((column.table.name, column.name))
        if moment is None:
            return not self.names.isdisjoint(_words(text))
        numbers = _words(text) | {part for pair in PIN.findall(text) for part in pair}
        return self.signed in numbers or any(
            owner_at(self._links[pin], row[moment]) == self.staff for pin in numbers & self.pins
        )


def _words(text: str) -> set[str]:
    """Return the text, the parts of a list with commas, and every text inside JSON."""
    texts = set(text.split(","))
    with contextlib.suppress(ValueError):
        queue = [json.loads(text)]
        while queue:
            value = queue.pop()
            if isinstance(value, dict):
                queue += [*value, *value.values()]
            elif isinstance(value, list):
                queue += value
            elif isinstance(value, str):
                texts.update(value.split(","))
    return texts


def _records(conn: Connection, hall_id: str, table: Table, person: _Person) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in STAFF_NUMBER_COLUMNS[table.name]]
    matches = or_(*(person.query(column) for column in columns))
    rows = conn.execute(select(table).where(table.c.hall_id == hall_id, matches)).mappings()
    column_names = [c.name for c in table.columns if c.name not in SECRETS and c.name != "hall_id"]
    return [
        {name: row[name] for name in column_names}
        for row in rows
        if any(person.held_by(row, column) for column in columns)
    ]


def erase_person(ctx: Context, staff: str, folder: Path) -> int:
    """Erase a former member of staff where the law allows; return the number of records changed.

    Refuses a person who is on the staff list or may still sign in (FORBIDDEN) and one without any
    record (ACCOUNT_UNKNOWN). Retained: the number in journal, tickets, punches, findings and
    verdicts, which are the hall's own records.
    """
    if staff in ctx.catalogue().staff_by:
        raise HallError(CommonCode.FORBIDDEN)

    def act(tx: Tx) -> tuple[int, list[str]]:
        account = accounts_queries.account(tx.conn, tx.hall_id, staff)
        if account is not None and not account.disabled:
            raise HallError(CommonCode.FORBIDDEN)
        papers = _papers(tx, staff)
        _empty_files(tx, papers)
        count = len(papers) + _remove_name(tx, staff)
        for table in (accounts_tables.session, accounts_tables.account, finger):
            own_rows = (table.c.hall_id == tx.hall_id, table.c.staff == staff)
            count += int(tx.conn.execute(delete(table).where(*own_rows)).rowcount)
        accounts_queries.delete_sources(tx, tx.now, staff)
        if not count:
            raise HallError(AccountCode.ACCOUNT_UNKNOWN)
        write_journal(tx, SYSTEM, "privacy.erase", staff, data={"records": count})
        return count, papers

    count, papers = ctx.write(act)
    for file_id in papers:
        (folder / FOLDER / file_id[:2] / file_id).unlink(missing_ok=True)
    ctx.refresh()
    return count


def _papers(tx: Tx, staff: str) -> list[str]:
    """Return the file ids of the papers of a person's leave and corrections."""
    file_ids: set[str] = set()
    for table in (leave, correction):
        own_rows = (table.c.hall_id == tx.hall_id, table.c.staff == staff, table.c.file != "")
        file_ids |= set(tx.conn.scalars(select(table.c.file).where(*own_rows)))
    return sorted(file_ids)


def _remove_name(tx: Tx, staff: str) -> int:
    """Remove the name from old staff lists, and the reasons of leave and corrections."""
    s = catalogue_tables.staff.c
    count = tx.conn.execute(
        update(catalogue_tables.staff)
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
