"""Server process: HTTP handler, workers of one hall, journal follower, metrics, pages."""
