"""Figures of one week, each with the address of its evidence.

Plain values, computed without a clock; a release stores exactly these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from server.assessment.week_lines import ScoreLine
from server.assistance.week_lines import GreenLine
from server.attendance.week_lines import AttendanceLine, NamedCase
from server.cases.week_lines import CaseLine
from server.complaints.week_lines import ComplaintLine
from server.core.weeks import Fact
from server.fees.week_lines import FeeLine
from server.honours.week_lines import FlagLine
from server.joint_review.week_lines import JointLine
from server.one_time_notices.week_lines import NoticeLine
from server.queue.week_lines import ServiceLine
from server.spot_checks.week_lines import CheckLine, FindingLine


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one week's bulletin."""

    week: str
    first: str
    last: str
    hall: str
    facts: dict[str, Fact]
    units: tuple[AttendanceLine, ...] = ()
    cases: tuple[NamedCase, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    last_findings: tuple[FindingLine, ...] = ()
    """Last week's findings with their present state."""
    service_units: tuple[ServiceLine, ...] = ()
    service_windows: tuple[ServiceLine, ...] = ()
    service_sites: tuple[ServiceLine, ...] = ()
    """By building; empty for a hall in a single one."""
    notice_units: tuple[NoticeLine, ...] = ()
    complaint_units: tuple[ComplaintLine, ...] = ()
    case_units: tuple[CaseLine, ...] = ()
    case_modes: tuple[CaseLine, ...] = ()
    fee_units: tuple[FeeLine, ...] = ()
    joint_units: tuple[JointLine, ...] = ()
    green_units: tuple[GreenLine, ...] = ()
    flag_moves: tuple[FlagLine, ...] = ()
    score_units: tuple[ScoreLine, ...] = ()
    rates: dict[str, list[float | None]] = field(default_factory=dict)
    """On-time rate of each unit over the last weeks, oldest first, this week last."""
