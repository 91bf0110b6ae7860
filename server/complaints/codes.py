"""Codes by which a complainant follows a complaint.

A code is derived from the number with a key of the data folder, so it is stored nowhere, and the
desk can print it again. Without the key nobody can make or check one.
"""

from __future__ import annotations

import hmac
from pathlib import Path

from server.core.clock import TokenSource
from server.core.folder_key import key_in
from server.core.half_width import half_width

KEY_FILE = "complaint.key"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for each other."""
LENGTH = 8


def code_of(folder: Path, chance: TokenSource, hall_id: str, number: str) -> str:
    """Return the code of a complaint's number."""
    key = key_in(folder, chance, KEY_FILE)
    value = int.from_bytes(hmac.digest(key, f"{hall_id}:{number}".encode(), "sha256"))
    letters = []
    for _ in range(LENGTH):
        value, place = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def fits(code: str, typed: str) -> bool:
    """Return True if a person typed the code; case, width, spaces and hyphens do not matter."""
    plain = half_width(typed).upper().replace(" ", "").replace("-", "")
    return hmac.compare_digest(code.encode(), plain.encode())
