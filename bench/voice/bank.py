"""Renders the bank of clips anew: `python3 go.py bench --only voice-bank`.

Fetches the model when it is run, renders every clip of `bench.voice.words`, trims the quiet at both
ends, brings all to one loudness and writes them, in IMA ADPCM, to `devices/voice/bank`.
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

from bench.voice.fetch import PLACE, ROOT, environment, voices
from bench.voice.words import clips
from devices.voice import adpcm
from devices.voice.clips import BANK
from devices.voice.wavs import Sound, loudness, normalise_loudness, read_wav

LOUDNESS = 0.12
"""Of every clip, over what is voiced: -18.4 dB of full scale."""
QUIET = 0.012
"""Part of full scale below which the ends are cut off."""
KEPT_SECONDS = 0.012
FADE_SECONDS = 0.005


def trimmed(sound: Sound) -> Sound:
    """Return a sound without the quiet at its ends, faded in and out over a few milliseconds."""
    samples = array("h", sound.frames)
    loud = [n for n, sample in enumerate(samples) if abs(sample) > QUIET * 32768]
    kept, fade = round(KEPT_SECONDS * sound.rate), round(FADE_SECONDS * sound.rate)
    part = samples[max(0, loud[0] - kept) : loud[-1] + kept]
    for n in range(fade):
        part[n] = part[n] * n // fade
        part[-1 - n] = part[-1 - n] * n // fade
    return Sound(sound.rate, part.tobytes())


def evened(sound: Sound) -> Sound:
    """Return a sound at the bank's loudness; what counts as voiced moves with it, so repeatedly."""
    for _ in range(4):
        sound = normalise_loudness(sound, LOUDNESS)
    return sound


def main() -> int:
    """Render and write the bank."""
    made = argparse.ArgumentParser(prog="go.py bench --only voice-bank", description=__doc__)
    made.add_argument("--out", type=Path, default=BANK, metavar="DIR")
    out: Path = made.parse_args().out
    python = environment("render", built=("jieba",))
    wanted = clips()
    env = os.environ | {"KOKORO_JA_CACHE": str(PLACE), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        words = [str(python), "-m", "bench.voice.render", str(voices()), folder]
        order = json.dumps([asdict(clip) for clip in wanted])
        subprocess.run(words, input=order, text=True, check=True, env=env, cwd=ROOT)
        total, seconds = 0, 0.0
        for number, clip in enumerate(wanted):
            sound = trimmed(evened(trimmed(read_wav(Path(folder) / f"{number}.wav"))))
            data = adpcm.to_wav(array("h", sound.frames), sound.rate)
            (out / clip.lang).mkdir(parents=True, exist_ok=True)
            (out / clip.lang / f"{clip.name}.wav").write_bytes(data)
            total, seconds = total + len(data), seconds + sound.seconds
            if abs(loudness(sound) - LOUDNESS) > LOUDNESS / 10:
                print(f"{clip.name}: loudness {loudness(sound):.3f}", file=sys.stderr)
    print(f"{len(wanted)} clips, {seconds:.0f} s, {total / 1e6:.2f} MB in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
