"""Device simulators on real sockets and ptys, with faults that can be switched.

The package exports nothing: the simulators of each kind import `devices.simulate.base`, and
`__main__` imports them.
"""
