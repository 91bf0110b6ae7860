"""Addresses of the office that the server writes have a section with room for their parts."""

from __future__ import annotations

import re
from pathlib import Path

SERVER = Path(__file__).resolve().parents[1] / "server"
LINK = re.compile(r"/office#([a-z-]+)((?:/(?:\{[^{}\"']*\}|[\w-])+)*)")


def rooms_for_parts() -> dict[str, int]:
    """Return how many parts the address of each section has room for."""
    text = "".join(file.read_text(encoding="utf-8") for file in SERVER.glob("*/web/section.ts"))
    entries = re.split(r"\n  \{", text)
    rooms = {}
    for entry in entries:
        name = re.search(r'\bid: "([a-z-]+)"', entry)
        if name is not None:
            route = re.search(r'\broute: "([^"]*)"', entry)
            rooms[name[1]] = route[1].count("/") if route is not None else 0
    return rooms


def test_every_address_of_the_office_has_a_section_with_room_for_its_parts() -> None:
    rooms = rooms_for_parts()
    links = {
        (link[1], link[2].count("/"), str(file.relative_to(SERVER)))
        for file in SERVER.rglob("*.py")
        for link in LINK.finditer(file.read_text(encoding="utf-8"))
    }
    assert len(links) > 30
    lost = sorted(link for link in links if rooms.get(link[0], -1) < link[1])
    assert lost == []
