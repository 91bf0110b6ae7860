"""Approval by silence (超时默许): off until two people sign a scheme, and exactly once."""
