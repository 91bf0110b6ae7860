"""Business data: units, items, windows, mandates, staff, hours, with workbook and reference."""
