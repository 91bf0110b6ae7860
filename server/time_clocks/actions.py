"""Office actions on time clocks: admit, name, retire, send commands, link enrolments.

Nobody can change a punch here or anywhere: there is no action for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network

from server.accounts.errors import AccountCode
from server.core.actors import Actor
from server.core.clock import instant
from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.time_clocks import iclock, punch_store, queries
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.events import ReaderChanged
from server.time_clocks.queries import TimeClock

CHANNELS = ("push", "pull", "file")
MOVES = {
    "admitted": frozenset({"asking", "out", "retired"}),
    "out": frozenset({"admitted"}),
    "retired": frozenset({"admitted", "out", "asking"}),
}
"""States from which a time clock may change into each state."""
LONGEST_REREAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Description:
    """Description of a time clock entered by the office."""

    name: str
    place: str = ""
    networks: str = ""
    encoding: str = ""


def add(
    ctx: Context, actor: Actor, key: str, serial: str, way: str, description: Description
) -> None:
    """Register a time clock before its first contact; raise READER_STATE if it is known already."""
    _check(serial, way, description)

    def act(tx: Tx) -> JsonDict:
        if queries.get(tx.conn, tx.hall_id, serial) is not None:
            raise HallError(TimeClockCode.READER_STATE, reader=serial)
        queries.add(tx, serial, way, "admitted")
        _describe(tx, serial, description)
        return _done(tx, actor, "reader.add", serial, {"way": way, "name": description.name})

    ctx.command(actor, key, {"act": "reader.add", "serial": serial, "way": way}, act)


def describe(
    ctx: Context,
    actor: Actor,
    key: str,
    serial: str,
    description: Description,
    seen: Mapping[str, object] = NOT_SHOWN,
) -> None:
    """Set a time clock's name, place and the networks from which it may post.

    `seen`: name, place, networks as they were shown. Raises CHANGED_MEANWHILE.
    """
    _check(serial, "push", description)

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, serial)
        require_unchanged(seen, {"name": row.name, "place": row.place, "networks": row.networks})
        _describe(tx, serial, description)
        facts = {
            "name": description.name,
            "place": description.place,
            "networks": description.networks,
        }
        return _done(tx, actor, "reader.describe", serial, facts)

    request = {
        "act": "reader.describe",
        "serial": serial,
        "name": description.name,
        "place": description.place,
    }
    ctx.command(actor, key, request | {"networks": description.networks}, act)


def move(ctx: Context, actor: Actor, key: str, serial: str, state: str) -> None:
    """Admit it, take it out of service or back, retire it; raise READER_STATE if not allowed.

    From its admission on, its punches are awaited for completeness. Out of service, they are not
    awaited but still accepted. A time clock that is retired while it only asks is deleted: it may
    ask again.
    """

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, serial)
        before = queries.delivered_until(tx.conn, tx.hall_id)
        if row.state not in MOVES[state]:
            raise HallError(TimeClockCode.READER_STATE, reader=serial, state=row.state)
        if row.state == "asking" and state == "retired":
            queries.delete_asking(tx, serial)
            return _done(tx, actor, "reader.turn_away", serial, {})
        values: JsonDict = {"state": state, "out_since": tx.now if state == "out" else None}
        if row.state in ("asking", "retired"):
            values |= {"heard_at": None, "delivered_until": None, "created_at": tx.now}
        queries.change(tx, serial, **values)
        queries.add_event(tx, serial, f"state_{state}", {"by": actor.name})
        punch_store.publish_delivery(ctx, tx, before)
        return _done(tx, actor, f"reader.{state}", serial, {"from": row.state})

    ctx.command(actor, key, {"act": "reader.move", "serial": serial, "state": state}, act)


def _require(tx: Tx, serial: str) -> TimeClock:
    row = queries.get(tx.conn, tx.hall_id, serial)
    if row is None:
        raise HallError(TimeClockCode.READER_UNKNOWN, reader=serial)
    return row


def _check(serial: str, way: str, description: Description) -> None:
    if not iclock.SERIAL.fullmatch(serial) or way not in CHANNELS:
        raise HallError(CommonCode.INVALID, field="serial")
    if description.encoding not in ("", "utf-8", "gb18030"):
        raise HallError(CommonCode.INVALID, field="encoding")
    for network in description.networks.split():
        try:
            ip_network(network, strict=False)
        except ValueError:
            raise HallError(CommonCode.INVALID, field="networks") from None


def _describe(tx: Tx, serial: str, description: Description) -> None:
    row = _require(tx, serial)
    facts = queries.facts_of(row)
    if description.encoding:
        facts["encoding"] = description.encoding
    networks = " ".join(description.networks.split())
    values = {"name": description.name, "place": description.place, "networks": networks}
    queries.change(tx, serial, facts=json.dumps(facts, ensure_ascii=False), **values)


def _done(tx: Tx, actor: Actor, act: str, subject: str, data: JsonDict) -> JsonDict:
    write_journal(tx, actor, act, subject, data=data)
    tx.events.append(ReaderChanged(subject))
    return {}


def order(
    ctx: Context, actor: Actor, key: str, serial: str, kind: str, first: str = "", last: str = ""
) -> int:
    """Enqueue a command for the time clock: set_time, info, names, reread (ISO days), reboot.

    Returns the number of commands. Raises READER_UNKNOWN, READER_STATE (not in service, or of a
    kind that accepts no commands), INVALID for an invalid period.
    """

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, serial)
        if row.state not in ("admitted", "out") or row.way not in ("push", "pull"):
            raise HallError(TimeClockCode.READER_STATE, reader=serial, state=row.state)
        texts = (_pushed if row.way == "push" else _pulled)(ctx, tx, row, kind, (first, last))
        for text in texts:
            queries.add_command(tx, serial, kind, text, actor.key)
        _done(tx, actor, "reader.order", serial, {"kind": kind, "count": len(texts)})
        return {"count": len(texts)}

    request = {"act": "reader.order", "serial": serial, "kind": kind, "first": first, "last": last}
    return int(ctx.command(actor, key, request, act)["count"])


Period = tuple[str, str]


def _pushed(ctx: Context, tx: Tx, row: TimeClock, kind: str, period: Period) -> list[str]:
    """Return commands of the push protocol.

    CHECK causes a handshake, whose Date header sets the clock.
    """
    simple_commands = {"set_time": "CHECK", "info": "INFO", "reboot": "REBOOT"}
    if kind in simple_commands:
        return [simple_commands[kind]]
    if kind == "names":
        encoding = str(queries.facts_of(row).get("encoding", "utf-8"))
        return [iclock.user_update(pin, name, encoding) for pin, name in _names(ctx, tx)]
    begins, ends = _period(period)
    return [iclock.query_attlog(begins, ends)]


def _pulled(ctx: Context, tx: Tx, row: TimeClock, kind: str, period: Period) -> list[str]:
    """Return commands for the agent, as JSON."""
    if kind == "set_time":
        return [json.dumps({"shift": -int(row.offset_seconds)})]
    if kind == "names":
        users = [{"enrolment": pin, "name": name} for pin, name in _names(ctx, tx)]
        return [json.dumps({"users": users}, ensure_ascii=False)]
    if kind == "reread":
        _period(period)
    return ["{}"]


def _names(ctx: Context, tx: Tx) -> list[tuple[str, str]]:
    """Return the enrolments that belong to a person now, with the name."""
    people = ctx.catalogue().staff_by
    named_enrolments = []
    for enrolment, links in queries.fingers(tx.conn, tx.hall_id).items():
        staff = owner_at(links, tx.now)
        if staff in people and not enrolment.startswith(SHEET_MARK):
            named_enrolments.append((enrolment, people[staff].name))
    return named_enrolments


SHEET_MARK = "@"
"""Prefix of enrolments of sign-in sheets; `@` cannot occur in a time clock's PIN."""


