"""Moves of a finding."""

from __future__ import annotations

from server.spot_checks.finding_rules import FINDING

WORKFLOWS = (FINDING,)
