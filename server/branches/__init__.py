"""Branch servers: a building with its own server, joined to the main one over a line."""
