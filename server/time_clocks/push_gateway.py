"""Push gateway `/iclock/…` for ZK-family time clocks (ADMS). Plain text in both directions.

The protocol has no authentication (hardware notes, A3b), so a time clock is admitted by its serial
number and, if the office has set them, its networks. A batch is committed before the time clock
receives `OK`, because it deletes what was confirmed. 5xx is returned only for a failing database:
the time clock would repeat anything else for ever. Bodies are never logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import gevent
from flask import Blueprint, Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest

from server.core.errors import CommonCode, ErrorCode, HallError
from server.hall.composition import Hall
from server.time_clocks import iclock, reports
from server.time_clocks import queries as stored
from server.time_clocks.iclock_events import event
from server.time_clocks.queries import TimeClock
from server.web_api import limit_body, whole_body
from server.web_api.limits import CLOCKS, UNADMITTED, Limits, limited

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024
"""Maximum body in bytes: a punch photo has a few hundred KB; a backlog comes in batches."""
REST_SECONDS = 0.008
"""Seconds of pause after each action of a backlog."""
LONG_BATCH = 20
"""Number of lines above which a batch counts as part of a backlog and a pause follows it."""
LONG_BODY = 20_000
"""Size in bytes above which a body is read off the event loop."""
ADMITTED = "hall.time_clock"
"""Key in a request's environment that is set once its time clock is admitted."""
STATUS: dict[ErrorCode, int] = {
    CommonCode.INVALID: 400,
    CommonCode.FORBIDDEN: 403,
    CommonCode.TOO_MANY: 429,
    CommonCode.TOO_LARGE: 413,
    CommonCode.UNAVAILABLE: 503,
}
USER_TABLES = frozenset({"OPERLOG", "USERINFO", "USER", "EXTUSER"})
OWN_TABLES = frozenset({"OPTIONS", "REG"})
EVENT_TABLES = frozenset({"RTLOG", "TRANSACTION"})
"""Tables of the access family that contain punches [SRC, two servers]."""


