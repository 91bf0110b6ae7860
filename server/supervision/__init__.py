"""Electronic supervision (电子监察): lamps of the clocks, and signs of cases outside the hall."""
