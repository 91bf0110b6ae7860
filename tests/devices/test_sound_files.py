"""Third-party sound files (IMA ADPCM of sox, AIFF of macOS) and voice lists of systems."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.voice import adpcm, aiff
from devices.voice.engines import (
    Part,
    ProcessEngine,
    VoiceError,
    plausible,
    system_engine,
    system_voices,
)
from devices.voice.system import find_voice
from devices.voice.wavs import (
    Sound,
    WavError,
    loudness,
    normalise_loudness,
    peak,
    read_wav,
    resample,
    silence,
    sound_of,
)

# sox 14.4.2: a sine of 440 Hz at half scale, 8 kHz, `-e ima-adpcm`; then the samples that sox
# decodes from it.
SOX = bytes.fromhex(
    "524946463401000057415645666d74201400000011000100401f0000d70f0000000104000200f90166616374"
    "0400000050000000646174610001000050024900221288cbccaa093044431288cbbcbb8a3155332280dbbcac"
    "892034352280caccab8a3863432291f8"
) + bytes(212)
DECODED = [592, 5494, 9951, 14003, 16212, 15543, 14935, 11061, 6532, 1053]


def test_a_file_of_sox_is_decoded_as_sox_does() -> None:
    sound = sound_of(SOX)
    assert (sound.rate, len(sound.frames)) == (8000, 160)
    assert array("h", sound.frames)[:10].tolist() == DECODED


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=1200))
def test_every_sample_count_survives_the_clip_format(samples: list[int]) -> None:
    sound = sound_of(adpcm.to_wav(samples, 24000))
    assert sound.rate == 24000
    assert len(sound.frames) == 2 * len(samples)
    assert array("h", sound.frames)[0] == samples[0]


def test_a_smooth_wave_is_decoded_almost_exactly() -> None:
    wave = [round(8000 * ((n % 100) / 50 - 1)) for n in range(3000)]
    back = array("h", sound_of(adpcm.to_wav(wave, 24000)).frames)
    inside = [abs(a - b) for n, (a, b) in enumerate(zip(wave, back, strict=True)) if n % 100 > 10]
    assert sum(inside) / len(inside) < 400


@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda end: SOX[:60] + end))
def test_a_corrupt_file_is_rejected_with_its_name(data: bytes) -> None:
    for read in (sound_of, aiff.sound_of):
        try:
            read(data)
        except ValueError:
            continue


def rate_80(rate: int) -> bytes:
    """Return a sample rate as in AIFF, an 80-bit float."""
    return struct.pack(">HQ", 16383 + rate.bit_length() - 1, rate << (64 - rate.bit_length()))


def aiff_file(samples: list[int], form: bytes = b"NONE", channels: int = 1) -> bytes:
    """Return an AIFF-C file of 22,050 Hz."""
    head = struct.pack(">hIh", channels, len(samples), 16) + rate_80(22050) + form
    order = "<" if form == b"sowt" else ">"
    body = bytes(8) + struct.pack(f"{order}{len(samples)}h", *samples)
    chunks = b"COMM" + struct.pack(">I", len(head)) + head
    chunks += b"SSND" + struct.pack(">I", len(body)) + body
    return b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFC" + chunks


@pytest.mark.parametrize("form", [b"NONE", b"twos", b"sowt"])
def test_an_aiff_file_of_macos_becomes_a_wav(form: bytes) -> None:
    sound = aiff.sound_of(aiff_file([1, -2, 300], form))
    assert sound == Sound(22050, struct.pack("<3h", 1, -2, 300))


def test_compressed_or_stereo_aiff_is_refused() -> None:
    for data in (aiff_file([1], b"ulaw"), aiff_file([1, 2], channels=2), aiff_file([])[:40]):
        with pytest.raises(ValueError, match=r"no|not"):
            aiff.sound_of(data)


@dataclass
class Listed:
    """Voice as pyttsx3 lists it."""

    id: str
    name: str
    languages: list[str]


WINDOWS = [
    Listed(r"HKEY\TTS_MS_EN-US_ZIRA_11.0", "Microsoft Zira Desktop - English", ["en_US"]),
    Listed(r"HKEY\TTS_MS_ZH-CN_HUIHUI_11.0", "Microsoft Huihui Desktop", ["zh_CN"]),
]
MACOS = [
    Listed("com.apple.voice.compact.en-US.Samantha", "Samantha", ["en_US"]),
    Listed("com.apple.voice.compact.zh-TW.Meijia", "Mei-Jia", ["zh_TW"]),
    Listed("com.apple.voice.compact.zh-CN.Tingting", "Ting-Ting", ["zh_CN"]),
]


@pytest.mark.parametrize("voices", [WINDOWS, MACOS])
def test_the_mandarin_voice_is_found_by_its_language(voices: list[Listed]) -> None:
    zh, en = (find_voice(voices, system_voices("win32")[lang]) for lang in ("zh", "en"))
    assert zh is not None
    assert "zh-cn" in zh.lower()
    assert en is not None
    assert "en-us" in en.lower()
    assert find_voice(voices, zh) == zh
    assert find_voice(voices, "sit/cmn") is None
    assert find_voice([], "zh") is None


PHRASES = ["请A零一二号到三号窗口", "请W九九九号到二十七号窗口", "零", "请B幺幺零号到十号窗口"]


@pytest.mark.parametrize("text", PHRASES)
def test_pyttsx3_speaks_whole_phrases(text: str) -> None:
    part = Part("zh", text)
    low, high = plausible(part)
    assert low < system_engine().render([part]).seconds < high


def test_pyttsx3_speaks_english_and_knows_no_other_voice() -> None:
    assert system_engine().render([Part("en", "Number A, zero one two")]).seconds > 1
    with pytest.raises(VoiceError, match="engine_failed: no voice none"):
        system_engine(voices={"zh": "none"}).render([Part("zh", "请")])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("pass", "engine_failed"),  # reports success without a file
        ("out.write_bytes(b'RIFF')", "engine_failed"),
        ("out.write_bytes(to_wav(silence(0.0)))", "engine_failed"),
        ("out.write_bytes(to_wav(silence(0.1)))", "engine_failed"),  # cut short
        ("out.write_bytes(to_wav(silence(200.0)))", "engine_failed"),
        ("raise SystemExit(3)", "engine_missing"),
    ],
)
def test_a_file_counts_as_rendered_only_if_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, code: str
) -> None:
    lines = [
        "import json, sys",
        "from pathlib import Path",
        "from devices.voice.wavs import silence, to_wav",
        "out = Path(json.load(sys.stdin)['parts'][0]['out'])",
        written,
    ]
    (tmp_path / "bad_speech.py").write_text("\n".join(lines))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(VoiceError, match=code):
        ProcessEngine(module="bad_speech").render([Part("zh", PHRASES[0])])


def test_loudness_is_normalised_without_clipping() -> None:
    wave = Sound(8000, struct.pack("<4h", 3000, -3000, 3000, -3000) * 200)
    assert loudness(normalise_loudness(wave, 0.2)) == pytest.approx(0.2, abs=0.001)
    assert peak(normalise_loudness(wave, 5.0)) <= 0.98
    assert normalise_loudness(silence(0.1), 0.2) == silence(0.1)
    assert resample(wave, 16000).seconds == pytest.approx(wave.seconds, abs=0.001)
    assert resample(wave, 8000) == wave


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"none\.wav"):
        read_wav(tmp_path / "none.wav")