class Gateway:
    """Push gateway of one hall."""

    def __init__(self, hall: Hall, limits: Limits | None = None) -> None:
        self._hall = hall
        self._ctx = hall.ctx
        self._limits = limits or Limits()
        self._failed: set[str] = set()
        """Serial numbers of time clocks whose batch was not accepted; they send it again."""
        self.blueprint = Blueprint("iclock", __name__, url_prefix="/iclock")
        for path, methods, view in (
            ("cdata", ("GET", "POST"), self._cdata),
            ("getrequest", ("GET", "POST"), self._getrequest),
            ("devicecmd", ("POST",), self._devicecmd),
            ("ping", ("GET", "POST"), self._ping),
            ("registry", ("GET", "POST"), self._registry),
            ("push", ("GET", "POST"), self._push),
            ("querydata", ("POST",), self._querydata),
            ("<any(fdata,edata,rtdata):other>", ("GET", "POST"), self._other),
        ):
            self._add(path, methods, view)

    def _add(self, path: str, methods: tuple[str, ...], view: Callable[[TimeClock], str]) -> None:
        def answer(**_args: str) -> Response:
            return self._answer(view)

        name = path.rpartition(":")[2].strip("<>")
        # Firmware uses the address with and without a trailing slash, and with `.aspx` [2SRC].
        for number, form in enumerate((path, f"{path}.aspx")):
            for slash in ("", "/"):
                endpoint = f"{name}_{number}{'_slash' if slash else ''}"
                view_of = limited(CLOCKS, answer)
                view_of.counts = True  # type: ignore[attr-defined]
                self.blueprint.add_url_rule(
                    f"/{form}{slash}", endpoint, view_of, methods=list(methods)
                )

    # -- request handling ----------------------------------------------------------------------

    def _answer(self, view: Callable[[TimeClock], str]) -> Response:
        serial = request.args.get("SN", "").strip()
        try:
            time_clock = self._let_in(serial)
            text, status = view(time_clock), 200
            encoding = str(stored.facts_of(time_clock).get("encoding", "utf-8"))
        except HallError as error:
            text, status, encoding = self._refused(error), STATUS.get(error.code, 400), "utf-8"
            self._record_rejection(serial, error)
        except BadRequest:
            # The connection broke in the middle of a body; the time clock still has the data.
            self._record_failure(serial)
            raise
        except SQLAlchemyError:
            log.exception("a terminal could not be served")
            self._failed.add(serial)
            text, status, encoding = "database\n", 503, "utf-8"
        response = Response(text.encode(encoding, "replace"), status=status)
        response.headers["Content-Type"] = "text/plain"
        # The time clock sets its clock from this header [2SRC]: it must be hall time.
        response.headers["Date"] = formatdate(self._ctx.clock.now() / 1000, usegmt=True)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _let_in(self, serial: str) -> TimeClock:
        address = request.remote_addr or ""
        self._limits.check(CLOCKS, None, address)
        try:
            time_clock = reports.require_admitted(self._ctx, serial, address)
        except HallError:
            self._limits.check(UNADMITTED, None, address)
            raise
        request.environ[ADMITTED] = serial
        self._limits.count_caller(CLOCKS, self._ctx.hall_id, serial)
        limit_body(MAX_BODY)
        return time_clock

    def _record_rejection(self, serial: str, error: HallError) -> None:
        """Record a rejected upload of an admitted time clock, which will send it again."""
        if request.method == "POST" and request.environ.get(ADMITTED) == serial:
            if error.code is CommonCode.TOO_LARGE:
                self._record_failure(serial)
            elif error.code is CommonCode.TOO_MANY:
                self._failed.add(serial)

    def _record_failure(self, serial: str) -> None:
        report = reports.TimeClockReport(failed=True)
        reports.report_contact(self._ctx, serial, report, lambda contact, _now: contact)

    def _refused(self, error: HallError) -> str:
        words: dict[ErrorCode, str] = {
            CommonCode.INVALID: "no serial number",
            CommonCode.FORBIDDEN: "this terminal is not admitted",
            CommonCode.TOO_MANY: "too many requests",
            CommonCode.TOO_LARGE: "too large",
        }
        return words.get(error.code, error.code.value) + "\n"

    def _body(self) -> bytes:
        return whole_body()

    # -- protocol -----------------------------------------------------------------------------

    def _cdata(self, time_clock: TimeClock) -> str:
        if request.method == "GET":
            return reports.handshake(self._ctx, time_clock.serial, self._report(time_clock))
        return self._posted(time_clock, request.args.get("table", "").strip().upper())

    def _posted(self, time_clock: TimeClock, table: str) -> str:
        """Handle an uploaded table. Everything answered with OK is stored or was not a punch."""
        stamp = (request.args.get("Stamp") or request.args.get("OpStamp") or "").strip()
        stamp = stamp if iclock.SERIAL.fullmatch(stamp) else ""
        if table == "TABLEDATA":
            # Any other answer than `<name>=<count>` makes the time clock repeat the upload for ever
            # [SRC].
            name = request.args.get("tablename", "").strip()
            count = request.args.get("count", "").strip()
            if not count.isdecimal():
                count = str(sum(1 for _ in iclock.lines_of(whole_body(cache=True))))
            self._table(time_clock, name.upper(), stamp)
            return f"{iclock.displayable(name)[:40]}={count}\n"
        return self._table(time_clock, table, stamp)

    def _table(self, time_clock: TimeClock, table: str, stamp: str) -> str:
        if table in iclock.TEMPLATE_TABLES:
            reports.refuse_templates(self._ctx, time_clock.serial, table, stamp)
            return "OK\n"
        if table in OWN_TABLES:
            return self._options(time_clock)
        if table in USER_TABLES:
            return self._operlog(time_clock, stamp)
        if table in iclock.IGNORED_TABLES:
            return self._ping(time_clock)
        if table in EVENT_TABLES:
            return self._lines(time_clock, table, stamp, event)
        if table in ("", "ATTLOG"):
            return self._lines(
                time_clock, "ATTLOG", stamp, iclock.attlog if table else reports.parse_untyped
            )
        return self._lines(time_clock, iclock.displayable(table)[:40], stamp, iclock.unknown_line)

    def _lines(self, time_clock: TimeClock, table: str, stamp: str, read: reports.Read) -> str:
        body = self._body()
        if len(body) > LONG_BODY:
            reading = self._hall.offload(lambda: reports.read_lines(body, read))
        else:
            reading = reports.read_lines(body, read)
        failed = time_clock.serial in self._failed
        reports.take_lines(
            self._ctx,
            time_clock.serial,
            table,
            reading,
            stamp,
            failed=failed,
            between=_yield_to_others,
        )
        if len(reading.lines) > LONG_BATCH:
            _yield_to_others()
        self._failed.discard(time_clock.serial)
        return "OK\n" if table == "RTLOG" else f"OK: {reading.count}\n"

    def _operlog(self, time_clock: TimeClock, stamp: str) -> str:
        lines = list(iclock.lines_of(self._body()))
        reports.take_operlog(self._ctx, time_clock.serial, lines, stamp)
        return f"OK: {len(lines)}\n"

    def _options(self, time_clock: TimeClock) -> str:
        values = iclock.pairs(iclock.decode(self._body()).replace("\n", ","))
        report = reports.TimeClockReport(
            firmware=iclock.displayable(values.get("FWVersion", ""))[:64],
            facts={"model": iclock.displayable(values.get("~DeviceName", ""))[:64]},
        )
        reports.report_contact(
            self._ctx, time_clock.serial, report, lambda contact, now: contact.after_contact(now)
        )
        return "OK\n"

    def _report(self, time_clock: TimeClock) -> reports.TimeClockReport:
        """Return what the query of a handshake or poll reports about the time clock."""
        facts: dict[str, Any] = {"address": request.remote_addr or ""}
        language = request.args.get("language", "")
        if language and "encoding" not in stored.facts_of(time_clock):
            # 83 is Chinese firmware: GB2312 on the wire, UTF-8 elsewhere [2SRC].
            facts["encoding"] = "gb18030" if language == "83" else "utf-8"
        version = request.args.get("pushver", "")
        if version:
            facts["push"] = iclock.displayable(version)[:24]
        info = iclock.info(request.args.get("INFO", ""))
        records = info.pop("records", None)
        firmware = str(info.pop("firmware", ""))
        facts |= {name: info[name] for name in ("users", "fingers") if name in info}
        failed = time_clock.serial in self._failed
        self._failed.discard(time_clock.serial)
        return reports.TimeClockReport(
            firmware=firmware,
            facts=facts,
            records=records if isinstance(records, int) else None,
            failed=failed,
        )

    def _getrequest(self, time_clock: TimeClock) -> str:
        return reports.poll(self._ctx, time_clock.serial, self._report(time_clock))

    def _devicecmd(self, time_clock: TimeClock) -> str:
        reports.store_results(self._ctx, time_clock.serial, iclock.answers(self._body()))
        return "OK\n"

    def _ping(self, time_clock: TimeClock) -> str:
        report = reports.TimeClockReport()
        reports.report_contact(
            self._ctx, time_clock.serial, report, lambda contact, now: contact.after_contact(now)
        )
        return "OK\n"

    def _registry(self, time_clock: TimeClock) -> str:
        """Answer the registration that the access family starts with [MEM for the answer]."""
        return f"RegistryCode={time_clock.serial}\n"

    def _push(self, time_clock: TimeClock) -> str:
        """Answer the access family's request for options: the same as the handshake's."""
        text = reports.handshake(self._ctx, time_clock.serial, self._report(time_clock))
        return text.partition("\n")[2]

    def _querydata(self, time_clock: TimeClock) -> str:
        """Handle answers to queries; the access family uploads tables here as well."""
        kind = request.args.get("type", "tabledata").strip().upper()
        return self._posted(time_clock, kind)

    def _other(self, time_clock: TimeClock) -> str:
        """Handle photos (`fdata`) and bodies of forms that the hall does not support."""
        if request.method == "GET":
            return self._ping(time_clock)
        name = request.path.rstrip("/").rpartition("/")[2].partition(".")[0].upper()
        if name == "FDATA":
            reports.refuse_templates(self._ctx, time_clock.serial, "ATTPHOTO", "")
            return "OK\n"
        return self._lines(time_clock, name, "", iclock.unknown_line)


def _yield_to_others() -> None:
    """Pause a backlog, so that the counters get most of the time."""
    gevent.sleep(REST_SECONDS)


def add(flask: Flask, hall: Hall, limits: Limits) -> None:
    """Register the gateway."""
    flask.register_blueprint(Gateway(hall, limits).blueprint)
