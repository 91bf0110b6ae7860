"""The other end of the cable: simulated devices on real sockets and ptys, with switchable faults.

Kept empty on purpose: the kinds' simulators import `devices.simulate.base`, and `__main__` imports
them.
"""
