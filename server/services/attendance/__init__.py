"""The acts of attendance, and the day sheet that is computed from them on reading."""
