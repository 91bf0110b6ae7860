"""Retroactive changes in the office, and one's own confirmations: routes and the alarm."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.attendance import shift_rule_queries
from server.attendance.shift_rules import ShiftRule
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.messages import Alarm, Done
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.snapshot import Snapshot
from server.retroactive import actions, value_changes
from server.retroactive import queries as stored
from server.retroactive.act_words import COMMANDS, details, slot_name, value_words
from server.retroactive.messages import (
    CheckToSecond,
    PastChange,
    PastChanges,
    PastMove,
    PastMoves,
    RefuseChange,
    SecondChecker,
    SheetLine,
    SheetToWitness,
    ToConfirm,
    WitnessSheet,
)
from server.retroactive.queries import StoredChange
from server.spot_checks import finding_actions
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks import second_checker as second_checks
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.marks import kind_of, standing
from server.spot_checks.queries import SpotCheck
from server.time_clocks import manual_entry, sign_in_sheet_queries
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.sign_in_sheet_queries import SignInSheet
from server.web_api import MANAGERS, STAFF, Api, Call

SHOWN = 24
"""Number of a change's values in the list of changes; the rest is read by `past_moves`."""
READ = 500
"""Values in one answer of `past_moves`."""
START_DIGITS = 7
SETTLED = (CommonCode.PAST_UNKNOWN, CommonCode.PAST_STATE)


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarm of waiting retroactive changes."""
    ctx = hall.ctx

    def current(_snapshot: Snapshot) -> list[Alarm]:
        count, since = ctx.read(lambda c: stored.waiting(c, ctx.hall_id))
        if not count:
            return []
        return [
            Alarm(
                code="past_waiting",
                subject="",
                message_zh=f"有 {count} 项更正等另一人确认（见“更正确认”）。",
                message_en=f"{count} changes of the past wait for a second person.",
                since=since,
            )
        ]

    return current


def add(api: Api) -> None:
    """Register the list, its actions, and one's own confirmations."""
    _changes(api)
    _own(api)


def _changes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/past-changes", who=MANAGERS, answer=PastChanges)
    def past_changes(call: Call) -> PastChanges:
        """Return retroactive changes: requester, values before and after, result."""
        return ctx.read(lambda c: _listed(ctx, c, call.actor))

    @api.get(
        "/office/past-changes/<change>/moves/<start>",
        who=MANAGERS,
        answer=PastMoves,
        codes=(CommonCode.PAST_UNKNOWN,),
    )
    def past_moves(call: Call) -> PastMoves:
        """Return the values that a change moves, at most 500 from a place on; 0 is the first."""
        change, start = call.args["change"], call.args["start"]
        if not (start.isascii() and start.isdigit() and len(start) <= START_DIGITS):
            raise HallError(CommonCode.NOT_FOUND)
        return ctx.read(lambda c: _moves_from(ctx, c, change, int(start)))

    @api.post(
        "/office/past-changes/<change>/confirm",
        who=MANAGERS,
        answer=Done,
        codes=(*SETTLED, CommonCode.PAST_SECOND, CommonCode.PAST_STALE),
    )
    def confirm_change(call: Call) -> Done:
        """Confirm a retroactive change as a second person; it is carried out."""
        actions.confirm(ctx, call.actor, call.key, call.args["change"])
        return Done()

    @api.post(
        "/office/past-changes/<change>/refuse",
        who=MANAGERS,
        body=RefuseChange,
        answer=Done,
        codes=(*SETTLED, CommonCode.PAST_SECOND),
        example={"words": "与门禁记录不符"},
    )
    def refuse_change(call: Call) -> Done:
        """Refuse a retroactive change as a second person; nothing is changed."""
        actions.refuse(ctx, call.actor, call.key, call.args["change"], call.body.words)
        return Done()

    @api.post("/my/past-changes/<change>/withdraw", who=STAFF, answer=Done, codes=SETTLED)
    def withdraw_change(call: Call) -> Done:
        """Withdraw a retroactive change that one requested."""
        actions.withdraw(ctx, call.actor, call.key, call.args["change"])
        return Done()


def _listed(ctx: Context, conn: Connection, actor: Actor) -> PastChanges:
    rows = stored.listed(conn, ctx.hall_id)
    people = {rank: actions.entitled(ctx, conn, rank) for rank in actions.RANKS}
    all_rules = shift_rule_queries.every(conn, ctx.hall_id)
    views = [_view(ctx, conn, actor, row, people[row.rank], all_rules) for row in rows]
    return PastChanges(changes=views, waiting=sum(change.state == "waiting" for change in views))


def _moves_from(ctx: Context, conn: Connection, change: str, start: int) -> PastMoves:
    if stored.get(conn, ctx.hall_id, change) is None:
        raise HallError(CommonCode.PAST_UNKNOWN, change=change)
    all_rules = shift_rule_queries.every(conn, ctx.hall_id)
    moves = stored.moves(conn, ctx.hall_id, change)
    names = _names(ctx)
    return PastMoves(
        moves=[_move(move, names, all_rules) for move in moves[start : start + READ]],
        count=len(moves),
    )


