"""Events of the hall: delivered in order, also past a failing subscriber, unchanged by the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.events import Bus, Event, HallChanged, kinds, of_wire, to_wire
from server.queue.events import SlipOwed, WindowChanged
from server.queue.slips import StoredSlip

TEXT = st.text(max_size=12)
JSON = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans(), max_size=3)


def _values(kind: type[Any]) -> st.SearchStrategy[Any]:
    fields = {
        name: {"str": TEXT, "int": st.integers(), "dict[str, Any]": JSON}.get(
            str(field.type), st.tuples(TEXT, TEXT)
        )
        for name, field in kind.__dataclass_fields__.items()
        if "own" not in field.metadata
    }
    return st.builds(kind, **fields)


@given(event=st.one_of(*map(_values, kinds().values())))
def test_an_event_survives_serialisation(event: Event) -> None:
    assert of_wire(json.loads(json.dumps(to_wire(event)))) == event


def test_other_workers_do_not_get_what_is_a_worker_s_own() -> None:
    row = StoredSlip("s", "ticket", "", "printer-1", "{}", "owed", "", False, 1, 1, "kiosk:1")
    message = json.loads(json.dumps(to_wire(SlipOwed("s", "printer-1", row))))
    assert of_wire(message) == SlipOwed("s", "printer-1")


@pytest.mark.parametrize("message", [["Nothing", {}], ["WindowChanged", {"door": "1"}]])
def test_an_unknown_event_or_field_is_rejected(message: list[Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        of_wire(message)


def test_own_events_are_forwarded_and_received_ones_are_not() -> None:
    bus = Bus()
    delivered: list[Event] = []
    forwarded: list[Event] = []
    bus.subscribe(delivered.append)
    bus.forward = forwarded.extend
    bus.publish([WindowChanged("W01")])
    bus.deliver([HallChanged("looked")])
    assert delivered == [WindowChanged("W01"), HallChanged("looked")]
    assert forwarded == [WindowChanged("W01")]


def test_a_failing_subscriber_does_not_stop_the_others() -> None:
    bus = Bus()
    delivered: list[Event] = []

    def fails(_event: Event) -> None:
        raise ValueError

    bus.subscribe(fails)
    bus.subscribe(delivered.append)
    bus.publish([WindowChanged("W01")])
    assert delivered == [WindowChanged("W01")]
