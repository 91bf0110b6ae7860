"""Spot checks in the office and on the inspectors' phone: routes and the live feed `checks`.

No answer contains a drawn time before it has come, or a seed before it is revealed: both come
from rows that the scheduler writes only then.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from server.accounts.errors import AccountCode
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.core.messages import Done
from server.hall.composition import Hall
from server.leave import files as papers
from server.live.feeds import Feed, LiveFeeds, allow_managers
from server.queue.errors import QueueCode
from server.queue.events import TicketMoved, WindowChanged
from server.queue.queue_views import waiting_for
from server.queue.snapshot import QueueSnapshot, with_queue
from server.spot_checks import (
    finding_actions,
    finding_queries,
    finding_routes,
    integrity,
    photos,
    queries,
    recorded_state,
    rounds,
    views,
)
from server.spot_checks.draw_proof import rules_of
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.events import ChecksChanged
from server.spot_checks.marks import fault_list, standing
from server.spot_checks.messages import (
    CheckDay,
    CheckDays,
    CheckDetail,
    ChecksState,
    CheckStarted,
    CheckView,
    MarkView,
    MarkWindow,
    PhotoKept,
    SealView,
    StartCheck,
    WalkView,
    WalkWindow,
)
from server.spot_checks.queries import DrawCommitment, SpotCheck, StoredMark
from server.spot_checks.recorded_state import RecordedState
from server.spot_checks.settings import SpotCheckSettings
from server.web_api import ANYONE, MANAGERS, Api, Call
from server.web_api.arguments import day_argument

JPEG = "image/jpeg"
START_CODES = (SpotCheckCode.CHECK_UNKNOWN, SpotCheckCode.CHECK_NOT_DUE, SpotCheckCode.CHECKERS_TWO)
LONGEST_HISTORY = 62
"""Maximum number of days per request."""
OF_WALKS = (
    SpotCheckCode.CHECK_UNKNOWN,
    SpotCheckCode.CHECK_NOT_RUNNING,
    SpotCheckCode.NOT_A_CHECKER,
)


class Checks:
    """Spot checks of one hall for the office pages."""

    def __init__(self, hall: Hall) -> None:
        self._ctx = hall.ctx

    def state(self, snapshot: QueueSnapshot, _key: str) -> ChecksState:
        """Return today's draw commitment, due checks and running inspection rounds."""
        return self._ctx.read(lambda c: self._state(c, snapshot))

    def _state(self, conn: Connection, snapshot: QueueSnapshot) -> ChecksState:
        ctx, day = self._ctx, snapshot.day
        commitment = queries.day(conn, ctx.hall_id, day)
        rows = queries.of_days(conn, ctx.hall_id, day, day)
        views_by_id = {view.id: view for view in self.views(conn, rows)}
        running = [row for row in rows if row.state == "started"]
        states = finding_queries.count_by_state(conn, ctx.hall_id, ("proposed", "disputed"))
        return ChecksState(
            day=day,
            seal=self.seal(conn, commitment) if commitment is not None else None,
            checks=list(views_by_id.values()),
            walks=[
                WalkView(check=views_by_id[r.id], marks=self.marks(conn, r.id)) for r in running
            ],
            windows=self._windows(conn, snapshot) if running else [],
            faults=list(fault_list(snapshot.settings.of(SpotCheckSettings).check_faults)),
            proposed=states.get("proposed", 0),
            disputed=states.get("disputed", 0),
        )

    def seal(self, conn: Connection, row: DrawCommitment) -> SealView:
        """Return a draw commitment, with its proof once it is revealed."""
        revealed = row.revealed_at is not None
        return views.seal(
            row, integrity.faults_of(conn, self._ctx.hall_id, row) if revealed else ()
        )

    def views(self, conn: Connection, rows: Sequence[SpotCheck]) -> list[CheckView]:
        """Return the views of checks with their counts."""
        hall_id, catalogue = self._ctx.hall_id, self._ctx.catalogue()
        by_check: dict[str, list[StoredMark]] = {row.id: [] for row in rows}
        for mark in queries.marks_of(conn, hall_id, by_check):
            by_check[mark.check_id].append(mark)
        days = sorted({row.day for row in rows})
        within = {day: _within(queries.day(conn, hall_id, day)) for day in days}
        finding_counts = self._finding_counts(conn, days)
        return [
            views.check(
                catalogue,
                row,
                within[row.day],
                views.Counts(
                    len(standing(map(finding_actions.mark_of, by_check[row.id]))),
                    finding_counts[row.id],
                ),
            )
            for row in rows
        ]

    def _finding_counts(self, conn: Connection, days: Sequence[str]) -> Counter[str]:
        """Return the number of findings that were not withdrawn, by check."""
        if not days:
            return Counter()
        rows = finding_queries.of_days(conn, self._ctx.hall_id, days[0], days[-1])
        standing_rows = (row for row in rows if row.source == "mark" and row.state != "withdrawn")
        return Counter(finding_actions.facts_of(row)["check"] for row in standing_rows)

    def marks(self, conn: Connection, check_id: str) -> list[MarkView]:
        """Return the views of an inspection round's marks."""
        rows = queries.marks(conn, self._ctx.hall_id, check_id)
        return views.marks(self._ctx.catalogue(), rows)

    def _windows(self, conn: Connection, snapshot: QueueSnapshot) -> list[WalkWindow]:
        catalogue, day = snapshot.catalogue, snapshot.local.date()
        leave = recorded_state.leave_of(self._ctx, conn, day)
        punched = recorded_state.punches_of(self._ctx, conn, snapshot.day)
        seats = {code: row.staff for code, row in snapshot.session_rows.items()}
        return [
            views.window(
                catalogue,
                spot.code,
                recorded_state.expected(catalogue, seats, leave, spot.code, snapshot.local),
                views.known(
                    catalogue, _live(snapshot, spot.code), waiting_for(snapshot, spot.code)
                ),
                punched,
            )
            for spot in recorded_state.round_order(catalogue, day)
        ]

    def days(self, first: date, last: date) -> CheckDays:
        """Return the days with draw commitments, their checks and their proof."""
        ctx = self._ctx

        def query(conn: Connection) -> CheckDays:
            commitments = queries.days(conn, ctx.hall_id, first.isoformat(), last.isoformat())
            rows = queries.of_days(conn, ctx.hall_id, first.isoformat(), last.isoformat())
            check_views = self.views(conn, rows)
            return CheckDays(
                days=[
                    CheckDay(
                        seal=self.seal(conn, row),
                        checks=[v for v in check_views if v.day == row.day],
                    )
                    for row in commitments
                ]
            )

        return ctx.read(query)

    def detail(self, check_id: str) -> CheckDetail:
        """Return one check with every mark; raises CHECK_UNKNOWN."""
        ctx = self._ctx

        def query(conn: Connection) -> CheckDetail:
            row = queries.get(conn, ctx.hall_id, check_id)
            if row is None:
                raise HallError(SpotCheckCode.CHECK_UNKNOWN)
            return CheckDetail(check=self.views(conn, [row])[0], marks=self.marks(conn, check_id))

        return ctx.read(query)


