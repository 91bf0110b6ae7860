"""Sealed texts: telephone numbers of the public, stored so that a copied database shows none.

The key lies in the data folder and in no backup of the database. Without it a sealed text cannot be
opened, by anybody.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from pathlib import Path

from server.core.clock import TokenSource
from server.core.folder_key import key_in

SEAL_KEY_FILE = "seal.key"


def seal(folder: Path, chance: TokenSource, text: str) -> str:
    """Return the text sealed with the data folder's key; an empty text stays empty."""
    if not text:
        return ""
    # Loaded with the first sealed text: it takes longer than many a start of a hall.
    from cryptography.fernet import Fernet  # noqa: PLC0415

    return Fernet(_fernet_key(folder, chance)).encrypt(text.encode()).decode()


def unseal(folder: Path, chance: TokenSource, sealed: str) -> str | None:
    """Return a sealed text; None if it was sealed with another key."""
    if not sealed:
        return ""
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415

    try:
        return Fernet(_fernet_key(folder, chance)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _fernet_key(folder: Path, chance: TokenSource) -> bytes:
    return urlsafe_b64encode(key_in(folder, chance, SEAL_KEY_FILE))
