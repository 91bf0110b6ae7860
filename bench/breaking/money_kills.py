"""Fault: kill -9 of the server at random moments while money comes, goes back and is corrected.

A unit opens cases, makes dues and registers licences; cashiers confirm, refund and correct, the
office waives and cancels, the bank's files come, and the issuer hands licences out or is refused.
Each act is repeated with its key until it is answered, so the harness knows every step; meanwhile
the server is killed again and again.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.lamp_kills import HallOfCases
from bench.breaking.money_history import (
    SETTLED,
    DayPage,
    Money,
    MoneyHistory,
    Step,
    money_violations,
)
from bench.breaking.run import Outcome
from server.core import journal
from server.core.engine import open_store
from server.core.money import yuan_text
from server.fees import queries
from server.fees.replay import ACTS
from server.integrity.checks import violations
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, Client, RefusedError

UNIT, CASHIER, SECOND, ISSUER = "1024", "1004", "1009", "1005"
ITEM, STANDARD, PRICE, MOST = "zrzy-17", "copy", 1000, 60
"""Item that is decided on the spot, its standard with the fen of one, and how many at most."""
DAYS = ("2026-11-20", "2026-11-23", TUESDAY)
"""Days of the bank's lines."""
EVER = "2000-01-01", "2099-12-31"
LONGEST_WAIT = 1.2
"""Seconds after which a server is killed at the latest."""
RETRY_SECONDS = 0.05
OPEN_CASES = 6
ID_NUMBER, PHONE = "110101199003070038", "13900001234"
HEADING = "交易日期,银行流水号,缴款通知书编号,金额\n"
LICENCE_ACTS = frozenset({"licence.hand", "licence.post"})


@dataclass(slots=True)
class Due:
    """Due by the answers: its case, amount, state, moves, and what the hall holds."""

    case: str
    amount: int
    state: str = "due"
    moves: list[str] = field(default_factory=lambda: ["make"])
    reference: str = ""
    held: int = 0
    part: int = 0
    """Fen of the refund that is requested."""


class Books:
    """Money as the answers tell it, with the rules of the bank's file."""

    def __init__(self) -> None:
        self.dues: dict[str, Due] = {}
        self.receipts: dict[str, Money] = {}
        self.refunds: dict[str, Money] = {}
        self.lines: dict[str, Money] = {}

    def move(self, notice: str, move: str, state: str) -> None:
        """Note a step of a due that was answered."""
        due = self.dues[notice]
        due.moves.append(move)
        due.state = state

    def confirm(self, notice: str, reference: str, day: str) -> None:
        """Note a receipt."""
        due = self.dues[notice]
        self.receipts[reference] = Money(notice, day, due.amount)
        due.reference, due.held = reference, due.amount
        self.move(notice, "confirm", "confirmed")

    def read(self, lines: Mapping[str, Money]) -> None:
        """Note a file of the bank: a line confirms its due where notice and amount are right."""
        booked: set[str] = set()
        fresh = {ref: line for ref, line in lines.items() if ref not in self.lines}
        self.lines |= fresh
        for reference, line in sorted(fresh.items(), key=lambda entry: (entry[1].day, entry[0])):
            due = self.dues.get(line.notice)
            is_used = reference in self.receipts or reference in self.refunds
            if due is None or due.amount != line.amount or line.notice in booked or is_used:
                continue
            if due.state in ("due", "refunded"):
                self.confirm(line.notice, reference, line.day)
                booked.add(line.notice)

    def day_of(self, reference: str) -> str:
        """Return the day of a receipt or refund that is confirmed now."""
        line = self.lines.get(reference)
        return line.day if line is not None else TUESDAY


