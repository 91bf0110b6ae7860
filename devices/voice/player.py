"""Sound player: plays a WAV with an external command and relies only on its exit code.

A speech library reports success even without a sound card [RAN]. The command is stopped a few
seconds after the end of the sound.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.voice.engines import VoiceError
from devices.voice.wavs import Sound, to_wav

PLACE = "{wav}"


@dataclass(frozen=True, slots=True)
class Player:
    """External player.

    `{wav}` in `command` is the file, `grace` the seconds beyond the sound's end.
    """

    command: Sequence[str] = ("aplay", "-q", PLACE)
    grace: float = 5.0

    def play(self, sound: Sound, comment: str) -> None:
        """Play the sound to its end; raises VoiceError."""
        with tempfile.TemporaryDirectory(prefix="voice-") as folder:
            file = Path(folder) / "announcement.wav"
            file.write_bytes(to_wav(sound, comment))
            command = [word.replace(PLACE, str(file)) for word in self.command]
            try:
                process = subprocess.run(
                    command,
                    capture_output=True,
                    timeout=sound.seconds + self.grace,
                    check=False,
                    stdin=subprocess.DEVNULL,
                )
            except FileNotFoundError:
                raise VoiceError("player_missing", command[0]) from None
            except OSError as error:
                raise VoiceError("player_missing", str(error)) from None
            except subprocess.TimeoutExpired:
                raise VoiceError("player_timeout", command[0]) from None
        if process.returncode != 0:
            words = process.stderr.decode("utf-8", "replace").strip()[-300:]
            raise VoiceError("player_failed", f"exit code {process.returncode} {words}")
