"""Weekly bulletin: its figures from the records, and its states from draft to archive."""
