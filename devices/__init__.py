"""Drivers, links, the agent's runtime and the simulators at the other end of the cable.

This package stands alone: it imports nothing of the server or of the surfaces.
"""
