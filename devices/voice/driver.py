"""Driver of an agent's loudspeakers: one announcement at a time, in all zones together.

All speakers of a `group` (by default all of the agent's) share one thread, so two voices never
overlap. An announcement counts as spoken once its Chinese was played to the end. The rest (English,
the repeats) follows only while no other task waits. Expired announcements and tasks other than
`speak` are rejected.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from devices.config import AgentConfig, DeviceConfig
from devices.config_table import Settings
from devices.device_thread import Outcome, Reports, Task
from devices.health import Health
from devices.voice.clips import BANK, ClipEngine
from devices.voice.engines import (
    VOICES,
    Engine,
    EspeakEngine,
    Part,
    VoiceError,
    system_engine,
    system_voices,
)
from devices.voice.player import PLACE, Player
from devices.voice.wavs import Sound, join, scale, silence

DRIVERS = ("clips", "espeak", "pyttsx3")
ENGINES: Mapping[str, Callable[[int, float, Mapping[str, str]], Engine]] = {
    "espeak": EspeakEngine,
    "pyttsx3": system_engine,
}
MAX_REPEATS = 5
MAX_PARTS = 8
MAX_CHARACTERS = 300
BETWEEN_PARTS = 0.35
BETWEEN_REPEATS = 0.8
FIRST = "zh"
"""Language that every announcement is spoken in, however many tasks wait."""
PROBE_SILENCE = 0.05


@dataclass(slots=True)
class Speaker:
    """One loudspeaker; its `volume` in per cent is multiplied with the announcement's own."""

    name: str
    engine: Engine
    player: Player
    volume: int
    probe_seconds: float
    next_probe: float = 0.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One part of an announcement at one speaker; `lead`: seconds of silence before it."""

    speaker: Speaker
    part: Part
    volume: int
    lead: float
    completes: bool
    """Flag: the announcement counts as spoken once this phrase was played."""

    def sound(self) -> Sound:
        """Return the sound of the phrase; raises VoiceError."""
        return scale(self.speaker.engine.render([self.part]), self.volume)


def _phrases(speaker: Speaker, parts: Sequence[Part], volume: int, repeats: int) -> deque[_Phrase]:
    """Return the phrases of an announcement in their order."""
    counts = next((n for n, part in enumerate(parts) if part.lang == FIRST), 0)
    return deque(
        _Phrase(
            speaker,
            part,
            volume,
            BETWEEN_PARTS if place else BETWEEN_REPEATS,
            turn == 0 and place == counts,
        )
        for turn in range(repeats)
        for place, part in enumerate(parts)
    )


def _shorten(phrases: deque[_Phrase], payload: Mapping[str, object]) -> None:
    """Move the phrase that counts to the front, in its short form if there is one."""
    while not phrases[0].completes:
        phrases.rotate(-1)
    short = read_parts({"parts": [payload.get("short")]})
    if short and short[0].lang == phrases[0].part.lang:
        phrases[0] = replace(phrases[0], part=short[0])


class VoiceDriver:
    """Driver of one group of speakers.

    `clock` returns monotonic seconds, `wall` seconds since the epoch.
    """

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
        self._rest: deque[_Phrase] = deque()
        self._waiting: Callable[[], int] = lambda: 0

    def watch(self, waiting: Callable[[], int]) -> None:
        """Set the function that counts waiting tasks; see QueueAware."""
        self._waiting = waiting

    def replaces(self, newer: Task, older: Task) -> bool:
        """Return True if `newer` calls the same ticket at the same loudspeaker."""
        ticket = newer.payload.get("ticket")
        same = (newer.kind, newer.device) == (older.kind, older.device)
        return same and isinstance(ticket, str) and older.payload.get("ticket") == ticket

    def wait(self) -> float:
        """Return the seconds until the next probe; 0 while phrases remain."""
        if self._rest:
            return 0.0
        due = min((speaker.next_probe for speaker in self._speakers.values()), default=0.0)
        return max(0.0, due - self._clock())

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Do nothing: a loudspeaker has no display state."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Speak one announcement, at least in Chinese; `idle` speaks the rest."""
        self._rest.clear()
        if task.kind != "speak":
            return Outcome("failed", "not_supported", task.kind)
        parts = read_parts(task.payload)
        if not parts:
            return Outcome("failed", "bad_announcement")
        speaker = self._speakers[task.device]
        volume = round(_whole(task.payload, "volume", 100, 0, 100) * speaker.volume / 100)
        repeats = _whole(task.payload, "repeats", 1, 1, MAX_REPEATS)
        phrases = _phrases(speaker, parts, volume, repeats)
        if self._waiting() > 0:
            _shorten(phrases, task.payload)
        started = False
        while phrases:
            phrase = phrases.popleft()
            try:
                sound = phrase.sound()
                if not started and task.expires_at is not None and self._wall() >= task.expires_at:
                    return Outcome("expired", "expired")
                if not started:
                    begin()
                    started = True
                speaker.player.play(sound, phrase.part.text)
            except VoiceError as error:
                self._report(speaker, error)
                return Outcome("failed", error.code, error.detail)
            if phrase.completes:
                break
        self._rest.extend(phrases)
        self._report(speaker, None, speaker.engine.unsupported_words(parts))
        return Outcome("spoken")

    def idle(self) -> None:
        """Speak the rest of an announcement, or play a short silence as a probe at intervals.

        Playing a sound is the only way to check a player.
        """
        if self._rest:
            self._speak_next()
            return
        for speaker in self._speakers.values():
            if self._clock() >= speaker.next_probe:
                try:
                    speaker.player.play(silence(PROBE_SILENCE), "")
                except VoiceError as error:
                    self._report(speaker, error)
                else:
                    self._report(speaker, None)

    def _speak_next(self) -> None:
        """Speak the next phrase, unless another announcement waits."""
        if self._waiting() > 0:
            self._rest.clear()
            return
        phrase = self._rest.popleft()
        speaker = phrase.speaker
        try:
            sound = phrase.sound()
            lead = silence(phrase.lead, sound.rate)
            speaker.player.play(join([lead, sound], 0.0), phrase.part.text)
        except VoiceError as error:
            self._rest.clear()
            self._report(speaker, error)

    def close(self) -> None:
        """Do nothing: no resource is held between announcements."""

    def _report(self, speaker: Speaker, error: VoiceError | None, outside: str = "") -> None:
        speaker.next_probe = self._clock() + speaker.probe_seconds
        if error is None and outside:
            health = Health("degraded", "clip_missing", {"clip": outside})
        elif error is None:
            health = Health("ok", "ok")
        elif error.code == "clip_missing":
            # Sent as a reading, because readings are not logged: it is part of the spoken text.
            health = Health("degraded", error.code, {"clip": error.detail})
        else:
            health = Health("failed", error.code, {}, error.detail)
        self._reports.health(speaker.name, health)


