"""Verdicts, shift rules and retroactive changes in words."""

from __future__ import annotations

from datetime import date, time

from server.attendance.shift_rules import Direction, ShiftRule, SlotRule, clock
from server.attendance.verdicts import SlotVerdict, State
from server.core.day_facts import Correction, LeaveKind, LeaveSpan, RetroactiveChange

STATE_WORDS = {
    State.ON_TIME: "准时",
    State.LATE: "迟到",
    State.EARLY: "早退",
    State.MISSING: "缺卡",
    State.LEAVE: "请假",
    State.OFFICIAL: "公出",
    State.ELSEWHERE: "在其他地点上班",
    State.REST: "休息",
    State.PENDING: "待定",
}
ENGLISH = {
    State.ON_TIME: "on time",
    State.LATE: "late",
    State.EARLY: "left early",
    State.MISSING: "no punch",
    State.LEAVE: "leave",
    State.OFFICIAL: "official business",
    State.ELSEWHERE: "works elsewhere",
    State.REST: "rest",
    State.PENDING: "pending",
}
NO_VALUE = ("无", "none")
LATE, EARLY, MISSING = (STATE_WORDS[s] for s in (State.LATE, State.EARLY, State.MISSING))
ON_TIME = STATE_WORDS[State.ON_TIME]
_LEAVE_WORDS = {
    LeaveKind.OFFICIAL: "公出",
    LeaveKind.ELSEWHERE: "在其他地点上班",
    LeaveKind.OUTING: "临时外出",
    LeaveKind.PERSONAL: "事假",
    LeaveKind.SICK: "病假",
    LeaveKind.REST: "年休假、补休",
}


