"""Small hall whose windows were assessed in February and March, and what its managers do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from server.assessment import actions, mark_actions, sheet_actions
from server.assessment.periods import Period, parse_period
from server.assessment.sheets import Line, Part, Sheet
from server.assessment.standings import Subject
from server.assessment.workflow import MarkMove
from server.complaints import actions as complaint_actions
from server.complaints import queries as complaint_queries
from server.complaints.actions import Filed
from server.complaints.actions import Wish as ComplaintWish
from server.complaints.rules import About, ComplaintMove, Kind, Outcome, Way
from server.core.actors import Actor, ActorKind
from server.honours import flag_actions, veto_actions, views
from server.honours.events import FlagMoved
from server.honours.flag_actions import FlagWish
from server.honours.integrity import problems
from server.honours.messages import QuarterPage
from server.honours.rules import FlagMove, VetoKind, VetoMove
from server.honours.veto_actions import VetoProposal
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at

FIRST = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
THIRD = Actor(ActorKind.MANAGER, "2009")
CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
OTHER = Actor(ActorKind.CLERK, STAFF["F1"])
Q1 = parse_period("2026-Q1")
APRIL = date(2026, 4, 1)
LINES = (
    Line("1", "service", "争吵", "mark_quarrel", Decimal(-3)),
    Line("2", "service", "脱岗", "mark_post_absent", Decimal(-1)),
)


def sheet(subject: Subject) -> Sheet:
    return Sheet(subject, "评分表", (Part("service", "服务", Decimal(100)),), LINES)


@dataclass
class AssessedOffice:
    """Small hall whose windows were assessed in March, and what its managers do."""

    hall: SmallHall
    moved: list[FlagMoved] = field(default_factory=list)
    """Walks of the flag that were published."""
    complaint: str = ""
    """Number of the proven complaint about T1."""

    def settle_march(self) -> None:
        """Let 1 April come: T1 had a complaint, S1 is first, March is released."""
        small = self.hall
        small.ctx.bus.subscribe(
            lambda e: self.moved.append(e) if isinstance(e, FlagMoved) else None
        )
        self.start()
        for window in ("T1", "T2", "F1", "G1", "G2"):
            self.mark("post_absent", Subject.WINDOW, window, date(2026, 3, 2))
        self.mark("quarrel", Subject.WINDOW, "G2", date(2026, 3, 2))
        # By this record February counts as measured; no line of the sheet counts it.
        self.mark("praised", Subject.PERSON, CLERK.name, date(2026, 2, 27))
        self.complaint = self.complain("T1")
        small.clock.set(at(9, day=APRIL))
        self.release("2026-03")

    def release_quarter(self) -> None:
        """Release February and the quarter."""
        self.release("2026-02", Q1.id)

    def decide(self, window: str = "S1") -> None:
        """Give the quarter's flag to a window."""
        self.release_quarter()
        self.flag(FIRST, FlagMove.PROPOSE, window, "见会议纪要")
        self.flag(SECOND, FlagMove.DECIDE)

    def start(self, subject: Subject = Subject.WINDOW) -> None:
        """Put a sheet in force from February on."""
        ctx, key = self.hall.ctx, self.hall.key
        sheet_id = sheet_actions.draft(ctx, FIRST, key(), sheet(subject), "2026-02")
        sheet_actions.start(ctx, SECOND, key(), sheet_id)

    def mark(self, kind: str, subject: Subject, code: str, day: date) -> None:
        """Propose a mark and confirm it."""
        ctx, key = self.hall.ctx, self.hall.key
        wish = mark_actions.Wish(kind, subject, code, day, 1, "记录在案")
        mark = mark_actions.propose(ctx, FIRST, key(), wish)
        mark_actions.decide(ctx, SECOND, key(), mark, MarkMove.CONFIRM)

    def release(self, *periods: str) -> None:
        """Check and release periods."""
        ctx, key = self.hall.ctx, self.hall.key
        for period in map(parse_period, periods):
            shown = self._shown(period)
            actions.check(ctx, FIRST, key(), shown, shown.contents.digest)
            actions.release(ctx, SECOND, key(), shown, shown.contents.digest)

    def _shown(self, period: Period) -> actions.Assessment:
        ctx = self.hall.ctx
        return ctx.read(lambda c: actions.load(ctx, c, period))

    def complain(self, window: str) -> str:
        """Return the number of a complaint about a window that was answered as proven."""
        ctx, key = self.hall.ctx, self.hall.key
        filed = Filed(Kind.ON_SPOT, Way.OFFICE, About.WINDOW, window, words="态度生硬")
        number = complaint_actions.file(ctx, FIRST, key(), filed)
        row = ctx.read(lambda c: complaint_queries.by_number(c, ctx.hall_id, number))
        assert row is not None
        for wish in (
            ComplaintWish(ComplaintMove.ACCEPT),
            ComplaintWish(ComplaintMove.ANSWER, "属实，已批评教育", Outcome.PROVEN),
        ):
            complaint_actions.move(ctx, FIRST, key(), row.id, wish)
        return number

    def flag(self, actor: Actor, move: FlagMove, window: str = "", words: str = "") -> None:
        """Take a step of the quarter's decision."""
        wish = FlagWish(move, window, words)
        flag_actions.move(self.hall.ctx, actor, self.hall.key(), Q1, wish)

    def veto(self, number: str = "", code: str = CLERK.name, window: str = "T1") -> str:
        """Return a veto that was proposed."""
        proposal = VetoProposal(
            VetoKind.QUARREL,
            Subject.PERSON,
            code,
            date(2026, 3, 3),
            "与群众争吵，已查实",
            window,
            (number or self.complaint,),
        )
        return veto_actions.propose(self.hall.ctx, FIRST, self.hall.key(), proposal)

    def settle(self, actor: Actor, veto: str, move: VetoMove, words: str = "") -> None:
        """Take a step of a veto."""
        veto_actions.move(self.hall.ctx, actor, self.hall.key(), veto, move, words)

    def page(self, actor: Actor = SECOND, quarter: Period = Q1) -> QuarterPage:
        """Return the page of a quarter."""
        ctx = self.hall.ctx
        return ctx.read(lambda c: views.quarter_page(ctx, c, actor, quarter))

    def holder(self) -> int:
        """Return the number of the window with the flag; 0: none."""
        ctx = self.hall.ctx
        return ctx.read(lambda c: views.holder(ctx, c)).window

    def violations(self) -> list[str]:
        """Return what `hall check` says of honours."""
        ctx = self.hall.ctx
        return ctx.read(lambda c: [en for _zh, en in problems(c, ctx.hall_id)])
