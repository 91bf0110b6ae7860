"""What people do about readers: admit, name, retire, order, link fingers, settle lines.

No one can change a punch here or anywhere: there is no act for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from sqlalchemy import Row

from server.clock import instant
from server.domain import iclock
from server.domain.errors import Code, HallError
from server.services import punches
from server.services.bus import AttendanceChanged, ReaderChanged
from server.services.context import Actor, Context, JsonDict, note
from server.services.seen import NOTHING, still
from server.storage import readers
from server.storage.store import Tx

WAYS = ("push", "pull", "file")
MOVES = {
    "admitted": frozenset({"asking", "out", "retired"}),
    "out": frozenset({"admitted"}),
    "retired": frozenset({"admitted", "out", "asking"}),
}
"""From which states a reader may come into one."""
LONGEST_REREAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Described:
    """What the office says of a reader."""

    name: str
    place: str = ""
    networks: str = ""
    encoding: str = ""


def add(ctx: Context, actor: Actor, key: str, serial: str, way: str, said: Described) -> None:
    """Put up a reader before it speaks; raises READER_STATE when it is known already."""
    _check(serial, way, said)

    def act(tx: Tx) -> JsonDict:
        if readers.get(tx.conn, tx.hall_id, serial) is not None:
            raise HallError(Code.READER_STATE, reader=serial)
        readers.add(tx, serial, way, "admitted")
        _describe(tx, serial, said)
        return _done(tx, actor, "reader.add", serial, {"way": way, "name": said.name})

    ctx.command(actor, key, {"act": "reader.add", "serial": serial, "way": way}, act)


def describe(
    ctx: Context,
    actor: Actor,
    key: str,
    serial: str,
    said: Described,
    seen: Mapping[str, object] = NOTHING,
) -> None:
    """Name it, say where it hangs and from which networks it may post.

    `seen`: name, place, networks as they were shown. Raises CHANGED_MEANWHILE.
    """
    _check(serial, "push", said)

    def act(tx: Tx) -> JsonDict:
        row = _known(tx, serial)
        still(seen, {"name": row.name, "place": row.place, "networks": row.networks})
        _describe(tx, serial, said)
        facts = {"name": said.name, "place": said.place, "networks": said.networks}
        return _done(tx, actor, "reader.describe", serial, facts)

    asked = {"act": "reader.describe", "serial": serial, "name": said.name, "place": said.place}
    ctx.command(actor, key, asked | {"networks": said.networks}, act)


def move(ctx: Context, actor: Actor, key: str, serial: str, state: str) -> None:
    """Admit it, take it out of service or back, retire it; raises READER_STATE when it cannot.

    From its admission on the hall waits for what it has to deliver. One out of service is not
    waited for, but what it sends is still taken. One that is retired while it only asks is
    forgotten: it may ask again.
    """

    def act(tx: Tx) -> JsonDict:
        row = _known(tx, serial)
        before = readers.delivered_until(tx.conn, tx.hall_id)
        if row.state not in MOVES[state]:
            raise HallError(Code.READER_STATE, reader=serial, state=row.state)
        if row.state == "asking" and state == "retired":
            readers.forget_asking(tx, serial)
            return _done(tx, actor, "reader.turn_away", serial, {})
        values: JsonDict = {"state": state, "out_since": tx.now if state == "out" else None}
        if row.state in ("asking", "retired"):
            values |= {"heard_at": None, "delivered_until": None, "created_at": tx.now}
        readers.change(tx, serial, **values)
        readers.add_event(tx, serial, f"state_{state}", {"by": actor.name})
        punches.tell_delivered(ctx, tx, before)
        return _done(tx, actor, f"reader.{state}", serial, {"from": row.state})

    ctx.command(actor, key, {"act": "reader.move", "serial": serial, "state": state}, act)


def _known(tx: Tx, serial: str) -> Row[Any]:
    row = readers.get(tx.conn, tx.hall_id, serial)
    if row is None:
        raise HallError(Code.READER_UNKNOWN, reader=serial)
    return row


def _check(serial: str, way: str, said: Described) -> None:
    if not iclock.SERIAL.fullmatch(serial) or way not in WAYS:
        raise HallError(Code.INVALID, field="serial")
    if said.encoding not in ("", "utf-8", "gb18030"):
        raise HallError(Code.INVALID, field="encoding")
    for network in said.networks.split():
        try:
            ip_network(network, strict=False)
        except ValueError:
            raise HallError(Code.INVALID, field="networks") from None


def _describe(tx: Tx, serial: str, said: Described) -> None:
    row = _known(tx, serial)
    facts = readers.facts_of(row)
    if said.encoding:
        facts["encoding"] = said.encoding
    networks = " ".join(said.networks.split())
    values = {"name": said.name, "place": said.place, "networks": networks}
    readers.change(tx, serial, facts=json.dumps(facts, ensure_ascii=False), **values)


def _done(tx: Tx, actor: Actor, act: str, subject: str, data: JsonDict) -> JsonDict:
    note(tx, actor, act, subject, data=data)
    tx.events.append(ReaderChanged(subject))
    return {}


# -- commands down to the terminal -----------------------------------------------------------------


def order(
    ctx: Context, actor: Actor, key: str, serial: str, kind: str, first: str = "", last: str = ""
) -> int:
    """Have the terminal do something: set_time, info, names, reread (ISO days), reboot.

    Returns how many commands that made. Raises READER_UNKNOWN, READER_STATE (not in service, or
    of a way that takes no orders), INVALID for a period that is none.
    """

    def act(tx: Tx) -> JsonDict:
        row = _known(tx, serial)
        if row.state not in ("admitted", "out") or row.way not in ("push", "pull"):
            raise HallError(Code.READER_STATE, reader=serial, state=row.state)
        texts = (_pushed if row.way == "push" else _pulled)(ctx, tx, row, kind, (first, last))
        for text in texts:
            readers.add_command(tx, serial, kind, text, actor.key)
        _done(tx, actor, "reader.order", serial, {"kind": kind, "count": len(texts)})
        return {"count": len(texts)}

    asked = {"act": "reader.order", "serial": serial, "kind": kind, "first": first, "last": last}
    return int(ctx.command(actor, key, asked, act)["count"])


Period = tuple[str, str]


def _pushed(ctx: Context, tx: Tx, row: Row[Any], kind: str, period: Period) -> list[str]:
    """The protocol's words; the handshake that CHECK brings sets the clock by its Date header."""
    plain = {"set_time": "CHECK", "info": "INFO", "reboot": "REBOOT"}
    if kind in plain:
        return [plain[kind]]
    if kind == "names":
        encoding = str(readers.facts_of(row).get("encoding", "utf-8"))
        return [iclock.user_update(pin, name, encoding) for pin, name in _names(ctx, tx)]
    begins, ends = _period(period)
    return [iclock.query_attlog(begins, ends)]


