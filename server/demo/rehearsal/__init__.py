"""Rehearsal: a simulated day of applicants and clerks who use the public API.

It imports nothing of the server; it gets its data as a kiosk, a clerk or a phone would, and presses
keys on simulated keypads. The same seed gives the same people with the same errands, patience and
service times.
"""
