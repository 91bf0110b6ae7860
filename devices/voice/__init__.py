"""Loudspeakers: speech or recorded clips to WAV, played by a command whose exit code counts."""
