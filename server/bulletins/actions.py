"""Actions on a bulletin: draft on its day, edit the words, release by a second person, amend.

A draft's figures are computed on each request; a release freezes exactly what the second person
saw. Nothing that was released is ever written again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from pydantic import TypeAdapter
from sqlalchemy import Connection

from server.bulletins import queries, wording, workflow
from server.bulletins.differences import Difference, differences
from server.bulletins.digests import amendment_digest, bulletin_digest
from server.bulletins.errors import BulletinCode
from server.bulletins.events import BulletinChanged
from server.bulletins.figures import Figures
from server.bulletins.queries import Amendment, StoredBulletin
from server.bulletins.settings import BulletinSettings
from server.bulletins.weekly_figures import figures
from server.bulletins.words import DRAFT_SENTENCES
from server.bulletins.workflow import (
    AMENDMENT,
    BULLETIN,
    AmendmentMove,
    AmendmentState,
    BulletinMove,
    BulletinState,
)
from server.core.actors import SYSTEM, Actor
from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.weeks import Week, parse_week, week_of
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal

FROZEN = TypeAdapter(Figures)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Bulletin with its contents: a draft's as of now, a released one's as frozen."""

    row: StoredBulletin
    week: Week
    figures: Figures
    words: dict[str, str]
    """Words of every section, with figures in braces."""
    digest: str
    """Digest of the contents; for a draft, of the contents that a release would freeze."""

    @property
    def released(self) -> bool:
        """True if it is frozen."""
        return self.row.state == BulletinState.RELEASED


def draft_due(ctx: Context) -> str | None:
    """Draft last week's bulletin if it is due; return its id if it was drafted now."""
    now, settings = ctx.local(), ctx.settings()
    due_day = now.date() - timedelta(
        days=now.isoweekday() - settings.of(BulletinSettings).bulletin_weekday
    )
    if now < datetime.combine(due_day, time(settings.of(BulletinSettings).bulletin_hour)):
        due_day -= timedelta(days=7)
    week = week_of(due_day).before()
    if ctx.read_single(lambda c: queries.get(c, ctx.hall_id, week.id)) is not None:
        return None
    # A new hall has nothing to report about the weeks before its start.
    span = week.first.isoformat(), week.last.isoformat()
    if not ctx.read_single(lambda c: queries.has_activity(c, ctx.hall_id, *span)):
        return None
    return ctx.write(lambda tx: _draft(tx, SYSTEM, week))


def draft(ctx: Context, actor: Actor, key: str, week_id: str) -> str:
    """Draft a week's bulletin by hand; an existing one is left unchanged.

    Raises INVALID for a malformed week, BULLETIN_STATE (running) for one that is not over.
    """
    week = _week(week_id)

    def act(tx: Tx) -> JsonDict:
        if week.last >= ctx.local(tx.now).date():
            raise HallError(BulletinCode.BULLETIN_STATE, state="running")
        if queries.get(tx.conn, tx.hall_id, week.id) is None:
            _draft(tx, actor, week)
        return {"id": week.id}

    return str(ctx.command(actor, key, {"act": "bulletin_draft", "week": week_id}, act)["id"])


def _draft(tx: Tx, actor: Actor, week: Week) -> str | None:
    if queries.get(tx.conn, tx.hall_id, week.id) is not None:
        return None
    queries.add(tx, week.id, week.first.isoformat(), week.last.isoformat())
    write_journal(tx, actor, "bulletin.draft", week.id)
    tx.events.append(BulletinChanged(week.id))
    return week.id


def _week(text: str) -> Week:
    try:
        return parse_week(text)
    except ValueError:
        raise HallError(CommonCode.INVALID, field="week") from None


def drafts(conn: Connection, hall_id: str) -> list[str]:
    """Return the bulletins that wait for their release, oldest first."""
    rows = queries.every(conn, hall_id)
    return sorted(row.id for row in rows if row.state == BulletinState.DRAFT)


def load(ctx: Context, conn: Connection, bulletin_id: str) -> Bulletin:
    """Return a bulletin with its contents; raise BULLETIN_UNKNOWN."""
    row = queries.get(conn, ctx.hall_id, bulletin_id)
    if row is None:
        raise HallError(BulletinCode.BULLETIN_UNKNOWN, bulletin=bulletin_id)
    week = parse_week(row.id)
    if row.state == BulletinState.RELEASED:
        frozen = FROZEN.validate_json(row.figures)
        return Bulletin(row, week, frozen, json.loads(row.words), row.digest)
    current = figures(ctx, conn, week)
    sections = wording.sections(DRAFT_SENTENCES, current, json.loads(row.words))
    return Bulletin(row, week, current, sections, bulletin_digest(0, current, sections))