def _within(commitment: DrawCommitment | None) -> int:
    return rules_of(commitment.rules).within if commitment is not None else 0


def _live(snapshot: QueueSnapshot, window: str) -> RecordedState:
    """Return the window's state from the live snapshot."""
    seat, ticket = snapshot.session_rows.get(window), snapshot.current.get(window)
    if seat is None:
        return RecordedState(snapshot.now)
    return RecordedState(
        as_of=snapshot.now,
        staff=seat.staff,
        since=seat.since,
        paused_at=seat.paused_at,
        pause_reason=seat.pause_reason,
        last_call_at=seat.last_call_at,
        number=ticket.number if ticket else "",
        number_since=ticket.called_at if ticket else None,
    )


def _changed_keys(event: Event) -> set[str] | None:
    if isinstance(event, (ChecksChanged, HallChanged)):
        return {"*"}
    return set() if isinstance(event, (TicketMoved, WindowChanged)) else None


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the routes and the live feed of spot checks and findings."""
    spot_checks = Checks(api.hall)
    feeds.add(Feed("checks", with_queue(spot_checks.state), allow_managers, _changed_keys, 2.0))
    _looking(api, spot_checks)
    _walking(api)
    _photos(api)


def _looking(api: Api, spot_checks: Checks) -> None:
    ctx = api.hall.ctx

    @api.get("/checks/seals/<day>", who=ANYONE, answer=SealView, codes=(CommonCode.NOT_FOUND,))
    def check_seal(call: Call) -> SealView:
        """Return a day's draw commitment; with seed and times once the hall has closed."""
        row = ctx.read(lambda c: queries.day(c, ctx.hall_id, call.args["day"]))
        if row is None:
            raise HallError(CommonCode.NOT_FOUND)
        return ctx.read(lambda c: spot_checks.seal(c, row))

    @api.get("/office/checks/days", who=MANAGERS, answer=CheckDays)
    def check_days(_call: Call) -> CheckDays:
        """Return draw commitments with checks and proof (`from`, `to`; 62 days at most)."""
        last = day_argument("to", ctx.local().date())
        first = day_argument("from", last - timedelta(days=30))
        return spot_checks.days(max(first, last - timedelta(days=LONGEST_HISTORY)), last)

    @api.get(
        "/office/checks/<check>",
        who=MANAGERS,
        answer=CheckDetail,
        codes=(SpotCheckCode.CHECK_UNKNOWN,),
    )
    def check_detail(call: Call) -> CheckDetail:
        """Return a check with every mark."""
        return spot_checks.detail(call.args["check"])