class People(threading.Thread):
    """Thread of all who move money; each act is repeated until it is answered."""

    def __init__(self, hall: HallOfCases, chance: random.Random, outcome: Outcome) -> None:
        super().__init__(name="people", daemon=True)
        self._chance, self._outcome = chance, outcome
        self._ended = threading.Event()
        self._number = 0
        self.books = Books()
        self.shelved: dict[str, str] = {}
        """Case of each licence on the shelf."""
        self.issued: set[str] = set()
        self.refused = 0
        """Licences that were refused because their case owed something."""
        self.error: Exception | None = None
        self._clients: dict[str, Client] = {}
        for staff in (MANAGER, ADMINISTRATOR, UNIT, CASHIER, SECOND, ISSUER):
            client = self._clients[staff] = Client(hall.base)
            client.sign_in(staff, hall.password)
        for post, holders in (("cashier", [CASHIER, SECOND]), ("issuer", [ISSUER])):
            body = {"post": post, "holders": holders}
            self._clients[MANAGER].post("/office/cases/posts", body)

    def run(self) -> None:
        """Act until the end."""
        try:
            while not self._ended.is_set():
                self._act()
        except Exception as error:  # noqa: BLE001 - the run reports it
            self.error = error

    def end(self) -> None:
        """Finish the act that runs, and stop."""
        self._ended.set()
        self.join(60)

    def pages(self) -> dict[str, DayPage]:
        """Return the cashier's page of each day."""
        pages: dict[str, DayPage] = {}
        for day in DAYS:
            view = self._clients[CASHIER].get(f"/fees/day?day={day}")
            gaps = {entry["reference"]: entry["amount"] for entry in view["differences"]}
            pages[day] = DayPage(
                received=view["received"],
                refunded=view["refunded"],
                bank=view["bank"],
                bank_refunded=view["bank_refunded"],
                differences=gaps,
                not_issued=view["not_issued"],
            )
        return pages

    # -- acts ------------------------------------------------------------------------------------

    def _until_answered(self, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        while True:
            try:
                answer = send()
            except RefusedError as refused:
                if refused.status < 500:  # otherwise the server was going down
                    raise
                time.sleep(RETRY_SECONDS)
            except (OSError, ValueError):  # no answer, or half of one
                time.sleep(RETRY_SECONDS)
            else:
                self._outcome.acks += 1
                return answer

    def _post(self, staff: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command with one key until it is answered."""
        key, client = uuid.uuid4().hex, self._clients[staff]
        return self._until_answered(lambda: client.post(path, body, key))

    def _step(self, staff: str, notice: str, move: str, **more: Any) -> None:
        self._post(staff, f"/fees/{notice}/move", {"move": move, "words": "依据"} | more)

    def _in(self, *states: str) -> list[str]:
        return [notice for notice, due in self.books.dues.items() if due.state in states]

    def _some(self, *states: str) -> str | None:
        notices = self._in(*states)
        return self._chance.choice(notices) if notices else None

    def _reference(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self._number:05d}"

    def _act(self) -> None:
        if len(self._in("due", "refunded")) < OPEN_CASES:
            self._open()
        acts = (
            self._confirm,
            self._confirm,
            self._file,
            self._waive,
            self._refund,
            self._refund,
            self._correct,
            self._cancel,
            self._issue,
            self._issue,
        )
        self._chance.choice(acts)()

    def _open(self) -> None:
        applicant = {"item": ITEM, "name": "测试人", "phone": PHONE, "id_number": ID_NUMBER}
        case = self._post(UNIT, "/reception/cases", applicant)["id"]
        self._post(UNIT, f"/cases/{case}/move", {"move": "accept"})
        for _ in range(self._chance.randint(1, 2)):
            quantity = self._chance.randint(1, MOST)
            body = {"standard": STANDARD, "quantity": quantity}
            dues = self._post(UNIT, f"/cases/{case}/fees", body)["dues"]
            (notice,) = {due["notice"] for due in dues} - self.books.dues.keys()
            self.books.dues[notice] = Due(case, PRICE * quantity)
        decision = {"move": "decide", "words": "准予", "outcome": "granted"}
        self._post(UNIT, f"/cases/{case}/move", decision)
        licence = {"kind": "不动产权证书", "number": self._reference("Z")}
        number = self._post(UNIT, f"/cases/{case}/licences", licence)["licences"][-1]["id"]
        body = {"licences": [number], "counted": 1}
        given = self._post(UNIT, "/my/licence-lists", body)["id"]
        count = {"present": [number], "counted": 1, "shelf": "A-1"}
        self._post(ISSUER, f"/issuing/lists/{given}/receive", count)
        self.shelved[number] = case

    def _confirm(self) -> None:
        notice = self._some("due", "refunded")
        if notice is None:
            return
        reference = self._reference("R")
        self._step(self._chance.choice((CASHIER, SECOND)), notice, "confirm", reference=reference)
        self.books.confirm(notice, reference, TUESDAY)

    def _file(self) -> None:
        """Let the bank send lines: right ones, and of each kind of difference some."""
        lines: dict[str, Money] = {}
        for notice in self._in("due", "refunded", "confirmed", "waive_asked")[-8:]:
            due, odd = self.books.dues[notice], self._chance.random()
            day = self._chance.choice(DAYS)
            reference_of_due = due.reference if due.reference in self.books.receipts else ""
            reference = reference_of_due if reference_of_due and odd < 0.6 else self._reference("B")
            if reference in self.books.lines:
                continue
            amount = due.amount + (1 if odd > 0.95 else 0)
            lines[reference] = Money("J0" if 0.9 < odd < 0.95 else notice, day, amount)
        for reference, money in self.books.refunds.items():
            if reference not in self.books.lines and self._chance.random() < 0.5:
                lines[reference] = Money(money.notice, money.day, money.amount)
        if not lines:
            return
        content = HEADING + "".join(
            f"{line.day},{ref},{line.notice},{yuan_text(line.amount).replace(',', '')}\n"
            for ref, line in self._chance.sample([*lines.items()], len(lines))
        )
        client = self._clients[CASHIER]
        for _ in range(self._chance.randint(1, 2)):
            self._until_answered(lambda: client.upload("/fees/bank-files", content))
        self.books.read(lines)

    def _waive(self) -> None:
        """Request a waiver; another time decide on one."""
        pending = self._some("waive_asked")
        if pending is not None:
            is_granted = self._chance.random() < 0.5
            self._step(MANAGER, pending, "grant_waive" if is_granted else "deny_waive")
            before = "refunded" if "confirm_refund" in self.books.dues[pending].moves else "due"
            if is_granted:
                self.books.move(pending, "grant_waive", "waived")
            else:
                self.books.move(pending, "deny_waive", before)
        elif (notice := self._some("due", "refunded")) is not None:
            self._step(UNIT, notice, "ask_waive")
            self.books.move(notice, "ask_waive", "waive_asked")

    def _refund(self) -> None:
        """Request a refund of all or of a part; another time decide on one."""
        pending = self._some("refund_asked")
        if pending is None:
            notice = self._some("confirmed")
            if notice is None:
                return
            due = self.books.dues[notice]
            due.part = self._chance.choice((due.held, self._chance.randint(1, due.held)))
            self._step(UNIT, notice, "ask_refund", amount=due.part)
            self.books.move(notice, "ask_refund", "refund_asked")
            return
        due = self.books.dues[pending]
        if self._chance.random() < 0.3:
            self._step(CASHIER, pending, "deny_refund")
            self.books.move(pending, "deny_refund", "confirmed")
            return
        reference = self._reference("T")
        self._step(SECOND, pending, "confirm_refund", reference=reference)
        self.books.refunds[reference] = Money(pending, TUESDAY, -due.part)
        due.held -= due.part
        self.books.move(pending, "confirm_refund", "confirmed" if due.held else "refunded")

    def _correct(self) -> None:
        """Request a correction; another time decide on one, and confirm anew."""
        pending = self._some("correction_asked")
        if pending is None:
            whole = [n for n in self._in("confirmed") if self._is_whole(n)]
            if whole:
                notice = self._chance.choice(whole)
                self._step(CASHIER, notice, "ask_correction")
                self.books.move(notice, "ask_correction", "correction_asked")
            return
        if self._chance.random() < 0.3:
            self._step(SECOND, pending, "deny_correction")
            self.books.move(pending, "deny_correction", "confirmed")
            return
        self._step(SECOND, pending, "correct")
        due = self.books.dues[pending]
        receipt = self.books.receipts.pop(due.reference)
        due.held = 0
        self.books.move(pending, "correct", "due")
        line = self.books.lines.get(due.reference)
        if line is None and self._chance.random() < 0.5:
            self._step(SECOND, pending, "confirm", reference=due.reference)
            self.books.confirm(pending, due.reference, receipt.day)

    def _is_whole(self, notice: str) -> bool:
        due = self.books.dues[notice]
        return due.held == due.amount

    def _cancel(self) -> None:
        notice = self._some("due", "refunded")
        if notice is not None and self._chance.random() < 0.3:
            self._step(MANAGER, notice, "cancel")
            self.books.move(notice, "cancel", "cancelled")

    def _issue(self) -> None:
        """Hand a licence out; while its case owes anything this has to be refused."""
        if not self.shelved:
            return
        licence = self._chance.choice([*self.shelved])
        case = self.shelved[licence]
        dues = [due for due in self.books.dues.values() if due.case == case]
        owes = any(due.state not in SETTLED for due in dues)
        body = {"licences": [licence], "id_number": ID_NUMBER, "signed": "paper"}
        try:
            self._post(ISSUER, "/issuing/hand-out", body)
        except RefusedError as refused:
            if not owes or refused.problem.get("code") != "licence_dues":
                raise
            self.refused += 1
            return
        self._outcome.expect(not owes, f"licence {licence} was not handed out unpaid")
        del self.shelved[licence]
        self.issued.add(case)


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while money moves; judge what it left behind."""
    start, outcome, chance = time.monotonic(), Outcome("money"), random.Random(seed)
    accounts = (ADMINISTRATOR, MANAGER, UNIT, CASHIER, SECOND, ISSUER)
    with HallOfCases(folder, database=database, accounts=accounts) as hall:
        people = People(hall, random.Random(seed + 1), outcome)
        people.start()
        for number in range(count):
            time.sleep(chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            hall.start()
            show_progress(number + 1)
        people.end()
        outcome.expect(people.error is None, f"every act answered: {people.error!r}")
        pages = people.pages()
        hall.stop()
        history = _history(people, pages, database_url(hall, database))
    outcome.violations += money_violations(history)
    books = people.books
    steps = sum(len(due.moves) for due in books.dues.values())
    outcome.notes.append(f"{len(books.dues)} dues, {steps} steps, {len(books.lines)} bank lines")
    outcome.notes.append(f"{len(books.receipts)} receipts, {len(books.refunds)} refunds")
    gaps = sum(len(page.differences) for page in pages.values())
    outcome.notes.append(f"{gaps} differences, each named on its day")
    outcome.notes.append(f"{len(people.issued)} licences left, {people.refused} refused unpaid")
    outcome.seconds = time.monotonic() - start
    return outcome


def _history(people: People, pages: Mapping[str, DayPage], url: str) -> MoneyHistory:
    store, books = open_store(url, HALL), people.books

    def read(conn: Connection) -> MoneyHistory:
        facts = queries.FACTS.of(conn, HALL, [row.id for row in queries.of_days(conn, HALL, *EVER)])
        receipts = queries.receipts_of_days(conn, HALL, *EVER)
        refunds = queries.refunds_of_days(conn, HALL, *EVER)
        lines = queries.bank_lines_of_days(conn, HALL, *EVER)
        return MoneyHistory(
            expected={notice: due.moves for notice, due in books.dues.items()},
            stored={notice: [fact.move for fact in own] for notice, own in facts.items()},
            receipts=books.receipts,
            stored_receipts=[(r.reference, Money(r.due, r.day, r.amount)) for r in receipts],
            refunds=books.refunds,
            stored_refunds=[(r.reference, Money(r.due, r.day, -r.amount)) for r in refunds],
            lines=books.lines,
            stored_lines=[(r.reference, Money(r.notice, r.day, r.amount)) for r in lines],
            days=pages,
            cases={notice: due.case for notice, due in books.dues.items()},
            issued=frozenset(people.issued),
            steps=[*_steps(conn)],
            checks=[violation.en for violation in violations(HALL, conn)],
        )

    try:
        return store.read(read)
    finally:
        store.close()


def _steps(conn: Connection) -> list[Step]:
    steps: list[Step] = []
    for line in journal.of_acts(conn, HALL, [*ACTS, *LICENCE_ACTS]):
        case = str(line.data["case"])
        if line.act in LICENCE_ACTS:
            steps.append(Step(case))
        else:
            steps.append(Step(case, line.subject, str(line.data["state"])))
    return steps
