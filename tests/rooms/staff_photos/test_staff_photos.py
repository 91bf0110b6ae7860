"""Staff photos: small and without metadata, shown on the tablet, removed when the person asks."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection

from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.demo import portraits
from server.leave import file_queries
from server.privacy.personal_data import delete_old
from server.queue import snapshot
from server.ratings.tablets import Tablets
from server.staff_photos import actions, queries
from server.staff_photos.errors import StaffPhotoCode
from server.staff_photos.portraits import HEIGHT, WIDTH, portrait_of
from support.code_cases.requests import upload
from support.code_cases.staff_photos import picture
from support.halls import MANAGER, STAFF, SmallHall, at
from support.web import Web

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
PERSON = STAFF["T1"]
DAY_MS = 86_400_000


def photo_with_place() -> bytes:
    """Return a photo with a place, a camera and an orientation in its metadata."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera", 6
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    stream = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(stream, "JPEG", exif=exif)
    assert b"Camera" in stream.getvalue()
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [photo_with_place(), picture(600, 400, "PNG"), picture(180, 240), picture(200, 900)]
)
def test_a_portrait_is_small_upright_and_has_only_pixels(content: bytes) -> None:
    portrait = portrait_of(content)
    with Image.open(io.BytesIO(portrait)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (WIDTH, HEIGHT), {})
        assert "exif" not in image.info
    assert b"Camera" not in portrait
    assert WIDTH * 4 == HEIGHT * 3


def test_what_is_transparent_becomes_white() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (300, 400), (0, 0, 0, 0)).save(stream, "PNG")
    with Image.open(io.BytesIO(portrait_of(stream.getvalue()))) as image:
        assert image.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4", picture()[:200], picture(179, 240), picture(300, 400, "GIF")]
)
def test_what_is_no_photo_of_a_face_is_refused(content: bytes) -> None:
    with pytest.raises(HallError) as refused:
        portrait_of(content)
    assert refused.value.code is StaffPhotoCode.PORTRAIT_INVALID


def shown(hall: SmallHall) -> str:
    """Return the file of the photo on the tablet of T1."""
    tablets = Tablets(hall.hall)
    return snapshot.read_with(hall.ctx, lambda now: tablets.state(now, "T1")).staff_photo


def path_of(hall: SmallHall, file: str) -> Path:
    """Return where a file is kept."""
    return hall.hall.config.data / "files" / file[:2] / file


def delete_removed(hall: SmallHall) -> int:
    """Run the periodic work."""
    return actions.delete_removed(hall.ctx, hall.hall.config.data)


def size(hall: SmallHall, file: str) -> int:
    """Return the recorded size of a file; 0 once it is erased."""

    def read(conn: Connection) -> int:
        row = file_queries.get(conn, hall.ctx.hall_id, file)
        assert row is not None
        return row.size

    return hall.ctx.read(read)


def test_the_tablet_shows_who_serves_until_the_photo_is_removed(small: SmallHall) -> None:
    small.sign_in("T1")
    assert shown(small) == ""
    file = actions.put(small.hall, OFFICE, PERSON, picture()).file
    assert shown(small) == file
    web = Web(small)
    answer = web.browser().get(f"/staff-photos/{file}")
    assert answer.data == path_of(small, file).read_bytes()
    assert answer.mimetype == "image/jpeg"
    assert web.person(PERSON).get("/my/photo").get_json()["file"] == file
    web.person(PERSON).post("/my/photo/remove", {})
    assert shown(small) == ""
    assert web.browser().get(f"/staff-photos/{file}").status_code == 404
    assert delete_removed(small) == 1
    assert not path_of(small, file).exists()
    assert size(small, file) == 0
    assert delete_removed(small) == 0
    lines = small.ctx.read(lambda c: journal.of_subject(c, small.ctx.hall_id, PERSON))
    acts = [line["act"] for line in lines if line["act"].startswith("staff_photo.")]
    assert acts == ["staff_photo.put", "staff_photo.remove"]


def test_another_photo_takes_the_place_of_the_first(small: SmallHall) -> None:
    small.sign_in("T1")
    first = actions.put(small.hall, OFFICE, PERSON, picture()).file
    second = actions.put(small.hall, OFFICE, PERSON, picture(400, 500, "PNG")).file
    again = actions.put(small.hall, OFFICE, PERSON, photo_with_place()).file
    assert len({first, again}) == 2
    assert first == second
    assert shown(small) == again
    assert delete_removed(small) == 1
    assert not path_of(small, first).exists()
    back = actions.put(small.hall, OFFICE, PERSON, picture()).file
    assert (back, size(small, back) > 0) == (first, True)
    assert path_of(small, back).exists()


def test_a_picture_that_two_people_show_stays_for_the_other(small: SmallHall) -> None:
    file = actions.put(small.hall, OFFICE, PERSON, picture()).file
    assert actions.put(small.hall, OFFICE, STAFF["T2"], picture()).file == file
    actions.remove(small.ctx, OFFICE, PERSON)
    assert delete_removed(small) == 1
    assert path_of(small, file).exists()
    assert size(small, file) > 0


def test_the_photo_goes_with_the_person(small: SmallHall) -> None:
    book = small.ctx.catalogue()
    file = actions.put(small.hall, OFFICE, PERSON, picture()).file
    staff = tuple(s for s in book.staff if s.number != PERSON)
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "test")
    assert small.ctx.read(lambda c: queries.every(c, small.ctx.hall_id)) == []
    delete_removed(small)
    assert not path_of(small, file).exists()


def test_the_photo_goes_with_the_account(small: SmallHall) -> None:
    web = Web(small)
    web.person(PERSON)
    actions.put(small.hall, OFFICE, PERSON, picture())
    web.administrator().post(f"/office/accounts/{PERSON}", {"disabled": True}, key=None)
    assert small.ctx.read(lambda c: queries.every(c, small.ctx.hall_id)) == []


def test_a_shown_photo_outlives_the_time_of_papers(small: SmallHall) -> None:
    small.configure(keep_files_days=90)
    file = actions.put(small.hall, OFFICE, PERSON, picture()).file
    small.clock.set(at(9) + 91 * DAY_MS)
    delete_old(small.ctx, small.hall.config.data)
    assert path_of(small, file).exists()
    assert size(small, file) > 0


def test_only_the_office_puts_photos(small: SmallHall) -> None:
    web = Web(small)
    address = f"/office/staff-photos/{PERSON}"
    assert upload(web.person(PERSON), address, picture()).status_code == 403
    assert upload(web.manager(), address, picture()).status_code == 200
    people = web.manager().get("/office/staff-photos").get_json()["people"]
    assert [p["staff"] for p in people if p["file"]] == [PERSON]
    assert {p["name"] for p in people} == {s.name for s in small.ctx.catalogue().staff}
    web.manager().post(f"{address}/remove", {}, key=None)
    assert web.manager().get("/office/staff-photos").get_json()["people"][0]["file"] == ""


def test_the_demos_people_have_drawn_faces_once(small: SmallHall) -> None:
    with_windows = [s for s in small.ctx.catalogue().staff if s.windows]
    assert portraits.put_all(small.hall) == len(with_windows) - len(with_windows) // 3
    assert portraits.put_all(small.hall) == 0
    rows = small.ctx.read(lambda c: queries.every(c, small.ctx.hall_id))
    assert len({row.file for row in rows}) == len(rows)
    assert portraits.portrait("1004") == portraits.portrait("1004") != portraits.portrait("1005")
