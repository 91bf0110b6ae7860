"""Evidence against a window: confirmed bad ratings, standing findings, each counted once."""

from __future__ import annotations

from sqlalchemy import update

from server.assessment.periods import parse_period
from server.honours.candidates import evidence_of
from server.honours.rules import BarKind
from server.ratings import actions as rating_actions
from server.ratings.actions import Given
from server.ratings.levels import Channel, Level
from server.ratings.redress_rules import RedressState
from server.ratings.tables import redress
from server.spot_checks import finding_queries
from server.spot_checks.marks import Kind
from support.halls import SmallHall


def evidence(hall: SmallHall, period: str = "2026-Q1") -> dict[BarKind, list[str]]:
    """Return what speaks against T1."""
    quarter = parse_period(period)
    return dict(hall.ctx.read(lambda c: evidence_of(c, "small", quarter)).get("T1", {}))


def put(hall: SmallHall, state: RedressState) -> None:
    """Set the state of every redress."""
    change = update(redress).values(state=state.value)
    hall.ctx.write(lambda tx: bool(tx.conn.execute(change).rowcount))


def test_a_bad_rating_counts_once_its_unit_cannot_appeal_any_more(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    bad = Given(Level.DISSATISFIED, Channel.PHONE, (), "等了很久", "测试人")
    phone, ticket = rating_actions.PHONE, small.serve("T1")
    rating = rating_actions.rate(small.ctx, phone, small.key(), ticket.id, bad)
    counting = {RedressState.REFUSED, RedressState.REDRESSING, RedressState.CLOSED}
    for state in (RedressState.OPEN, RedressState.APPEALED, RedressState.GRANTED, *counting):
        put(small, state)
        wanted = {BarKind.RATING: [rating]} if state in counting else {}
        assert evidence(small) == wanted, state
    assert evidence(small, "2026-Q2") == {}


def test_a_standing_finding_counts_and_one_from_a_complaint_does_not(small: SmallHall) -> None:
    def add(finding: str, kind: Kind, state: str) -> None:
        values = {
            "day": "2026-03-02",
            "source": "mark",
            "source_id": finding,
            "kind": kind.value,
            "staff": "",
            "unit": "tax",
            "window": "T1",
            "state": state,
            "by_actor": "test",
        }
        small.ctx.write(lambda tx: finding_queries.add(tx, finding, {}, facts={}, **values))

    add("F1", Kind.EMPTY, "confirmed")
    add("F2", Kind.EMPTY, "withdrawn")
    add("F3", Kind.AWAY, "upheld")
    add("F4", Kind.COMPLAINT, "confirmed")
    assert {kind: sorted(ids) for kind, ids in evidence(small).items()} == {
        BarKind.FINDING: ["F1", "F3"]
    }
