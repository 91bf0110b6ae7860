"""Attendance rules: facts of a day, dated shift rules, and the verdicts that follow from both."""
