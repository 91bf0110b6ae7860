"""Personal data: retention, export, erasure."""
