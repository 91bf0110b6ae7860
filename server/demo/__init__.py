"""Demonstration of the reference hall: command, history, rehearsal, routes, simulated outage."""