def edit(
    ctx: Context,
    actor: Actor,
    key: str,
    bulletin: Bulletin,
    words: dict[str, str],
    seen: Mapping[str, object] = NOT_SHOWN,
) -> None:
    """Change the words of a draft, or approve them as drafted if `words` is empty.

    An empty section is reset to the drafted wording. Whoever does either cannot release. `bulletin`
    is the draft as loaded, `seen` the words that were shown. Raises BULLETIN_STATE, BULLETIN_WORDS,
    CHANGED_MEANWHILE.
    """
    bulletin_id = bulletin.row.id
    for section, text in words.items():
        wording.check(section, text, bulletin.figures.facts)

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, bulletin_id)
        BULLETIN.after(BulletinMove.EDIT, _attempt(actor, row))
        before: dict[str, str] = json.loads(row.words)
        require_unchanged(seen, DRAFT_SENTENCES | before)
        after = {name: text for name, text in (before | words).items() if text.strip()}
        editors = sorted({*json.loads(row.editors), actor.name})
        queries.set_words(tx, bulletin_id, after, editors)
        data = {"before": {name: before.get(name, "") for name in words}, "after": words}
        write_journal(tx, actor, "bulletin.edit", bulletin_id, data=data)
        tx.events.append(BulletinChanged(bulletin_id))
        return {}

    request: JsonDict = {"act": "bulletin_edit", "bulletin": bulletin_id, "words": words}
    ctx.command(actor, key, request, act)


def _require(tx: Tx, bulletin_id: str) -> StoredBulletin:
    row = queries.get(tx.conn, tx.hall_id, bulletin_id)
    if row is None:
        raise HallError(BulletinCode.BULLETIN_UNKNOWN, bulletin=bulletin_id)
    return row


def _attempt(
    actor: Actor, row: StoredBulletin, *, is_chief: bool = False
) -> Attempt[BulletinState]:
    """Return a move on a bulletin as `actor` attempts it."""
    return Attempt(
        state=BulletinState(row.state),
        person=actor.name,
        holds=lambda _role: is_chief,
        earlier={workflow.EDITOR: json.loads(row.editors)},
        facts={"bulletin": row.id},
    )


def release(ctx: Context, actor: Actor, key: str, bulletin: Bulletin, seen: str) -> str:
    """Freeze and publish what the releaser saw; `seen` is its digest. Return the final digest.

    `bulletin` is the draft as loaded just now: the figures are computed before the transaction, so
    that no window has to wait for them. Raises BULLETIN_SECOND for whoever edited or checked it,
    BULLETIN_CHANGED when the contents are not those of `seen`, BULLETIN_STATE while punches of the
    week are outstanding, before a first person has checked it, or after the release.
    """
    bulletin_id = bulletin.row.id

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, bulletin_id)
        BULLETIN.after(BulletinMove.RELEASE, _attempt(actor, row))
        if bulletin.digest != seen or row.edited_at != bulletin.row.edited_at:
            raise HallError(BulletinCode.BULLETIN_CHANGED, bulletin=bulletin_id)
        if any(line.pending for line in bulletin.figures.units):
            raise HallError(BulletinCode.BULLETIN_STATE, state="pending")
        number = queries.next_number(tx, str(bulletin.week.year))
        final = bulletin_digest(number, bulletin.figures, bulletin.words)
        figures_text = json.dumps(asdict(bulletin.figures), ensure_ascii=False)
        words_text = json.dumps(bulletin.words, ensure_ascii=False)
        frozen = (number, figures_text, words_text, final)
        queries.release(tx, bulletin_id, *frozen, actor.name)
        data = {"digest": final, "number": number, "editors": json.loads(row.editors)}
        write_journal(tx, actor, "bulletin.release", bulletin_id, data=data)
        tx.events.append(BulletinChanged(bulletin_id))
        return {"digest": final}

    request: JsonDict = {"act": "bulletin_release", "bulletin": bulletin_id, "seen": seen}
    return str(ctx.command(actor, key, request, act)["digest"])


def changed_since(ctx: Context, conn: Connection, bulletin: Bulletin) -> tuple[Difference, ...]:
    """Return the figures of a released bulletin that differ from today's records."""
    if not bulletin.released:
        return ()
    return differences(bulletin.figures, figures(ctx, conn, bulletin.week))


