"""Spot checks: sealing the day, walking, findings, what the system doubts, and the proof."""
