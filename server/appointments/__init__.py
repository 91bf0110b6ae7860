"""Appointments: plans, seats, bookings, arrivals, no-shows."""
