"""Portraits of the demo's people: invented faces, drawn here, so that nobody's photo is needed.

A third of the people have none, as in a hall where some do not want one.
"""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

from server.core.actors import SYSTEM
from server.hall.composition import Hall
from server.staff_photos import actions, queries

WIDTH, HEIGHT = 360, 480
WITHOUT = 3
"""Every third person at a window has no portrait."""
GROUNDS = ("#c9d8e6", "#d7dfd3", "#e3dccf", "#d8d3e2")
SKINS = ("#f0cfae", "#e8bf97", "#dcae83")
HAIRS = ("#241c19", "#3a2c25", "#4a4a4a")
COATS = ("#21405f", "#34495e", "#4b3b52", "#2f4f45")


def put_all(hall: Hall) -> int:
    """Give the people at windows their portraits, once; return the number of portraits."""
    if hall.ctx.read(lambda c: queries.every(c, hall.ctx.hall_id)):
        return 0
    people = [person for person in hall.ctx.catalogue().staff if person.windows]
    shown = [person for place, person in enumerate(people, 1) if place % WITHOUT]
    for person in shown:
        actions.put(hall, SYSTEM, person.number, portrait(person.number))
    return len(shown)


def portrait(number: str) -> bytes:
    """Return the drawn face of a staff number as PNG; the same number has the same face."""
    chance = random.Random(f"portrait {number}")
    ground, skin, hair, coat = map(chance.choice, (GROUNDS, SKINS, HAIRS, COATS))
    wide, long_hair = chance.randint(72, 84), chance.random() < 0.5
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    draw = ImageDraw.Draw(image)
    left, right, top, chin = 180 - wide, 180 + wide, 120, 318
    if long_hair:
        draw.rounded_rectangle((left - 18, top - 18, right + 18, 352), 80, fill=hair)
    draw.ellipse((40, 360, 320, 640), fill=coat)
    draw.rectangle((152, 290, 208, 378), fill=skin)
    draw.polygon(((152, 366), (208, 366), (180, 420)), fill="#f4f6f8")
    draw.ellipse((left, top, right, chin), fill=skin)
    draw.pieslice((left - 10, top - 24, right + 10, top + 150), 180, 360, fill=hair)
    for x in (180 - 32, 180 + 32):
        draw.ellipse((x - 7, 212, x + 7, 226), fill="#2b2320")
        draw.line((x - 14, 200, x + 14, 200), fill=hair, width=4)
    draw.arc((150, 238, 210, 282), 25, 155, fill="#9c4f45", width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
