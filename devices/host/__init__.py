"""Agent runtime: one process that hosts drivers and connects to the server.

The package exports nothing: `python -m devices.host` and other agents call `devices.host.main`.
"""
