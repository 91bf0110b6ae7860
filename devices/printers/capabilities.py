"""Capability data of receipt printers by model, from python-escpos, with a plausibility check.

The data is a table of some thirty models by many authors; single entries are wrong or describe
customer displays [RAN]. It is read directly as a file: the library's own loader takes a third of a
second and leaves a folder behind at each start. Nothing is guessed for a model that is not in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from devices.printers.escpos import CutMode

CELL_DOTS = 12
"""Width in dots of a cell in font A; a Chinese character has two cells."""
LEAST_COLUMNS, MOST_COLUMNS = 24, 72
NARROWEST, WIDEST = 9.0, 16.0
"""Range of dots for a cell of font A; outside it, columns and dots are inconsistent."""


class CapabilityError(ValueError):
    """Error for a model that is unknown or cannot print slips; `zh` and `en` give the reason."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Paper and features of a model. `dots` per line; 0 if the table does not contain it."""

    columns: int
    dots: int
    native_qr: bool
    cut: CutMode
    anomaly: str = ""
    """Impossible values of the table that were replaced; for the log."""


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = (resources.files("escpos") / "capabilities.json").read_text(encoding="utf-8")
    profiles: dict[str, dict[str, Any]] = json.loads(text)["profiles"]
    return profiles


def models() -> list[str]:
    """Return the names of all models in the table."""
    return sorted(_table())


def capabilities(model: str) -> Capabilities:
    """Return the capabilities of a model; raises CapabilityError."""
    profile = _table().get(model)
    if profile is None:
        similar = "、".join(get_close_matches(model, _table(), 3, 0.5)) or "–"
        raise CapabilityError(
            f"没有名为 {model!r} 的打印机型号，相近的有：{similar}",
            f"no printer model {model!r}; near it: {similar}",
        )
    features = profile["features"]
    if not features.get("bitImageRaster"):
        raise CapabilityError(
            f"型号 {model} 不能打印点阵图，不能用作小票打印机",
            f"model {model} prints no raster pictures and cannot print slips",
        )
    dots = profile["media"].get("width", {}).get("pixels")
    dots = dots if isinstance(dots, int) else 0
    columns = int(profile["fonts"]["0"]["columns"])
    doubt = _doubt(columns, dots)
    if doubt:
        columns = max(LEAST_COLUMNS, min(MOST_COLUMNS, dots // CELL_DOTS))
    return Capabilities(columns, dots, bool(features.get("qrCode")), _cut(features), doubt)


def _doubt(columns: int, dots: int) -> str:
    fits = LEAST_COLUMNS <= columns <= MOST_COLUMNS
    if dots and not (fits and NARROWEST <= dots / columns <= WIDEST):
        return f"{columns} columns on {dots} dots"
    return ""


def _cut(features: dict[str, Any]) -> CutMode:
    if features.get("paperPartCut"):
        return "partial"
    return "full" if features.get("paperFullCut") else "none"
