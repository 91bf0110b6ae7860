"""Step chains: a subject that several people handle, one stored step after the other.

A room keeps two tables: its subjects, with a column `state`, and their steps, numbered from 1,
each with its move, the state after it and its actor. A step is inserted and never changed; the
subject's row repeats the last one's state. Where a step also says by which day the next one was due
then (`DatedStep`), the subject's `due` repeats the last one's day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, insert, update

from server.core.records import Records
from server.core.store import Tx

Problem = tuple[str, str]


class Step(Protocol):
    """Step as stored: a frozen dataclass of a room."""

    @property
    def n(self) -> int:
        """Place in the chain, from 1."""

    @property
    def state(self) -> str:
        """State after the step."""

    @property
    def by_actor(self) -> str:
        """Key of who took it."""


class DatedStep(Step, Protocol):
    """Step that says until when the next one was due."""

    @property
    def due(self) -> str:
        """ISO day by which the next step was due then; empty: the subject ended."""


S = TypeVar("S", bound=Step)


class StepChain(Generic[S]):
    """Steps of one kind of subject; `key`: the column of the steps with the subject's id."""

    def __init__(self, records: Records[S], steps: Table, subjects: Table, key: str) -> None:
        self._records = records
        self._steps = steps
        self._subjects = subjects
        self._key = key
        self._id = next(c for c in subjects.primary_key.columns if c.key != "hall_id")

    def of(self, conn: Connection, hall_id: str, subjects: Sequence[str]) -> dict[str, list[S]]:
        """Return the steps of these subjects by subject, in order."""
        c = self._steps.c
        query = self._records.select().where(c.hall_id == hall_id, c[self._key].in_(subjects))
        by_subject: dict[str, list[S]] = {subject: [] for subject in subjects}
        for step in self._records.all(conn, query.order_by(c[self._key], c.n)):
            by_subject[getattr(step, self._key)].append(step)
        return by_subject

    def add(self, tx: Tx, step: S, **changes: Any) -> None:
        """Insert a step, and move its subject to the state after it; `changes`: further columns."""
        values = asdict(step)  # type: ignore[call-overload] # a protocol cannot say "dataclass"
        tx.conn.execute(insert(self._steps).values(hall_id=tx.hall_id, **values))
        tx.conn.execute(
            update(self._subjects)
            .where(self._subjects.c.hall_id == tx.hall_id, self._id == values[self._key])
            .values(state=step.state, **changes)
        )


def chain_problems(name: Problem, state: str, steps: Sequence[Step]) -> Iterator[Problem]:
    """Yield every violation of one chain; `name`: the subject's name in both languages.

    A chain has no gap and ends with the state of its subject; each step has its actor.
    """
    zh, en = name
    whole = bool(steps) and [step.n for step in steps] == list(range(1, len(steps) + 1))
    if not whole or steps[-1].state != state:
        yield f"{zh}的经过不完整", f"the steps of {en} are not complete"
    for step in steps:
        if not step.by_actor:
            yield f"{zh}第 {step.n} 步没有经办人", f"step {step.n} of {en} has no actor"


def due_problems(
    name: Problem, due: str, steps: Sequence[DatedStep], final: Collection[str]
) -> Iterator[Problem]:
    """Yield every step without a due day, or with one after the end of its subject."""
    zh, en = name
    if steps and steps[-1].due != due:
        yield f"{zh}的期限与经过不符", f"the due day of {en} differs from its steps"
    for step in steps:
        if bool(step.due) is (step.state in final):
            yield f"{zh}第 {step.n} 步的期限有误", f"step {step.n} of {en} has a wrong due day"
