"""Judge of partitions: every way in which the books of two servers can differ is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.breaking.partition_history import Books, PartitionHistory, partition_violations

ROW: dict[str, object] = {"id": "20261124-B701", "state": "finished", "seq": 701}
CALL: dict[str, object] = {"ticket_id": "20261124-B701", "n": 1}
WHOLE = PartitionHistory(
    main=Books({"20261124-A001": "waiting"}, {"20261124-A001": {"state": "waiting"}}, []),
    branch=Books({"20261124-B701": "finished"}, {"20261124-B701": ROW}, [CALL]),
    copied_tickets={"20261124-B701": dict(ROW)},
    copied_calls=[dict(CALL)],
    lines=["1", "2"],
    copied_lines=["1", "2"],
    printed=["20261124-A001", "20261124-B701"],
)


def test_whole_books_have_no_violation() -> None:
    assert partition_violations(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"copied_tickets": {}}, "copy"),
        ({"copied_tickets": {"20261124-B701": ROW | {"state": "called"}}}, "copy"),
        ({"copied_tickets": {"20261124-B701": ROW, "20261124-B702": ROW}}, "copy"),
        ({"copied_calls": []}, "copy"),
        ({"copied_calls": [CALL, CALL]}, "copy"),
        ({"copied_lines": ["1"]}, "journal"),
        ({"copied_lines": ["2", "1"]}, "journal"),
        ({"copied_lines": ["1", "2", "2"]}, "journal"),
        ({"printed": ["20261124-A001", "20261124-A001"]}, "double"),
        ({"main": replace(WHOLE.main, tickets={})}, "lost"),
        ({"main": replace(WHOLE.main, checks=["a gap"])}, "check"),
        ({"branch": replace(WHOLE.branch, answered={"20261124-B701": "serving"})}, "state"),
    ],
)
def test_each_difference_is_a_violation(change: dict[str, Any], kind: str) -> None:
    found_kinds = {violation.kind for violation in partition_violations(replace(WHOLE, **change))}
    assert found_kinds == {kind}
