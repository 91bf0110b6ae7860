"""The weekly bulletin: its figures from the books, and its way from draft to archive."""
