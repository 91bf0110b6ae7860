"""Clip bank shipped with the project: complete, of equal loudness, and fast enough."""

from __future__ import annotations

import math
import random
from array import array
from string import ascii_uppercase

import pytest

from bench.voice.clip_texts import clips
from bench.voice.recognition import calls
from devices.voice.clips import (
    BANK,
    COMMA_SECONDS,
    LETTER_GAP,
    WINDOW_GAP,
    ClipEngine,
    split_into_clips,
)
from devices.voice.engines import EspeakEngine, Part, VoiceError
from devices.voice.wavs import Sound, loudness, peak, read_wav
from display.announcer import utterance
from server.catalogue.reference.loading import load
from server.core.settings import Settings

FILES = sorted(BANK.glob("*/*.wav"))
NAMES = {
    lang: frozenset(file.stem.lower() for file in (BANK / lang).glob("*.wav"))
    for lang in ("zh", "en")
}
LARGEST = 6_000_000


@pytest.fixture(scope="module")
def sounds() -> dict[str, Sound]:
    return {f"{file.parent.name}/{file.stem}": read_wav(file) for file in FILES}


def test_the_bank_holds_what_its_list_names() -> None:
    assert {(file.parent.name, file.stem) for file in FILES} == {(c.lang, c.name) for c in clips()}
    assert sum(file.stat().st_size for file in FILES) <= LARGEST


def test_all_clips_are_of_one_loudness(sounds: dict[str, Sound]) -> None:
    levels = {name: 20 * math.log10(loudness(sound)) for name, sound in sounds.items()}
    softest, loudest = min(levels, key=levels.__getitem__), max(levels, key=levels.__getitem__)
    assert levels[loudest] - levels[softest] <= 1.0, (softest, loudest)


def test_no_sample_is_clipped(sounds: dict[str, Sound]) -> None:
    assert [name for name, sound in sounds.items() if peak(sound) >= 0.995] == []


def test_clips_have_no_silence_at_their_ends(sounds: dict[str, Sound]) -> None:
    def quiet(sound: Sound) -> float:
        """Return the longer silence at the two ends, in seconds."""
        samples = array("h", sound.frames)
        loud = [n for n, sample in enumerate(samples) if abs(sample) > 0.012 * 32768]
        return max(loud[0], len(samples) - loud[-1]) / sound.rate

    assert [name for name, sound in sounds.items() if quiet(sound) > 0.03] == []
    assert {sound.rate for sound in sounds.values()} == {24000}


def phrases_of(number: str, window: int, digit_one: str) -> list[Part]:
    """Return every phrase that the product may speak for a call."""
    payload = utterance(number, window, "east", Settings(voice_one=digit_one))
    parts = [*payload["parts"], payload["short"]]
    return [Part(part["lang"], part["text"]) for part in parts]


@pytest.mark.parametrize("digit_one", ["一", "幺"])
def test_every_number_and_window_is_in_the_bank(digit_one: str) -> None:
    chance = random.Random(1)
    for n, letter in enumerate(ascii_uppercase * 4):
        other = chance.choice(["", *ascii_uppercase])
        number = f"{letter}{other}{chance.randint(1, 9999):03d}"
        for part in phrases_of(number, n % 99 + 1, digit_one):
            assert split_into_clips(part.text, NAMES[part.lang], part.lang)
    for window in range(1, 200):
        for part in phrases_of("A012", window, digit_one):
            assert split_into_clips(part.text, NAMES[part.lang], part.lang)


def test_a_window_is_one_clip_of_its_own() -> None:
    for window in range(1, 100):
        zh, en, _ = phrases_of("B407", window, "一")
        assert split_into_clips(en.text, NAMES["en"], "en")[-1] == f"window {window}"
        assert split_into_clips(zh.text, NAMES["zh"])[-1].endswith("号窗口")


def test_the_rooms_of_the_reference_hall_are_in_the_bank() -> None:
    for zone in load().zones:
        assert split_into_clips(zone.name, NAMES["zh"]) == [zone.name]
        assert split_into_clips(zone.name_en, NAMES["en"], "en") == [zone.name_en.lower()]


def test_twenty_calls_at_once_are_spoken_within_a_minute() -> None:
    engine = ClipEngine(BANK)
    drawn = list(calls(200, 1))
    longest = max(
        sum(engine.render([call.forms["short"]]).seconds for call in drawn[n : n + 20])
        for n in range(0, 200, 20)
    )
    # A player takes 0.1 s and more to begin.
    assert longest <= 60 - 20 * 0.12


def test_a_short_call_has_silence_between_number_and_window() -> None:
    """Keep silence between number and window.

    Without it W019 and window 23 were heard as 01923.
    """
    engine = ClipEngine(BANK)
    number, window = (engine.render([Part("zh", text)]) for text in ("W零一九", "二十三号窗口"))
    sound = engine.render([Part("zh", "W零一九，二十三号窗口")])
    quiet = sound.frames[len(number.frames) : len(sound.frames) - len(window.frames)]
    assert len(quiet) == round(COMMA_SECONDS * sound.rate) * 2
    assert not any(quiet)
    assert sound.frames.startswith(number.frames)
    assert sound.frames.endswith(window.frames)


@pytest.mark.parametrize("letters", ["K", "KB"])
def test_an_announcement_pauses_after_the_letters_and_before_the_window(letters: str) -> None:
    """Keep both pauses: K and 八 were heard as one word, and 50 and 25 as 5025."""
    engine = ClipEngine(BANK)
    texts = (f"请{letters}", "八零五号到", "二十五号窗口")
    beginning, number, window = (engine.render([Part("zh", text)]) for text in texts)
    sound = engine.render([Part("zh", "".join(texts))])
    first, second = (bytes(2 * round(gap * sound.rate)) for gap in (LETTER_GAP, WINDOW_GAP))
    assert sound.frames == beginning.frames + first + number.frames + second + window.frames


def test_a_comma_beside_a_word_outside_the_bank_is_silence_too() -> None:
    engine = ClipEngine(BANK, EspeakEngine())
    joined = engine.render([Part("zh", "曾先生请到三号窗口")])
    apart = engine.render([Part("zh", "曾先生，请到三号窗口")])
    assert apart.rate == joined.rate
    assert apart.seconds == pytest.approx(joined.seconds + COMMA_SECONDS, abs=0.01)


def test_a_word_outside_the_bank_is_spoken_by_the_fallback_equally_loudly() -> None:
    part = Part("zh", "请曾先生到三号窗口")
    with pytest.raises(VoiceError, match="clip_missing: 曾先生"):
        ClipEngine(BANK).render([part])
    engine = ClipEngine(BANK, EspeakEngine())
    assert engine.unsupported_words([part]) == "曾先生"
    sound = engine.render([part])
    without = ClipEngine(BANK).render([Part("zh", "请到三号窗口")])
    assert sound.rate == 24000
    assert sound.seconds > without.seconds + 0.3
    assert abs(20 * math.log10(loudness(sound) / loudness(without))) < 1.5
    assert engine.unsupported_words([Part("en", "Number A, window 3, thank you")]) == "thank you"


def test_a_letter_is_not_taken_from_inside_a_word() -> None:
    with pytest.raises(VoiceError, match="clip_missing: at"):
        split_into_clips("at window 3", NAMES["en"], "en")
