"""Retroactive changes: actions on past days, stored until a second person confirms them."""
