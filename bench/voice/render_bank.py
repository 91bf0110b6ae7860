"""Renderer of the clip bank: `python3 go.py bench --only voice-bank`.

It fetches the model when it runs, renders every clip of `bench.voice.clip_texts`, trims the silence
at both ends, brings all clips to the same loudness and writes them, in IMA ADPCM, to
`devices/voice/bank`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from array import array
from dataclasses import asdict
from pathlib import Path

from bench.voice.clip_texts import clips
from bench.voice.fetch import PLACE, ROOT, environment, voices
from devices.voice import adpcm
from devices.voice.clips import BANK
from devices.voice.wavs import Sound, loudness, normalise_loudness, read_wav

LOUDNESS = 0.12
"""Loudness of every clip over its voiced part, as a share of full scale: -18.4 dB."""
QUIET = 0.012
"""Share of full scale below which the ends are cut off."""
KEPT_SECONDS = 0.012
FADE_SECONDS = 0.005


def trim(sound: Sound) -> Sound:
    """Return a sound without the silence at its ends, faded in and out over a few milliseconds."""
    samples = array("h", sound.frames)
    loud = [n for n, sample in enumerate(samples) if abs(sample) > QUIET * 32768]
    margin, fade = round(KEPT_SECONDS * sound.rate), round(FADE_SECONDS * sound.rate)
    part = samples[max(0, loud[0] - margin) : loud[-1] + margin]
    for n in range(fade):
        part[n] = part[n] * n // fade
        part[-1 - n] = part[-1 - n] * n // fade
    return Sound(sound.rate, part.tobytes())


def level_loudness(sound: Sound) -> Sound:
    """Return a sound at the bank's loudness.

    Levelling changes what counts as voiced, so it is repeated.
    """
    for _ in range(4):
        sound = normalise_loudness(sound, LOUDNESS)
    return sound


def main() -> int:
    """Render and write the bank."""
    top = argparse.ArgumentParser(prog="go.py bench --only voice-bank", description=__doc__)
    top.add_argument("--bank", type=Path, default=BANK, metavar="DIR")
    out: Path = top.parse_args().bank
    python = environment("renderer", built=("jieba",))
    bank = clips()
    env = os.environ | {"KOKORO_JA_CACHE": str(PLACE), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        words = [str(python), "-m", "bench.voice.renderer", str(voices()), folder]
        order = json.dumps([asdict(clip) for clip in bank])
        subprocess.run(words, input=order, text=True, check=True, env=env, cwd=ROOT)
        total, seconds = 0, 0.0
        for number, clip in enumerate(bank):
            sound = trim(level_loudness(trim(read_wav(Path(folder) / f"{number}.wav"))))
            data = adpcm.to_wav(array("h", sound.frames), sound.rate)
            (out / clip.lang).mkdir(parents=True, exist_ok=True)
            (out / clip.lang / f"{clip.name}.wav").write_bytes(data)
            total, seconds = total + len(data), seconds + sound.seconds
            if abs(loudness(sound) - LOUDNESS) > LOUDNESS / 10:
                print(f"{clip.name}: loudness {loudness(sound):.3f}", file=sys.stderr)
    print(f"{len(bank)} clips, {seconds:.0f} s, {total / 1e6:.2f} MB in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
