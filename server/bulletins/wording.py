"""Wording of a bulletin: sentences with the names of figures in braces.

The office may edit the words but cannot write a figure: digits outside braces are rejected and
every brace is filled from the figures. So no sentence can contradict the evidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from server.bulletins.errors import BulletinCode
from server.bulletins.figures import Figures
from server.core.errors import HallError
from server.core.weeks import Fact

SECTIONS = (
    *("summary", "attendance", "ranking", "checks", "rectification", "service"),
    *("appointments", "cases", "fees", "issuing", "notices", "voices", "complaints", "closing"),
)
LONGEST = 1000
_BRACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Run of words, or a figure with a link to its evidence."""

    text: str
    link: str = ""


def check(section: str, words: str, facts: dict[str, Fact]) -> None:
    """Raise BULLETIN_WORDS if the words are invalid.

    Its data: `reason` (section, length, figure, brace, digit) and `found`.
    """
    if section not in SECTIONS:
        raise HallError(BulletinCode.BULLETIN_WORDS, reason="section", found=section)
    if len(words) > LONGEST:
        raise HallError(BulletinCode.BULLETIN_WORDS, reason="length", found=str(len(words)))
    for name in _BRACE.findall(words):
        if name not in facts:
            raise HallError(BulletinCode.BULLETIN_WORDS, reason="figure", found=f"{{{name}}}")
    outside_braces = _BRACE.sub("", words)
    if "{" in outside_braces or "}" in outside_braces:
        raise HallError(BulletinCode.BULLETIN_WORDS, reason="brace", found=outside_braces[:20])
    digit = next((c for c in outside_braces if unicodedata.category(c) in ("Nd", "No", "Nl")), None)
    if digit is not None:
        raise HallError(BulletinCode.BULLETIN_WORDS, reason="digit", found=digit)


def pieces(words: str, facts: dict[str, Fact]) -> list[Piece]:
    """Return the sentence in pieces: every figure with the link to its evidence."""
    parts: list[Piece] = []
    position = 0
    for brace in _BRACE.finditer(words):
        if brace.start() > position:
            parts.append(Piece(words[position : brace.start()]))
        fact = facts.get(brace[1])
        parts.append(Piece(fact.value, fact.link) if fact else Piece(brace[0]))
        position = brace.end()
    if position < len(words):
        parts.append(Piece(words[position:]))
    return parts


def plain(words: str, facts: dict[str, Fact]) -> str:
    """Return the sentence as printed."""
    return "".join(piece.text for piece in pieces(words, facts))


def sections(
    drafts: Mapping[str, str], figures: Figures, edited: Mapping[str, str]
) -> dict[str, str]:
    """Return the words of every section: as edited, otherwise as drafted."""
    return {name: edited.get(name, drafts[name]) for name in SECTIONS if figures.facts}
