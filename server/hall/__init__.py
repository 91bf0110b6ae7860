"""One hall at work: its context for acts and queries, its snapshot, its parts, its opening."""
