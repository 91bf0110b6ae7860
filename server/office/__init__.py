"""The manager's and administrator's surface."""