def spoken_day(day: date) -> str:
    """Return a day as sentences print it: 2026年5月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def verdict_words(state: State, minutes: int = 0) -> str:
    """Return a verdict in words."""
    return STATE_WORDS[state] + (f"{minutes}分钟" if minutes else "")


def stored_value_words(value: str, *, halves: bool = False) -> tuple[str, str]:
    """Return a stored value of a day in words, Chinese and English.

    `value`: a verdict's text such as `late 35`, or a count of absent half-days if `halves`.
    """
    if not value:
        return NO_VALUE
    if halves:
        return f"旷工{value}个半天", f"{value} half-days absent"
    name, _, minutes = value.partition(" ")
    state = State(name)
    english = f"{ENGLISH[state]} by {minutes} min" if minutes else ENGLISH[state]
    return verdict_words(state, int(minutes or 0)), english


def previous_words(verdict: SlotVerdict) -> str:
    """Return the verdict before the last correction or change; empty if there was none."""
    if verdict.retroactive_changes:
        return verdict.retroactive_changes[-1].value_before
    if verdict.original is None:
        return ""
    return verdict_words(verdict.original, verdict.original_minutes)


def verdict_sentence(verdict: SlotVerdict) -> str:
    """Return the punch, the rule with its date and clause, and the verdict in one sentence."""
    words = _facts(verdict)
    if verdict.correction is not None:
        words += _corrected(verdict.correction)
    return words + "".join(map(change_sentence, verdict.retroactive_changes))


def change_sentence(change: RetroactiveChange) -> str:
    """Return both values of a change, who requested it, who confirmed it, and the reason."""
    reason = change.reason.rstrip("。. ")
    return (
        f"更正：原为{change.value_before}，改为{change.value_after}（工号{change.requested_by}提出，"
        f"工号{change.decided_by}确认；理由：{reason}）。"
    )


def rule_title(rule: ShiftRule) -> str:
    """Return the citation of a rule in a verdict: its name and the first day of its validity."""
    return f"规则“{rule.name}”（{spoken_day(rule.valid_from)}起施行）"


def rule_clauses(rule: ShiftRule) -> list[str]:
    """Return the clauses of a rule: for each slot, when a punch is valid and when on time.

    The last clause states the least seconds between two separate punches.
    """
    lines = [
        line
        for slot in rule.slots
        for line in (f"{slot.name}：{_valid(slot)}", _punctual_clause(slot))
    ]
    if rule.min_interval_seconds and len(rule.slots) > 1:
        lines.append(f"{rule.min_interval_seconds}秒内连续打卡算一次，只抵一个时段")
    return lines


def _valid(slot: SlotRule) -> str:
    return f"{clock(slot.opens)}至{clock(slot.closes)}打卡有效"


def _punctual_clause(slot: SlotRule) -> str:
    """Return the limits of late and early, and of an absent half-day if there is one."""
    words = _punctual(slot)
    if not slot.absent_after:
        return words
    return f"{words}，满{slot.absent_after}分钟的，按旷工半天处理（须经认定）"


def _punctual(slot: SlotRule) -> str:
    """Return the time from which a punch of the slot is late or early."""
    bound = clock(time(*divmod(slot.limit, 60)))
    late = slot.direction is Direction.IN
    words = f"{bound}{'后' if late else '前'}打卡为{LATE if late else EARLY}"
    if not slot.grace:
        return words
    return f"{words}，{LATE if late else EARLY}时间从{clock(slot.due)}起算"


def _corrected(correction: Correction) -> str:
    decided, name = correction.decided_by, correction.decided_name
    by = f"{name}（工号{decided}）" if name else f"工号{decided}"
    verdict = STATE_WORDS[State(correction.verdict)]
    reason = correction.reason.rstrip("。. ")
    return f"经{by}批准补签，改记{verdict}；理由：{reason}。"


def _facts(verdict: SlotVerdict) -> str:
    slot, state = verdict.slot, verdict.original or verdict.state
    if verdict.leave is not None:
        kind, span = _LEAVE_WORDS[verdict.leave.kind], _span(verdict.leave)
        return f"{slot.name}：免打卡，{kind}已批准（{span}）。"
    if state is State.PENDING:
        return _pending(verdict)
    if verdict.punch is None:
        basis = _basis(verdict, _valid(slot), 1)
        return f"{slot.name}：未打卡，记{MISSING}。{basis}{_unused(verdict)}"
    at = clock(verdict.punch.at.time())
    minutes = verdict.original_minutes if verdict.original is not None else verdict.minutes
    over_limit = 0 < slot.absent_after <= minutes
    outcome = STATE_WORDS[state] + (f"{minutes}分钟" if state is not State.ON_TIME else "")
    outcome += "，按旷工半天处理（须经认定）" if over_limit else ""
    basis = _basis(verdict, _punctual_clause(slot) if over_limit else _punctual(slot), 2)
    return f"{slot.name}：{at}打卡，{outcome}。{basis}"


def _unused(verdict: SlotVerdict) -> str:
    """Return sentences on the punches in the slot's window that serve no slot, with reasons."""
    words = ""
    if verdict.repeated_punch is not None:
        at, apart = f"{verdict.repeated_punch.at:%H:%M:%S}", verdict.rule.min_interval_seconds
        words = f"{at}的打卡与前后一次相隔不到{apart}秒，算同一次。"
    if verdict.doubtful_punch is not None:
        at = clock(verdict.doubtful_punch.at.time())
        words += f"{at}有一次打卡，打卡机时钟不准，未采信。"
    return words


def _pending(verdict: SlotVerdict) -> str:
    slot = verdict.slot
    words = f"{slot.name}：待定，打卡机记录尚未上传至{clock(slot.closes)}以后"
    if verdict.punch is not None:
        words += f"，目前已收到的最后一次为{clock(verdict.punch.at.time())}"
    return f"{words}。"


def _basis(verdict: SlotVerdict, text: str, which: int) -> str:
    """Return the citation of the deciding clause; `which`: 1 or 2 of the slot's two."""
    number = 2 * verdict.slot_index + which
    return f"依据：{rule_title(verdict.rule)}第{number}条“{text}”。"


def _span(leave: LeaveSpan) -> str:
    """Return a span as 2026年7月6日08:00至12:00, with the day of the end only if it differs."""
    begins, ends = leave.begins, leave.ends
    last = "" if begins.date() == ends.date() else spoken_day(ends.date())
    return f"{spoken_day(begins.date())}{begins:%H:%M}至{last}{ends:%H:%M}"
