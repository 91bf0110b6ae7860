"""A simulated loudspeaker: a local socket that takes WAVs, lasts as long as they do, keeps them.

`devices.simulate.player` is the command that hands a WAV over, in place of aplay. The speaker notes
when two sounds overlap, whoever sent them. It refuses to make a noise.
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
from devices.voice.wavs import comment_of

FAULTS = ("silent", "slow", "half_frame", "cable_pulled")
KEPT_SOUNDS = 40
SHORTEST_SOUND = 0.2
LARGEST_WAV = 30_000_000
TAKEN = b"played\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """One sound that was played to the end (or is being played)."""

    number: int
    wav: bytes
    seconds: float
    text: str
    overlapped: bool


class SpeakerSimulator:
    """One loudspeaker; `scale` is how long a second of sound takes, `port` 0 takes a free one."""

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
        self.overlaps = 0
        self._journal = journal
        self._scale = scale
        self._slow_seconds = slow_seconds
        self._pause = pause
        self._sounds: deque[Heard] = deque(maxlen=KEPT_SOUNDS)
        self._playing = 0
        self._number = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Switch on."""
        listener = self._listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(8)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """Switch off."""
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
            if self.faults["silent"]:
                # Says nothing, until the player is killed by its deadline.
                while not self._stopping.is_set() and peer.recv(1):
                    pass
                self._stopping.wait(60.0)
                return
            seconds = _length(data)
            if seconds is None or self.faults["half_frame"]:
                return
            self._play(data, seconds)
            peer.sendall(TAKEN)

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
            heard = Heard(self._number, data, seconds, comment_of(data), overlapped)
            self._sounds.append(heard)
        self._journal.note(self.name, "sound", **self._facts(heard))

    def _facts(self, heard: Heard) -> dict[str, Json]:
        return {
            "number": heard.number,
            "text": heard.text,
            "seconds": round(heard.seconds, 2),
            "overlapped": heard.overlapped,
            "wav": f"/devices/{self.name}/sound/{heard.number}.wav",
        }

    def _fault_changed(self, name: str, on: bool) -> None:
        self._journal.note(self.name, "fault", fault=name, on=on)

    def shows(self) -> dict[str, Json]:
        """The last sounds, newest last."""
        with self._lock:
            sounds: list[Json] = [self._facts(heard) for heard in self._sounds]
            return {"sounds": sounds, "playing": self._playing, "overlaps": self.overlaps}

    def sound(self, number: int) -> bytes:
        """A sound as WAV; KeyError when it is not kept."""
        with self._lock:
            for heard in self._sounds:
                if heard.number == number:
                    return heard.wav
        raise KeyError(number)


def _receive_all(peer: socket.socket) -> bytes:
    data = bytearray()
    while len(data) < LARGEST_WAV and (more := peer.recv(65536)):
        data += more
    return bytes(data)


def _length(data: bytes) -> float | None:
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
