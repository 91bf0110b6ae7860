"""Fault injection: breaks a hall on purpose while people use it, then verifies its history."""
