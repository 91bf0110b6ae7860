"""Standby ticket service of the kiosk PC: issues leased numbers while the server is away."""
