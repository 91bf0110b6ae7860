"""Reports of a day, week or month by unit, item, window, person or building."""
