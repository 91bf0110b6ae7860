"""Views of fees: a case's dues, the cashier's desk, the bank's files, days and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.views import name_of
from server.core.actors import Actor
from server.core.errors import HallError
from server.fees import access, actions, licences, queries
from server.fees.errors import FeeCode
from server.fees.figures import money_by_day
from server.fees.messages import (
    BankFileList,
    BankFileView,
    CaseFees,
    CashierDesk,
    DayAgreement,
    DayMoneyView,
    DifferenceView,
    FeeBrief,
    FeeFactView,
    FeeList,
    FeeMonth,
    FeeStandardView,
    FeeView,
    IssuedView,
    ReceiptView,
)
from server.fees.queries import (
    StoredBankLine,
    StoredDue,
    StoredFeeFact,
    StoredReceipt,
    StoredRefund,
)
from server.fees.reconciling import (
    Agreement,
    BankLine,
    DifferenceKind,
    DueBrief,
    Receipt,
    agreement,
)
from server.fees.rules import (
    ASKS,
    PAID,
    SETTLED,
    DayMoney,
    FeeMove,
    FeeState,
    ReceiptWay,
)
from server.fees.settings import FeeSettings
from server.fees.workflow import FEE
from server.hall.context import Context

_UNPAID = (FeeState.DUE,)
_WAITING = (FeeState.DUE, FeeState.WAIVE_ASKED)
"""States in which money is waited for; one that was returned is not."""


def single(ctx: Context, conn: Connection, actor: Actor, due: str) -> FeeView:
    """Return one due to the cashier, or to whoever may see its case. Raises FEE_UNKNOWN."""
    return _view(ctx, conn, actor, access.accessible(ctx, conn, actor, due))


def of_case(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> CaseFees:
    """Return what a case owes, to whoever may see it. Raises CASE_UNKNOWN."""
    case, _facts, posts = case_access.accessible(ctx, conn, actor, case_id)
    rows = queries.of_cases(conn, ctx.hall_id, [case.id])
    _version, lines = actions.standards_of(ctx, case)
    may_make = actions.may_charge(case) and access.accepts(ctx.catalogue(), posts, actor, case)
    return CaseFees(
        case=case.id,
        standards=[
            FeeStandardView(
                code=line.code,
                name=line.name,
                amount=line.amount,
                per=line.unit,
                basis=line.basis,
            )
            for line in lines
        ],
        dues=[_view(ctx, conn, actor, access.due_with_case(ctx, conn, row.id)) for row in rows],
        unpaid=sum(row.amount for row in rows if row.state not in SETTLED),
        may_make=may_make and bool(lines),
    )


def _view(ctx: Context, conn: Connection, actor: Actor, whole: access.DueWithCase) -> FeeView:
    attempt = access.attempt_of(ctx, conn, actor, whole)
    brief = briefs(ctx, conn, [whole.row])[0]
    return FeeView(
        **brief.model_dump(),
        basis=whole.row.basis,
        price=whole.row.price,
        facts=[_fact(ctx, fact) for fact in whole.facts],
        moves=[m for m in FeeMove if m is not FeeMove.MAKE and FEE.allows(m, attempt)],
        held=access.held(whole.facts),
    )


def _fact(ctx: Context, fact: StoredFeeFact) -> FeeFactView:
    _kind, _, by = fact.by_actor.partition(":")
    return FeeFactView(
        n=fact.n,
        move=FeeMove(fact.move),
        state=FeeState(fact.state),
        amount=fact.amount,
        at=fact.at,
        by=by,
        by_name=name_of(ctx.catalogue(), by),
        reference=fact.reference,
        money_day=fact.money_day,
        words=fact.words,
    )


def briefs(ctx: Context, conn: Connection, rows: Sequence[StoredDue]) -> list[FeeBrief]:
    """Return dues for a list, with payer and names."""
    catalogue, today = ctx.catalogue(), ctx.local().date()
    long_days = ctx.settings().of(FeeSettings).fee_pay_days
    ids = sorted({row.case for row in rows})
    cases = {row.id: row for row in case_queries.among(conn, ctx.hall_id, ids)}
    people = case_queries.applicants(conn, ctx.hall_id, ids)
    result = []
    for row in rows:
        unit = catalogue.unit_by.get(row.unit)
        person = people.get(row.case)
        is_waiting = row.state in _WAITING
        waits = (today - date.fromisoformat(row.day)).days if is_waiting else 0
        result.append(
            FeeBrief(
                notice=row.id,
                day=row.day,
                case=row.case,
                case_number=cases[row.case].number,
                item_name=ctx.catalogue_version(row.version).item_by[row.item].name,
                unit=row.unit,
                unit_name=unit.name if unit else row.unit,
                name=row.name,
                quantity=row.quantity,
                per=row.per,
                amount=row.amount,
                state=FeeState(row.state),
                payer=person.name if person else "",
                waits_days=waits,
                is_long_unpaid=waits > long_days,
            )
        )
    return result


def listed(ctx: Context, conn: Connection, rows: Sequence[StoredDue]) -> FeeList:
    """Return dues with their sum, and apart that of the cancelled ones, which were never owed."""
    cancelled = sum(row.amount for row in rows if row.state == FeeState.CANCELLED)
    amount = sum(row.amount for row in rows) - cancelled
    return FeeList(dues=briefs(ctx, conn, rows), amount=amount, cancelled=cancelled)


def require_desk(ctx: Context, conn: Connection, actor: Actor) -> None:
    """Raise FEE_CASHIER for whoever is neither a cashier nor of the office."""
    if not actor.manages and not access.is_cashier(conn, ctx.hall_id, actor):
        raise HallError(FeeCode.FEE_CASHIER)


def desk(ctx: Context, conn: Connection, actor: Actor) -> CashierDesk:
    """Return the cashier's desk; empty for whoever is neither a cashier nor of the office."""
    is_cashier = access.is_cashier(conn, ctx.hall_id, actor)
    day = ctx.day()
    if not is_cashier and not actor.manages:
        return CashierDesk(
            is_cashier=False, day=day, to_decide=[], unpaid=[], received=0, received_count=0
        )
    receipts = queries.receipts_of_days(conn, ctx.hall_id, day, day)
    own = [row for row in receipts if row.day == day]
    return CashierDesk(
        is_cashier=is_cashier,
        day=day,
        to_decide=[
            _view(ctx, conn, actor, access.due_with_case(ctx, conn, row.id))
            for row in queries.in_states(conn, ctx.hall_id, ASKS)
        ],
        unpaid=briefs(ctx, conn, queries.waiting(conn, ctx.hall_id, _UNPAID, ended=False)),
        received=sum(row.amount for row in own),
        received_count=len(own),
    )


