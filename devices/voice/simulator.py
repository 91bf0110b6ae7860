"""Simulated loudspeaker: a local socket that receives WAVs, waits their length, stores them.

`devices.simulate.player` is the command that sends a WAV, in place of aplay. The speaker records
when two sounds overlap, whoever sent them. It makes no noise.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.voice.wavs import comment_of

FAULTS = ("silent", "slow", "half_frame", "cable_pulled")
KEPT_SOUNDS = 40
SHORTEST_SOUND = 0.2
LARGEST_WAV = 30_000_000
PLAYED_REPLY = b"played\n"


@dataclass(frozen=True, slots=True)
class PlayedSound:
    """Sound that was played to the end, or is being played."""

    number: int
    wav: bytes
    seconds: float
    text: str
    overlapped: bool


class SpeakerSimulator:
    """Simulated loudspeaker.

    `scale` is the playing time in seconds per second of sound; `port` 0 selects a free port.
    """

    kind = "speaker"

    def __init__(
        self,
        name: str,
        port: int,
        journal: Journal,
        scale: float = 1.0,
        slow_seconds: float = 3.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.port = port
        self.faults = Faults(FAULTS, self._fault_changed)
        self.cable = CableLog("wav")
        self.overlaps = 0
        self._journal = journal
        self._scale = scale
        self._slow_seconds = slow_seconds
        self._pause = pause
        self._sounds: deque[PlayedSound] = deque(maxlen=KEPT_SOUNDS)
        self._playing = 0
        self._number = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Listen for sounds."""
        listener = self._listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(8)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._stopping.set()
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            peer.settimeout(30.0)
            if self.faults["cable_pulled"]:
                return
            data = _receive_all(peer)
            self.cable.frame("in", data)
            if self.faults["silent"]:
                # Sends no answer until the player is killed at its deadline.
                while not self._stopping.is_set() and peer.recv(1):
                    pass
                self._stopping.wait(60.0)
                return
            seconds = _length(data)
            if seconds is None or self.faults["half_frame"]:
                return
            self._play(data, seconds)
            peer.sendall(PLAYED_REPLY)

    def _play(self, data: bytes, seconds: float) -> None:
        audible = seconds >= SHORTEST_SOUND
        if audible:
            self._begin(data, seconds)
        try:
            extra = self._slow_seconds if self.faults["slow"] else 0.0
            self._pause(seconds * self._scale + extra)
        finally:
            if audible:
                with self._lock:
                    self._playing -= 1

    def _begin(self, data: bytes, seconds: float) -> None:
        with self._lock:
            self._number += 1
            overlapped = self._playing > 0
            self.overlaps += overlapped
            self._playing += 1
            sound = PlayedSound(self._number, data, seconds, comment_of(data), overlapped)
            self._sounds.append(sound)
        self._journal.note(self.name, "sound", **self._facts(sound))

    def _facts(self, sound: PlayedSound) -> dict[str, Json]:
        return {
            "number": sound.number,
            "text": sound.text,
            "seconds": round(sound.seconds, 2),
            "overlapped": sound.overlapped,
            "wav": f"/devices/{self.name}/sound/{sound.number}.wav",
        }

    def _fault_changed(self, name: str, on: bool) -> None:
        self._journal.note(self.name, "fault", fault=name, on=on)

    def observable_state(self) -> dict[str, Json]:
        """Return the last sounds, newest last, and the counters."""
        with self._lock:
            sounds: list[Json] = [self._facts(sound) for sound in self._sounds]
            return {"sounds": sounds, "playing": self._playing, "overlaps": self.overlaps}

    def sound(self, number: int) -> bytes:
        """Return a sound as WAV; KeyError if it is no longer stored."""
        with self._lock:
            for sound in self._sounds:
                if sound.number == number:
                    return sound.wav
        raise KeyError(number)


def _receive_all(peer: socket.socket) -> bytes:
    data = bytearray()
    while len(data) < LARGEST_WAV and (part := peer.recv(65536)):
        data += part
    return bytes(data)


def _length(data: bytes) -> float | None:
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