def _names(ctx: Context) -> dict[str, str]:
    """Return the names of people and items, by number and code."""
    items = {item.code: item.name for item in ctx.catalogue().items}
    return {person.number: person.name for person in ctx.catalogue().staff} | items


def _view(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    row: StoredChange,
    people: set[str],
    all_rules: Sequence[ShiftRule],
) -> PastChange:
    names = _names(ctx)
    moves = stored.moves(conn, ctx.hall_id, row.id)
    requester, decider = actions.requester_of(row).name, row.decided_by.partition(":")[2]
    zh, en = COMMANDS.get(row.command, (row.command, row.command))
    waiting = row.state == value_changes.State.WAITING
    return PastChange(
        id=row.id,
        command=row.command,
        command_zh=zh,
        command_en=en,
        details=details(json.loads(row.args), names, all_rules),
        why=row.why,
        asked_by=requester,
        asked_name=names.get(requester, ""),
        asked_at=row.asked_at,
        state=row.state,
        decided_by=decider,
        decided_name=names.get(decider, ""),
        decided_at=row.decided_at,
        words=row.words,
        moves=[_move(move, names, all_rules) for move in moves[:SHOWN]],
        count=len(moves),
        mine=waiting and requester == actor.name,
        may_confirm=waiting and actions.may_confirm(actor, row, people),
    )


def _move(
    move: value_changes.ValueChange, names: dict[str, str], all_rules: Sequence[ShiftRule]
) -> PastMove:
    slot = move.key.slot
    was, now = value_words(slot, move.was, names), value_words(slot, move.now, names)
    return PastMove(
        day=move.key.day,
        staff=move.key.staff,
        name=names.get(move.key.staff, move.key.staff),
        what=slot_name(move.key.slot, all_rules),
        was_zh=was[0],
        was_en=was[1],
        now_zh=now[0],
        now_en=now[1],
    )


def _own(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/my/to-confirm", who=STAFF, answer=ToConfirm)
    def to_confirm(call: Call) -> ToConfirm:
        """Return the sheets to confirm as witness and the rounds to confirm as second inspector."""
        return ctx.read(lambda c: _to_confirm(ctx, c, call.actor.name))

    @api.post(
        "/my/sheets/<sheet>/witness",
        who=STAFF,
        body=WitnessSheet,
        answer=Done,
        codes=(TimeClockCode.SHEET_UNKNOWN, TimeClockCode.SHEET_STATE),
        example={"agree": True},
    )
    def witness_sheet(call: Call) -> Done:
        """Confirm or refuse a sign-in sheet as its witness."""
        body: WitnessSheet = call.body
        sheet = call.args["sheet"]
        manual_entry.answer_sheet(ctx, call.actor, call.key, sheet, body.agree, body.words)
        return Done()

    @api.post(
        "/my/checks/<check>/second",
        who=STAFF,
        body=SecondChecker,
        answer=Done,
        codes=(
            *(SpotCheckCode.CHECK_UNKNOWN, SpotCheckCode.CHECK_NOT_RUNNING),
            *(SpotCheckCode.NOT_A_CHECKER, SpotCheckCode.CHECK_SECOND),
        ),
        example={"agree": True},
    )
    def second_checker(call: Call) -> Done:
        """Confirm one's own part in an inspection round as second inspector, or object."""
        body: SecondChecker = call.body
        check = call.args["check"]
        second_checks.answer(ctx, call.actor, call.key, check, body.agree, body.words)
        return Done()


def _to_confirm(ctx: Context, conn: Connection, staff: str) -> ToConfirm:
    names = {person.number: person.name for person in ctx.catalogue().staff}
    sheets = sign_in_sheet_queries.to_witness(conn, ctx.hall_id, staff)
    rounds = second_checks.waiting_for(ctx, conn, staff)
    return ToConfirm(
        sheets=[_sheet(row, names) for row in sheets],
        checks=[_check(ctx, conn, row, names) for row in rounds],
    )


def _sheet(row: SignInSheet, names: dict[str, str]) -> SheetToWitness:
    by = row.by_actor.partition(":")[2]
    return SheetToWitness(
        id=row.id,
        day=row.day,
        reason=row.reason,
        by=by,
        by_name=names.get(by, by),
        at=row.at,
        lines=[
            SheetLine(staff=line["staff"], name=names.get(line["staff"], ""), at=line["at"])
            for line in json.loads(row.lines)
        ],
    )


def _check(ctx: Context, conn: Connection, row: SpotCheck, names: dict[str, str]) -> CheckToSecond:
    by = row.by_actor.partition(":")[2]
    counting = standing(
        map(finding_actions.mark_of, spot_checks_queries.marks(conn, ctx.hall_id, row.id))
    ).values()
    return CheckToSecond(
        id=row.id,
        by=by,
        by_name=names.get(by, by),
        day=row.day,
        started_at=row.started_at,
        ended_at=row.ended_at,
        objected=row.second == second_checks.OBJECTED,
        marks=len(counting),
        problems=sum(kind_of(mark) is not None for mark in counting),
    )
