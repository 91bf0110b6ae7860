"""Entry point `python -m devices.simulate.player --to HOST:PORT FILE.wav`: simulated aplay.

It ends with exit code 0 once the speaker has played the sound to its end, and with 1 if there is no
speaker or it failed. It does not interpret the file.
"""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

LONGEST_SECONDS = 600.0


def main() -> int:
    """Send the file and wait for the end of the sound; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Plays a WAV on a simulated loudspeaker.")
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    host, _, port = options.to.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5.0) as speaker:
            speaker.settimeout(LONGEST_SECONDS)
            speaker.sendall(options.file.read_bytes())
            speaker.shutdown(socket.SHUT_WR)
            answer = speaker.recv(16)
    except OSError as error:
        sys.stderr.write(f"no loudspeaker at {options.to}: {error}\n")
        return 1
    if answer != b"played\n":
        sys.stderr.write("the loudspeaker stopped in the middle\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
