"""Benchmarks of a running hall: sizes and speed, printed, never asserted."""
