"""Loudspeakers: speech or recorded clips as WAV, played by an external command."""
