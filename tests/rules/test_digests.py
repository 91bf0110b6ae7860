"""Digests of journal lines and bulletins: fixed, because old ones are verified again for years.

The expected texts are written out here, so that a digest can be recomputed with any tool.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from server.bulletins import digests
from server.bulletins.figures import Figures
from server.complaints.week_lines import ComplaintLine
from server.core import journal_line
from server.core.journal_line import GENESIS, Line, line_hash
from server.core.weeks import Fact


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_canonical_json_is_sorted_dense_and_keeps_chinese() -> None:
    contents = {"b": [1, None, True], "a": {"乙": "甲", "c": 0.5}}
    expected = '{"a":{"c":0.5,"乙":"甲"},"b":[1,null,true]}'
    assert journal_line.canonical(contents) == expected


def test_the_hash_of_a_journal_line() -> None:
    line = Line(
        "hall",
        7,
        1764000000000,
        "clerk",
        "1001",
        "T1",
        "ticket.call",
        "甲",
        {"n": 1, "a": "乙"},
        "x",
    )
    expected = (
        f'["{GENESIS}", "hall", "7", "1764000000000", "clerk", "1001", "T1", "ticket.call", "甲", '
        '"{\\"a\\":\\"乙\\",\\"n\\":1}", "x"]'
    )
    assert GENESIS == "0" * 64
    assert line_hash(GENESIS, line) == sha256(expected)


FIGURES = Figures("2026-W10", "2026-03-02", "2026-03-08", "测试大厅", {"late": Fact("3", "/x")})


def test_the_digest_of_a_bulletin() -> None:
    figures = (
        '{"cases":[],"checks":[],"facts":{"late":{"link":"/x","value":"3"}},"findings":[],'
        '"first":"2026-03-02","hall":"测试大厅","last":"2026-03-08","last_findings":[],'
        '"rates":{},"service_units":[],"service_windows":[],"units":[],"week":"2026-W10"}'
    )
    expected = f'{{"figures":{figures},"number":12,"words":{{"summary":"好"}}}}'
    assert journal_line.canonical(digests.contents(FIGURES)) == figures
    assert digests.bulletin_digest(12, FIGURES, {"summary": "好"}) == sha256(expected)


def test_a_figure_that_came_later_is_covered_once_it_is_there() -> None:
    line = ComplaintLine("tax", "税务", 2, 0, 0, 1, 1, 1, 0, 1, 0, "/x")
    later = replace(FIGURES, complaint_units=(line,))
    assert "complaint_units" not in digests.contents(FIGURES)
    assert digests.contents(later)["complaint_units"][0]["received"] == 2
    digest = digests.bulletin_digest(12, later, {})
    assert digest != digests.bulletin_digest(12, FIGURES, {})
    changed = replace(FIGURES, complaint_units=(replace(line, received=3),))
    assert digest != digests.bulletin_digest(12, changed, {})


def test_the_digest_of_an_amendment() -> None:
    expected = '{"before":"abc","data":[1],"n":2,"words":"更正"}'
    assert digests.amendment_digest("abc", 2, "更正", [1]) == sha256(expected)