def owner_at(links: list[tuple[int, str]], moment: int) -> str:
    """Return the staff number that an enrolment belonged to at a moment (ms); "" for nobody."""
    owner = ""
    for since, staff in links:
        if since <= moment:
            owner = staff
    return owner


def _period(period: Period) -> tuple[datetime, datetime]:
    try:
        first, last = (date.fromisoformat(text) for text in period)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="first") from None
    if not timedelta(0) <= last - first <= LONGEST_REREAD:
        raise HallError(CommonCode.INVALID, field="last")
    return (
        datetime.combine(first, datetime.min.time()),
        datetime.combine(last, datetime.max.time().replace(microsecond=0)),
    )


def link(ctx: Context, actor: Actor, key: str, enrolment: str, staff: str, since: str) -> None:
    """Link an enrolment to `staff` ("": nobody) from the day `since` on.

    Raises ACCOUNT_UNKNOWN for a person not on the staff list, INVALID for bad values.
    """
    if not iclock.ENROLMENT.fullmatch(enrolment):
        raise HallError(CommonCode.INVALID, field="enrolment")
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="since") from None
    begins = instant(
        datetime.combine(day, datetime.min.time()), ctx.settings().of(GeneralSettings).timezone
    )

    def act(tx: Tx) -> JsonDict:
        if staff and staff not in ctx.catalogue().staff_by:
            raise HallError(AccountCode.ACCOUNT_UNKNOWN, staff=staff)
        # Punches pass to the new owner, and away from everybody linked since that day.
        links = queries.fingers(tx.conn, tx.hall_id).get(enrolment, [])
        owners = {owner_at(links, begins), *(owner for at, owner in links if at >= begins)}
        queries.link(tx, enrolment, begins, staff, actor.key)
        write_journal(tx, actor, "finger.link", enrolment, data={"staff": staff, "since": since})
        people = tuple(sorted({*owners, staff} - {""}))
        tx.events.append(AttendanceChanged((), people, since))
        tx.events.append(ReaderChanged(""))
        return {}

    request = {"act": "finger.link", "enrolment": enrolment, "staff": staff, "since": since}
    ctx.command(actor, key, request, act)


def link_same(ctx: Context, actor: Actor, key: str, since: str) -> int:
    """Link everybody without a link to the enrolment equal to their staff number.

    Halls enrol people under their staff number: one action instead of one for each person. Returns
    the number of links; existing links stay. Raises INVALID for an invalid day.
    """
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="since") from None
    begins = instant(
        datetime.combine(day, datetime.min.time()), ctx.settings().of(GeneralSettings).timezone
    )

    def act(tx: Tx) -> JsonDict:
        links_by_enrolment = queries.fingers(tx.conn, tx.hall_id)
        fingers = (
            links for pin, links in links_by_enrolment.items() if not pin.startswith(SHEET_MARK)
        )
        linked_staff = {staff for links in fingers for _, staff in links}
        new_links = [
            person.number
            for person in ctx.catalogue().staff
            if person.number not in links_by_enrolment and person.number not in linked_staff
        ]
        for number in new_links:
            queries.link(tx, number, begins, number, actor.key)
        write_journal(tx, actor, "finger.link_same", since, data={"staff": new_links})
        if new_links:
            tx.events.append(AttendanceChanged((), tuple(new_links), since))
        tx.events.append(ReaderChanged(""))
        return {"linked": len(new_links)}

    return int(ctx.command(actor, key, {"act": "finger.link_same", "since": since}, act)["linked"])
