"""Attendance: shift rules, verdicts, day sheets, month sheets, working calendar."""
