"""Remote numbers: taken before coming, checked in at the hall."""
