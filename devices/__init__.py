"""Drivers, simulators and the host process of the hall's hardware. Imports nothing of ours."""
