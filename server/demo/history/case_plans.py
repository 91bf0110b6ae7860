"""Plans of the demo history's cases: which step comes how many working days after the acceptance.

The usual plan keeps the promised days. The others have their own working day, counted from the end,
so that the demo always opens with two overdue cases, some that are due, and every other end.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.cases.actions import Wish
from server.cases.clocks import stage_days
from server.cases.rules import CaseMove, CaseOutcome, CaseState, CaseWay, SuspensionBasis
from server.catalogue.model import CaseMode, Catalogue, Handling, Item

LONGEST = 11
"""Most promised days of an item of the demo; of longer ones two months would show no end."""
HANDS = 3
ON_THE_LAST_DAY = 0.12
"""Share of the cases that take all the promised days."""


class Hand(StrEnum):
    """Person who takes a step."""

    ACCEPTOR = "acceptor"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """Step that a person takes `later` working days after the acceptance."""

    later: int
    hand: Hand
    wish: Wish


Steps = tuple[PlannedStep, ...]
HANDLED = Wish(CaseMove.PASS, "材料齐全，符合规定条件，拟准予")
REVIEWED = Wish(CaseMove.PASS, "经审核，无不同意见")
GRANTED = Wish(CaseMove.DECIDE, "准予", CaseOutcome.GRANTED)
REFUSED = Wish(CaseMove.DECIDE, "经核查，场地不符合规定条件，不予许可", CaseOutcome.REFUSED)
JOINTLY_REFUSED = Wish(
    CaseMove.DECIDE, "并联审查时有单位不同意，理由成立，不予登记", CaseOutcome.REFUSED
)
NOT_ACCEPTED = Wish(CaseMove.NOT_ACCEPT, "申请事项不属于本单位职权范围，请向市级主管部门提出")
ASK_TIME = Wish(CaseMove.ASK_TIME, "须向外地核实有关资料，申请延长期限", days=10)
GRANT_TIME = Wish(CaseMove.GRANT_TIME, "情况属实，同意延长")
RESUME = Wish(CaseMove.RESUME)
EXPERT = Wish(
    CaseMove.SUSPEND, "按规定组织专家评审，所需时间不计入", basis=SuspensionBasis.EXPERT, days=8
)
INSPECTION = Wish(
    CaseMove.SUSPEND, "须到现场勘验，所需时间不计入", basis=SuspensionBasis.INSPECTION, days=4
)
ON_THE_SPOT: Steps = (PlannedStep(0, Hand.ACCEPTOR, GRANTED),)


def through(handled: int, decided: int, end: Wish = GRANTED) -> Steps:
    """Return the steps of three posts, with the days of the first and of the last one."""
    return (
        PlannedStep(handled, Hand.HANDLER, HANDLED),
        PlannedStep(decided, Hand.REVIEWER, REVIEWED),
        PlannedStep(decided, Hand.APPROVER, end),
    )


def _held(handled: int) -> Steps:
    """Return the steps of a case that the reviewer leaves on the desk."""
    return (PlannedStep(handled, Hand.HANDLER, HANDLED),)


@dataclass(frozen=True, slots=True)
class Plan:
    """Case of the demo: `back` working days before the last one it comes in.

    `answered` False: nobody accepts it or tells a defect. `explained`: what the unit's chief says
    of the day on which it came in. `pledge`: days within which the material that may follow later
    is promised; it comes if the case has steps, which count from then.
    """

    back: int
    item: str
    steps: Steps
    answered: bool = True
    way: CaseWay = CaseWay.WINDOW
    explained: str = ""
    pledge: int = 0


NETWORK_DOWN = "当天专网中断，申请人由引导台直接收件，未取号"
SILENT_ITEM = "ycj-02"
"""Item with a scheme of approval by silence; its unit has no people in the hall."""
PLEDGED_ITEM = "scjg-07"
"""Item with a material that may follow later."""
PLANS = (
    Plan(22, SILENT_ITEM, (), way=CaseWay.RECEPTION),
    Plan(21, "gaj-07", through(4, 5)),
    Plan(
        20,
        "scjg-10",
        (
            PlannedStep(8, Hand.HANDLER, ASK_TIME),
            PlannedStep(8, Hand.APPROVER, GRANT_TIME),
            *through(9, 14),
        ),
    ),
    Plan(
        19,
        "zrzy-01",
        (
            PlannedStep(2, Hand.HANDLER, EXPERT),
            PlannedStep(8, Hand.HANDLER, RESUME),
            *through(9, 12),
        ),
    ),
    Plan(18, "gaj-12", through(2, 3, REFUSED)),
    Plan(17, "gaj-09", through(6, 7)),
    Plan(
        16,
        "gaj-02",
        (
            PlannedStep(1, Hand.HANDLER, INSPECTION),
            PlannedStep(4, Hand.HANDLER, RESUME),
            *through(6, 9),
        ),
    ),
    Plan(15, "swj-01", (PlannedStep(0, Hand.ACCEPTOR, NOT_ACCEPTED),), answered=False),
    Plan(14, "rsj-02", through(8, 10), answered=False),
    Plan(13, "zrzy-08", through(3, 7)),
    Plan(12, "scjg-08", through(3, 5), way=CaseWay.RECEPTION, explained=NETWORK_DOWN),
    Plan(11, "zrzy-07", through(4, 5, JOINTLY_REFUSED)),
    Plan(10, "rsj-13", ON_THE_SPOT),
    Plan(9, "scjg-08", _held(3)),
    Plan(8, PLEDGED_ITEM, through(0, 1), pledge=6),
    Plan(7, "zrzy-12", _held(2)),
    Plan(6, PLEDGED_ITEM, (), pledge=3),
    Plan(5, "gaj-09", ()),
    Plan(4, "zrzy-13", _held(2)),
    Plan(3, "zrzy-02", (PlannedStep(1, Hand.HANDLER, EXPERT),)),
    Plan(2, "zrzy-07", ()),
    Plan(1, "gaj-13", _held(1)),
)


def followed(catalogue: Catalogue) -> Mapping[str, Item]:
    """Return the items whose cases the demo follows: those that the unit's people can decide."""
    people: dict[str, int] = {}
    for person in catalogue.staff:
        people[person.unit] = people.get(person.unit, 0) + 1
    chiefs = {person.unit for person in catalogue.staff if person.chief}
    return {
        item.code: item
        for item in catalogue.items
        if item.handling is Handling.ACCEPTED
        and item.unit in chiefs
        and item.promised_days <= LONGEST
        and (people[item.unit] >= HANDS or not item.three_hands)
    }


def usual(item: Item, chance: random.Random) -> Steps:
    """Return the steps of a case that is decided within the promised days."""
    share, last_day = chance.uniform(0.3, 0.85), chance.random() < ON_THE_LAST_DAY
    if item.case_mode is CaseMode.DIRECT:
        return ON_THE_SPOT
    days = item.promised_days if last_day else max(1, round(share * item.promised_days))
    stage = stage_days(item, CaseState.HANDLING) or days
    if not item.three_hands:
        return (PlannedStep(min(days, stage), Hand.HANDLER, GRANTED),)
    return through(min(days - 1, stage), days)
