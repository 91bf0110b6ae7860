"""Ratings (好差评): what the public says of a finished service."""
