"""Integrity check of licences: none is in two places, and none is lost.

Each licence's facts have no gap and lead to its place; the journal gives the same place, list,
shelf and parcel. An open hand-over list holds exactly the licences that are on it, a counted one
accounts for each; a parcel on its way holds exactly those that are posted with it. Whatever was
handed out or delivered was identified and signed for, or received from the post; its case is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.core import journal
from server.core.step_chains import Problem, chain_problems
from server.issuing import extra_queries, queries
from server.issuing.queries import StoredLicence, StoredLicenceFact
from server.issuing.replay import ACTS, ReplayedLicences, Whereabouts, replayed
from server.issuing.rules import (
    ExtraMove,
    LicenceMove,
    ListMove,
    ListState,
    ParcelState,
    Place,
)

CHUNK = 500
EXTRA_ACTS = frozenset(f"licence_extra.{move}" for move in ExtraMove)


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.every(conn, hall_id)
    replay = replayed(journal.of_acts(conn, hall_id, ACTS))
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        facts = queries.FACTS.of(conn, hall_id, [row.id for row in part])
        cases = {c.id for c in case_queries.among(conn, hall_id, [row.case for row in part])}
        for row in part:
            yield from _licence(row, facts[row.id], replay)
            if row.case not in cases:
                yield f"证照 {row.id} 没有对应的办件", f"licence {row.id} belongs to no case"
    if replay.counts() != Counter(Place(row.state) for row in rows):
        yield "证照合计与流水重算不一致", "counts of licences differ from the journal's"
    yield from _lists(conn, hall_id, rows)
    yield from _extras(conn, hall_id)
    yield from _parcels(conn, hall_id, rows)


def _licence(
    row: StoredLicence, facts: Sequence[StoredLicenceFact], replay: ReplayedLicences
) -> Iterator[Problem]:
    yield from chain_problems((f"证照 {row.id} ", f"licence {row.id}"), row.state, facts)
    place = Place(row.state)
    here = Whereabouts(place, row.list, row.shelf, row.waybill, row.entered_day)
    if replay.places.get(row.id) != here:
        yield (
            f"证照 {row.id} 的位置与流水不一致",
            f"the place of licence {row.id} differs from the journal",
        )
    for fact in facts:
        if replay.steps[row.id, f"licence.{fact.move}", fact.n] != 1:
            yield (
                f"证照 {row.id} 第 {fact.n} 步与流水不一致",
                f"step {fact.n} of licence {row.id} differs from the journal",
            )
    # On a shelf, with the post, or neither: a licence with both would be in two places.
    is_apart = bool(row.shelf) is (place is Place.SHELVED)
    if not is_apart or (place is Place.POSTED and not row.waybill):
        yield f"证照 {row.id} 同时在两处", f"licence {row.id} is in two places"
    last = next((fact for fact in reversed(facts) if fact.move == LicenceMove.HAND), None)
    if place is Place.HANDED and (last is None or not (last.id_check and last.signed and last.to)):
        yield (
            f"证照 {row.id} 发放时没有核验身份或签收",
            f"licence {row.id} was handed out without identity or signature",
        )


def _held_by(rows: Sequence[StoredLicence], place: Place, holder: str) -> Mapping[str, set[str]]:
    """Return the licences at a place by the list or parcel that holds them."""
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.state == place:
            held[getattr(row, holder)].add(row.id)
    return held


def _lists(conn: Connection, hall_id: str, rows: Sequence[StoredLicence]) -> Iterator[Problem]:
    on_lists = _held_by(rows, Place.LISTED, "list")
    every = queries.every_list(conn, hall_id)
    facts = queries.LIST_FACTS.of(conn, hall_id, [row.id for row in every])
    extra = extra_queries.numbers(conn, hall_id, [row.id for row in every])
    for row in every:
        own = facts[row.id]
        yield from chain_problems((f"交接清单 {row.id} ", f"list {row.id}"), row.state, own)
        if not own:
            continue
        listed = set(queries.ids_of(own[0].licences))
        expected = listed if row.state == ListState.GIVEN else set()
        if on_lists.get(row.id, set()) != expected:
            yield (
                f"交接清单 {row.id} 上的证照与其位置不一致",
                f"the licences of list {row.id} are not where it says",
            )
        received = next((fact for fact in own if fact.move == ListMove.RECEIVE), None)
        if received is None:
            continue
        there = queries.ids_of(received.licences)
        missing = queries.ids_of(received.missing)
        # Before additional licences were facts, the words alone named them.
        more = received.counted - len(there)
        if extra[row.id] and len(extra[row.id]) != more:
            yield f"交接清单 {row.id} 清点不平", f"the count of list {row.id} does not add up"
        differs = bool(missing) or more != 0
        if sorted([*there, *missing]) != sorted(listed) or differs is not (
            row.state == ListState.DIFFERENT
        ):
            yield f"交接清单 {row.id} 清点不平", f"the count of list {row.id} does not add up"
        if differs and not received.words:
            yield (
                f"交接清单 {row.id} 的差异没有写明",
                f"the difference of list {row.id} has no name",
            )
        if received.by_actor == own[0].by_actor:
            yield f"交接清单 {row.id} 由一人清点", f"list {row.id} was counted by one person"


def _extras(conn: Connection, hall_id: str) -> Iterator[Problem]:
    rows = extra_queries.every(conn, hall_id)
    facts = extra_queries.FACTS.of(conn, hall_id, [row.id for row in rows])
    lines = Counter(
        (line.subject, line.act, int(line.data["n"]))
        for line in journal.of_acts(conn, hall_id, EXTRA_ACTS)
    )
    steps: Counter[tuple[str, str, int]] = Counter()
    for row in rows:
        name = f"清单外证照 {row.id} ", f"additional licence {row.id}"
        yield from chain_problems(name, row.state, facts[row.id])
        steps.update((row.id, f"licence_extra.{fact.move}", fact.n) for fact in facts[row.id])
        returner = ""
        for fact in facts[row.id]:
            if fact.move == ExtraMove.SETTLE and fact.by_actor == returner:
                yield f"{name[0]}由一人了结", f"{name[1]} was resolved by one person"
            returner = fact.by_actor if fact.move == ExtraMove.RETURN else returner
    if steps != lines:
        yield "清单外证照与流水不一致", "additional licences differ from the journal"


def _parcels(conn: Connection, hall_id: str, rows: Sequence[StoredLicence]) -> Iterator[Problem]:
    away = _held_by(rows, Place.POSTED, "waybill")
    every = queries.every_parcel(conn, hall_id)
    facts = queries.PARCEL_FACTS.of(conn, hall_id, [row.waybill for row in every])
    for row in every:
        own = facts[row.waybill]
        yield from chain_problems((f"邮件 {row.waybill} ", f"parcel {row.waybill}"), row.state, own)
        sent = set(queries.ids_of(own[0].licences)) if own else set()
        expected = sent if row.state == ParcelState.AWAY else set()
        if away.get(row.waybill, set()) != expected:
            yield (
                f"邮件 {row.waybill} 内的证照与其位置不一致",
                f"the licences of parcel {row.waybill} are not where it says",
            )
    for waybill in away.keys() - {row.waybill for row in every}:
        yield f"没有邮件 {waybill}", f"there is no parcel {waybill}"
