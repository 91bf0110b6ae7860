"""Photos of the people who serve: shown at their window, removed when they ask or leave."""
