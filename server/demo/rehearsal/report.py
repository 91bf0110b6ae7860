"""Lines of a rehearsal's report that the office's pages give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from server.demo.rehearsal.client import Client


def voice_lines(manager: Client) -> Iterator[str]:
    """Yield the lines on the day's complaints and one-time notices."""
    today = manager.get("/api/v1/office/complaints")["today"]
    complaints = manager.get(f"/api/v1/office/complaints?from={today}")["complaints"]
    yield f"投诉建议 complaints  {len(complaints)}"
    year, week, _ = date.fromisoformat(today).isocalendar()
    rows = manager.get(f"/api/v1/office/hand-ins/{year}-W{week:02}")["hand_ins"]
    own = [row for row in rows if row["day"] == today and not row["corrected"]]
    notices, again = sum(bool(row["notice"]) for row in own), sum(row["again"] for row in own)
    yield f"告知单 notices  {notices}  (再来补正 came back: {again})"


def case_lines(manager: Client) -> Iterator[str]:
    """Yield the lines on the day's cases, and on the signs of cases outside the hall.

    Every case of the day was handled in the hall, so each sign is a false alarm.
    """
    today = manager.get("/api/v1/office/cases")["today"]
    cases = manager.get(f"/api/v1/office/cases?from={today}")["cases"]
    states = [case["state"] for case in cases]
    accepted = sum(state not in ("filed", "supplementing", "not_accepted") for state in states)
    decided = states.count("decided")
    yield f"办件 cases      {len(cases)}  受理 accepted {accepted}, 办结 decided {decided}"
    signs = manager.get(f"/api/v1/office/supervision/signs?day={today}")["signs"]
    yield f"体外办理嫌疑 signs  {len(signs)}  (当天无体外办理，均为误报 false alarms)"
