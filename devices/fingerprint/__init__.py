"""Fingerprint time clocks: the pull protocol's codec and client, the agent's crew, simulators."""
