"""Counter console: routes, live feed, keypad agent, page sources."""
