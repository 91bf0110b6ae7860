"""Words on pages: every value that a page may be sent has a word in each table that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from counters.messages import Pause
from devices.printers import simulator as printers
from devices.voice import simulator as voices
from server.core.actors import ActorKind
from server.queue.call_order import Why
from server.queue.offline.desk_plausibility import Implausibility
from server.queue.offline.messages import OfflineAct
from server.queue.tickets import Move, Outcome, State

ROOT = Path(__file__).parents[2]
FOLDERS = ("kiosk/web", "counters/web", "display/web")
TABLE = r"\b{name}(?::[^=]*)? = (?:dictionary\()?\{{(.*?)^\}}"
KEY = re.compile(r'^  "?([\w.]+)"?: \{', re.MULTILINE)
CHINESE = re.compile(r'\bzh: "((?:[^"\\]|\\.)*)"')
PLACE = re.compile(r"\{\w+\}")
CODE = re.compile(r"[A-Za-z_]{2,}")
LATIN = {"English", "Enter", "sfz", "GB"}
"""Latin words allowed in a Chinese sentence: the language's name, keys, an example to type."""

CASE_PAGES = {"counters/web/CaseDialog.vue", "kiosk/web/ProgressPage.vue"}
"""Pages on which every sentence is about a case."""


def literals(model: Any, name: str) -> set[str]:
    """Return the values that a field of a message may have."""
    return {value for value in get_args(model.model_fields[name].annotation) if value}


OUTCOMES = {member.value for member in Outcome} | {"unrecorded"}
SLIPS = {"sent", "printed", "failed", "unknown", "reprint"}
ACTS = {f"ticket.{move.value}" for move in Move} | {f"slip.{state}" for state in SLIPS}
UNFIT = {
    "move_not_allowed",
    "not_the_holder",
    "ticket_unknown",
    "window_busy",
    "window_taken",
    "window_not_signed_in",
    "window_idle",
    "window_paused",
    "no_show_too_early",
    "reason_required",
    "forbidden",
    "act_put_aside",
}
NEEDED: list[tuple[str, str, set[str]]] = [
    ("kiosk/web/phone-words.ts", "stateWords", {member.value for member in State}),
    ("kiosk/web/phone-words.ts", "outcomeWords", OUTCOMES),
    ("kiosk/web/phone-words.ts", "nextWords", OUTCOMES),
    ("kiosk/web/words.ts", "t", {"withdrawn", "elsewhere"}),
    ("kiosk/web/words.ts", "REASONS", {"paper_out", "cover_open", "cutter", "offline"}),
    ("server/web/outcomes.ts", "OUTCOME_WORDS", OUTCOMES),
    ("counters/web/words.ts", "PAUSE_WORDS", literals(Pause, "reason")),
    ("counters/web/words.ts", "WHYS", {member.value for member in Why} | {"resumed"}),
    ("counters/web/history-words.ts", "OTHER_WHYS", {"offline"}),
    ("counters/web/history-words.ts", "ACTS", ACTS | {"ticket.conflict", "counter.unfit"}),
    ("counters/web/history-words.ts", "ACTORS", {member.value for member in ActorKind}),
    ("server/web/desk-acts.ts", "ACTS", literals(OfflineAct, "kind")),
    ("counters/web/unfit-words.ts", "REASONS", UNFIT),
    ("server/queue/web/desk-act-words.ts", "DOUBTS", {member.value for member in Implausibility}),
    ("server/queue/web/desk-act-words.ts", "STATES", {member.value for member in State}),
    (
        "display/web/simulators/fault-words.ts",
        "words",
        {*printers.FAULTS, *voices.FAULTS},
    ),
]


@pytest.mark.parametrize(
    ("path", "name", "needed"), NEEDED, ids=[f"{name} of {path}" for path, name, _ in NEEDED]
)
def test_every_value_has_its_word(path: str, name: str, needed: set[str]) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    table = re.search(TABLE.format(name=name), text, re.DOTALL | re.MULTILINE)
    assert table, f"{name} is not in {path}"
    assert needed - set(KEY.findall(table[1])) == set()


def sentences() -> Iterator[tuple[str, str]]:
    """Yield every Chinese sentence of the dictionaries, with its file."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".ts", ".vue"):
                for sentence in CHINESE.findall(path.read_text(encoding="utf-8")):
                    yield str(path.relative_to(ROOT)), sentence


def test_no_chinese_sentence_holds_a_code_or_left_over_english() -> None:
    violations = [
        (path, sentence)
        for path, sentence in sentences()
        if set(CODE.findall(PLACE.sub("", sentence))) - LATIN
    ]
    assert violations == []


def test_only_a_case_is_closed() -> None:
    """Use 办结 only of cases.

    A ticket's service ends (结束办理); 办结 is said of a case, or of one done on the spot.
    """
    violations = [
        (path, sentence)
        for path, sentence in sentences()
        if "办结" in sentence.replace("当场办结", "") and path not in CASE_PAGES
    ]
    assert violations == []


def test_applicants_pages_mention_no_server_and_show_no_class_mark() -> None:
    """Keep system terms off applicants' pages.

    Staff's own pages may name their system.
    """
    violations = [(p, s) for p, s in sentences() if "服务器" in s and "simulators" not in p]
    assert violations == []
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.vue"):
            marks_shown = re.findall(
                r"\{\{[^}]*\.mark\b[^}]*\}\}", path.read_text(encoding="utf-8")
            )
            assert marks_shown == [], path
