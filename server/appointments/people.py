"""Keyed hashes of telephones and addresses: they match, and cannot be turned back."""

from __future__ import annotations

import hmac
from pathlib import Path

from server.core.clock import TokenSource
from server.core.folder_key import key_in

KEY_FILE = "appointment.key"
KEY_LETTERS = 32
HERE_LETTERS = 6


def person_key(folder: Path, chance: TokenSource, phone: str) -> str:
    """Return the key of the person with a telephone number."""
    return _keyed(folder, chance, f"phone:{phone}")


def source_key(folder: Path, chance: TokenSource, address: str) -> str:
    """Return the key of a network address."""
    return _keyed(folder, chance, f"address:{address}")


def here_code(folder: Path, chance: TokenSource, day: str) -> str:
    """Return the code of a day that is shown in the hall only, for phones that check in."""
    return _keyed(folder, chance, f"here:{day}")[:HERE_LETTERS].upper()


def _keyed(folder: Path, chance: TokenSource, text: str) -> str:
    key = key_in(folder, chance, KEY_FILE)
    return hmac.digest(key, text.encode(), "sha256").hex()[:KEY_LETTERS]
