"""Two people who change the same form: the later one is told, and nothing is overwritten."""

from __future__ import annotations

import pytest

from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.errors import CommonCode, HallError

NOW = {"name": "甲", "minutes": 5}


@pytest.mark.parametrize("seen", [NOT_SHOWN, {"name": "甲"}, NOW])
def test_what_was_shown_is_still_so(seen: dict[str, object]) -> None:
    require_unchanged(seen, NOW)


@pytest.mark.parametrize(
    ("seen", "field"),
    [({"name": "甲", "minutes": 4}, "minutes"), ({"name": "乙"}, "name"), ({"gone": 1}, "gone")],
)
def test_a_value_that_changed_meanwhile_is_named(seen: dict[str, object], field: str) -> None:
    with pytest.raises(HallError) as caught:
        require_unchanged(seen, NOW)
    assert caught.value.code is CommonCode.CHANGED_MEANWHILE
    assert caught.value.data == {"field": field}
