"""Bulletins of the demo history: drafted on Monday, edited, released by a second person, read."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, time

from server.bulletins import actions as bulletins_actions
from server.bulletins import queries, wording
from server.bulletins.digests import bulletin_digest
from server.bulletins.words import DRAFT_SENTENCES
from server.core.errors import HallError
from server.demo.history.world import Event, World

CLOSING = (
    "请各单位认真对照检查，有关问题于{rectify_days}个工作日内整改到位。"
    "请各单位合理安排，确保按时到岗。"
)


class Bulletins:
    """Bulletins of the demo history."""

    def __init__(self, world: World) -> None:
        self._world = world

    def events(self, day: date, *, newest: bool) -> list[Event]:
        """Return the events of a day: a draft on its day, its release the next working afternoon.

        The newest stays a draft, so that the demo has one to release.
        """
        world = self._world
        day_events: list[Event] = [(world.at(day, time(8, 1)), self._draft)]
        if not newest:
            day_events.append((world.at(day, time(15)), self._release))
        return day_events

    def _draft(self) -> None:
        bulletins_actions.draft_due(self._world.ctx)

    def _release(self) -> None:
        world = self._world
        ctx, (editor, releaser) = world.ctx, world.managers()[:2]
        draft_ids = ctx.read(lambda c: bulletins_actions.drafts(c, ctx.hall_id))
        for bulletin in draft_ids:
            content = ctx.read(lambda c, b=bulletin: bulletins_actions.load(ctx, c, b))  # type: ignore[misc]
            words = {"closing": CLOSING} if world.chance.random() < 0.4 else {}
            bulletins_actions.edit(ctx, world.actor(editor.number), world.key(), content, words)
            # Only the words have changed, and a week's figures take long.
            sections = wording.sections(DRAFT_SENTENCES, content.figures, words)
            row = ctx.read(lambda c, b=bulletin: queries.get(c, ctx.hall_id, b))  # type: ignore[misc]
            assert row is not None, "it is one of the drafts"
            digest = bulletin_digest(0, content.figures, sections)
            content = replace(content, row=row, words=sections, digest=digest)
            actor = world.actor(releaser.number)
            with contextlib.suppress(HallError):
                bulletins_actions.release(ctx, actor, world.key(), content, content.digest)
                self._receipts(bulletin)

    def _receipts(self, bulletin: str) -> None:
        world = self._world
        for unit in world.catalogue.units:
            chief = world.chief(unit.code)
            if chief is not None and world.chance.random() < 0.9:
                actor = world.actor(chief.number)
                bulletins_actions.acknowledge(world.ctx, actor, world.key(), bulletin)
