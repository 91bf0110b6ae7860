"""Texts of strips and announcements, from the server's state to the simulated devices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.device_thread import Task
from display.announcer import utterance
from display.strip import strip
from server.core.settings import Settings
from server.queue.messages import WindowState
from support.hardware import PATIENCE, Rig

CASES = {
    "called": ("请A012号到3号窗口", "red", "call"),
    "serving": ("正在办理A012号", "green", "call"),
    "paused": ("暂停服务", "yellow", "paused"),
    "closed": ("3号窗口未开放", "yellow", "paused"),
    "idle": ("企业登记", "green", "idle"),
}


def window(state: str) -> WindowState:
    """Return the window 3 in a state, with a ticket."""
    return WindowState.model_validate(
        {
            "code": "W03",
            "number": 3,
            "name": "企业登记",
            "name_en": "Companies",
            "zone": "east",
            "kind": "specialised",
            "state": state,
            "ticket": "A012",
            "staff": "1001",
            "staff_name": "甲",
            "since": 0,
            "pause_reason": "",
        }
    )


@pytest.mark.parametrize("state", CASES)
def test_the_text_of_a_strip_follows_the_state_of_its_window(state: str) -> None:
    text, colour, mode = CASES[state]
    assert strip(window(state)) == {"mode": mode, "text": text, "colour": colour}


def test_the_strip_of_a_paused_window_says_when_it_is_back() -> None:
    assert strip(window("paused"), "10:40")["text"] == "暂停服务，约10:40恢复"
    assert strip(window("idle"), "10:40") == strip(window("idle"))


def appears(rig: Rig, text: str) -> bool:
    """Return True once the simulated device has shown or spoken a text."""
    return rig.plan.journal.wait_for(lambda event: event.get("text") == text, PATIENCE) is not None


@pytest.mark.parametrize("driver", ["w1", "w2", "w7"])
def test_every_text_is_shown_by_the_strip(driver: str, rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of(driver)
    for state, (text, _colour, _mode) in CASES.items():
        rig.owner.set_desired_state("dev", dict(strip(window(state))))
        assert appears(rig, text), state


SETTINGS = Settings(voice_one="幺", voice_languages="zh,en", voice_repeats=2, voice_volume=70)
ZH = {"lang": "zh", "text": "请A幺零二号到十二号窗口"}
EN = {"lang": "en", "text": "Number A, one zero two, please go to window 12."}


def test_an_announcement_has_all_that_the_loudspeaker_needs() -> None:
    assert utterance("A102", 12, "east", SETTINGS) == {
        "zone": "east",
        "parts": [ZH, EN],
        "short": {"lang": "zh", "text": "A幺零二，十二号窗口"},
        "repeats": 2,
        "volume": 70,
    }


@pytest.mark.parametrize(("languages", "parts"), [("zh", [ZH]), ("en", [EN]), ("en,zh", [EN, ZH])])
def test_the_languages_are_spoken_in_the_order_of_the_setting(
    languages: str, parts: list[dict[str, str]]
) -> None:
    settings = Settings(voice_one="幺", voice_languages=languages)
    assert utterance("A102", 12, "east", settings)["parts"] == parts


def test_an_announcement_is_heard_as_the_server_words_it(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("espeak")
    settings = Settings(voice_one="幺", voice_languages="zh,en", voice_repeats=1)
    rig.owner.submit(Task("1", "dev", "speak", utterance("A102", 12, "east", settings)))
    assert appears(rig, ZH["text"])
    assert appears(rig, EN["text"])
    assert rig.outcome_of("1").state == "spoken"
