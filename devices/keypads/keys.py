"""Meanings of a pad's keys: maps by model, a site's own map, and what a press means by them.

Makers assign the same keys differently, so the map is configuration. A press with digits before the
key means what the map says of these very digits, or nothing: taken for the plain key it would end a
service where the clerk gave somebody up. It refuses to act; the server does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from devices.keypads.codec import Frame
from devices.settings import Settings

KEY_PATTERN = re.compile(r"(?:([0-9]+)\+)?([0-9A-Fa-f]{2})")
KeyMap: TypeAlias = Mapping[tuple[str, int], str]
"""Digits before the key and the key's code, to the function's name."""
WITH_DIGITS = frozenset({"transfer"})
"""Functions whose digits are their argument: a window's number."""
HALL_KEYS: Mapping[str, str] = {
    "0C": "call_next",
    "0D": "recall",
    "0E": "no_show",
    "0A": "start",
    "0F": "finish",
    "12": "pause",
    "0+0F": "hold",
    "13": "transfer",
}
"""A start for halls; every site checks its own pads [2SRC]."""
MODELS: Mapping[str, Mapping[str, str]] = {
    "standard": HALL_KEYS,
    # Pads of deployed government halls [SRC]: OK alone and 0E do nothing there, 13 needs no digits.
    "gov-hall": {
        "0C": "call_next",
        "0D": "recall",
        "0A": "start",
        "0B": "finish",
        "6+0F": "no_show",
        "3+0F": "resume",
        "0+0F": "hold",
        "12": "pause",
        "13": "requeue",
    },
    # Pads of a hospital [SRC], as far as a hall has these functions.
    "hospital": {
        "0C": "call_next",
        "0D": "recall",
        "0A": "start",
        "0B": "finish",
        "5+0F": "no_show",
        "12": "pause",
        "13": "transfer",
    },
}


def function_of(keys: KeyMap, frame: Frame) -> tuple[str, str] | None:
    """Return the function of a press and the digits that it takes; None for none at all."""
    key = frame.key
    if key is None:
        return None
    exact = keys.get((frame.digits, key))
    if exact:
        return exact, ""
    plain = keys.get(("", key), "")
    return (plain, frame.digits) if plain in WITH_DIGITS else None


def key_map(settings: Settings) -> KeyMap:
    """Read a pad's map: `keys` (`"0C" = "call_next"`, `"6+0F" = "no_show"`), else its `model`'s."""
    model = settings.text("model", "standard", tuple(MODELS))
    written = settings.table("keys")
    keys: dict[tuple[str, int], str] = {}
    chosen = MODELS.get(model, HALL_KEYS) if written is None else written
    for text, function in chosen.items():
        match = KEY_PATTERN.fullmatch(text)
        if match is None:
            settings.problem(f"键 {text!r} 应写成 0C 或 6+0F", f"key {text!r} must read 0C or 6+0F")
        else:
            keys[match[1] or "", int(match[2], 16)] = function
    return keys
