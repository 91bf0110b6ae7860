"""The ticket kiosk and the phone page of a ticket: routes, live feed, slip, agent, page sources."""