def file_list(
    ctx: Context, conn: Connection, digest: str = "", *, is_repeated: bool = False
) -> BankFileList:
    """Return the last files of the bank; `digest`: the one just handed in."""
    files = [
        BankFileView(
            digest=row.digest,
            name=row.name,
            lines=row.row_count,
            new_lines=row.new_rows,
            booked=row.booked,
            amount=row.amount,
            first_day=row.first_day,
            last_day=row.last_day,
            at=row.at,
            by_name=name_of(ctx.catalogue(), row.by_actor.partition(":")[2]),
        )
        for row in queries.files(conn, ctx.hall_id)
    ]
    days = queries.days_of_file(conn, ctx.hall_id, digest) if digest else []
    own = queries.file(conn, ctx.hall_id, digest) if digest else None
    if own is not None and not days:
        days = sorted({own.first_day, own.last_day})
    return BankFileList(files=files, days=days, is_repeated=is_repeated)


# -- days ----------------------------------------------------------------------------------------


def agreements(
    ctx: Context, conn: Connection, first: str, last: str
) -> tuple[dict[str, Agreement], dict[str, DayMoney]]:
    """Return the agreement and the money of every ISO day of `first`..`last` that has any."""
    hall_id = ctx.hall_id
    lines = queries.bank_lines_of_days(conn, hall_id, first, last)
    references = {
        row.reference
        for rows in (
            queries.receipts_of_days(conn, hall_id, first, last),
            queries.refunds_of_days(conn, hall_id, first, last),
            lines,
        )
        for row in rows
    }
    receipts = queries.counting(queries.turns(conn, hall_id, references))
    refunds = queries.refunds(conn, hall_id, references)
    lines = queries.bank_lines(conn, hall_id, references)
    rows = queries.among(conn, hall_id, {line.notice for line in lines})
    dues = {row.id: DueBrief(row.id, row.amount, FeeState(row.state)) for row in rows}
    own = [*(_receipt(row) for row in receipts), *(_refund(row) for row in refunds)]
    plain = own, [_line(row) for row in lines]
    money = money_by_day(conn, hall_id, first, last)
    spans = queries.covered(conn, hall_id, first, last)
    days = {row.day for row in own} | {row.day for row in lines} | set(money)
    within = sorted(day for day in days if first <= day <= last)
    return {
        day: agreement(day, *plain, dues, has_file=_covers(spans, day)) for day in within
    }, money


def _covers(spans: Iterable[tuple[str, str]], day: str) -> bool:
    return any(begin <= day <= end for begin, end in spans)


def _receipt(row: StoredReceipt) -> Receipt:
    return Receipt(row.reference, row.due, row.day, row.amount)


def _refund(row: StoredRefund) -> Receipt:
    return Receipt(row.reference, row.due, row.day, -row.amount)


def _line(row: StoredBankLine) -> BankLine:
    return BankLine(row.reference, row.notice, row.day, row.amount)


