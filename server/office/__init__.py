"""Office pages of managers and administrators: routes and live feeds."""
