"""Routes of authentication: sign-in, passwords, session state, enrolment of devices."""

from __future__ import annotations

from flask import Response, g, request
from sqlalchemy import Connection

from server.accounts.errors import AccountCode
from server.accounts.messages import ChangePassword, CoverRef, Enrol, Enrolled, Login, Session
from server.accounts.password_tries import Origin
from server.accounts.people import csrf_of
from server.accounts.settings import AccountSettings
from server.catalogue.model import Catalogue
from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode, HallError
from server.leave import cover as leave_cover
from server.leave.cover import Cover
from server.queue import window_session_queries
from server.queue.window_session_queries import StoredSession
from server.web_api import ANYONE, STAFF, Api, Call
from server.web_api.access import BROWSER_COOKIE, SESSION_COOKIE
from server.web_api.limits import ENROLLING, PASSWORDS, SIGN_IN


class Sessions:
    """Sessions of one hall's browsers."""

    def __init__(self, api: Api, build_id: str) -> None:
        self._api = api
        self._hall = api.hall
        self._build = build_id

    def session(self, principal: Principal | None, csrf: str) -> Session:
        """Return the session state of a principal for its browser."""
        ctx = self._hall.ctx
        catalogue = ctx.catalogue()
        common = {
            "csrf": csrf,
            "demo": self._hall.config.demo,
            "build": self._build,
            "now": ctx.clock.now(),
            "hall": catalogue.hall_name,
            "hall_en": catalogue.hall_name_en,
        }
        if principal is None or principal.kind is ActorKind.AGENT:
            return Session(kind="none", **common)
        if principal.kind in (ActorKind.KIOSK, ActorKind.BOARD, ActorKind.TABLET):
            kind = principal.kind.value
            return Session.model_validate({"kind": kind, "name": principal.name, **common})
        person = catalogue.staff_by.get(principal.name)
        now = ctx.local()

        def query(conn: Connection) -> tuple[StoredSession | None, list[Cover]]:
            seat = window_session_queries.session_of(conn, ctx.hall_id, principal.name)
            return seat, leave_cover.of_person(ctx, conn, principal.name, now)

        seat, covering = ctx.read(query)
        own = list(person.windows) if person else []
        covered = [w for cover in covering for w in cover.windows if w not in own]
        return Session(
            kind="staff",
            name=principal.name,
            staff_name=person.name if person else principal.name,
            role=principal.role,
            must_change=principal.must_change,
            window=seat.window if seat is not None else "",
            windows=own + list(dict.fromkeys(covered)),
            covers=[_cover(catalogue, cover) for cover in covering],
            **common,
        )

    def end_earlier_session(self) -> None:
        """End the browser's earlier session: a new sign-in replaces it."""
        before = request.cookies.get(SESSION_COOKIE, "")
        if before and self._hall.people.session(before) is not None:
            self._hall.people.logout(before)

    def answer(self, principal: Principal | None, secret: str) -> Response:
        """Return the session state as a response; the caller sets the cookies."""
        view = self.session(principal, csrf_of(secret) if secret else "")
        return Response(view.model_dump_json(), mimetype="application/json")


def _cover(catalogue: Catalogue, cover: Cover) -> CoverRef:
    absent = catalogue.staff_by.get(cover.absent)
    return CoverRef(
        staff=cover.absent,
        name=absent.name if absent else cover.absent,
        windows=list(cover.windows),
        until=f"{cover.ends:%Y-%m-%dT%H:%M}",
    )


def _origin() -> Origin:
    """Return the origin of the request, for the count of failed attempts."""
    return Origin(request.cookies.get(BROWSER_COOKIE, ""), request.remote_addr or "")


def add(api: Api, build_id: str) -> Sessions:
    """Register the routes of authentication."""
    entry = Sessions(api, build_id)
    _staff(api, entry)
    _password(api, entry)
    _devices(api)
    return entry


def _staff(api: Api, entry: Sessions) -> None:
    people, access = api.hall.people, api.access

    @api.get("/session", who=ANYONE, answer=Session)
    def who_am_i(call: Call) -> Session:
        """Return this browser's session state with the CSRF token for its commands."""
        return entry.session(call.principal, access.csrf(request))

    @api.post(
        "/login",
        who=ANYONE,
        body=Login,
        answer=Session,
        keyed=False,
        policy=SIGN_IN,
        codes=(AccountCode.LOGIN_FAILED, AccountCode.LOCKED_OUT),
        example={"staff": "1001", "password": "one-time-password"},
    )
    def login(call: Call) -> Response:
        """Sign in with staff number and password."""
        body: Login = call.body
        result = people.login(body.staff, body.password.get_secret_value(), _origin())
        entry.end_earlier_session()
        response = entry.answer(people.session(result.session), result.session)
        access.set_session(
            response, result.session, api.hall.ctx.settings().of(AccountSettings).session_hours
        )
        access.set_browser(response, result.browser)
        return response

    @api.post("/logout", who=ANYONE, answer=Session, keyed=False)
    def logout(call: Call) -> Response:
        """End this browser's session."""
        secret = request.cookies.get(SESSION_COOKIE, "")
        if secret and call.principal is not None:
            people.logout(secret)
        response = entry.answer(None, "")
        access.clear_session(response)
        return response


def _password(api: Api, entry: Sessions) -> None:
    people = api.hall.people

    @api.post(
        "/password",
        who=ANYONE,
        body=ChangePassword,
        answer=Session,
        keyed=False,
        policy=PASSWORDS,
        codes=(
            CommonCode.NOT_SIGNED_IN,
            AccountCode.LOGIN_FAILED,
            AccountCode.LOCKED_OUT,
            AccountCode.PASSWORD_WEAK,
            AccountCode.PASSWORD_COMMON,
        ),
    )
    def password(call: Call) -> Response:
        """Change one's own password; other browsers are signed out."""
        body: ChangePassword = call.body
        principal = call.principal
        if principal is None or principal.kind.value not in {w.value for w in STAFF}:
            raise HallError(CommonCode.NOT_SIGNED_IN)
        secret = request.cookies.get(SESSION_COOKIE, "")
        current, new = body.current.get_secret_value(), body.new.get_secret_value()
        people.change_password(principal.name, current, new, secret, _origin())
        g.actor_kind = principal.kind.value
        return entry.answer(people.session(secret), secret)


def _devices(api: Api) -> None:
    people, access = api.hall.people, api.access

    @api.post(
        "/enrol",
        who=ANYONE,
        body=Enrol,
        answer=Enrolled,
        keyed=False,
        policy=ENROLLING,
        codes=(AccountCode.ENROL_CODE,),
        example={"code": "12345678", "kind": "kiosk", "name": "1"},
    )
    def enrol(call: Call) -> Response:
        """Exchange a one-time code for a token; browsers get it as a cookie as well."""
        request_body: Enrol = call.body
        token = people.enrol(
            request_body.code, request_body.kind, request_body.name, request.remote_addr or ""
        )
        body = Enrolled(token=token, kind=request_body.kind, name=request_body.name)
        response = Response(body.model_dump_json(), mimetype="application/json")
        if request_body.kind not in ("agent", "branch"):
            access.set_device(response, request_body.kind, request_body.name, token)
        return response
