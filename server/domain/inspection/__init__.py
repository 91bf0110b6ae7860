"""Spot checks: drawn times that nobody can foresee or move, marks, findings, anomalies."""
