"""Four punches a day: the facts, the rules with dates, and the verdicts that follow from both."""
