"""Kiosk PC that issued tickets without the server and imports them afterwards."""

from __future__ import annotations

import json
from typing import Any

from server.core.actors import SYSTEM, Via
from server.device_health import bindings
from server.queue.offline import import_tickets, number_leases
from server.queue.offline.messages import GivenTicket
from support.halls import SmallHall

DAY = "2026-03-02"


class Kiosk:
    """Kiosk PC as the server sees it: its number leases, the issued tickets, their import."""

    def __init__(self, hall: SmallHall, name: str = "1", book: str = "a" * 32) -> None:
        self.hall, self.name, self.book = hall, name, book
        self.via = Via(f"standby-{name}", "kiosk")
        printer = {"device": "printer-1", "kind": "printers", "serves": "1"}
        bindings.bind(hall.ctx, SYSTEM, "kiosk", [printer])
        number_leases.announce(hall.ctx, self.via, name, f"http://127.0.0.1:81{name:0>2}", book)
        self.blocks = number_leases.top_up(hall.ctx, name)
        self.issued: list[GivenTicket] = []

    def block(self, prefix: str) -> Any:
        return next(row for row in self.blocks if row.prefix == prefix)

    def issue(
        self, item: str = "tax-1", key: str = "", when: int | None = None, companion: str = ""
    ) -> GivenTicket:
        """Issue a number on paper without the server."""
        catalogue = self.hall.ctx.catalogue()
        prefix = catalogue.unit_by[catalogue.item_by[item].unit].prefix
        row = self.block(prefix)
        seq = row.first + sum(g.prefix == prefix for g in self.issued)
        number = f"{prefix}{seq:03d}"
        ticket = GivenTicket(
            id=f"{DAY.replace('-', '')}-{number}",
            lease=row.id,
            kiosk=self.name,
            day=DAY,
            prefix=prefix,
            seq=seq,
            first=row.first,
            last=row.last,
            token=json.loads(row.tokens)[seq - row.first],
            item=item,
            applicant="ordinary",
            key=key or f"press-{self.name}-{len(self.issued)}",
            version=catalogue.version,
            at=self.hall.clock.now() if when is None else when,
            slip=f"standby-{number}-{self.name}",
            printer="printer-1",
            companion=companion,
        )
        self.issued.append(ticket)
        return ticket

    def import_ticket(self, given: GivenTicket) -> str:
        return import_tickets.import_ticket(self.hall.ctx, self.via, given, 0.0)
