"""Spot checks: draw, inspection rounds, marks, findings until they are settled."""
