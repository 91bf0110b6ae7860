"""Fees (收费): dues by published standards, the cashier, the bank's file, the day's agreement."""
