"""Foundations that every capability uses: clock, configuration."""
