"""Settings of a hall: bounded figures and texts, with the values that a new hall starts with.

Counties differ up to fivefold, so every figure here can be changed in the office. Rules take a
`Settings` as an argument; storage records the values and the time from which they apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from unicodedata import category

from server.core.errors import CommonCode, HallError
from server.leave.approval_ladder import is_ladder, is_staff_list


@dataclass(frozen=True, slots=True)
class Settings:
    """Figures and texts of one hall. Minutes and seconds as the names say."""

    timezone: str = "Asia/Shanghai"
    last_ticket_minutes: int = 15
    """Minutes before the closing of the last capable window at which issuing ends."""
    early_ticket_minutes: int = 15
    """Minutes before opening at which issuing begins."""
    break_ticket_minutes: int = 15
    """Minutes before reopening after a break at which issuing begins."""
    priority_run: int = 2
    """K: most priority calls in a row from a queue while others wait."""
    overtake_limit: int = 6
    """Most times that priority tickets may overtake one ordinary ticket."""
    no_show_min_calls: int = 2
    no_show_min_seconds: int = 10
    """Seconds from the first call until a person may be marked as missed."""
    return_places: int = 3
    """Number of people that a missed person who comes back waits behind."""
    return_limit: int = 2
    """Most times that a missed ticket may come back."""
    default_outcome: str = "accepted"
    """Outcome when the keypad's 'next' ends a service."""
    kiosk_idle_seconds: int = 60
    result_seconds: int = 25
    voice_languages: str = "zh,en"
    voice_repeats: int = 2
    voice_volume: int = 80
    voice_one: str = "一"
    """Reading of the digit 1: 一 or 幺."""
    voice_expiry_seconds: int = 60
    moment_seconds: int = 10
    slip_patience_seconds: int = 60
    """Seconds after which an unprinted slip is dropped: its owner has left the kiosk."""
    notice_zh: str = "请留意叫号，叫到后请到所叫的窗口办理。"
    notice_en: str = "Please listen and watch for your number, then go to the window shown."
    service_prior: int = 8
    """Weight, in tickets, of an item's starting service time against the day's own figures."""
    reader_silent_minutes: int = 10
    """Minutes without contact until a time clock raises an alarm."""
    clock_tolerance_seconds: int = 60
    """Seconds of error above which a time clock is wrong and its punches are marked."""
    punch_oldest_days: int = 2000
    """Days of age above which punches are marked."""
    check_count: int = 2
    """Spot checks drawn for each working day."""
    check_after_open_minutes: int = 10
    check_before_close_minutes: int = 20
    """Least minutes between a drawn check and the opening and closing of the hall."""
    check_gap_minutes: int = 60
    check_start_minutes: int = 15
    """Minutes within which a check must start; otherwise it is recorded as missed."""
    check_faults: str = "玩手机,未佩戴工牌,着装不规范,闲聊,饮食,态度"
    doubt_idle_minutes: int = 15
    """Minutes without a call, while people wait, until a free window counts as an anomaly."""
    dispute_days: int = 3
    step_second: int = 2
    step_third: int = 3
    """Findings of a person within step_days from which replacement, then interview, is proposed."""
    step_days: int = 365
    bulletin_weekday: int = 1
    """ISO weekday on which the draft about last week is written."""
    bulletin_hour: int = 8
    bulletin_names: int = 0
    """1: the public page names people; 0: units only."""
    rectify_days: int = 5
    """Working days within which a unit must rectify a finding."""
    session_hours: int = 12
    lock_after: int = 5
    lock_minutes: int = 10
    password_min: int = 10
    keep_slips_days: int = 90
    """Days until printed slips and the phone pages of ended tickets are deleted."""
    keep_files_days: int = 1095
    """Days until papers of leave and photos of checks are deleted."""
    makeup_weekday: int = 1
    """ISO weekday whose hours apply on a make-up day for which the calendar names none."""
    calendar_warn_month: int = 11
    """Month from which the office is warned while next year's calendar is missing."""
    leave_ladder: str = "1d=chief;2d=chief+manager;*=chief+manager+head"
    """Approval ladder for leave by its length; see domain.attendance.ladder."""
    leave_ladder_chief: str = "1d=manager;*=manager+head"
    """Approval ladder for a chief representative's own leave."""
    leave_ladder_office: str = "*=head"
    """Approval ladder for the hall's own office."""
    head_staff: str = ""
    """Staff numbers of the centre's heads, separated by commas; empty: the administrators."""
    leave_after_days: int = 3
    """Days after its beginning within which leave taken at once may be requested."""
    correction_quota: int = 3
    """Corrections that a person may request in a month."""
    correction_days: int = 3
    """Working days after a day within which its correction may be requested."""
    window_empty_minutes: int = 20
    """Minutes after its opening until a window without a session raises an alarm."""
    file_limit_kb: int = 4096
    """Largest accepted paper, in KB."""
    alarm_repeat_seconds: int = 60
    """Seconds between sounds of a loud alarm until it is acknowledged; 0: never."""
    alarm_again_minutes: int = 30
    """Minutes until an acknowledged alarm that is still present is loud again."""
    backup_warn_days: int = 2
    """Days without a backup until a hall raises an alarm; 0: never."""
    kiosk_minute_numbers: int = 30
    kiosk_hour_numbers: int = 300
    """Most numbers of a unit that one kiosk issues in a minute, in an hour."""
    desk_numbers: int = 50
    """Numbers of each unit reserved for the desk each day: no kiosk issues them."""
    offline_numbers: int = 20
    """Numbers of each prefix leased to a kiosk for the time without a server; 0: none."""


