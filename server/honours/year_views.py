"""Messages of the year's end and of the allowance, made from what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.assessment.periods import Period, PeriodKind, period_of
from server.assessment.standings import Subject
from server.attendance.views import unit_name
from server.cases.views import name_of
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.hall.context import Context
from server.honours import interview_actions, queries
from server.honours.allowances import AllowanceTable, PersonAllowance, table_of
from server.honours.dated_settings import settings_on
from server.honours.interview_rules import InterviewMove, InterviewState
from server.honours.interviews import DueInterview, due_interviews
from server.honours.list_actions import CurrentList
from server.honours.list_rules import ListKind
from server.honours.list_views import fixed_content, is_fixed, list_view
from server.honours.messages import (
    AllowancePage,
    AllowanceRow,
    CutView,
    InterviewStepView,
    InterviewView,
    YearPage,
    YearUnitView,
)
from server.honours.queries import StoredInterview, StoredInterviewStep, StoredVeto
from server.honours.rules import VetoKind
from server.honours.veto_views import subject_name
from server.honours.words import KIND_WORDS, cut_words, day_count, rule_words, rule_words_en
from server.honours.workflow import INTERVIEW
from server.honours.year_list import UnitOfYear, units_of

YEARS_SHOWN = 3
MONTHS_SHOWN = 12


def year_page(ctx: Context, conn: Connection, actor: Actor, year: Period) -> YearPage:
    """Return a year's list of units, and the interviews that were due in it."""
    today = ctx.local().date()
    current, is_released = current_year(ctx, conn, year)
    content = fixed_content(conn, ctx.hall_id, current)
    rules = settings_on(ctx, conn, min(year.last, today))
    return YearPage(
        year=year.id,
        hall=content["hall"],
        years=[str(today.year - back) for back in range(YEARS_SHOWN)],
        released=is_released,
        until="" if is_released or not content["units"] else min(year.last, today).isoformat(),
        units=[YearUnitView.model_validate(unit) for unit in content["units"]],
        paper=list_view(ctx, conn, actor, current),
        running_months=rules.interview_months,
        interviews=_interviews(ctx, conn, actor, year),
    )


def current_year(ctx: Context, conn: Connection, year: Period) -> tuple[CurrentList, bool]:
    """Return the year's list as the records give it now, and True if its ranking is released."""
    entries, is_released = units_of(ctx, conn, year)
    units = [_unit(ctx.catalogue(), entry) for entry in entries]
    content = {
        "hall": ctx.catalogue().hall_name,
        "year": year.id,
        "units": [unit.model_dump(mode="json") for unit in units],
    }
    obstacle = "" if is_released and units else "unreleased"
    return CurrentList(ListKind.YEAR_UNITS, year.id, content, obstacle), is_released


def _unit(catalogue: Catalogue, entry: UnitOfYear) -> YearUnitView:
    standing = entry.standing
    return YearUnitView(
        unit=standing.code,
        name=standing.name,
        rank=standing.rank,
        rank_best=standing.rank_best,
        rank_worst=standing.rank_worst,
        score=str(standing.score),
        flags=entry.flags,
        vetoes=[veto_words(catalogue, row) for row in entry.vetoes],
        veto_ids=[row.id for row in entry.vetoes],
    )


def veto_words(catalogue: Catalogue, row: StoredVeto) -> str:
    """Return a veto in words: day, ground, subject."""
    return f"{row.day} {KIND_WORDS[VetoKind(row.kind)]}（{subject_name(catalogue, row)}）"


def _interviews(ctx: Context, conn: Connection, actor: Actor, year: Period) -> list[InterviewView]:
    """Return the interviews of a year: those that are due, and those proposed when they were.

    One that was proposed stays, also if an amended ranking makes it due no more.
    """
    entries = {entry.key: entry for entry in due_interviews(ctx, conn, year)}
    months = [month.id for month in year.months]
    rows = queries.interviews(conn, ctx.hall_id, months)
    by_key = {(row.subject, row.assessed, row.month): row for row in rows}
    steps = queries.INTERVIEW_STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    keys = sorted({*entries, *by_key}, key=lambda key: key[::-1])
    return [_interview(ctx, actor, key, entries.get(key), by_key.get(key), steps) for key in keys]


