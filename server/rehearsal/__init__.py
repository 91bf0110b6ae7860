"""A day of the hall played from outside: applicants and clerks through the public API.

Nothing of the server is imported here; what it learns it learns as a kiosk, a clerk or a phone
would, and keys are pressed on simulated keypads. The same seed makes the same people come with
the same errands, patience and service times.
"""
