"""Queue: tickets, routing, selection, calls, window sessions, slips, waits."""
