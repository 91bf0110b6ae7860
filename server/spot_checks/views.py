"""Views of spot checks and findings: converts rows into messages with names beside numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from server.catalogue.model import Catalogue
from server.spot_checks import draw_proof, finding_actions, integrity, second_checker
from server.spot_checks import finding_rules as rules
from server.spot_checks.anomalies import MINUTE_MS
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.finding_rules import Finding, Person, State
from server.spot_checks.marks import standing
from server.spot_checks.messages import (
    CheckView,
    ExpectedPerson,
    FindingLine,
    FindingView,
    KnownNow,
    MarkView,
    NamedPerson,
    NoticePair,
    Rectified,
    SealRules,
    SealView,
    WalkWindow,
)
from server.spot_checks.queries import DrawCommitment, SpotCheck, StoredMark
from server.spot_checks.recorded_state import Expected, RecordedState


@dataclass(frozen=True, slots=True)
class Counts:
    """Number of marked windows and of findings of a check."""

    marked: int = 0
    findings: int = 0


def person(catalogue: Catalogue, number: str) -> NamedPerson:
    """Return number and name of a person; a person who left is named by the number."""
    return NamedPerson(number=number, name=name_of(catalogue, number))


def name_of(catalogue: Catalogue, number: str) -> str:
    """Return a person's name, or the number if the person is not on the list."""
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def seal(row: DrawCommitment, faults: Sequence[str] = ()) -> SealView:
    """Return a day's draw commitment.

    Secret parts are left out until the row is marked as revealed.
    """
    rules_in_force = draw_proof.rules_of(row.rules)
    revealed = row.revealed_at is not None and bool(row.seed)
    times = draw_proof.draw(bytes.fromhex(row.seed), rules_in_force, row.day) if revealed else ()
    return SealView(
        day=row.day,
        seal=row.seal,
        sealed_at=row.sealed_at,
        late=rules_in_force.late,
        rules=SealRules(
            asked=rules_in_force.requested_count,
            count=rules_in_force.count,
            spans=list(rules_in_force.spans),
            gap=rules_in_force.gap,
            within=rules_in_force.within,
            opens=rules_in_force.opens,
            closes=rules_in_force.closes,
        ),
        rules_text=row.rules,
        revealed_at=row.revealed_at,
        seed=row.seed if revealed else "",
        times=[f"{minute // 60:02}:{minute % 60:02}" for minute in times],
        recipe=integrity.recipe(row) if revealed else "",
        faults=list(faults),
    )


def check(catalogue: Catalogue, row: SpotCheck, within: int, counts: Counts) -> CheckView:
    """Return the view of a check; `within`: minutes in which it had to be started."""
    due_at = row.due_at if row.state == "due" else None
    return CheckView(
        id=row.id,
        day=row.day,
        kind=row.kind,
        n=row.n,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        start_until=None if due_at is None else due_at + within * MINUTE_MS,
        state=second_checker.state_of(row),
        reason=row.reason,
        checkers=[person(catalogue, number) for number in json.loads(row.checkers)],
        marked=counts.marked,
        findings=counts.findings,
    )


def known(catalogue: Catalogue, state: RecordedState, waiting: int | None = None) -> KnownNow:
    """Return the view of a window's recorded state."""
    name = name_of(catalogue, state.staff) if state.staff else ""
    return KnownNow(**asdict(state), staff_name=name, waiting=waiting)


def window(
    catalogue: Catalogue,
    code: str,
    people: Iterable[Expected],
    books: KnownNow,
    punched: Mapping[str, Sequence[int]],
) -> WalkWindow:
    """Return the view of a window on the inspection round."""
    spot = catalogue.window_by[code]
    zone = catalogue.zone_by.get(spot.zone)
    return WalkWindow(
        code=spot.code,
        number=spot.number,
        name=spot.name,
        name_en=spot.name_en,
        zone=spot.zone,
        zone_name=zone.name if zone else "",
        zone_name_en=zone.name_en if zone else "",
        expected=[_expected(person, punched) for person in people],
        known=books,
    )


def _expected(person: Expected, punched: Mapping[str, Sequence[int]]) -> ExpectedPerson:
    times = punched.get(person.staff.number, ())
    return ExpectedPerson.model_validate(
        {
            "number": person.staff.number,
            "name": person.staff.name,
            "how": person.how,
            "leave": person.leave,
            "until": person.until.isoformat() if person.until else "",
            "punch_at": times[-1] if times else None,
        }
    )


