"""Numbers to prepare: the next of the forecast whose windows are sure. Pure."""

from __future__ import annotations

from collections.abc import Collection

from server.queue.call_candidates import takes
from server.queue.wait_forecast import Forecast

SOON_MINUTES = 12.0
"""Expected minutes until the call, beyond which nobody is asked to prepare."""


def to_prepare(
    forecast: Forecast, zone_windows: Collection[str], gone: Collection[str], most: int
) -> list[str]:
    """Return the ids of the waiting tickets that a board asks to prepare, the next first.

    Only tickets that no window outside `zone_windows` may call: a person must not go to the wrong
    room. A window that is paused for a known time counts, as in the forecast. `gone`: tickets that
    were called since the forecast.
    """
    moment, turns = forecast.moment, forecast.turns
    catalogue = moment.catalogue
    calling = [
        catalogue.window_by[code]
        for code, session in moment.sessions.items()
        if code in catalogue.window_by and not (session.paused and session.until is None)
    ]
    soon = [
        person
        for person in forecast.waiting
        if person.id in turns and person.id not in gone and turns[person.id].minutes <= SOON_MINUTES
    ]
    ids: list[str] = []
    for person in sorted(soon, key=lambda p: (turns[p.id].minutes, p.ord)):
        able = {w.code for w in calling if takes(catalogue, w, person, moment.now)}
        if able <= set(zone_windows):
            ids.append(person.id)
    return ids[:most]
