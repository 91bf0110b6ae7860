"""Ticket kiosk and phone page of a ticket: routes, live feeds, slips, agent, page sources."""