def _pulled(ctx: Context, tx: Tx, row: Row[Any], kind: str, period: Period) -> list[str]:
    """What the agent is told, as JSON."""
    if kind == "set_time":
        return [json.dumps({"shift": -int(row.offset_seconds)})]
    if kind == "names":
        users = [{"enrolment": pin, "name": name} for pin, name in _names(ctx, tx)]
        return [json.dumps({"users": users}, ensure_ascii=False)]
    if kind == "reread":
        _period(period)
    return ["{}"]


def _names(ctx: Context, tx: Tx) -> list[tuple[str, str]]:
    """Enrolments that are somebody's now, with the name."""
    people = ctx.catalogue().staff_by
    found = []
    for enrolment, links in readers.fingers(tx.conn, tx.hall_id).items():
        staff = whose(links, tx.now)
        if staff in people and not enrolment.startswith(SHEET_MARK):
            found.append((enrolment, people[staff].name))
    return found


SHEET_MARK = "@"
"""Enrolments of sign-in sheets: no terminal's, for `@` is no part of a PIN."""


def whose(links: list[tuple[int, str]], moment: int) -> str:
    """Whose an enrolment was at a moment (ms); "" for nobody's."""
    found = ""
    for since, staff in links:
        if since <= moment:
            found = staff
    return found


def _period(period: Period) -> tuple[datetime, datetime]:
    try:
        first, last = (date.fromisoformat(each) for each in period)
    except ValueError:
        raise HallError(Code.INVALID, field="first") from None
    if not timedelta(0) <= last - first <= LONGEST_REREAD:
        raise HallError(Code.INVALID, field="last")
    return (
        datetime.combine(first, datetime.min.time()),
        datetime.combine(last, datetime.max.time().replace(microsecond=0)),
    )


# -- fingers and lines -----------------------------------------------------------------------------


def link(ctx: Context, actor: Actor, key: str, enrolment: str, staff: str, since: str) -> None:
    """From the day `since` on an enrolment is `staff`'s ("": nobody's).

    Raises ACCOUNT_UNKNOWN for somebody who is not on the staff list, INVALID for bad values.
    """
    if not iclock.ENROLMENT.fullmatch(enrolment):
        raise HallError(Code.INVALID, field="enrolment")
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise HallError(Code.INVALID, field="since") from None
    begins = instant(datetime.combine(day, datetime.min.time()), ctx.settings().timezone)

    def act(tx: Tx) -> JsonDict:
        if staff and staff not in ctx.catalogue().staff_by:
            raise HallError(Code.ACCOUNT_UNKNOWN, staff=staff)
        # Punches pass to the new owner, and away from whoever has the finger since then.
        links = readers.fingers(tx.conn, tx.hall_id).get(enrolment, [])
        owners = {whose(links, begins), *(one for at, one in links if at >= begins)}
        readers.link(tx, enrolment, begins, staff, actor.key)
        note(tx, actor, "finger.link", enrolment, data={"staff": staff, "since": since})
        people = tuple(sorted({*owners, staff} - {""}))
        tx.events.append(AttendanceChanged((), people, since))
        tx.events.append(ReaderChanged(""))
        return {}

    asked = {"act": "finger.link", "enrolment": enrolment, "staff": staff, "since": since}
    ctx.command(actor, key, asked, act)


def link_same(ctx: Context, actor: Actor, key: str, since: str) -> int:
    """Link everybody whose finger nobody linked yet to the enrolment of the staff number itself.

    Halls enrol people under their staff number: one act instead of one a person. Returns how many
    were linked; what is linked already is left alone. Raises INVALID for a day that is none.
    """
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise HallError(Code.INVALID, field="since") from None
    begins = instant(datetime.combine(day, datetime.min.time()), ctx.settings().timezone)

    def act(tx: Tx) -> JsonDict:
        known = readers.fingers(tx.conn, tx.hall_id)
        fingers = (links for pin, links in known.items() if not pin.startswith(SHEET_MARK))
        owned = {staff for links in fingers for _, staff in links}
        fresh = [
            person.number
            for person in ctx.catalogue().staff
            if person.number not in known and person.number not in owned
        ]
        for number in fresh:
            readers.link(tx, number, begins, number, actor.key)
        note(tx, actor, "finger.link_same", since, data={"staff": fresh})
        if fresh:
            tx.events.append(AttendanceChanged((), tuple(fresh), since))
        tx.events.append(ReaderChanged(""))
        return {"linked": len(fresh)}

    return int(ctx.command(actor, key, {"act": "finger.link_same", "since": since}, act)["linked"])
