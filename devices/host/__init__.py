"""The agent's runtime: one process that hosts drivers and dials out to the server.

Kept empty on purpose: `python -m devices.host` and the surfaces' agents call `devices.host.main`.
"""
