"""Devices of the hall: bindings to agents, their state, their alarms."""
