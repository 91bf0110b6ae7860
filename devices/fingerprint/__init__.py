"""Fingerprint time clocks: codec and client of the pull protocol, driver, simulators."""
