"""The loudspeakers of one agent: one announcement at a time, whatever the zone.

All speakers of a `group` (by default all of the agent's) share one thread, so two voices are never
heard at once. It refuses announcements past their expiry, and tasks other than `speak`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devices.config import AgentConfig, DeviceConfig
from devices.health import Health
from devices.owner import Outcome, Reports, Task
from devices.settings import Settings
from devices.voice.engines import VOICES, ClipEngine, Engine, EspeakEngine, Part, VoiceError
from devices.voice.player import PLACE, Player
from devices.voice.wavs import join, scaled, silence

DRIVERS = ("espeak", "clips")
MAX_REPEATS = 5
MAX_PARTS = 8
MAX_CHARACTERS = 300
BETWEEN_REPEATS = 0.8
PROBE_SILENCE = 0.05


@dataclass(slots=True)
class Speaker:
    """One loudspeaker; `volume` per cent is multiplied with the announcement's own."""

    name: str
    engine: Engine
    player: Player
    volume: int
    probe_seconds: float
    next_probe: float = 0.0


class VoiceCrew:
    """The crew of one group of speakers. `clock` is monotonic, `wall` seconds since the epoch."""

    def __init__(
        self,
        name: str,
        speakers: Sequence[Speaker],
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.devices = tuple(speaker.name for speaker in speakers)
        self._speakers = {speaker.name: speaker for speaker in speakers}
        self._reports = reports
        self._clock = clock
        self._wall = wall

    def wait(self) -> float:
        """Until the next probe."""
        due = min((speaker.next_probe for speaker in self._speakers.values()), default=0.0)
        return max(0.0, due - self._clock())

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """A loudspeaker shows nothing; a desired state for it is ignored."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Speak one announcement."""
        if task.kind != "speak":
            return Outcome("failed", "not_supported", task.kind)
        parts = read_parts(task.payload)
        if not parts:
            return Outcome("failed", "bad_announcement")
        speaker = self._speakers[task.device]
        volume = round(_whole(task.payload, "volume", 100, 0, 100) * speaker.volume / 100)
        repeats = _whole(task.payload, "repeats", 1, 1, MAX_REPEATS)
        comment = " | ".join(part.text for part in parts)
        try:
            once = scaled(speaker.engine.render(parts), volume)
            if task.expires_at is not None and self._wall() >= task.expires_at:
                return Outcome("expired", "expired")
            begin()
            speaker.player.play(join([once] * repeats, BETWEEN_REPEATS), comment)
        except VoiceError as error:
            self._report(speaker, error)
            return Outcome("failed", error.code, error.detail)
        self._report(speaker, None)
        return Outcome("spoken")

    def idle(self) -> None:
        """Play a moment of silence now and then: the only question a player answers."""
        for speaker in self._speakers.values():
            if self._clock() >= speaker.next_probe:
                try:
                    speaker.player.play(silence(PROBE_SILENCE), "")
                except VoiceError as error:
                    self._report(speaker, error)
                else:
                    self._report(speaker, None)

    def close(self) -> None:
        """Nothing is held between announcements."""

    def _report(self, speaker: Speaker, error: VoiceError | None) -> None:
        speaker.next_probe = self._clock() + speaker.probe_seconds
        if error is None:
            health = Health("ok", "ok")
        elif error.code == "clip_missing":
            # As a reading, which no log has: it is a word of what was to be spoken.
            health = Health("degraded", error.code, {"clip": error.detail})
        else:
            health = Health("failed", error.code, {}, error.detail)
        self._reports.health(speaker.name, health)


def read_parts(payload: Mapping[str, object]) -> list[Part]:
    """The phrases of an announcement; empty when it is not one."""
    parts = payload.get("parts")
    if not isinstance(parts, Sequence) or isinstance(parts, str) or len(parts) > MAX_PARTS:
        return []
    found: list[Part] = []
    for part in parts:
        if not isinstance(part, Mapping):
            return []
        lang, text = part.get("lang"), part.get("text")
        if not isinstance(lang, str) or lang not in VOICES or not isinstance(text, str):
            return []
        if not text.strip() or len(text) > MAX_CHARACTERS:
            return []
        found.append(Part(lang, text))
    return found


def _whole(payload: Mapping[str, object], key: str, default: int, low: int, high: int) -> int:
    value = payload.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return max(low, min(high, int(value)))


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[VoiceCrew]:
    """One crew a group; problems are collected in the devices' settings."""
    groups: dict[str, list[Speaker]] = {}
    for device in devices:
        settings = device.settings
        group = settings.text("group", "voice")
        speaker = Speaker(
            device.name,
            _engine(device, config),
            _player(settings),
            settings.whole("volume", 100, 0, 100),
            settings.number("probe_seconds", 300, 1, 86400),
        )
        groups.setdefault(group, []).append(speaker)
    return [VoiceCrew(name, speakers, reports) for name, speakers in groups.items()]


def _engine(device: DeviceConfig, config: AgentConfig) -> Engine:
    settings = device.settings
    if device.driver == "clips":
        folder = config.folder / settings.text("clips")
        if not folder.is_dir():
            settings.problem(f"找不到录音文件夹 {folder}", f"there is no clip folder {folder}")
        return ClipEngine(folder)
    return EspeakEngine(
        rate=settings.whole("rate", 165, 60, 400),
        seconds=settings.number("engine_seconds", 15, 0.1, 120),
        voices={
            "zh": settings.text("voice_zh", VOICES["zh"]),
            "en": settings.text("voice_en", VOICES["en"]),
        },
    )


def _player(settings: Settings) -> Player:
    command = settings.words("player", ("aplay", "-q", PLACE))
    if not any(PLACE in word for word in command):
        settings.problem("player 中要有 {wav}", "player must contain {wav}")
    return Player(command, settings.number("player_grace_seconds", 5, 0.1, 60))
