"""Summer day and its shift rule, for tests of the day sheet."""

from __future__ import annotations

from datetime import date, time

from server.attendance.shift_rules import RuleScope, ShiftRule, four_punches

DAY = date(2026, 7, 6)
DUE = (time(8, 30), time(12, 0), time(14, 30), time(17, 30))
WINDOWS = (
    (time(7, 30), time(9, 30)),
    (time(11, 30), time(13, 30)),
    (time(12, 0), time(15, 0)),
    (time(17, 0), time(20, 0)),
)
SUMMER = ShiftRule(
    "r1",
    "夏令时2026",
    RuleScope.HALL,
    (),
    date(2026, 5, 1),
    date(2026, 9, 30),
    frozenset({1, 2, 3, 4, 5}),
    four_punches(DUE, WINDOWS, absent_after=30),
)
