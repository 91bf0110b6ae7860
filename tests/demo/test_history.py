"""Demo history: keeps the hall's own rules and is the same for the same seed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from server.appointments import queries as appointments
from server.appointments.queries import StoredAppointment
from server.assessment import queries as score_queries
from server.assessment.months import month_now
from server.assessment.packs import packs
from server.assessment.periods import PeriodKind, parse_period, period_of
from server.assessment.rules import Month
from server.assessment.standings import Subject, released
from server.assessment_proof.judge import Judge
from server.assistance import queries as assistance
from server.bulletins import queries as bulletins_queries
from server.bulletins.weekly_figures import figures
from server.cases import queries as cases
from server.cases.rules import CaseMove
from server.catalogue.actions import import_catalogue
from server.catalogue.reference import load
from server.cli import assess
from server.complaints import queries as complaints
from server.complaints.rules import Way
from server.core.actors import SYSTEM
from server.core.clock import SetClock
from server.core.config import Config
from server.core.weeks import parse_week
from server.core.working_days import is_overdue
from server.demo import time_clocks
from server.fees import queries as fees
from server.hall.composition import Hall
from server.hall.measure_request import Measured, MeasureRequest, measure_all, measures
from server.hall.opening import open_hall
from server.hall.past_catalogue import catalogue_then
from server.honours import queries as honours
from server.integrity.checks import violations
from server.issuing import entries, extra_queries
from server.issuing import queries as licence_queries
from server.issuing.rules import LicenceMove, Place
from server.joint_review import queries as joint
from server.joint_review.rules import PartKind
from server.one_time_notices import queries as notices
from server.queue import ticket_queries
from server.spot_checks import finding_queries as stored_findings
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.queries import StoredMark
from server.supervision import queries as queries_of_lamps
from server.tacit_approval import queries as tacit
from server.time_clocks import queries as time_clocks_queries
from server.walk_ins import queries as prices
from server.walk_ins.views import is_kept
from support.assessment_file import as_file
from support.contracts import as_text, golden_file
from support.contracts.past import journal_contract
from support.demo_history import SATURDAY

SATURDAY_DAY = date(2026, 11, 7)


def test_hall_check_finds_nothing_wrong(hall: Hall) -> None:
    assert hall.ctx.read(lambda c: violations(hall.ctx.hall_id, c)) == []


def test_the_last_quarter_has_its_flag_and_a_veto_was_withdrawn_after_a_dispute(hall: Hall) -> None:
    walks = hall.ctx.read(lambda c: honours.moves(c, "reference"))
    assert [(walk.quarter, walk.cause) for walk in walks] == [("2026-Q3", "award")]
    assert walks[0].to_window
    vetoes = hall.ctx.read(lambda c: honours.vetoes(c, "reference"))
    assert [veto.state for veto in vetoes] == ["withdrawn"]
    steps = hall.ctx.read(lambda c: honours.VETO_STEPS.of(c, "reference", [vetoes[0].id]))
    moves = [step.move for step in steps[vetoes[0].id]]
    assert moves == ["propose", "confirm", "dispute", "withdraw"]


def test_every_kind_of_record_is_there(hall: Hall) -> None:
    def seen(conn: object) -> tuple[set[str], set[str], set[str]]:
        span = "2026-10-01", "2026-11-06"
        finding_rows = stored_findings.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        walked = spot_checks_queries.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        weeks = bulletins_queries.every(conn, "reference")  # type: ignore[arg-type]
        return {r.kind for r in finding_rows}, {r.state for r in walked}, {r.state for r in weeks}

    kinds, walks, weeks = hall.ctx.read(seen)
    assert {"empty", "away", "conduct"} & kinds
    assert "done" in walks
    assert weeks == {"draft", "released"}


def test_complaints_came_every_way_and_ended_every_way(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: complaints.of_days(c, "reference", "2026-10-01", "2026-11-06"))
    steps = hall.ctx.read(lambda c: complaints.STEPS.of(c, "reference", [row.id for row in rows]))
    assert {row.channel for row in rows} == {way.value for way in Way}
    ends = {"received", "accepted", "refused", "handed_on", "closed"}
    assert {row.state for row in rows} == ends
    assert sum(is_overdue(row.due, SATURDAY_DAY) for row in rows) == 1
    granted = [step for own in steps.values() for step in own if step.move == "grant_time"]
    requested = [step for own in steps.values() for step in own if step.move == "ask_time"]
    assert granted
    assert {step.by_actor for step in granted}.isdisjoint(step.by_actor for step in requested)
    proven = [row.id for row in rows if row.outcome in ("proven", "partly")]
    marks = [f"complaint:{complaint}" for complaint in proven]
    doubts = hall.ctx.read(lambda c: stored_findings.of_doubts(c, "reference", "complaint:"))
    assert {row.source_id for row in doubts} == set(marks)
    assert marks


def test_booked_people_came_on_time_and_late_were_cancelled_missed_and_come_today(
    hall: Hall,
) -> None:
    def read(conn: Connection) -> list[StoredAppointment]:
        return appointments.of_days(conn, hall.ctx.hall_id, "2026-01-01", "2026-12-31")

    rows = hall.ctx.read(read)
    assert Counter((row.state, row.arrival, row.excused) for row in rows) == {
        ("served", "on_time", 0): 36,
        ("served", "late", 0): 1,
        ("hall_cancelled", "", 0): 1,
        ("missed", "", 1): 1,
        ("booked", "", 0): 3,
    }


def test_the_last_days_have_their_price_of_appointments(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: prices.prices(c, hall.ctx.hall_id, "2026-10-01", "2026-11-07"))
    assert [row.day for row in rows] == [f"2026-11-0{n}" for n in range(2, 7)]
    assert all(row.walk_ins > 100 and row.booked in (7, 8) for row in rows)
    # Every window called by the rules, so that a replay calls the same people again.
    assert all(row.agreement > 9500 for row in rows)
    assert any(row.p95 for row in rows)
    assert all(is_kept(row) for row in rows)


def test_questions_helpers_and_green_channels_are_there(hall: Hall) -> None:
    asks = hall.ctx.read(lambda c: assistance.every_ask(c, "reference"))
    jobs = hall.ctx.read(lambda c: assistance.every_job(c, "reference"))
    greens = hall.ctx.read(lambda c: assistance.greens(c, "reference"))
    assert {row.state for row in asks} == {"handed_over", "ended"}
    assert sum(is_overdue(row.due, SATURDAY_DAY) for row in asks) == 1
    assert {"ended"} < {row.state for row in jobs}
    assert {row.state for row in greens} == {"granted", "proposed"}


def test_materials_were_handed_in_with_faults_supplemented_and_some_told_twice(hall: Hall) -> None:
    matters = hall.ctx.read(lambda c: notices.every_matter(c, "reference"))
    hand_ins = [row for rows in matters.values() for row in rows]
    given = hall.ctx.read(lambda c: notices.notices_of(c, "reference", [r.id for r in hand_ins]))
    assert 0 < len(given) < len(hand_ins)
    assert {2, 3} <= {len(rows) for rows in matters.values()}
    supplemented = [rows for rows in matters.values() if len(rows) > 1]
    assert all(rows[0].id in given for rows in supplemented)
    assert any(rows[-1].id not in given for rows in supplemented)
    doubts = hall.ctx.read(lambda c: stored_findings.of_doubts(c, "reference", "told_once:"))
    assert len(doubts) == 2


def test_cases_came_from_accepted_numbers_and_ended_every_way(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: cases.of_days(c, "reference", "2026-10-01", "2026-11-06"))
    facts = hall.ctx.read(lambda c: cases.FACTS.of(c, "reference", [row.id for row in rows]))
    by_id = {row.id: row for row in rows}
    tickets = hall.ctx.read(
        lambda c: {row.ticket: ticket_queries.get(c, "reference", row.ticket) for row in rows}
    )
    outcomes = {ticket.outcome for key, ticket in tickets.items() if key and ticket is not None}
    assert outcomes == {"accepted", "notice_given"}
    assert {row.way for row in rows if not row.ticket} == {"reception"}
    assert len({row.unit for row in rows}) > 4
    moves = {fact.move for own in facts.values() for fact in own}
    every = {move.value for move in CaseMove}
    not_played = {"return", "deny_time", "withdraw", "ask_void", "make_void", "take_over"}
    assert moves == every - not_played
    states = {"decided", "not_accepted", "suspended", "reviewing", "withdrawn"}
    assert {row.state for row in rows} >= states
    assert {row.outcome for row in rows} == {"", "granted", "refused"}
    for case, own in facts.items():
        by = [fact.by_actor for fact in own if fact.move in ("pass", "decide")]
        assert by_id[case].mode == "direct" or len(by) < 3 or len(set(by)) == 3


def test_two_cases_are_overdue_and_some_are_due(hall: Hall) -> None:
    def present(conn: Connection) -> dict[str, set[str]]:
        red = queries_of_lamps.due_until(conn, "reference", "2026-11-06")
        yellow = queries_of_lamps.due_until(conn, "reference", "2026-11-09")
        return {
            "red": {due.case for due in red},
            "yellow": {due.case for due in yellow} - {due.case for due in red},
        }

    colours = hall.ctx.read(present)
    assert len(colours["red"]) == 2
    assert len(colours["yellow"]) >= 2
    lamps = hall.ctx.read(
        lambda c: queries_of_lamps.lit_between(c, "reference", "2026-10-01", "2026-11-06")
    )
    assert colours["red"] < {lamp.case for lamp in lamps if lamp.level == "red"}


def test_silence_grants_the_case_with_a_scheme_and_no_other(hall: Hall) -> None:
    ctx, hall_id = hall.ctx, "reference"
    (consent,) = ctx.read(lambda c: tacit.consents(c, hall_id))
    (scheme,) = ctx.read(lambda c: tacit.schemes(c, hall_id))
    signers = {
        step.by_actor
        for step in ctx.read(lambda c: tacit.STEPS.of(c, hall_id, [scheme.id]))[scheme.id]
    }
    assert (scheme.id, scheme.state, len(signers)) == (consent.scheme, "in_force", 2)
    case = ctx.read(lambda c: cases.get(c, hall_id, consent.case))
    assert case is not None
    assert (case.item, case.state, case.outcome) == ("ycj-02", "decided", "granted")
    papers = ctx.read(lambda c: cases.papers(c, hall_id, [case.id]))
    served = ctx.read(lambda c: cases.services(c, hall_id, [paper.id for paper in papers]))
    assert papers[-1].id in served
    overdue = ctx.read(lambda c: queries_of_lamps.due_until(c, hall_id, "2026-11-06"))
    assert case.id not in {due.case for due in overdue}
    assert overdue


def test_one_pledged_material_came_and_another_did_not(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: cases.of_days(c, "reference", "2026-10-01", "2026-11-06"))
    facts = hall.ctx.read(lambda c: cases.FACTS.of(c, "reference", [row.id for row in rows]))
    pledged = {
        facts[row.id][-1].state: [fact.move for fact in facts[row.id]]
        for row in rows
        if any(fact.move == "pledge" for fact in facts[row.id])
    }
    assert set(pledged) == {"decided", "withdrawn"}
    assert pledged["decided"][:4] == ["file", "pledge", "accept", "supply"]
    assert pledged["withdrawn"] == ["file", "pledge", "accept", "lapse"]


def test_one_sign_is_explained_and_one_confirmed(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: stored_findings.of_doubts(c, "reference", "outside:"))
    judged = {json.loads(row.facts)["sign"]: row.state for row in rows}
    assert judged == {
        "no_licence_case": "confirmed",
        "no_visit": "dismissed",
        "quick": "confirmed",
    }
    explained = {(row.state, bool(json.loads(row.facts)["explained"])) for row in rows}
    # A unit that has left the hall has no numbers; nobody has to explain that.
    assert explained == {("dismissed", True), ("dismissed", False), ("confirmed", False)}


def test_licences_are_handed_out_posted_returned_missed_and_entered_late(hall: Hall) -> None:
    ctx, hall_id = hall.ctx, "reference"
    places = ctx.read(lambda c: licence_queries.place_counts(c, hall_id))
    assert all(places[place] > 0 for place in (Place.HANDED, Place.DELIVERED))
    moves = ctx.read(
        lambda c: licence_queries.facts_of_days(c, hall_id, list(LicenceMove), "2000", "2099")
    )
    assert moves[LicenceMove.MISS] == 1
    assert all(moves[move] > 0 for move in (LicenceMove.RETURN, LicenceMove.TRY))
    assert moves[LicenceMove.HAND] > moves[LicenceMove.POST] > 0
    rows = ctx.read(lambda c: licence_queries.electronic(c, hall_id, "2000", "2099"))
    counts = entries.counts(ctx, rows)
    assert 0 < counts.late < counts.entered <= counts.issued


def test_a_case_was_handed_on_and_decided_by_another_hall(hall: Hall) -> None:
    rows = hall.ctx.read(lambda c: joint.every_part(c, "reference"))
    (part,) = [row for row in rows if row.kind == PartKind.ELSEWHERE]
    case = hall.ctx.read(lambda c: cases.get(c, "reference", part.case))
    assert case is not None
    assert (part.state, case.state, case.outcome) == ("answered", "decided", "granted")


def test_money_went_back_in_part_and_the_bank_had_days_without_payments(hall: Hall) -> None:
    span = "2000-01-01", "2099-12-31"
    refunds = hall.ctx.read(lambda c: fees.refunds_of_days(c, "reference", *span))
    dues = {row.id: row for row in hall.ctx.read(lambda c: fees.of_days(c, "reference", *span))}
    assert {refund.amount == dues[refund.due].amount for refund in refunds} == {True, False}
    states = {row.state for row in dues.values()}
    assert states >= {"due", "confirmed", "waived", "refunded", "cancelled"}
    files = hall.ctx.read(lambda c: fees.files(c, "reference"))
    assert {file.row_count == 0 for file in files} == {True, False}
    (extra,) = hall.ctx.read(lambda c: extra_queries.unsettled(c, "reference"))
    assert extra.state == "returned", "the unit has not confirmed it yet"


def test_a_check_of_the_past_says_since_when_the_person_was_signed_in(hall: Hall) -> None:
    def recorded(conn: Connection) -> list[StoredMark]:
        rows = spot_checks_queries.of_days(conn, "reference", "2026-10-01", "2026-11-06")
        return spot_checks_queries.marks_of(conn, "reference", [row.id for row in rows])

    marks = [mark for mark in hall.ctx.read(recorded) if mark.staff]
    assert marks
    for mark in marks:
        state = json.loads(mark.known)
        since, called = state["since"], state["last_call_at"]
        assert f"{hall.ctx.local(since):%H:%M}" == "08:24"
        assert since < called < mark.at


def test_the_same_seed_has_the_journal_of_earlier_versions(hall: Hall) -> None:
    """Compare with the golden file.

    An action that writes another line changes every hash after it.
    """
    assert as_text(journal_contract(hall)) == golden_file("journal").read_text(encoding="utf-8")


def test_people_of_a_rehearsals_past_use_the_time_clocks_that_it_has(tmp_path: Path) -> None:
    config = Config(data=tmp_path, hall_id="reference", database=f"sqlite:///{tmp_path}/hall.db")
    hall = open_hall(config, clock=SetClock(SATURDAY))
    import_catalogue(hall.ctx, SYSTEM, load(), "")
    time_clocks.admit(hall, rehearsal=True)
    admitted = hall.ctx.read(lambda c: time_clocks_queries.every(c, "reference"))
    serials = {door.serial for door in time_clocks.doors(rehearsal=True)}
    assert {reader.serial for reader in admitted} == serials
    assert serials < {door.serial for door in time_clocks.DOORS}
    hall.ctx.store.close()


def test_facts_of_every_measure_name_their_evidence_and_are_the_same_at_every_reading(
    hall: Hall,
) -> None:
    def read(conn: Connection) -> Measured:
        catalogue = catalogue_then(hall.ctx, conn, date(2026, 10, 31))
        span = date(2026, 10, 1), date(2026, 10, 31)
        return measure_all(MeasureRequest(hall.ctx, conn, catalogue, *span))

    facts = hall.ctx.read(read).facts
    assert facts == hall.ctx.read(read).facts
    names = [(fact.measure, fact.ref) for fact in facts]
    assert len(names) == len(set(names))
    counted = {fact.measure for fact in facts}
    assert counted <= measures().keys()
    assert {
        *("late", "early", "missing_punch", "present_day", "leave_day", "empty_window", "conduct"),
        *("bad_rating", "complaint_late", "case_overdue_promised", "case_days_over", "helped"),
        *("early_share", "accepted_outside", "joint_absent", "mark_praised", "mark_untidy"),
    } <= counted
    for fact in facts:
        assert fact.link.startswith("/office#"), fact
        assert fact.words, fact
        assert fact.amount > 0, fact
        assert "2026-10-01" <= fact.day <= "2026-10-31", fact
        assert fact.staff or fact.window or fact.unit, fact


def test_a_month_is_released_and_two_people_disputed_their_points(hall: Hall) -> None:
    october = period_of(PeriodKind.MONTH, date(2026, 10, 1))
    standings = hall.ctx.read(lambda c: released(hall.ctx, c, Subject.PERSON, october))
    assert standings is not None
    assert [standing.rank for standing in standings] == sorted(s.rank for s in standings)
    assert min(standing.score for standing in standings) < 100
    rows = hall.ctx.read(lambda c: score_queries.disputes(c, "reference"))
    assert {row.state for row in rows} == {"open", "granted"}


@pytest.mark.parametrize("pack", packs())
def test_a_second_program_gets_the_totals_of_every_pack_for_two_months(
    hall: Hall, pack: str
) -> None:
    def months(conn: Connection) -> list[Month]:
        periods = map(parse_period, ("2026-09", "2026-10"))
        return [month_now(hall.ctx, conn, period, (packs()[pack],)) for period in periods]

    for month in hall.ctx.read(months):
        verdict = Judge(as_file(month), None).verdict()
        assert verdict.differences == ()
        assert verdict.totals > 15


def test_the_export_is_written_and_recomputed_by_the_command(hall: Hall, tmp_path: Path) -> None:
    config, file = hall.config, tmp_path / "assessment.json"
    (config.data / "hall.toml").write_text('hall_id = "reference"\n')
    where = {"data": config.data, "hall": "", "database": config.database_url, "file": file}
    assert assess.run(Namespace(act="export", **where)) == 0
    assert assess.run(Namespace(act="verify", file_only=False, **where)) == 0
    (config.data / "hall.toml").unlink()
    releases = {entry["period"]: entry for entry in json.loads(file.read_text())["releases"]}
    assert sorted(releases) == ["2026-09", "2026-10", "2026-Q3"]
    release = releases["2026-10"]
    assert release["checked_by"] != release["released_by"]


def test_the_bulletin_of_the_week_of_a_release_lists_the_units(hall: Hall) -> None:
    lines = hall.ctx.read(lambda c: figures(hall.ctx, c, parse_week("2026-W45"))).score_units
    assert {line.period for line in lines} == {"2026年10月"}
    assert [line.rank for line in lines] == sorted(line.rank for line in lines)
    before = hall.ctx.read(lambda c: figures(hall.ctx, c, parse_week("2026-W44")))
    assert before.score_units == ()