def amend(
    ctx: Context,
    actor: Actor,
    key: str,
    bulletin: Bulletin,
    changes: Sequence[Difference],
    words: str,
) -> int:
    """Draft the next amendment with what has changed since; return its number.

    Raises BULLETIN_STATE for a draft (edit it instead), or while an amendment awaits release.
    """
    bulletin_id = bulletin.row.id

    def act(tx: Tx) -> JsonDict:
        BULLETIN.after(BulletinMove.AMEND, _attempt(actor, bulletin.row))
        before = queries.amendments(tx.conn, tx.hall_id, bulletin_id)
        if before and before[-1].released_at is None:
            raise HallError(BulletinCode.BULLETIN_STATE, state="amending")
        n = len(before) + 1
        data = json.dumps([asdict(change) for change in changes], ensure_ascii=False)
        queries.add_amendment(tx, bulletin_id, n, words, data, actor.name)
        write_journal(tx, actor, "bulletin.amend", bulletin_id, data={"n": n, "words": words})
        tx.events.append(BulletinChanged(bulletin_id))
        return {"n": n}

    request: JsonDict = {"act": "bulletin_amend", "bulletin": bulletin_id, "words": words}
    return int(ctx.command(actor, key, request, act)["n"])


def release_amendment(ctx: Context, actor: Actor, key: str, bulletin_id: str, n: int) -> str:
    """Publish an amendment; return its digest, which covers the document before it.

    Raises BULLETIN_UNKNOWN, BULLETIN_STATE, BULLETIN_SECOND.
    """

    def act(tx: Tx) -> JsonDict:
        row = queries.get(tx.conn, tx.hall_id, bulletin_id)
        amendments = queries.amendments(tx.conn, tx.hall_id, bulletin_id)
        if row is None or not 0 < n <= len(amendments):
            raise HallError(BulletinCode.BULLETIN_UNKNOWN, bulletin=bulletin_id)
        amendment = amendments[n - 1]
        drafted = amendment.released_at is None
        attempt: Attempt[AmendmentState] = Attempt(
            AmendmentState.DRAFT if drafted else AmendmentState.RELEASED,
            actor.name,
            earlier={workflow.EDITOR: (amendment.drafted_by,)},
            facts={"bulletin": bulletin_id},
        )
        AMENDMENT.after(AmendmentMove.RELEASE, attempt)
        digest = digest_of(row, amendments, n)
        queries.release_amendment(tx, bulletin_id, n, digest, actor.name)
        write_journal(tx, actor, "bulletin.amendment", bulletin_id, data={"n": n, "digest": digest})
        tx.events.append(BulletinChanged(bulletin_id))
        return {"digest": digest}

    request: JsonDict = {"act": "amendment_release", "bulletin": bulletin_id, "n": n}
    return str(ctx.command(actor, key, request, act)["digest"])


def digest_of(row: StoredBulletin, amendments: Sequence[Amendment], n: int) -> str:
    """Return the digest of amendment `n` after the released `row` and the amendments before it."""
    before = row.digest if n == 1 else amendments[n - 2].digest
    amendment = amendments[n - 1]
    return amendment_digest(before, n, amendment.words, json.loads(amendment.data))


def acknowledge(ctx: Context, actor: Actor, key: str, bulletin_id: str) -> None:
    """Record that a unit's chief representative has read it.

    Raises BULLETIN_ACK, _UNKNOWN, _STATE.
    """
    unit = ctx.catalogue().unit_led_by(actor.name)
    if not unit:
        raise HallError(BulletinCode.BULLETIN_ACK)

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, bulletin_id)
        BULLETIN.after(BulletinMove.ACKNOWLEDGE, _attempt(actor, row, is_chief=True))
        if unit not in queries.acknowledged(tx.conn, tx.hall_id, bulletin_id):
            queries.acknowledge(tx, bulletin_id, unit, actor.name)
            write_journal(tx, actor, "bulletin.acknowledge", bulletin_id, data={"unit": unit})
            tx.events.append(BulletinChanged(bulletin_id))
        return {}

    ctx.command(actor, key, {"act": "acknowledge", "bulletin": bulletin_id}, act)


def faults_of(conn: Connection, hall_id: str) -> list[str]:
    """Return released bulletins and amendments whose contents do not match their digest.

    Used by the integrity check.
    """
    bulletin_ids = []
    for head in queries.every(conn, hall_id):
        row = queries.get(conn, hall_id, head.id)
        if row is None or row.state != BulletinState.RELEASED:
            continue
        frozen = FROZEN.validate_json(row.figures)
        if bulletin_digest(row.number, frozen, json.loads(row.words)) != row.digest:
            bulletin_ids.append(row.id)
        amendments = queries.amendments(conn, hall_id, row.id)
        bulletin_ids += [
            f"{row.id}/{amendment.n}"
            for amendment in amendments
            if amendment.released_at is not None
            and digest_of(row, amendments, amendment.n) != amendment.digest
        ]
    return bulletin_ids
