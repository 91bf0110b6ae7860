"""Drivers, links, device simulators and the runtime of the device agent.

The package stands alone: it imports nothing from the server or the user interfaces.
"""
