"""Routes of staff photos: the office shows and removes them, everybody may have theirs removed."""

from __future__ import annotations

from flask import Response

from server.core.errors import HallError
from server.core.messages import Done
from server.hall.context import Context
from server.leave import files
from server.leave.step_papers import paper_answer
from server.staff_photos import actions, queries
from server.staff_photos.errors import StaffPhotoCode
from server.staff_photos.messages import StaffPhoto, StaffPhotos
from server.staff_photos.portraits import LIMIT_KB
from server.staff_photos.queries import StoredPhoto
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.uploads import uploaded


def add(api: Api) -> None:
    """Register the routes."""
    _shown(api)
    _office(api)
    _own(api)


def _shown(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/staff-photos/<file>",
        who=ANYONE,
        answer=None,
        codes=(StaffPhotoCode.PORTRAIT_UNKNOWN,),
        media=actions.JPEG,
    )
    def staff_photo(call: Call) -> Response:
        """Return a photo that is shown at a window, by its hash: the public sees it there."""
        file = call.args["file"]
        if not ctx.read_single(lambda c: queries.is_shown(c, ctx.hall_id, file)):
            raise HallError(StaffPhotoCode.PORTRAIT_UNKNOWN)
        return paper_answer(files.load(hall, file))


def _office(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/staff-photos", who=MANAGERS, answer=StaffPhotos)
    def staff_photos(_call: Call) -> StaffPhotos:
        """Return the staff list with the photos that are shown."""
        rows = ctx.read(lambda c: {row.staff: row for row in queries.every(c, ctx.hall_id)})
        return StaffPhotos(
            people=[_view(ctx, s.number, rows.get(s.number)) for s in ctx.catalogue().staff]
        )

    @api.post(
        "/office/staff-photos/<staff>",
        who=MANAGERS,
        answer=StaffPhoto,
        codes=(StaffPhotoCode.STAFF_UNKNOWN, StaffPhotoCode.PORTRAIT_INVALID),
        keyed=False,
        upload=LIMIT_KB * 1024,
    )
    def put_staff_photo(call: Call) -> StaffPhoto:
        """Show a photo of a person (multipart field `file`, JPEG or PNG, up to 2 MB)."""
        _name, content = uploaded(LIMIT_KB)
        staff = call.args["staff"]
        return _view(ctx, staff, actions.put(hall, call.actor, staff, content))

    @api.post("/office/staff-photos/<staff>/remove", who=MANAGERS, answer=Done, keyed=False)
    def remove_staff_photo(call: Call) -> Done:
        """Remove the photo of a person."""
        actions.remove(ctx, call.actor, call.args["staff"])
        return Done()


def _own(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/my/photo", who=STAFF, answer=StaffPhoto)
    def my_photo(call: Call) -> StaffPhoto:
        """Return one's own photo that is shown."""
        staff = call.actor.name
        return _view(ctx, staff, ctx.read(lambda c: queries.of_staff(c, ctx.hall_id, staff)))

    @api.post("/my/photo/remove", who=STAFF, answer=Done, keyed=False)
    def remove_my_photo(call: Call) -> Done:
        """Remove one's own photo."""
        actions.remove(ctx, call.actor, call.actor.name)
        return Done()


def _view(ctx: Context, staff: str, row: StoredPhoto | None) -> StaffPhoto:
    catalogue = ctx.catalogue()
    person = catalogue.staff_by.get(staff)
    unit = catalogue.unit_by.get(person.unit) if person else None
    return StaffPhoto(
        staff=staff,
        name=person.name if person else staff,
        unit_name=unit.name if unit else "",
        file=row.file if row else "",
        at=row.at if row else None,
    )