def day_agreement(ctx: Context, conn: Connection, day: str) -> DayAgreement:
    """Return the agreement of an ISO day: receipts, bank, licences."""
    by_day, money = agreements(ctx, conn, day, day)
    compared = by_day.get(day)
    if compared is None:
        has_file = _covers(queries.covered(conn, ctx.hall_id, day, day), day)
        compared = agreement(day, [], [], {}, has_file=has_file)
    totals = money.get(day, DayMoney())
    ended = queries.waiting(conn, ctx.hall_id, _WAITING, ended=True, until=day)
    receipts = _receipt_views(ctx, conn, day)
    issued = _issued_views(ctx, conn, day)
    return DayAgreement(
        day=day,
        received=compared.received,
        received_count=compared.received_count,
        bank=compared.bank,
        bank_count=compared.bank_count,
        refunded=compared.refunded,
        refunded_count=compared.refunded_count,
        bank_refunded=compared.bank_refunded,
        bank_refunded_count=compared.bank_refunded_count,
        has_file=compared.has_file,
        waived=totals.waived,
        waived_count=totals.waived_count,
        cancelled=totals.cancelled,
        cancelled_count=totals.cancelled_count,
        ended=briefs(ctx, conn, ended),
        differences=_differences(compared),
        receipts=receipts,
        not_issued=sum(row.amount for row in receipts if not row.is_issued),
        issued=issued,
        agrees=compared.agrees and not any(row.unpaid for row in issued),
    )


def difference_units(ctx: Context, conn: Connection, first: str, last: str) -> Counter[str]:
    """Return the number of differences of ISO days by unit; "" where no notice is known."""
    by_day, _money = agreements(ctx, conn, first, last)
    notices = [
        entry.notice
        for compared in by_day.values()
        for entry in compared.differences
        if entry.kind is not DifferenceKind.NO_FILE
    ]
    rows = queries.among(conn, ctx.hall_id, set(notices))
    units = {row.id: row.unit for row in rows}
    return Counter(units.get(notice, "") for notice in notices)


def _differences(compared: Agreement) -> list[DifferenceView]:
    return [
        DifferenceView(
            kind=entry.kind,
            notice=entry.notice,
            reference=entry.reference,
            amount=entry.amount,
            bank_amount=entry.bank_amount,
            own_amount=entry.own_amount,
        )
        for entry in compared.differences
    ]


def _receipt_views(ctx: Context, conn: Connection, day: str) -> list[ReceiptView]:
    own = [row for row in queries.receipts_of_days(conn, ctx.hall_id, day, day) if row.day == day]
    dues = {row.id: row for row in queries.among(conn, ctx.hall_id, {row.due for row in own})}
    facts = queries.FACTS.of(conn, ctx.hall_id, sorted(dues))
    ids = sorted({due.case for due in dues.values()})
    cases = {row.id: row for row in case_queries.among(conn, ctx.hall_id, ids)}
    issued = licences.cases_issued(conn, ctx.hall_id, ids)
    return [
        ReceiptView(
            notice=row.due,
            case=dues[row.due].case,
            case_number=cases[dues[row.due].case].number,
            reference=row.reference,
            amount=row.amount,
            way=ReceiptWay(row.way),
            by_name=name_of(ctx.catalogue(), facts[row.due][row.n - 1].by_actor.partition(":")[2]),
            is_issued=dues[row.due].case in issued,
        )
        for row in sorted(own, key=lambda row: row.due)
    ]


def _issued_views(ctx: Context, conn: Connection, day: str) -> list[IssuedView]:
    rows = licences.issued(conn, ctx.hall_id, day, day)
    ids = sorted({row.case for row in rows})
    cases = {row.id: row for row in case_queries.among(conn, ctx.hall_id, ids)}
    dues = queries.of_cases(conn, ctx.hall_id, ids)
    refunded = queries.refunded(conn, ctx.hall_id, {due.id for due in dues})

    def owed(case: str, *states: FeeState) -> int:
        return sum(due.amount for due in dues if due.case == case and due.state in states)

    def held(case: str) -> int:
        paid = [due for due in dues if due.case == case and due.state in PAID]
        return sum(due.amount - refunded.get(due.id, 0) for due in paid)

    unsettled = [state for state in FeeState if state not in SETTLED]
    return [
        IssuedView(
            number=row.number,
            case=row.case,
            case_number=cases[row.case].number,
            paid=held(row.case),
            waived=owed(row.case, FeeState.WAIVED),
            unpaid=owed(row.case, *unsettled),
        )
        for row in rows
        if row.case in cases
    ]


def month(ctx: Context, conn: Connection, first: date) -> FeeMonth:
    """Return a month by day; `first`: its first day."""
    after = (first + timedelta(days=31)).replace(day=1)
    span = first.isoformat(), (after - timedelta(days=1)).isoformat()
    by_day, money = agreements(ctx, conn, *span)
    days = [
        DayMoneyView(
            day=day,
            made=money.get(day, DayMoney()).made,
            received=compared.received,
            waived=money.get(day, DayMoney()).waived,
            refunded=money.get(day, DayMoney()).refunded,
            cancelled=money.get(day, DayMoney()).cancelled,
            bank=compared.bank,
            bank_refunded=compared.bank_refunded,
            differences=compared.named,
        )
        for day, compared in by_day.items()
    ]
    return FeeMonth(
        month=span[0][:7],
        days=days,
        made=sum(day.made for day in days),
        received=sum(day.received for day in days),
        waived=sum(day.waived for day in days),
        refunded=sum(day.refunded for day in days),
        cancelled=sum(day.cancelled for day in days),
        bank=sum(day.bank for day in days),
        bank_refunded=sum(day.bank_refunded for day in days),
        differences=sum(day.differences for day in days),
    )
