"""Check digits of numbers that people type from paper."""

from __future__ import annotations


def check_digit(digits: str) -> str:
    """Return the check digit of digits by ISO 7064, MOD 11,10.

    It differs after any single wrong digit, and after nearly every swap of neighbours.
    """
    product = 10
    for digit in digits:
        product = (((product + int(digit)) % 10 or 10) * 2) % 11
    return str((11 - product) % 10)
