"""Speech and clips as WAV, the player's exit code, and one announcement at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.device_thread import Outcome, Task
from devices.simulate.base import Journal
from devices.voice.clips import COMMA_SECONDS, ClipEngine, split_into_clips
from devices.voice.driver import Speaker, VoiceDriver, read_parts
from devices.voice.engines import EspeakEngine, Part, VoiceError
from devices.voice.homophones import with_homophones
from devices.voice.player import Player
from devices.voice.simulator import SpeakerSimulator
from devices.voice.wavs import (
    Sound,
    WavError,
    comment_of,
    join,
    read_wav,
    scale,
    silence,
    to_wav,
)
from support.hardware import PATIENCE, SPEECH, ReportRecorder, Rig, clip_bank

CALL = (Part("zh", "请A零一二号到三号窗口"), Part("en", "A zero one two, window three"))


def rms(sound: Sound) -> float:
    samples = memoryview(sound.frames).cast("h")
    return float((sum(int(s) * int(s) for s in samples) / max(1, len(samples))) ** 0.5)


def test_espeak_speaks_mandarin_then_english() -> None:
    sound = EspeakEngine().render(CALL)
    zh = EspeakEngine().render(CALL[:1])
    assert 1.5 < zh.seconds < 8
    assert sound.seconds > zh.seconds + 1
    assert rms(zh) > 500


def test_digits_take_time_each() -> None:
    # Spelled-out English letters, as with the system's broken dictionary, would last far longer.
    short, long = (EspeakEngine().render([Part("zh", text)]) for text in ("零", "零一二三四五"))
    assert short.seconds < long.seconds < 6


def test_a_slow_engine_is_killed() -> None:
    with pytest.raises(VoiceError, match="engine_timeout"):
        EspeakEngine(seconds=0.001).render(CALL)


def test_an_unknown_voice_is_a_failure_not_silence() -> None:
    engine = EspeakEngine(voices={"zh": "no/such"})
    with pytest.raises(VoiceError, match="engine_failed"):
        engine.render(CALL[:1])


def test_clips_are_joined_longest_first(tmp_path: Path) -> None:
    folder = clip_bank(tmp_path)
    (folder / "zh" / "请到.wav").write_bytes(to_wav(silence(0.5)))
    sound = ClipEngine(folder).render([Part("zh", "请，请到"), Part("en", "Window window")])
    assert sound.seconds == pytest.approx(0.3 + COMMA_SECONDS + 0.5 + 0.35 + 0.3 + 0.3, abs=0.01)


def test_a_missing_clip_is_named(tmp_path: Path) -> None:
    engine = ClipEngine(clip_bank(tmp_path))
    with pytest.raises(VoiceError, match="clip_missing: 零"):
        engine.render([Part("zh", "请零")])
    with pytest.raises(VoiceError, match="clip_missing: three"):
        engine.render([Part("en", "window three")])


names = st.frozensets(st.text("一二三AB", min_size=1, max_size=3), max_size=6)


@given(st.text("一二三AB ，", max_size=12), names)
def test_clips_cover_the_whole_text_or_fail(text: str, bank: frozenset[str]) -> None:
    lower_bank = frozenset(name.lower() for name in bank)
    try:
        clips = split_into_clips(text, lower_bank)
    except VoiceError as error:
        assert error.code == "clip_missing"
        return
    assert "".join(clips) == text.replace(" ", "").replace("，", "").lower()
    assert set(clips) <= lower_bank


def test_clips_of_different_rates_are_refused(tmp_path: Path) -> None:
    folder = clip_bank(tmp_path)
    (folder / "zh" / "到.wav").write_bytes(to_wav(silence(0.2, 16000)))
    with pytest.raises(VoiceError, match="clip_unusable"):
        ClipEngine(folder).render([Part("zh", "请到")])
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(WavError, match=r"broken\.wav"):
        read_wav(broken)


@given(st.binary(min_size=2, max_size=200).filter(lambda data: len(data) % 2 == 0), st.text())
def test_wavs_keep_their_samples_and_comment(frames: bytes, comment: str) -> None:
    data = to_wav(Sound(8000, frames), comment.replace("\x00", "").strip())
    assert comment_of(data) == comment.replace("\x00", "").strip()
    assert frames in data


def test_a_wav_with_a_comment_is_still_a_wav(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    sound = join([silence(0.1), silence(0.1)], 0.1)
    file.write_bytes(to_wav(sound, "请到"))
    assert read_wav(file) == sound


def test_volume_scales_the_samples() -> None:
    loud = Sound(8000, (1000).to_bytes(2, "little", signed=True) * 100)
    assert rms(scale(loud, 50)) == pytest.approx(500)
    assert scale(loud, 100) is loud
    assert rms(scale(loud, 0)) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请曾先生到三号窗口", "请增先生到三号窗口"),
        ("仇某某女士", "求某某女士"),
        ("单位", "单位"),
        ("请解决问题", "请解决问题"),
        ("解＊先生", "谢＊先生"),
    ],
)
def test_surnames_are_pronounced_correctly_and_words_unchanged(text: str, expected: str) -> None:
    assert with_homophones(text) == expected


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("no-such-player", "{wav}"), "player_missing"),
        ((sys.executable, "-c", "raise SystemExit(3)", "{wav}"), "player_failed"),
    ],
)
def test_a_failing_player_fails_the_task(command: tuple[str, ...], code: str) -> None:
    with pytest.raises(VoiceError, match=code):
        Player(command).play(silence(0.05), "")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"parts": "x"},
        {"parts": [{"lang": "fr", "text": "un"}]},
        {"parts": [{"lang": "zh", "text": " "}]},
        {"parts": [{"lang": "zh", "text": "好" * 301}]},
        {"parts": [5]},
    ],
)
def test_an_invalid_announcement_is_rejected(payload: dict[str, object]) -> None:
    assert read_parts(payload) == []


class Sounds:
    """Sounds that the simulated loudspeaker of a rig played, in order."""

    def __init__(self, rig: Rig) -> None:
        self._journal = rig.plan.journal

    def first(self, count: int) -> list[str]:
        """Return the texts of the first `count` sounds, waiting for them."""
        texts: list[str] = []
        number = 0
        while len(texts) < count:
            event = self._journal.wait_for(lambda e: e["kind"] == "sound", PATIENCE, number)
            assert event is not None, texts
            number = int(str(event["seq"]))
            texts.append(str(event["text"]))
        return texts


def test_an_announcement_is_heard_with_its_words(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("espeak")
    rig.owner.submit(Task("1", "dev", "speak", {**SPEECH, "repeats": 2, "volume": 40}))
    sounds = Sounds(rig)
    assert sounds.first(4) == ["请", "window", "请", "window"]
    wav = rig.device.sound(1)  # type: ignore[attr-defined]
    assert wav.startswith(b"RIFF")
    assert rig.outcome_of("1").state == "spoken"
    rig.owner.submit(Task("2", "dev", "speak", SPEECH, expires_at=1.0))
    assert rig.outcome_of("2") == Outcome("expired", "expired")
    rig.owner.submit(Task("3", "dev", "speak", {"parts": []}))
    assert rig.outcome_of("3").reason == "bad_announcement"


class Instant:
    """Engine and player in one that records the requested parts."""

    def __init__(self) -> None:
        self.parts: list[tuple[Part, ...]] = []

    def unsupported_words(self, _parts: object) -> str:
        return ""

    def render(self, parts: object) -> Sound:
        assert isinstance(parts, list)
        self.parts.append(tuple(parts))
        return silence(0.01)


def test_an_announcement_that_expires_while_rendering_is_dropped() -> None:
    player = Player((sys.executable, "-c", "raise SystemExit(1)", "{wav}"))
    speaker = Speaker("s", Instant(), player, 100, 300)
    notes = ReportRecorder()
    crew = VoiceDriver("voice", [speaker], notes, wall=lambda: 50.0)
    begun: list[str] = []
    task = Task("1", "s", "speak", SPEECH, expires_at=49.0)
    assert crew.work(task, lambda: begun.append("1")) == Outcome("expired", "expired")
    assert begun == []
    crew.show("s", {})
    crew.idle()
    latest = notes.latest("s")
    assert latest is not None
    assert (latest.state, latest.code) == ("failed", "player_failed")


def test_overlapping_sounds_are_noted(tmp_path: Path) -> None:
    journal = Journal()
    speaker = SpeakerSimulator("s", 0, journal, scale=1.0, pause=lambda _: None)
    speaker.start()
    file = tmp_path / "a.wav"
    file.write_bytes(to_wav(silence(0.3)))
    command = (sys.executable, "-m", "devices.simulate.player", "--to")
    player = Player((*command, f"127.0.0.1:{speaker.port}", "{wav}"))
    for _ in range(2):
        player.play(silence(0.3), "x")
    assert speaker.overlaps == 0
    sounds = speaker.observable_state()["sounds"]
    assert isinstance(sounds, list)
    assert [sound["text"] for sound in sounds] == ["x", "x"]
    with pytest.raises(KeyError):
        speaker.sound(9)
    speaker.stop()
    with pytest.raises(VoiceError, match="player_failed"):
        player.play(silence(0.05), "")


def burst(rig: Rig, *tasks: Task) -> None:
    """Submit the tasks while the loudspeaker is busy with another one."""
    rig.device.faults.switch("slow", on=True)
    rig.owner.submit(Task("0", "dev", "speak", SPEECH))
    for task in tasks:
        rig.owner.submit(task)
    rig.device.faults.switch("slow", on=False)


def call(number: str, ticket: str, zh: str = "请", **more: object) -> Task:
    """Return an announcement of a ticket's call in both languages, twice."""
    parts = [{"lang": "zh", "text": zh}, {"lang": "en", "text": "window"}]
    payload = {"parts": parts, "repeats": 2, "volume": 100, "ticket": ticket, **more}
    return Task(number, "dev", "speak", payload)


