"""Judge of licences: finds each planted violation, and none in a correct run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.breaking.licence_history import LicenceHistory, licence_violations

MOVES = {"Z1": ["register", "list"], "Z2": ["register"]}
PLACES = {"Z1": "listed", "Z2": "unit"}
RIGHT = LicenceHistory(MOVES, MOVES, PLACES, PLACES)


def kinds(history: LicenceHistory) -> set[str]:
    """Return the kinds of the violations of a run."""
    return {violation.kind for violation in licence_violations(history)}


def test_a_correct_run_has_no_violation() -> None:
    assert kinds(RIGHT) == set()


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        (replace(RIGHT, stored=MOVES | {"Z1": ["register"]}), "licence facts"),
        (replace(RIGHT, stored=MOVES | {"Z1": ["register", "list", "list"]}), "licence facts"),
        (replace(RIGHT, stored=MOVES | {"Z3": ["register"]}), "licence facts"),
        (replace(RIGHT, stored_places={"Z1": "listed"}), "licence place"),
        (replace(RIGHT, stored_places=PLACES | {"Z2": "listed"}), "licence place"),
        (replace(RIGHT, checks=["in two places"]), "hall check"),
    ],
)
def test_each_violation_is_found(history: LicenceHistory, kind: str) -> None:
    assert kind in kinds(history)
