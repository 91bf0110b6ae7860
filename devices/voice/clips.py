"""The engine that joins recorded clips, and the bank of clips that comes with the project.

Clips are named by what they say (`zh/请.wav`, `en/window 3.wav`); the longest that fits is taken
first. What no clip says is said by a fallback engine, or the whole phrase is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.voice.engines import PAUSE_BETWEEN_PARTS, Engine, Part, VoiceError
from devices.voice.wavs import Sound, WavError, join, levelled, loudness, read_wav, resampled

BANK = Path(__file__).parent / "bank"
"""The bank that comes with the project: Mandarin and English, rendered by `bench/voice`."""
SKIPPED = frozenset(" ，。、！？：；,.!?:;'\"“”‘’-—\u3000")
GAP = 0.0
"""Seconds between two clips of a phrase: a recogniser doubled digits that had quiet around them."""
COMMA, COMMA_SECONDS = "，", 0.12
"""A number and the window after it are two things: without quiet, 019 and 23 are heard as 01923."""
LOUDNESS = 0.12
"""Of a phrase that has no clip to be measured by."""
KEPT = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `name` is its clip's, "" where none says it."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClipEngine:
    """Clips in `folder`; `fallback` says the words that have none, None: they are refused."""

    folder: Path
    fallback: Engine | None = None

    def render(self, parts: Sequence[Part]) -> Sound:
        """See Engine."""
        try:
            return join([self._part(part) for part in parts], PAUSE_BETWEEN_PARTS)
        except WavError as error:
            raise VoiceError("clip_unusable", str(error)) from None

    def outside(self, parts: Sequence[Part]) -> str:
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
        whole = any(COMMA in name for name in clips)  # a hall's own clip may hold one
        stretches = [part.text] if whole else part.text.split(COMMA)
        groups = [list(pieces(text, frozenset(clips), part.lang)) for text in stretches]
        found = [piece for group in groups for piece in group]
        missing = next((piece.text for piece in found if not piece.name), "")
        if missing and self.fallback is None:
            raise VoiceError("clip_missing", missing)
        sounds = {piece: _clip(clips[piece.name]) for piece in found if piece.name}
        rates = {sound.rate for sound in sounds.values()}
        levels = sorted(map(loudness, sounds.values())) or [LOUDNESS]
        for piece in found:
            if not piece.name:
                assert self.fallback is not None, "it was asked for above"
                sound = self.fallback.render([Part(part.lang, piece.text)])
                rate = rates.copy().pop() if rates else sound.rate
                sounds[piece] = levelled(resampled(sound, rate), levels[len(levels) // 2])
        said = (join([sounds[piece] for piece in group], GAP) for group in groups if group)
        return join(said, COMMA_SECONDS)


def _clip(path: Path) -> Sound:
    """Read a clip, or take it as it was read before."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise WavError(f"{path.name}: {error}") from None
    return _read(path, changed)


@functools.lru_cache(KEPT)
def _read(path: Path, _changed: int) -> Sound:
    return read_wav(path)


def split_into_clips(text: str, names: frozenset[str], lang: str = "zh") -> list[str]:
    """The names whose clips say the text, longest match first; VoiceError names what is missing."""
    found = list(pieces(text, names, lang))
    missing = next((piece.text for piece in found if not piece.name), "")
    if missing:
        raise VoiceError("clip_missing", missing)
    return [piece.name for piece in found]


def pieces(text: str, names: frozenset[str], lang: str) -> Iterator[Piece]:
    """Cut the text into what clips say, longest first, and stretches that none says.

    English is cut between words only: a clip of a letter is no part of a word.
    """
    lowered = text.lower()
    longest = max(map(len, names), default=0)
    place = since = 0
    while place < len(lowered):
        if lowered[place] in SKIPPED:
            yield from _stretch(text[since:place])
            place = since = place + 1
            continue
        lengths = range(min(longest, len(lowered) - place), 0, -1)
        fitting = (lowered[place : place + size] for size in lengths)
        whole = lang == "zh"
        name = next(
            (n for n in fitting if n in names and (whole or _ends(lowered, place + len(n)))), None
        )
        if name is not None:
            yield from _stretch(text[since:place])
            yield Piece(text[place : place + len(name)], name)
            place = since = place + len(name)
        else:
            place += 1 if whole else _word(lowered, place)
    yield from _stretch(text[since:])


def _stretch(text: str) -> Iterator[Piece]:
    if text:
        yield Piece(text)


def _ends(text: str, place: int) -> bool:
    """Return True if no word goes on at `place`."""
    return place >= len(text) or not (text[place].isalnum() and text[place - 1].isalnum())


def _word(text: str, place: int) -> int:
    """Length of the word at `place`."""
    end = place
    while end < len(text) and text[end] not in SKIPPED:
        end += 1
    return end - place