def _walking(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/checks/extra",
        who=MANAGERS,
        body=StartCheck,
        answer=CheckStarted,
        codes=(SpotCheckCode.CHECKERS_TWO,),
        example={"other": "1003"},
    )
    def extra_check(call: Call) -> CheckStarted:
        """Start a check by hand, at any time."""
        return _started(rounds.by_hand(ctx, call.actor, call.key, call.body.other))

    @api.post(
        "/office/checks/<check>/start",
        who=MANAGERS,
        body=StartCheck,
        answer=CheckStarted,
        codes=START_CODES,
        example={"other": "1003"},
    )
    def start_check(call: Call) -> CheckStarted:
        """Start a check that is due."""
        check, other = call.args["check"], call.body.other
        return _started(rounds.start(ctx, call.actor, call.key, check, other))

    @api.post(
        "/office/checks/<check>/marks",
        who=MANAGERS,
        body=MarkWindow,
        answer=Done,
        codes=(
            *OF_WALKS,
            QueueCode.WINDOW_UNKNOWN,
            AccountCode.ACCOUNT_UNKNOWN,
            SpotCheckCode.MARK_REASON,
            SpotCheckCode.PHOTO_UNKNOWN,
        ),
        example={"id": "m-1", "window": "W01", "mark": "at_post", "at": 1767574800000},
    )
    def mark_window(call: Call) -> Done:
        """Store one mark; the same id again adds nothing."""
        body: MarkWindow = call.body
        values = body.model_dump() | {"faults": tuple(body.faults), "photos": tuple(body.photos)}
        try:
            rounds.mark(ctx, call.actor, call.key, call.args["check"], rounds.MarkRequest(**values))
        except HallError as refusal:
            # The day is over: the mark waits for a second person, and the phone need not retry.
            if refusal.code is not CommonCode.PAST_ASKED:
                raise
        return Done()

    @api.post("/office/checks/<check>/finish", who=MANAGERS, answer=CheckStarted, codes=OF_WALKS)
    def finish_check(call: Call) -> CheckStarted:
        """End an inspection round and notify the people of its findings."""
        return _started(rounds.finish(ctx, call.actor, call.key, call.args["check"]))


def _started(answer: dict[str, Any]) -> CheckStarted:
    return CheckStarted(check=str(answer["check"]))


def _photos(api: Api) -> None:
    hall = api.hall

    @api.post(
        "/office/checks/<check>/photos",
        who=MANAGERS,
        answer=PhotoKept,
        codes=(*OF_WALKS, SpotCheckCode.PHOTO_INVALID),
        keyed=False,
        upload=photos.MAX_BYTES,
    )
    def keep_photo(call: Call) -> PhotoKept:
        """Store a photo (multipart field `photo`) without the camera's metadata."""
        rounds.running(hall.ctx, call.actor, call.args["check"])
        content = _uploaded()
        clean: bytes = hall.offload(lambda: photos.clean(content))
        return PhotoKept(id=papers.store(hall, call.actor, "photo.jpg", JPEG, clean))

    @api.get(
        "/office/checks/<check>/photos/<photo>",
        who=MANAGERS,
        answer=None,
        codes=(SpotCheckCode.PHOTO_UNKNOWN,),
        media=JPEG,
    )
    def see_photo(call: Call) -> Response:
        """Return a photo of a check."""
        ctx, photo = hall.ctx, call.args["photo"]
        rows = ctx.read(lambda c: queries.marks(c, ctx.hall_id, call.args["check"]))
        if not any(photo in json.loads(row.photos) for row in rows):
            raise HallError(SpotCheckCode.PHOTO_UNKNOWN)
        return finding_routes.photo(hall, call.actor, photo, call.args["check"])


def _uploaded() -> bytes:
    file = request.files.get("photo")
    if file is None:
        raise HallError(CommonCode.INVALID, field="photo")
    with contextlib.closing(file):
        content = file.stream.read(photos.MAX_BYTES + 1)
    if len(content) > photos.MAX_BYTES:
        raise HallError(CommonCode.TOO_LARGE)
    return content
