"""Leave, corrections, cover and their approval."""
