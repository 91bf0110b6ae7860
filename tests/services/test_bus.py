"""Events of the hall: told in order, undone by nobody, the same after the way to another worker."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.bus import Bus, Event, HallChanged, WindowChanged, of_wire, to_wire

TEXT = st.text(max_size=12)
JSON = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans(), max_size=3)


def _values(kind: type[Any]) -> st.SearchStrategy[Any]:
    fields = {
        name: {"str": TEXT, "int": st.integers(), "dict[str, Any]": JSON}.get(
            str(field.type), st.tuples(TEXT, TEXT)
        )
        for name, field in kind.__dataclass_fields__.items()
    }
    return st.builds(kind, **fields)


@given(event=st.one_of(*map(_values, get_args(Event))))
def test_an_event_is_the_same_after_the_wire(event: Event) -> None:
    assert of_wire(json.loads(json.dumps(to_wire(event)))) == event


@pytest.mark.parametrize("said", [["Nothing", {}], ["WindowChanged", {"door": "1"}]])
def test_another_s_words_are_refused(said: list[Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        of_wire(said)


def test_what_happened_here_goes_on_and_what_was_heard_does_not() -> None:
    bus = Bus()
    here: list[Event] = []
    on: list[Event] = []
    bus.subscribe(here.append)
    bus.forward = on.extend
    bus.publish([WindowChanged("W01")])
    bus.deliver([HallChanged("looked")])
    assert here == [WindowChanged("W01"), HallChanged("looked")]
    assert on == [WindowChanged("W01")]


def test_a_listener_that_fails_stops_nobody() -> None:
    bus = Bus()
    here: list[Event] = []

    def fails(_event: Event) -> None:
        raise ValueError

    bus.subscribe(fails)
    bus.subscribe(here.append)
    bus.publish([WindowChanged("W01")])
    assert here == [WindowChanged("W01")]