BOUNDS: dict[str, tuple[int, int]] = {
    "last_ticket_minutes": (0, 240),
    "early_ticket_minutes": (0, 240),
    "break_ticket_minutes": (0, 240),
    "priority_run": (1, 20),
    "overtake_limit": (1, 200),
    "no_show_min_calls": (1, 10),
    "no_show_min_seconds": (0, 600),
    "return_places": (0, 50),
    "return_limit": (0, 20),
    "kiosk_idle_seconds": (10, 600),
    "result_seconds": (5, 120),
    "voice_repeats": (1, 5),
    "voice_volume": (0, 100),
    "voice_expiry_seconds": (5, 600),
    "moment_seconds": (3, 60),
    "slip_patience_seconds": (10, 7200),
    "service_prior": (1, 100),
    "reader_silent_minutes": (1, 1440),
    "clock_tolerance_seconds": (5, 3600),
    "punch_oldest_days": (30, 20000),
    "check_count": (0, 6),
    "check_after_open_minutes": (0, 120),
    "check_before_close_minutes": (0, 120),
    "check_gap_minutes": (0, 240),
    "check_start_minutes": (3, 60),
    "doubt_idle_minutes": (5, 120),
    "dispute_days": (1, 30),
    "step_second": (2, 50),
    "step_third": (2, 50),
    "step_days": (7, 730),
    "bulletin_weekday": (1, 7),
    "bulletin_hour": (0, 23),
    "bulletin_names": (0, 1),
    "rectify_days": (1, 60),
    "session_hours": (1, 72),
    "lock_after": (3, 20),
    "lock_minutes": (1, 240),
    "password_min": (8, 64),
    "keep_slips_days": (7, 3650),
    "keep_files_days": (90, 7300),
    "makeup_weekday": (1, 5),
    "calendar_warn_month": (8, 12),
    "leave_after_days": (0, 30),
    "correction_quota": (0, 31),
    "correction_days": (0, 31),
    "window_empty_minutes": (1, 240),
    "file_limit_kb": (64, 16384),
    "alarm_repeat_seconds": (0, 3600),
    "alarm_again_minutes": (1, 1440),
    "backup_warn_days": (0, 60),
    "kiosk_minute_numbers": (6, 999),
    "kiosk_hour_numbers": (30, 999),
    "desk_numbers": (0, 400),
    "offline_numbers": (0, 100),
}
CHOICES: dict[str, frozenset[str]] = {
    "voice_one": frozenset({"一", "幺"}),
    "voice_languages": frozenset({"zh", "en", "zh,en", "en,zh"}),
    "default_outcome": frozenset({"accepted", "done", "consulted"}),
}
FORMS: dict[str, Callable[[str], bool]] = {
    "leave_ladder": is_ladder,
    "leave_ladder_chief": is_ladder,
    "leave_ladder_office": is_ladder,
    "head_staff": is_staff_list,
}
"""Validators of text settings that a rule parses."""
TEXT_LIMIT = 200


def is_printable(value: Any) -> bool:
    """Return True if a value can be printed on a slip: no line breaks, no control characters.

    One such text would stop the printing of all slips. Applied to new input only: a hall that
    stored such a text earlier must still start.
    """
    return not isinstance(value, str) or all(category(c) not in ("Cc", "Cs") for c in value)


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return `settings` with `values` applied; raise SETTING_INVALID naming the first bad one."""
    names = {f.name for f in fields(Settings)}
    current = asdict(settings)
    for name, value in values.items():
        if name not in names or type(value) is not type(current[name]):
            raise HallError(CommonCode.SETTING_INVALID, name=name)
        low, high = BOUNDS.get(name, (None, None))
        if low is not None and high is not None and not low <= value <= high:
            raise HallError(CommonCode.SETTING_INVALID, name=name, low=low, high=high)
        if name in CHOICES and value not in CHOICES[name]:
            raise HallError(CommonCode.SETTING_INVALID, name=name, choices=sorted(CHOICES[name]))
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            raise HallError(CommonCode.SETTING_INVALID, name=name, high=TEXT_LIMIT)
        if name in FORMS and not FORMS[name](value):
            raise HallError(CommonCode.SETTING_INVALID, name=name)
    return replace(settings, **values)
