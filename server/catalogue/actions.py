"""Import of business data: the hall's next catalogue version."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from server.catalogue import calendar_import
from server.catalogue import queries as catalogues
from server.catalogue.model import Catalogue
from server.catalogue.workbook import digest
from server.core.actors import STAFF_KINDS, SYSTEM, Actor
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, HallChanged
from server.core.store import Tx
from server.hall import barred_people
from server.hall.context import Context, JsonDict, write_journal

WHOLE = TypeAdapter(Catalogue)


def empty_catalogue(hall_id: str) -> Catalogue:
    """Return the catalogue of a new hall before its office imports a workbook."""
    return Catalogue(
        hall=hall_id,
        hall_name="新大厅",
        hall_name_en="New hall",
        version=1,
        zones=(),
        units=(),
        groups=(),
        items=(),
        windows=(),
        mandates=(),
        staff=(),
        hours=(),
    )


def import_catalogue(
    ctx: Context, actor: Actor, catalogue: Catalogue, text: str, basis: int | None = None
) -> tuple[int, bool]:
    """Make `catalogue` the hall's next version; identical contents change nothing.

    `basis`: expected version in force. Return (version in force, True if it is new).

    Raises:
        HallError: PAST_STALE if `basis` is not in force; CHANGED_MEANWHILE if another person has
            imported since this workbook was exported.
    """
    contents = digest(catalogue)
    request: JsonDict = {"act": "catalogue.import", "digest": contents, "text": text}
    if actor.kind in STAFF_KINDS:
        # Complete, so that it can be imported once a second person has confirmed it.
        request["catalogue"] = WHOLE.dump_python(replace(catalogue, state_days=()), mode="json")
        current = ctx.read(lambda c: catalogues.latest(c, ctx.hall_id))
        request["basis"] = current[0] if current else 0

    def action(tx: Tx) -> JsonDict:
        newest = catalogues.latest(tx.conn, tx.hall_id)
        if basis is not None and basis != (newest[0] if newest else 0):
            raise HallError(CommonCode.PAST_STALE, reason="basis")
        if newest is not None and newest[1] == contents:
            return {"version": newest[0], "new": False}
        if actor.kind in STAFF_KINDS and basis is None:
            _check_no_newer_import(tx, actor, catalogue.version)
        before = ctx.within(tx).workdays() if newest else None
        listed = set(ctx.within(tx).catalogue().staff_by) if newest else set()
        version = newest[0] + 1 if newest else 1
        next_catalogue = catalogues.renumbered(catalogue, tx.hall_id, version)
        catalogues.save(tx.conn, next_catalogue, contents, tx.now, actor.key, text)
        for staff in sorted(listed - next_catalogue.staff_by.keys()):
            barred_people.end_work(ctx, tx, actor, staff, "left_the_list")
        write_journal(tx, actor, "catalogue.import", str(version), data={"digest": contents})
        tx.events.append(HallChanged("catalogue", {"version": version}))
        after = ctx.within(tx).workdays()
        if before is not None and (days := calendar_import.differing(before, after)):
            tx.events.append(AttendanceChanged(days))
        return {"version": version, "new": True}

    result = ctx.guarded(actor, request, action)
    return int(result["version"]), bool(result["new"])


def import_stored(ctx: Context, actor: Actor, contents: JsonDict, text: str, basis: int) -> None:
    """Import a catalogue as an earlier request stored it; the arguments are as in its request."""
    import_catalogue(ctx, actor, WHOLE.validate_python(contents), text, basis)


def _check_no_newer_import(tx: Tx, actor: Actor, exported_version: int) -> None:
    """Raise CHANGED_MEANWHILE if another person has imported since the export."""
    for version in catalogues.versions(tx.conn, tx.hall_id):
        if version["version"] > exported_version and version["by_actor"] not in (
            actor.key,
            SYSTEM.key,
        ):
            raise HallError(CommonCode.CHANGED_MEANWHILE, field="workbook")