def read_parts(payload: Mapping[str, object]) -> list[Part]:
    """Return the phrases of an announcement; empty if the payload is not a valid one."""
    parts = payload.get("parts")
    if not isinstance(parts, Sequence) or isinstance(parts, str) or len(parts) > MAX_PARTS:
        return []
    phrases: list[Part] = []
    for part in parts:
        if not isinstance(part, Mapping):
            return []
        lang, text = part.get("lang"), part.get("text")
        if not isinstance(lang, str) or lang not in VOICES or not isinstance(text, str):
            return []
        if not text.strip() or len(text) > MAX_CHARACTERS:
            return []
        phrases.append(Part(lang, text))
    return phrases


def _whole(payload: Mapping[str, object], key: str, default: int, low: int, high: int) -> int:
    value = payload.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return max(low, min(high, int(value)))


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[VoiceDriver]:
    """Build one driver per group; problems are collected in the devices' settings."""
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
    return [VoiceDriver(name, speakers, reports) for name, speakers in groups.items()]


def _engine(device: DeviceConfig, config: AgentConfig) -> Engine:
    settings = device.settings
    if device.driver != "clips":
        return _process(settings, device.driver)
    folder_name = settings.text("clips", "")
    folder = config.folder / folder_name if folder_name else BANK
    if not folder.is_dir():
        settings.problem(f"找不到录音文件夹 {folder}", f"there is no clip folder {folder}")
    missing = settings.text("missing", "espeak", ("espeak", "pyttsx3", "refuse"))
    if missing == "refuse":
        return ClipEngine(folder)
    return ClipEngine(folder, _process(settings, missing))


def _process(settings: Settings, driver: str) -> Engine:
    voices = system_voices() if driver == "pyttsx3" else VOICES
    return ENGINES[driver](
        settings.whole("rate", 165, 60, 400),
        settings.number("engine_seconds", 15, 0.1, 120),
        {
            "zh": settings.text("voice_zh", voices["zh"]),
            "en": settings.text("voice_en", voices["en"]),
        },
    )


def _player(settings: Settings) -> Player:
    command = settings.words("player", ("aplay", "-q", PLACE))
    if not any(PLACE in word for word in command):
        settings.problem("player 中要有 {wav}", "player must contain {wav}")
    return Player(command, settings.number("player_grace_seconds", 5, 0.1, 60))
