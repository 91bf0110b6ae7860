"""Value maps of rating pads: what the byte of a key means, by model or by a hall's own map.

Makers number the keys differently, some with 1 as the best, some as the worst; the map turns a byte
into the hall's level, 1 best to 5 worst. A byte that the map does not name is no rating.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.config_table import Settings

LEVELS = ("1", "2", "3", "4", "5")
ValueMap = Mapping[int, int]
"""Level (1 best to 5 worst) by the byte of a key."""
MODELS: Mapping[str, ValueMap] = {
    # 0 bad, 1 fair, 2 good, 3 very good: pads of deployed government halls [2SRC].
    "gov-hall": {3: 1, 2: 2, 1: 3, 0: 4},
    # Five keys numbered like the national levels, 1 the best [MEM].
    "best-first": {1: 1, 2: 2, 3: 3, 4: 4, 5: 5},
    # Five keys numbered like stars, 5 the best [MEM].
    "stars": {5: 1, 4: 2, 3: 3, 2: 4, 1: 5},
}


def value_map(settings: Settings, default: str) -> ValueMap:
    """Read a pad's map: `values` (`"3" = "1"`, byte to level) or its `model`'s."""
    model = settings.text("model", default, tuple(MODELS))
    own = settings.table("values")
    if own is None:
        return MODELS.get(model, MODELS[default])
    values: dict[int, int] = {}
    for text, level in own.items():
        byte = int(text) if text.isdecimal() and len(text) <= 3 else -1
        if not 0 <= byte <= 255:
            settings.problem(
                f"按键值 {text!r} 应为 0 到 255", f"the value {text!r} must be within 0..255"
            )
        elif level not in LEVELS:
            settings.problem(
                f"{text} 的满意程度应为 1（非常满意）到 5（非常不满意）",
                f"the level of {text} must be within 1 (best) to 5 (worst)",
            )
        else:
            values[byte] = int(level)
    return values
