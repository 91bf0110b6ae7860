"""Key maps of caller keypads: maps by model, a hall's own map, and the function of a press.

Vendors assign the same keys differently, so the map is configuration. A press with digits before
the key has the function that the map assigns to exactly these digits, or none: treated as the plain
key it could end a service where the clerk meant a no-show. The server acts on the function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from devices.config_table import Settings
from devices.desk_frames import Frame

KEY_PATTERN = re.compile(r"(?:([0-9]+)\+)?([0-9A-Fa-f]{2})")
KeyMap: TypeAlias = Mapping[tuple[str, int], str]
"""Function name by the digits before the key and the key's code."""
WITH_DIGITS = frozenset({"transfer"})
"""Functions that take the digits as argument: a window number."""
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
"""Default map for halls; every hall checks its own keypads [2SRC]."""
MODELS: Mapping[str, Mapping[str, str]] = {
    "standard": HALL_KEYS,
    # Keypads of deployed government halls [SRC]: OK alone and 0E have no function there, 13 needs
    # no digits.
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
    # Keypads of a hospital [SRC], as far as a hall has these functions.
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
    """Return the function of a press and its digits as argument; None if it has no function."""
    key = frame.key
    if key is None:
        return None
    function = keys.get((frame.digits, key))
    if function:
        return function, ""
    plain_function = keys.get(("", key), "")
    return (plain_function, frame.digits) if plain_function in WITH_DIGITS else None


def key_map(settings: Settings) -> KeyMap:
    """Read a keypad's map: `keys` (`"0C" = "call_next"`, `"6+0F" = "no_show"`) or its `model`'s."""
    model = settings.text("model", "standard", tuple(MODELS))
    own_keys = settings.table("keys")
    keys: dict[tuple[str, int], str] = {}
    functions = MODELS.get(model, HALL_KEYS) if own_keys is None else own_keys
    for text, function in functions.items():
        match = KEY_PATTERN.fullmatch(text)
        if match is None:
            settings.problem(f"键 {text!r} 应写成 0C 或 6+0F", f"key {text!r} must read 0C or 6+0F")
        else:
            keys[match[1] or "", int(match[2], 16)] = function
    return keys
