"""Caller keypads on a shared bus: codec of HARDWARE A4, bus driver, simulator."""
