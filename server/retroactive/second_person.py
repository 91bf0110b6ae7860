"""Second person of a change of the past: who may confirm it."""

from __future__ import annotations

from collections.abc import Collection


def may_confirm(
    actor: str, asker: str, moved_people: Collection[str], entitled: Collection[str]
) -> bool:
    """Return True if `actor` may confirm a change as the second person.

    `entitled`: everybody on the staff list with the rank that the action requires. The second
    person is one of them, did not request the change, and is none of the people whose days change.
    A calendar or a rule changes the days of all of them; if that leaves nobody, any of them but the
    requester may confirm.
    """
    others = {number for number in entitled if number != asker}
    apart = others - set(moved_people)
    return actor in (apart or others)
