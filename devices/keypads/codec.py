"""Frames that a caller keypad is sent, without I/O: six digits to show, a beep."""

from __future__ import annotations

from devices.desk_frames import Frame

DISPLAY = 0x02
BEEP = 0x03
BLANK = 0x0A


def display(address: int, waiting: int | None, ticket: int | None) -> Frame:
    """Return a display frame of six digits.

    The left three are the number of waiting people (at most 999), the right three the ticket's last
    digits.
    """
    left = _digits(waiting, leading=BLANK)
    right = _digits(None if ticket is None else ticket % 1000, leading=0)
    return Frame(address, DISPLAY, left + right)


def _digits(value: int | None, leading: int) -> bytes:
    if value is None:
        return bytes((BLANK,) * 3)
    digits = [int(digit) for digit in str(max(0, min(999, value)))]
    return bytes([leading] * (3 - len(digits)) + digits)


def beep(address: int) -> Frame:
    """Return the frame for one beep."""
    return Frame(address, BEEP)
