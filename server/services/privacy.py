"""Personal data that is not needed any more: dropped by age, handed out, taken out on request.

What is personal and how long it is kept stands in docs/personal-data.md. The journal is never
touched: its chain would break, and it holds staff numbers, not names. Punches, marks of checks and
released bulletins are held fast by the database itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, or_, select, update

from server.domain.errors import Code, HallError
from server.services.attendance.files import FOLDER
from server.services.context import SYSTEM, Context, note
from server.storage import accounts, schema
from server.storage.store import Tx
from server.storage.tables import metadata
from server.storage.tables_attendance import correction, kept_file, leave
from server.storage.tables_readers import finger

DAY_MS = 86_400_000
REACH_MS = 400 * DAY_MS
"""So far back beyond its time something is looked for: what is older was dropped long ago."""
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
    "setting": ("by_actor",),
    "catalogue_version": ("by_actor",),
    "calendar_day": ("by_actor",),
    "shift_rule": ("by_actor",),
    "leave": ("staff", "cover", "by_actor"),
    "correction": ("staff", "by_actor", "decided_by"),
    "kept_file": ("by_actor",),
    "bulletin": ("released_by",),
    "amendment": ("drafted_by", "released_by"),
    "acknowledgement": ("by_actor",),
    "spot_check": ("by_actor",),
    "spot_mark": ("staff", "by_actor"),
    "finding": ("staff", "by_actor"),
    "finger": ("staff", "by_actor"),
    "reader_line": ("settled_by",),
    "reader_command": ("by_actor",),
    "sign_in_sheet": ("witness", "by_actor"),
    "alarm_take": ("by_actor",),
    "journal": ("actor", "subject"),
}
"""Where a staff number stands, alone or behind a kind of actor (`clerk:1001`)."""


# -- by age ----------------------------------------------------------------------------------------


def forget_old(ctx: Context, folder: Path) -> int:
    """Drop what is older than the settings allow; returns how many records it changed."""
    settings, now = ctx.settings(), ctx.clock.now()
    slips_before = now - settings.keep_slips_days * DAY_MS
    files_before = now - settings.keep_files_days * DAY_MS

    def act(tx: Tx) -> tuple[int, list[str]]:
        old = _old_files(tx, files_before)
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
    """Every record that holds a person's number, by table; no hashes of secrets."""

    def query(conn: Connection) -> dict[str, list[dict[str, Any]]]:
        found = {name: _records(ctx, conn, metadata.tables[name], staff) for name in OF_PERSON}
        return {name: records for name, records in found.items() if records}

    return ctx.read(query)


def _records(ctx: Context, conn: Connection, table: Table, staff: str) -> list[dict[str, Any]]:
    names = [staff, *(f"{kind}:{staff}" for kind in ("clerk", "manager", "administrator"))]
    mine = or_(*(table.c[column].in_(names) for column in OF_PERSON[table.name]))
    rows = conn.execute(select(table).where(table.c.hall_id == ctx.hall_id, mine)).mappings()
    kept = [c.name for c in table.columns if c.name not in SECRETS and c.name != "hall_id"]
    return [{name: row[name] for name in kept} for row in rows]


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
