"""Joint review: units asked side by side, meetings, cases sent up, and cases decided elsewhere."""
