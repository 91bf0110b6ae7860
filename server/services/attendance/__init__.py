"""Attendance: actions on rules, leave and corrections, and the day sheet computed from them."""
