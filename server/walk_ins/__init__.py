"""Price of appointments to people without one, day by day, against a published bound."""
