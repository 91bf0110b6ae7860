"""Words of honours on papers and in tables."""

from __future__ import annotations

from server.honours.allowance_rules import AllowanceRule, Cut, MonthFacts
from server.honours.rules import VetoKind

KIND_WORDS = {
    VetoKind.SANCTION: "党纪政务处分",
    VetoKind.BRIBERY: "吃拿卡要",
    VetoKind.FEES: "违规收费",
    VetoKind.FALSE_FIGURES: "弄虚作假",
    VetoKind.QUARREL: "与群众争吵",
    VetoKind.EXPOSED: "媒体曝光或上级通报",
    VetoKind.REPEATED: "多次考核靠后",
}


def cut_words(cut: Cut, facts: MonthFacts, rule: AllowanceRule) -> str:
    """Return the reason for less than the whole allowance, with its figures."""
    days = day_count(float(facts.leave_days))
    return {
        Cut.NOTHING_DUE: "当月没有应打卡",
        Cut.VETO: "当季被一票否决",
        Cut.ABSENT: f"旷工{facts.absent_halves}个半天",
        Cut.LEAVE: f"事假、病假{days}天，超过{rule.leave_days}天",
        Cut.LAPSES: f"迟到、早退、缺卡{facts.lapses}次，超过{rule.most_lapses}次",
        Cut.LAPSE: f"迟到、早退、缺卡{facts.lapses}次",
    }[cut]


def day_count(days: float) -> str:
    """Return a number of days with a half as one decimal: 2, 0.5."""
    return f"{days:.2f}".rstrip("0").rstrip(".")


def rule_words(rule: AllowanceRule) -> str:
    """Return the rule of the allowance as a sentence."""
    lapses = f"超过{rule.most_lapses}次、" if rule.most_lapses else ""
    return (
        f"每月{rule.amount}元；迟到、早退、缺卡每次扣{rule.per_lapse}元；{lapses}"
        f"旷工、事假和病假超过{rule.leave_days}天或当季被一票否决的，不发。"
    )


def rule_words_en(rule: AllowanceRule) -> str:
    """Return the rule of the allowance as an English sentence."""
    lapses = f"more than {rule.most_lapses} lapses, " if rule.most_lapses else ""
    return (
        f"{rule.amount} yuan a month; {rule.per_lapse} yuan less for each late, early or missing"
        f" punch; nothing with {lapses}an absent half day, more than {rule.leave_days} days of"
        " private or sick leave, or a veto in the quarter."
    )
