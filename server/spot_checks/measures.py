"""Measures of spot checks: empty windows, absence without a reason, conduct, idle windows."""

from __future__ import annotations

from server.core.measured import POST, Measure
from server.hall.measure_request import Measured, MeasureRequest
from server.spot_checks.finding_measures import finding_facts
from server.spot_checks.marks import Kind

EMPTY_WINDOW = Measure("empty_window", "空岗无人代岗", "Empty window without cover", "次", POST)
AWAY = Measure("away_unexplained", "离岗去向不明", "Away without a reason", "次", POST)
CONDUCT = Measure("conduct", "工作纪律问题", "Misconduct", "次", POST)
NO_CALL = Measure("no_call", "有人等候长时间不叫号", "Idle while people wait", "次", POST)
NO_PUNCH = Measure(
    "no_punch_seen", "有在岗记录但上午未打卡", "At work without a punch all morning", "次", POST
)
_BY_KIND = {
    Kind.EMPTY: EMPTY_WINDOW,
    Kind.AWAY: AWAY,
    Kind.CONDUCT: CONDUCT,
    Kind.NO_CALL: NO_CALL,
    Kind.NO_PUNCH: NO_PUNCH,
}
MEASURES = tuple(_BY_KIND.values())


def measured(request: MeasureRequest) -> Measured:
    """Return the confirmed findings of spot checks."""
    return Measured(finding_facts(request, _BY_KIND))
