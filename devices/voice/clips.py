"""Speech engine that joins recorded clips, and the project's own clip bank.

A clip is named by its text (`zh/请.wav`, `en/window 3.wav`); the longest matching clip wins. Text
without a clip is spoken by a fallback engine; without one the whole phrase is rejected.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.voice.engines import PAUSE_BETWEEN_PARTS, Engine, Part, VoiceError
from devices.voice.wavs import (
    Sound,
    WavError,
    join,
    loudness,
    normalise_loudness,
    read_wav,
    resample,
)

BANK = Path(__file__).parent / "bank"
"""Clip bank of the project: Mandarin and English, rendered by `bench/voice`."""
SKIPPED = frozenset(" ，。、！？：；,.!?:;'\"“”‘’-—\u3000")
GAP = 0.0
"""Seconds between two clips of a phrase: with silence, a recogniser duplicated digits."""
LETTER_GAP = 0.15
"""Seconds after the letters of a Mandarin number: K and 八 were recognised as one word."""
WINDOW_GAP = 0.1
"""Seconds between 到 and the window: without them 到 was lost, and 50 and 25 became 5025."""
COMMA, COMMA_SECONDS = "，", 0.12
"""Separator after a ticket number and its silence in seconds.

Without the silence, ticket 019 and window 23 sound like 01923.
"""
LOUDNESS = 0.12
"""Loudness of a phrase without any clip to measure, as a part of full scale."""
KEPT = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text; `name` is the name of its clip, "" if there is none."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClipEngine:
    """Engine with clips in `folder`; `fallback` speaks text without a clip, None rejects it."""

    folder: Path
    fallback: Engine | None = None

    def render(self, parts: Sequence[Part]) -> Sound:
        """See Engine."""
        try:
            return join([self._part(part) for part in parts], PAUSE_BETWEEN_PARTS)
        except WavError as error:
            raise VoiceError("clip_unusable", str(error)) from None

    def unsupported_words(self, parts: Sequence[Part]) -> str:
        """See Engine."""
        missing = [
            piece.text
            for part in parts
            for piece in pieces(part.text, frozenset(self._clips(part.lang)), part.lang)
            if not piece.name
        ]
        return " ".join(missing)

    def _clips(self, lang: str) -> Mapping[str, Path]:
        return {file.stem.lower(): file for file in (self.folder / lang).glob("*.wav")}

    def _part(self, part: Part) -> Sound:
        clips = self._clips(part.lang)
        comma_in_clip = any(COMMA in name for name in clips)  # a hall's own clip may contain it
        stretches = [part.text] if comma_in_clip else part.text.split(COMMA)
        groups = [list(pieces(text, frozenset(clips), part.lang)) for text in stretches]
        all_pieces = [piece for group in groups for piece in group]
        missing = next((piece.text for piece in all_pieces if not piece.name), "")
        if missing and self.fallback is None:
            raise VoiceError("clip_missing", missing)
        sounds = {piece: _clip(clips[piece.name]) for piece in all_pieces if piece.name}
        rates = {sound.rate for sound in sounds.values()}
        levels = sorted(map(loudness, sounds.values())) or [LOUDNESS]
        for piece in all_pieces:
            if not piece.name:
                assert self.fallback is not None, "it was asked for above"
                sound = self.fallback.render([Part(part.lang, piece.text)])
                rate = rates.copy().pop() if rates else sound.rate
                sounds[piece] = normalise_loudness(resample(sound, rate), levels[len(levels) // 2])
        joined = (_joined(group, sounds, part.lang) for group in groups if group)
        return join(joined, COMMA_SECONDS)


def _joined(group: Sequence[Piece], sounds: Mapping[Piece, Sound], lang: str) -> Sound:
    """Join the clips of a group, with the gaps of a Mandarin announcement."""
    phrase = sounds[group[0]]
    for before, piece in itertools.pairwise(group):
        gap = GAP
        if lang == "zh" and _is_letter(before) and not _is_letter(piece):
            gap = LETTER_GAP
        elif lang == "zh" and before.text.endswith("到"):
            gap = WINDOW_GAP
        phrase = join([phrase, sounds[piece]], gap)
    return phrase


def _is_letter(piece: Piece) -> bool:
    return len(piece.text) == 1 and piece.text.isascii() and piece.text.isalpha()


def _clip(path: Path) -> Sound:
    """Read a clip; unchanged files come from a cache."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise WavError(f"{path.name}: {error}") from None
    return _read(path, changed)


@functools.lru_cache(KEPT)
def _read(path: Path, _changed: int) -> Sound:
    return read_wav(path)


def split_into_clips(text: str, names: frozenset[str], lang: str = "zh") -> list[str]:
    """Return the names of the clips for a text, longest match first.

    Raises:
        VoiceError: A part of the text has no clip; the error names it.
    """
    parts = list(pieces(text, names, lang))
    missing = next((piece.text for piece in parts if not piece.name), "")
    if missing:
        raise VoiceError("clip_missing", missing)
    return [piece.name for piece in parts]


def pieces(text: str, names: frozenset[str], lang: str) -> Iterator[Piece]:
    """Split the text into parts with a clip, longest first, and parts without one.

    English is split only between words: the clip of a letter is no part of a word.
    """
    lowered = text.lower()
    longest = max(map(len, names), default=0)
    place = start = 0
    while place < len(lowered):
        if lowered[place] in SKIPPED:
            yield from _stretch(text[start:place])
            place = start = place + 1
            continue
        lengths = range(min(longest, len(lowered) - place), 0, -1)
        fitting = (lowered[place : place + size] for size in lengths)
        chinese = lang == "zh"
        name = next(
            (n for n in fitting if n in names and (chinese or _ends(lowered, place + len(n)))), None
        )
        if name is not None:
            yield from _stretch(text[start:place])
            yield Piece(text[place : place + len(name)], name)
            place = start = place + len(name)
        else:
            place += 1 if chinese else _word(lowered, place)
    yield from _stretch(text[start:])


def _stretch(text: str) -> Iterator[Piece]:
    if text:
        yield Piece(text)


def _ends(text: str, place: int) -> bool:
    """Return True if no word continues at `place`."""
    return place >= len(text) or not (text[place].isalnum() and text[place - 1].isalnum())


def _word(text: str, place: int) -> int:
    """Return the length of the word at `place`."""
    end = place
    while end < len(text) and text[end] not in SKIPPED:
        end += 1
    return end - place
