"""Honours: the red flag window, the one-vote veto, and what the year's end needs."""
