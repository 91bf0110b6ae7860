"""Alarms of the office: severity, acknowledgement, records."""
