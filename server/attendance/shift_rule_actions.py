"""Shift rules: draft, try on past days, put in force, withdraw. Never edited afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from server.attendance import shift_rule_queries
from server.attendance import shift_rules as attendance_shift_rules
from server.attendance.day_sheet import DaySheet, Totals, total
from server.attendance.errors import ShiftRuleCode
from server.attendance.sheets import Facts, gather, sheets_of
from server.attendance.shift_rules import RuleState, ShiftRule
from server.attendance.verdicts import SlotVerdict
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.events import AttendanceChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal


def draft(ctx: Context, actor: Actor, key: str, rule: ShiftRule) -> str:
    """Store a new rule as a draft, which does not apply to anybody yet; return its id.

    Raises RULE_INVALID for a rule that cannot be applied or names unknown units or people.
    """
    attendance_shift_rules.check(rule)
    _check_subjects(ctx, rule)

    def act(tx: Tx) -> JsonDict:
        new_rule = replace(rule, id=ctx.tokens.token(), state=RuleState.DRAFT)
        shift_rule_queries.add(tx, new_rule, actor.name)
        write_journal(tx, actor, "rule.draft", new_rule.id, data={"name": rule.name})
        return {"id": new_rule.id}

    request: JsonDict = {"act": "rule_draft", "rule": repr(replace(rule, id=""))}
    return str(ctx.command(actor, key, request, act)["id"])


def _check_subjects(ctx: Context, rule: ShiftRule) -> None:
    catalogue = ctx.catalogue()
    catalogue_entries = (
        catalogue.unit_by
        if rule.scope is attendance_shift_rules.RuleScope.UNIT
        else catalogue.staff_by
    )
    for subject in rule.subjects:
        if subject not in catalogue_entries:
            raise HallError(ShiftRuleCode.RULE_INVALID, reason="subjects", slot=subject)


def start(ctx: Context, actor: Actor, key: str, rule_id: str) -> None:
    """Put a draft in force.

    Raises RULE_STATE for a rule that is not a draft, or that would change past days while another
    rule of the hall applied to them: past days can be tried, not rewritten.
    """

    def act(tx: Tx) -> JsonDict:
        rule = _require(tx, rule_id)
        if rule.state is not RuleState.DRAFT:
            raise HallError(ShiftRuleCode.RULE_STATE, state=rule.state.value)
        today = ctx.local(tx.now).date()
        others = [r for r in shift_rule_queries.every(tx.conn, tx.hall_id) if _governs(r, today)]
        if rule.valid_from < today and others:
            raise HallError(
                ShiftRuleCode.RULE_STATE, state="past", valid_from=rule.valid_from.isoformat()
            )
        shift_rule_queries.set_state(tx, rule_id, RuleState.IN_FORCE)
        write_journal(tx, actor, "rule.start", rule_id, data={"name": rule.name})
        last = rule.valid_to.isoformat() if rule.valid_to else ""
        tx.events.append(AttendanceChanged((), (), rule.valid_from.isoformat(), last))
        return {}

    ctx.command(actor, key, {"act": "rule_start", "rule": rule_id}, act)


def _governs(rule: ShiftRule, today: date) -> bool:
    """Return True if the rule was ever in force before today."""
    return rule.state is not RuleState.DRAFT and rule.valid_from < today


def withdraw(ctx: Context, actor: Actor, key: str, rule_id: str, last_day: date) -> None:
    """End a rule after `last_day`; a draft is discarded.

    Raises RULE_STATE for a rule withdrawn before, or a last day before yesterday.
    """

    def act(tx: Tx) -> JsonDict:
        rule = _require(tx, rule_id)
        if rule.state is RuleState.WITHDRAWN:
            raise HallError(ShiftRuleCode.RULE_STATE, state=rule.state.value)
        ended_on = date.fromordinal(last_day.toordinal() + 1)
        if rule.state is RuleState.DRAFT:
            ended_on = rule.valid_from
        elif ended_on < ctx.local(tx.now).date():
            raise HallError(ShiftRuleCode.RULE_STATE, state="past", last_day=last_day.isoformat())
        shift_rule_queries.set_state(tx, rule_id, RuleState.WITHDRAWN, ended_on)
        write_journal(tx, actor, "rule.withdraw", rule_id, data={"last_day": last_day.isoformat()})
        tx.events.append(AttendanceChanged((), (), ended_on.isoformat()))
        return {}

    request: JsonDict = {"act": "rule_withdraw", "rule": rule_id, "last": last_day.isoformat()}
    ctx.command(actor, key, request, act)


def _require(tx: Tx, rule_id: str) -> ShiftRule:
    rule = shift_rule_queries.get(tx.conn, tx.hall_id, rule_id)
    if rule is None:
        raise HallError(ShiftRuleCode.RULE_UNKNOWN, rule=rule_id)
    return rule


@dataclass(frozen=True, slots=True)
class Change:
    """Slot whose verdict differs under the new rule; None: the slot is not due under that rule."""

    day: date
    before: SlotVerdict | None
    after: SlotVerdict | None


@dataclass(frozen=True, slots=True)
class PersonTrial:
    """Effect of a new rule on one person."""

    staff: str
    name: str
    unit: str
    before: Totals
    after: Totals
    changes: tuple[Change, ...]


def trial(
    ctx: Context, conn: Connection, rule: ShiftRule, first: date, last: date
) -> list[PersonTrial]:
    """Compute `first`..`last` as if `rule` had been in force; nothing is stored.

    People without a difference are left out. Raises RULE_INVALID.
    """
    attendance_shift_rules.check(rule)
    facts = gather(ctx, conn, first, last)
    trial_rule = replace(rule, valid_from=first, valid_to=last, state=RuleState.IN_FORCE)
    current_sheets = list(sheets_of(facts))
    trial_sheets = list(sheets_of(replace(facts, trial_rule=trial_rule)))
    return _compared(facts, current_sheets, trial_sheets)


def _compared(
    facts: Facts, current_sheets: Sequence[DaySheet], trial_sheets: Sequence[DaySheet]
) -> list[PersonTrial]:
    trials: list[PersonTrial] = []
    for number, person in facts.everybody().items():
        before = [s for s in current_sheets if s.staff == number]
        after = [s for s in trial_sheets if s.staff == number]
        changes = tuple(
            change
            for sheet_before, sheet_after in zip(before, after, strict=True)
            for change in _changes(sheet_before, sheet_after)
        )
        if changes:
            trials.append(
                PersonTrial(number, person.name, person.unit, total(before), total(after), changes)
            )
    return trials


def _changes(before: DaySheet, after: DaySheet) -> list[Change]:
    old = {v.slot.code: v for v in before.slots}
    new = {v.slot.code: v for v in after.slots}
    changes = []
    for code in dict.fromkeys([*old, *new]):
        old_verdict, new_verdict = old.get(code), new.get(code)
        if _short(old_verdict) != _short(new_verdict):
            changes.append(Change(before.day, old_verdict, new_verdict))
    return changes


def _short(verdict: SlotVerdict | None) -> tuple[str, int] | None:
    return (verdict.state.value, verdict.minutes) if verdict else None
