"""Cases (办件): from the papers at the window to the decision, with a clock that proves itself."""