def test_under_load_chinese_is_spoken_once_and_the_rest_later(
    rig_of: Callable[[str], Rig],
) -> None:
    rig = rig_of("clips")
    burst(rig, *(call(str(n), f"t{n}") for n in range(1, 6)))
    texts = Sounds(rig).first(9)
    assert texts == ["请"] * 6 + ["window", "请", "window"]
    assert [rig.outcome_of(str(n)).state for n in range(6)] == ["spoken"] * 6


def test_a_newer_call_of_a_ticket_replaces_the_older(
    rig_of: Callable[[str], Rig],
) -> None:
    rig = rig_of("clips")
    burst(rig, call("1", "a"), call("2", "b", "请，请"), call("3", "a", "请。请"), call("4", ""))
    assert rig.outcome_of("1") == Outcome("expired", "replaced")
    assert Sounds(rig).first(4)[1:] == ["请。请", "请，请", "请"]
    assert [rig.outcome_of(n).state for n in "234"] == ["spoken"] * 3


def test_under_load_the_short_form_is_spoken(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("clips")
    short = {"lang": "zh", "text": "请！"}
    burst(rig, call("1", "a", short=short), call("2", "b", short={"lang": "fr"}), call("3", "c"))
    assert Sounds(rig).first(4)[1:] == ["请！", "请", "请"]


def test_an_announcement_without_a_ticket_replaces_nothing(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("clips")
    burst(rig, Task("1", "dev", "speak", SPEECH), Task("2", "dev", "speak", SPEECH))
    assert [rig.outcome_of(n).state for n in "12"] == ["spoken"] * 2


def test_chinese_comes_first_under_load_whatever_the_order_of_languages() -> None:
    texts: list[str] = []

    class Silent(Player):
        """Player that only records the texts."""

        def play(self, _sound: Sound, comment: str) -> None:
            texts.append(comment)

    crew = VoiceDriver("voice", [Speaker("s", Instant(), Silent(), 100, 300)], ReportRecorder())
    crew.watch(lambda: 1)
    parts = [{"lang": "en", "text": "window"}, {"lang": "zh", "text": "请"}]
    task = Task("1", "s", "speak", {"parts": parts, "repeats": 2})
    assert crew.work(task, lambda: None) == Outcome("spoken")
    crew.idle()
    assert texts == ["请"]
    crew.watch(lambda: 0)
    assert crew.work(task, lambda: None) == Outcome("spoken")
    assert texts == ["请", "window", "请"]
    while crew.wait() == 0.0 and len(texts) < 5:
        crew.idle()
    assert texts == ["请", "window", "请", "window", "请"]


def test_a_failure_after_the_chinese_text_affects_only_the_health() -> None:
    class Once(Player):
        """Player that works a single time."""

        def play(self, _sound: Sound, comment: str) -> None:
            if comment != "请":
                raise VoiceError("player_failed", "exit code 1")

    notes = ReportRecorder()
    crew = VoiceDriver("voice", [Speaker("s", Instant(), Once(), 100, 300)], notes)
    assert crew.work(Task("1", "s", "speak", SPEECH), lambda: None) == Outcome("spoken")
    crew.idle()
    latest = notes.latest("s")
    assert latest is not None
    assert (latest.state, latest.code) == ("failed", "player_failed")
