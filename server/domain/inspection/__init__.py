"""Spot checks: times that nobody can foresee or move, marks, findings, the system's doubts."""