def _interview(
    ctx: Context,
    actor: Actor,
    key: tuple[str, str, str],
    entry: DueInterview | None,
    row: StoredInterview | None,
    steps: Mapping[str, Sequence[StoredInterviewStep]],
) -> InterviewView:
    catalogue, subject = ctx.catalogue(), Subject(key[0])
    own = list(steps[row.id]) if row else []
    record = row or StoredInterview("", *key, state="")
    attempt = interview_actions.attempt_of(ctx, actor, record, own, "words")
    unit = entry.standing.unit if entry else ""
    return InterviewView(
        id=record.id,
        subject=subject,
        code=key[1],
        name=entry.standing.name if entry else _name(catalogue, subject, key[1]),
        unit_name=catalogue.unit_by[unit].name if unit in catalogue.unit_by else unit,
        month=key[2],
        months=[month.id for month in entry.months] if entry else [key[2]],
        state=InterviewState(row.state) if row else None,
        steps=[
            InterviewStepView(
                move=InterviewMove(step.move),
                at=step.at,
                day=step.day,
                words=step.words,
                by_name=name_of(catalogue, step.by_actor.partition(":")[2]),
            )
            for step in own
        ],
        moves=[move for move in InterviewMove if INTERVIEW.allows(move, attempt)],
    )


def _name(catalogue: Catalogue, subject: Subject, code: str) -> str:
    if subject is Subject.PERSON:
        return name_of(catalogue, code)
    if subject is Subject.UNIT:
        return catalogue.unit_by[code].name if code in catalogue.unit_by else code
    window = catalogue.window_by.get(code)
    return f"{window.number}号窗口" if window else code


def allowance_page(ctx: Context, conn: Connection, actor: Actor, month: Period) -> AllowancePage:
    """Return the allowance table of a month."""
    current = current_allowance(ctx, conn, month)
    content, paper = (
        fixed_content(conn, ctx.hall_id, current),
        list_view(ctx, conn, actor, current),
    )
    newest = period_of(PeriodKind.MONTH, ctx.local().date())
    months: list[str] = []
    for _ in range(MONTHS_SHOWN):
        months.append(newest.id)
        newest = newest.before()
    return AllowancePage(
        month=month.id,
        month_words=month.words,
        hall=content["hall"],
        months=months,
        rule=content["rule"],
        rule_en=content["rule_en"],
        is_final=is_fixed(paper) or not current.obstacle,
        people=[AllowanceRow.model_validate(row) for row in content["people"]],
        sum=content["sum"],
        paper=paper,
    )


def current_allowance(ctx: Context, conn: Connection, month: Period) -> CurrentList:
    """Return the allowance table of a month as the records give it now."""
    table, catalogue = table_of(ctx, conn, month), ctx.catalogue()
    rows = [_row(table, person, unit_name(catalogue, person.unit)) for person in table.people]
    content = {
        "hall": catalogue.hall_name,
        "month": month.id,
        "rule": rule_words(table.rule),
        "rule_en": rule_words_en(table.rule),
        "people": [row.model_dump(mode="json") for row in rows],
        "sum": table.sum,
    }
    running = month.last >= ctx.local().date()
    obstacle = "running" if running else "" if table.is_final else "pending"
    return CurrentList(ListKind.ALLOWANCE, month.id, content, obstacle)


def _row(table: AllowanceTable, person: PersonAllowance, unit_name: str) -> AllowanceRow:
    return AllowanceRow(
        number=person.staff,
        name=person.name,
        unit_name=unit_name,
        late=person.late,
        early=person.early,
        missing=person.missing,
        absent_halves=person.facts.absent_halves,
        leave_days=day_count(float(person.facts.leave_days)),
        amount=person.allowance.amount,
        pending=person.facts.pending,
        cuts=[
            CutView(cut=cut, yuan=yuan, words=cut_words(cut, person.facts, table.rule))
            for cut, yuan in person.allowance.cuts
        ],
    )
