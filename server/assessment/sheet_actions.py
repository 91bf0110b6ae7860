"""Actions on score sheets: draft, edit, put in force by a second person, withdraw."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.assessment import queries, workflow
from server.assessment.errors import AssessmentCode
from server.assessment.events import AssessmentChanged
from server.assessment.frozen import sheet_digest, sheet_json, sheet_of, text_of
from server.assessment.periods import Period, PeriodKind, parse_period
from server.assessment.queries import StoredSheet, StoredSheetStep
from server.assessment.sheet_problems import problems
from server.assessment.sheets import Sheet
from server.assessment.workflow import SHEET, SheetMove, SheetState
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.hall.measure_request import measures

WRITERS = (SheetMove.DRAFT.value, SheetMove.EDIT.value)


def access(
    conn: Connection, hall_id: str, sheet_id: str
) -> tuple[StoredSheet, list[StoredSheetStep]]:
    """Return a sheet with its steps; raises SHEET_UNKNOWN."""
    row = queries.sheet(conn, hall_id, sheet_id)
    if row is None:
        raise HallError(AssessmentCode.SHEET_UNKNOWN)
    return row, queries.SHEET_STEPS.of(conn, hall_id, [row.id])[row.id]


def check(ctx: Context, sheet: Sheet) -> None:
    """Raise SHEET_WRONG with the first problem of a sheet."""
    units = {unit.code for unit in ctx.catalogue().units}
    for zh, en in problems(sheet, measures(), units):
        raise HallError(AssessmentCode.SHEET_WRONG, problem_zh=zh, problem_en=en)


def month_of_text(text: str) -> Period:
    """Return the month of a text such as 2026-10; raises INVALID."""
    try:
        period = parse_period(text)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="since") from None
    if period.kind is not PeriodKind.MONTH:
        raise HallError(CommonCode.INVALID, field="since")
    return period


def draft(ctx: Context, actor: Actor, key: str, sheet: Sheet, since: str) -> str:
    """Store a new draft that is to be in force from a month; return its id.

    Raises SHEET_WRONG, INVALID.
    """
    check(ctx, sheet)
    month = month_of_text(since)

    def act(tx: Tx) -> JsonDict:
        state = SHEET.after(SheetMove.DRAFT, Attempt(None))
        row = StoredSheet(
            id=f"SH{ctx.tokens.token(9)}",
            subject=sheet.subject.value,
            name=sheet.name,
            since=month.id,
            content=text_of(sheet_json(sheet)),
            state=state.value,
            at=tx.now,
        )
        queries.add_sheet(tx, row)
        _add_step(tx, actor, row, [], SheetMove.DRAFT, state)
        return {"id": row.id}

    request: JsonDict = {"act": "score_sheet.draft", "sheet": sheet_json(sheet), "since": since}
    return str(ctx.command(actor, key, request, act)["id"])


def edit(
    ctx: Context,
    actor: Actor,
    key: str,
    sheet_id: str,
    sheet: Sheet,
    since: str,
    seen: str = "",
) -> None:
    """Replace the contents of a draft; `seen`: digest of the contents that were shown.

    Raises SHEET_UNKNOWN, SHEET_STATE, SHEET_WRONG, INVALID, CHANGED_MEANWHILE.
    """
    check(ctx, sheet)
    month = month_of_text(since)

    def act(tx: Tx) -> JsonDict:
        row, steps = access(tx.conn, tx.hall_id, sheet_id)
        state = SHEET.after(SheetMove.EDIT, _attempt(actor, row, steps))
        if seen and seen != steps[-1].digest:
            raise HallError(CommonCode.CHANGED_MEANWHILE, fields=["sheet"])
        if sheet.subject != row.subject:
            raise HallError(CommonCode.INVALID, field="subject")
        content = text_of(sheet_json(sheet))
        after = StoredSheet(row.id, row.subject, sheet.name, month.id, content, row.state, row.at)
        _add_step(
            tx,
            actor,
            after,
            steps,
            SheetMove.EDIT,
            state,
            changes={"name": sheet.name, "since": month.id, "content": content},
        )
        return {}

    request: JsonDict = {
        "act": "score_sheet.edit",
        "id": sheet_id,
        "sheet": sheet_json(sheet),
        "since": since,
    }
    ctx.command(actor, key, request, act)


def start(ctx: Context, actor: Actor, key: str, sheet_id: str) -> None:
    """Put a draft in force from its month; a person who wrote it cannot.

    Raises SHEET_UNKNOWN, SHEET_STATE, SHEET_SECOND, SHEET_WRONG, SHEET_SINCE.
    """

    def act(tx: Tx) -> JsonDict:
        row, steps = access(tx.conn, tx.hall_id, sheet_id)
        state = SHEET.after(SheetMove.START, _attempt(actor, row, steps))
        check(ctx, sheet_of(row.content))
        in_force = queries.sheets_in_force(tx.conn, tx.hall_id, row.since)
        if any(o.subject == row.subject and o.since == row.since for o in in_force):
            raise HallError(AssessmentCode.SHEET_SINCE, month=row.since)
        # A released month keeps its sheets, so none can begin in it or before.
        if any(row.since <= last for last in _released(tx)):
            raise HallError(AssessmentCode.SHEET_SINCE, month=row.since)
        _add_step(tx, actor, row, steps, SheetMove.START, state)
        return {}

    ctx.command(actor, key, {"act": "score_sheet.start", "id": sheet_id}, act)


def _released(tx: Tx) -> list[str]:
    months = queries.released_months(tx.conn, tx.hall_id)
    return [period for period in months if parse_period(period).kind is PeriodKind.MONTH]


def withdraw(ctx: Context, actor: Actor, key: str, sheet_id: str, words: str) -> None:
    """Withdraw a sheet with a reason; whoever put it in force cannot. Released months keep it.

    Raises SHEET_UNKNOWN, SHEET_STATE, SHEET_SECOND, WORDS.
    """

    def act(tx: Tx) -> JsonDict:
        row, steps = access(tx.conn, tx.hall_id, sheet_id)
        state = SHEET.after(SheetMove.WITHDRAW, _attempt(actor, row, steps, words))
        _add_step(tx, actor, row, steps, SheetMove.WITHDRAW, state, words)
        return {}

    ctx.command(actor, key, {"act": "score_sheet.withdraw", "id": sheet_id, "words": words}, act)


def _attempt(
    actor: Actor, row: StoredSheet, steps: Sequence[StoredSheetStep], words: str = ""
) -> Attempt[SheetState]:
    def people(*moves: str) -> list[str]:
        return [s.by_actor.partition(":")[2] for s in steps if s.move in moves]

    return Attempt(
        SheetState(row.state),
        actor.name,
        earlier={
            workflow.EDITOR: people(*WRITERS),
            workflow.STARTER: people(SheetMove.START.value),
        },
        given=(workflow.WORDS,) if words.strip() else (),
    )


def may(actor: Actor, move: SheetMove, row: StoredSheet, steps: Sequence[StoredSheetStep]) -> bool:
    """Return True if a person may take a step of a sheet, with a reason where it needs one."""
    return SHEET.allows(move, _attempt(actor, row, steps, "reason"))


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredSheet,
    steps: Sequence[StoredSheetStep],
    move: SheetMove,
    state: SheetState,
    words: str = "",
    changes: dict[str, str] | None = None,
) -> None:
    step = StoredSheetStep(
        sheet=row.id,
        n=len(steps) + 1,
        move=move.value,
        state=state.value,
        at=tx.now,
        digest=sheet_digest(sheet_of(row.content)),
        words=words,
        by_actor=actor.key,
    )
    queries.SHEET_STEPS.add(tx, step, **(changes or {}))
    data: JsonDict = {
        "n": step.n,
        "state": step.state,
        "subject": row.subject,
        "since": row.since,
        "digest": step.digest,
    }
    write_journal(tx, actor, f"score_sheet.{move}", row.id, data=data, why=words)
    tx.events.append(AssessmentChanged("sheet", row.id))
