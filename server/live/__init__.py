"""Live connections: feeds of pages, the agents' connection, the guard of their packets."""
