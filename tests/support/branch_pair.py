"""A main server and a branch server in one process, joined by a line that a test breaks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from server.branches import changes, exchanges, joining, membership, queries
from server.branches.line import Line, LineCutError, RefusedError
from server.branches.messages import Exchange, Exchanged
from server.branches.watching import watch
from server.capability import journal_readers
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.clock import SeededTokenSource, SetClock
from server.core.columns import metadata
from server.core.config import BranchFile, Config
from server.core.engine import newest
from server.core.errors import HallError
from server.hall.context import Context
from server.hall.opening import open_hall
from server.queue import issuing, ticket_queries, window_sessions
from server.queue.tickets import Ticket
from support.halls import ADMINISTRATOR, CHEAP, STAFF, SmallHall, branches, prepare

HALL = branches()
OFFICE = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
SITE = "north"
HERE = {"T1": "centre", "G1": "centre", "T2": "north", "S1": "north"}


class Cable:
    """Line in one process; `fault` says what becomes of the next exchange."""

    def __init__(self, main: Context) -> None:
        self._main = main
        self._readers = journal_readers()
        self.fault = ""
        """`cut`: the request is lost; `deaf`: the answer is; `twice`: the request arrives twice."""
        self.exchanges = 0

    def exchange(self, request: Exchange) -> Exchanged:
        """Send a delivery as the network would."""
        if self.fault == "cut":
            raise LineCutError("cut")
        self.exchanges += 1
        sent = Exchange.model_validate_json(request.model_dump_json())
        try:
            answer = exchanges.exchange(self._main, self._readers, SITE, sent)
            if self.fault == "twice":
                answer = exchanges.exchange(self._main, self._readers, SITE, sent)
        except HallError as error:
            raise RefusedError(error.code.value) from None
        if self.fault == "deaf":
            raise LineCutError("answer lost")
        return Exchanged.model_validate_json(answer.model_dump_json())


class Server:
    """One of the two servers, with shorthands for what people do there."""

    def __init__(self, ctx: Context, keys: Callable[[], str]) -> None:
        self.ctx = ctx
        self.key = keys

    def ticket(self, ticket: str) -> Ticket:
        """Return a ticket as this server has it."""
        stored = self.ctx.read(lambda c: ticket_queries.get(c, self.ctx.hall_id, ticket))
        assert stored is not None
        return stored

    def sign_in(self, *windows: str) -> None:
        """Sign the clerks of these windows in."""
        for window in windows:
            window_sessions.sign_in(self.ctx, clerk(window), self.key(), window)

    def issue(self, item: str, kiosk: str, applicant: str = "ordinary") -> Ticket:
        """Issue a number at a kiosk."""
        who = Actor(ActorKind.KIOSK, kiosk)
        values: dict[str, Any] = {"item": item, "applicant": applicant, "kiosk": kiosk}
        return self.ticket(issuing.issue(self.ctx, who, self.key(), paper=False, **values))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        table = metadata.tables[name]

        def query(conn: Connection) -> list[dict[str, Any]]:
            return [dict(row) for row in conn.execute(select(table)).mappings()]

        return self.ctx.read(query)


def clerk(window: str) -> Actor:
    """Return the clerk of a window."""
    return Actor(ActorKind.CLERK, STAFF[window])


class Pair:
    """The small hall in two buildings, of which the north one has its own server."""

    def __init__(self, main: SmallHall, folder: Path) -> None:
        self.clock: SetClock = main.clock
        self._small = main
        self._runs = count(2)
        import_catalogue(main.ctx, SYSTEM, HALL, "two buildings")
        membership.add(main.ctx, OFFICE, main.key(), SITE, 801, 999)
        self.main = Server(main.ctx, main.key)
        self.cable = Cable(main.ctx)
        self.folder = folder
        self._opened: list[Context] = []
        self.config = Config(data=folder)
        """Configuration of the branch server."""
        self.branch, self.line = self.join()

    def join(self) -> tuple[Server, Line]:
        """Join a new server as the branch."""
        run = next(self._runs)
        data = self.folder / f"branch{run}"
        data.mkdir()
        url = f"sqlite:///{data / 'hall.db'}"
        prepare(url)
        config = Config(
            data=data,
            hall_id="small",
            database=url,
            branch=BranchFile(site=SITE, main="http://main.invalid"),
        )
        self.config = config
        hall = open_hall(
            config,
            clock=self.clock,
            chance=SeededTokenSource(run),
            hasher=CHEAP,
            rest=lambda _seconds: None,
        )
        ctx = hall.ctx
        self._opened.append(ctx)
        number, received, rows = membership.start(self.main.ctx, SITE, str(newest()))
        messages = exchanges.as_messages(rows)
        as_sent = [changes.Change(row.seq, row.name, row.row) for row in messages]
        joining.begin(ctx, SITE, number, received, as_sent)
        watch(ctx, config)
        return Server(ctx, self._small.key), Line(ctx, self.cable)

    def deliver(self) -> None:
        """Exchange over a whole line until nothing is left, and require that nothing is."""
        self.cable.fault = ""
        assert self.line.exchange_all(), self.branch.rows("main_line")
        ctx = self.branch.ctx
        line = ctx.read(lambda c: queries.line(c, ctx.hall_id))
        assert line is not None
        assert not line.refusal
        assert not ctx.read(lambda c: changes.count_after(c, ctx.hall_id, line.delivered))

    @contextmanager
    def restored_after(self, act: Callable[[], object]) -> Iterator[None]:
        """Do an act in the branch and deliver it, then go on with the books before it."""
        file = Path(str(self.config.data)) / "hall.db"
        with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(":memory:")) as backup:
            live.backup(backup)
            act()
            self.deliver()
            backup.backup(live)
        self.branch.ctx.drop_caches()
        self.line = Line(self.branch.ctx, self.cable)
        yield

    def close(self) -> None:
        """Close the branch's databases; the main hall's belongs to the test."""
        for ctx in self._opened:
            ctx.store.close()
