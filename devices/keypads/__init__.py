"""Caller keypads on a shared bus: the codec of HARDWARE A4, the bus master, the simulator."""
