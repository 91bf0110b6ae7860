"""Changes of the past: acts on days that are over, kept until a second person confirms."""
