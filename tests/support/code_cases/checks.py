"""Spot checks and findings."""

from __future__ import annotations
