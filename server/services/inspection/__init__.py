"""Spot checks: draw commitment, inspection rounds, findings, anomalies, integrity check."""
