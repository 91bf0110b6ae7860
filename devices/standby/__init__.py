"""The kiosk PC's own line to its page: numbers from a leased block while the server is away."""
