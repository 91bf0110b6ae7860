"""Refusals of the hall as stable error codes.

Rules raise `HallError` with a `Code` and the data that an explanation needs; the texts (zh, en) and
the HTTP status belong to `server.wire.problems`. A code never changes its meaning; new codes are
added.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stable error codes of the API."""

    # routing: why no number can be given
    ITEM_UNKNOWN = "item_unknown"
    UNIT_WITHDRAWN = "unit_withdrawn"
    CONSULT_ONLY = "consult_only"
    ELSEWHERE = "elsewhere"
    OTHER_DAY = "other_day"
    NOT_YET_OPEN = "not_yet_open"
    CLOSED_BREAK = "closed_break"
    CLOSED_TODAY = "closed_today"
    AFTER_LAST_TICKET = "after_last_ticket"
    ALL_PAUSED = "all_paused"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    NO_WINDOW = "no_window"
    CLASS_UNKNOWN = "class_unknown"
    NUMBERS_EXHAUSTED = "numbers_exhausted"
    KIOSK_PACE = "kiosk_pace"
    NUMBERS_AT_DESK = "numbers_at_desk"
    # tickets and windows
    TICKET_UNKNOWN = "ticket_unknown"
    MOVE_NOT_ALLOWED = "move_not_allowed"
    NOT_THE_HOLDER = "not_the_holder"
    NOBODY_WAITING = "nobody_waiting"
    WINDOW_UNKNOWN = "window_unknown"
    WINDOW_BUSY = "window_busy"
    WINDOW_IDLE = "window_idle"
    WINDOW_PAUSED = "window_paused"
    WINDOW_TAKEN = "window_taken"
    WINDOW_NOT_SIGNED_IN = "window_not_signed_in"
    WINDOW_NOT_ALLOWED = "window_not_allowed"
    WINDOW_CLOSED = "window_closed"
    ALREADY_SIGNED_IN = "already_signed_in"
    NO_SHOW_TOO_EARLY = "no_show_too_early"
    CALL_UNSPOKEN = "call_unspoken"
    RETURN_LIMIT = "return_limit"
    REASON_REQUIRED = "reason_required"
    TRANSFER_TARGET = "transfer_target"
    LAST_WINDOW = "last_window"
    SLIP_UNKNOWN = "slip_unknown"
    NO_PRINTER = "no_printer"
    ACTS_UNKNOWN = "acts_unknown"
    ACTS_SETTLED = "acts_settled"
    # people and devices
    LOGIN_FAILED = "login_failed"
    LOCKED_OUT = "locked_out"
    PASSWORD_MUST_CHANGE = "password_must_change"
    PASSWORD_WEAK = "password_weak"
    PASSWORD_COMMON = "password_common"
    NOT_SIGNED_IN = "not_signed_in"
    FORBIDDEN = "forbidden"
    CSRF = "csrf"
    ORIGIN = "origin"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_EXISTS = "account_exists"
    ENROL_CODE = "enrol_code"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_CLAIM = "device_claim"
    TOKEN_REVOKED = "token_revoked"
    # the weekly bulletin
    BULLETIN_UNKNOWN = "bulletin_unknown"
    BULLETIN_STATE = "bulletin_state"
    BULLETIN_WORDS = "bulletin_words"
    BULLETIN_CHANGED = "bulletin_changed"
    BULLETIN_SECOND = "bulletin_second"
    BULLETIN_ACK = "bulletin_ack"
    # rules of the day sheet
    RULE_INVALID = "rule_invalid"
    RULE_UNKNOWN = "rule_unknown"
    RULE_STATE = "rule_state"
    # spot checks and findings
    CHECK_UNKNOWN = "check_unknown"
    CHECK_NOT_DUE = "check_not_due"
    CHECK_NOT_RUNNING = "check_not_running"
    CHECKERS_TWO = "checkers_two"
    NOT_A_CHECKER = "not_a_checker"
    CHECK_SECOND = "check_second"
    MARK_REASON = "mark_reason"
    PHOTO_INVALID = "photo_invalid"
    PHOTO_UNKNOWN = "photo_unknown"
    FINDING_UNKNOWN = "finding_unknown"
    FINDING_STATE = "finding_state"
    FINDING_OWN = "finding_own"
    DISPUTE_OVER = "dispute_over"
    # leave, corrections, cover, papers, the calendar
    NOT_YOUR_SHEET = "not_your_sheet"
    OWN_CASE = "own_case"
    NOT_YOUR_STEP = "not_your_step"
    LEAVE_UNKNOWN = "leave_unknown"
    LEAVE_SPAN = "leave_span"
    LEAVE_OVERLAP = "leave_overlap"
    LEAVE_TOO_LATE = "leave_too_late"
    LEAVE_SETTLED = "leave_settled"
    COVER_CANNOT = "cover_cannot"
    CORRECTION_UNKNOWN = "correction_unknown"
    CORRECTION_QUOTA = "correction_quota"
    CORRECTION_TOO_LATE = "correction_too_late"
    CORRECTION_TWICE = "correction_twice"
    CORRECTION_SETTLED = "correction_settled"
    FILE_UNKNOWN = "file_unknown"
    FILE_TYPE = "file_type"
    CALENDAR_LIST = "calendar_list"
    # time clocks
    READER_UNKNOWN = "reader_unknown"
    READER_STATE = "reader_state"
    PUNCH_FILE = "punch_file"
    SHEET_WITNESS = "sheet_witness"
    SHEET_UNKNOWN = "sheet_unknown"
    SHEET_STATE = "sheet_state"
    SHEET_OWN = "sheet_own"
    # retroactive changes
    PAST_REASON = "past_reason"
    PAST_ASKED = "past_asked"
    PAST_SECOND = "past_second"
    PAST_STATE = "past_state"
    PAST_STALE = "past_stale"
    PAST_UNKNOWN = "past_unknown"
    PAST_CLOSED = "past_closed"
    # commands
    INVALID = "invalid"
    KEY_REQUIRED = "key_required"
    KEY_REUSED = "key_reused"
    TOO_MANY = "too_many"
    CHANGED_MEANWHILE = "changed_meanwhile"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    NOT_FOUND = "not_found"
    HALL_UNKNOWN = "hall_unknown"
    METHOD = "method"
    WORKBOOK = "workbook"
    SETTING_INVALID = "setting_invalid"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class HallError(Exception):
    """Refusal with its code and the facts (`data`, JSON values) that explain it."""

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.data = data

    def __repr__(self) -> str:
        return f"HallError({self.code.value!r}, {self.data!r})"