def marks(catalogue: Catalogue, rows: Sequence[StoredMark]) -> list[MarkView]:
    """Return an inspection round's marks in order, each with a flag whether it counts."""
    counting_ids = {mark.id for mark in standing(map(finding_actions.mark_of, rows)).values()}
    return [_mark(catalogue, row, row.id in counting_ids) for row in rows]


def _mark(catalogue: Catalogue, row: StoredMark, counts: bool) -> MarkView:
    spot = catalogue.window_by.get(row.window)
    by = row.by_actor.partition(":")[2]
    return MarkView(
        id=row.id,
        window=row.window,
        window_number=spot.number if spot else 0,
        staff=row.staff,
        staff_name=name_of(catalogue, row.staff) if row.staff else "",
        mark=row.mark,
        reason=row.reason,
        faults=json.loads(row.faults),
        note=row.note,
        photos=json.loads(row.photos),
        known=known(catalogue, RecordedState(**json.loads(row.known))),
        at=row.at,
        received_at=row.received_at,
        by=by,
        by_name=name_of(catalogue, by),
        counts=counts,
    )


def finding_view(catalogue: Catalogue, row: StoredFinding, viewer: Person, now: int) -> FindingView:
    """Return the view of a finding for `viewer`."""
    facts, record = finding_actions.facts_of(row), finding_actions.finding_of(row)
    unit, spot = catalogue.unit_by.get(row.unit), catalogue.window_by.get(row.window)
    history = json.loads(row.history)
    return FindingView.model_validate(
        {
            "id": row.id,
            "day": row.day,
            "source": row.source,
            "check": facts.get("check", ""),
            "kind": row.kind,
            "staff": row.staff,
            "staff_name": name_of(catalogue, row.staff) if row.staff else "",
            "unit": row.unit,
            "unit_name": (unit.short or unit.name) if unit else "",
            "window": row.window,
            "window_number": spot.number if spot else None,
            "state": row.state,
            "at": row.at,
            "checkers": [person(catalogue, number) for number in facts.get("checkers", [])],
            "told": [person(catalogue, number) for number in _told(history)],
            "dispute_until": row.dispute_until,
            "step": row.step,
            "rectified": _rectified(catalogue, row.rectified),
            "history": [_line(catalogue, line) for line in history],
            **_evidence(catalogue, facts),
            **_may(record, viewer, now),
        }
    )


def _evidence(catalogue: Catalogue, facts: dict[str, Any]) -> dict[str, Any]:
    books = facts.get("known")
    return {
        "seen_at": facts.get("seen_at", facts.get("active_at")),
        "faults": facts.get("faults", []),
        "reason": facts.get("reason", ""),
        "note": facts.get("note", ""),
        "photos": len(facts.get("photos", [])),
        "known": known(catalogue, RecordedState(**books)) if books else None,
        "waiting": facts.get("waiting"),
        "minutes": facts.get("minutes"),
        "how": facts.get("how", ""),
        "notices": _notices(facts),
    }


def _notices(facts: dict[str, Any]) -> NoticePair | None:
    if "first_notice" not in facts:
        return None
    return NoticePair(
        item_name=facts["item"],
        first=facts["first_notice"],
        later=facts["later_notice"],
        later_at=facts["later_at"],
        untold=facts["untold"],
    )


def _may(record: Finding, viewer: Person, now: int) -> dict[str, bool]:
    own, concerned = record.staff == viewer.number, rules.concerns(record, viewer)
    in_time = record.dispute_until is not None and now <= record.dispute_until
    return {
        "mine": concerned,
        "can_judge": viewer.office and record.state is State.PROPOSED and not own,
        "can_dispute": concerned and record.state is State.CONFIRMED and in_time,
        "can_settle": viewer.office
        and record.state is State.DISPUTED
        and not own
        and viewer.number not in record.involved,
        "can_rectify": concerned and record.state in rules.STANDING,
    }


def _told(history: Sequence[dict[str, Any]]) -> list[str]:
    return next((line["to"] for line in history if line["state"] == "told"), [])


def _line(catalogue: Catalogue, line: dict[str, Any]) -> FindingLine:
    by = line["by"]
    return FindingLine(
        state=line["state"],
        by="" if by == finding_actions.HALL else by,
        by_name="" if by == finding_actions.HALL else name_of(catalogue, by),
        at=line["at"],
        words=line["words"],
    )


def _rectified(catalogue: Catalogue, text: str) -> Rectified | None:
    if not text:
        return None
    data = json.loads(text)
    by = name_of(catalogue, data["by"])
    return Rectified(words=data["words"], day=data["day"], by_name=by, at=data["at"])
