"""Hundred-point assessment (百分考核): score sheets over facts, ranked, released and amended."""
