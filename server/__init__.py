"""Server: domain rules, storage, services and the routes of the office."""
