"""Weekly bulletin from draft to archive, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from server.bulletins import actions as bulletins_actions
from server.bulletins import views
from server.bulletins.actions import Bulletin
from server.bulletins.errors import BulletinCode
from server.bulletins.tables import bulletin
from server.bulletins.wording import plain
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from server.time_clocks import queries as time_clocks_queries
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at
from support.sheets import GOOD, READER, deliver_punches, with_clock_and_rule

EDITOR = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
WEEK = "2026-W10"
NEXT_MONDAY = MONDAY + timedelta(days=7)


def week_of_punches(small: SmallHall) -> SmallHall:
    """Make a week: the clerk of T1 seven minutes late on Tuesday, a ticket served on Monday."""
    small.sign_in("T1")
    small.issue("tax-1")
    small.serve("T1")
    with_clock_and_rule(small, delivered=at(7, 59, day=NEXT_MONDAY))
    for n in range(5):
        day = MONDAY + timedelta(days=n)
        small.clock.set(at(22, day=day))
        deliver_punches(small, *(("08:37", *GOOD[1:]) if n == 1 else GOOD), day=day)
    small.clock.set(at(7, 59, day=NEXT_MONDAY))
    return small


def load(small: SmallHall) -> Bulletin:
    """Return the week's bulletin as stored."""
    return small.ctx.read(lambda c: bulletins_actions.load(small.ctx, c, WEEK))


def code_of(refused: pytest.ExceptionInfo[HallError]) -> ErrorCode:
    """Return the error code."""
    return refused.value.code


def test_the_draft_is_written_on_its_day_and_once(small: SmallHall) -> None:
    week_of_punches(small)
    assert bulletins_actions.draft_due(small.ctx) is None
    small.clock.set(at(8, day=NEXT_MONDAY))
    assert bulletins_actions.draft_due(small.ctx) == WEEK
    assert bulletins_actions.draft_due(small.ctx) is None
    small.clock.set(at(8, day=NEXT_MONDAY + timedelta(days=1)))
    assert bulletins_actions.draft_due(small.ctx) is None


def test_a_hall_that_did_not_exist_in_the_week_drafts_nothing(small: SmallHall) -> None:
    assert bulletins_actions.draft_due(small.ctx) is None


def drafted(small: SmallHall) -> Bulletin:
    """Return the draft made on Monday at eight."""
    week_of_punches(small).clock.set(at(8, day=NEXT_MONDAY))
    small.ctx.write(lambda tx: time_clocks_queries.change(tx, READER, delivered_until=tx.now))
    bulletins_actions.draft_due(small.ctx)
    return load(small)


def test_the_figures_are_those_of_the_database(small: SmallHall) -> None:
    bulletin = drafted(small)
    facts = {name: fact.value for name, fact in bulletin.figures.facts.items()}
    tax = next(line for line in bulletin.figures.units if line.unit == "tax")
    assert (tax.people, tax.due, tax.late, tax.missing) == (7, 140, 1, 120)
    assert (facts["working_days"], facts["late"], facts["issued"], facts["served"]) == (
        "5",
        "1",
        "1",
        "1",
    )
    assert (facts["rate"], facts["rate_change"]) == ("10.6%", "上升10.6个百分点")
    case = next(c for c in bulletin.figures.cases if c.staff == STAFF["T1"])
    assert (case.late, case.minutes, case.link) == (1, 7, f"/office#month/1001/{WEEK}/person")
    assert "迟到1次" in plain(bulletin.words["attendance"], bulletin.figures.facts)
    assert all(fact.link for fact in bulletin.figures.facts.values())


def test_words_are_edited_and_a_second_person_releases(small: SmallHall) -> None:
    bulletin = drafted(small)
    bulletins_actions.edit(
        small.ctx, EDITOR, small.key(), bulletin, {"closing": "请各单位知悉并签收。"}
    )
    with pytest.raises(HallError) as refused:
        bulletins_actions.release(small.ctx, SECOND, small.key(), load(small), bulletin.digest)
    assert code_of(refused) is BulletinCode.BULLETIN_CHANGED
    bulletin = load(small)
    with pytest.raises(HallError) as refused:
        bulletins_actions.release(small.ctx, EDITOR, small.key(), bulletin, bulletin.digest)
    assert code_of(refused) is BulletinCode.BULLETIN_SECOND
    digest = bulletins_actions.release(small.ctx, SECOND, small.key(), bulletin, bulletin.digest)
    edited = load(small)
    assert (edited.released, edited.row.number, edited.digest) == (True, 1, digest)
    assert edited.words["closing"] == "请各单位知悉并签收。"
    shown = views.bulletin(small.ctx.catalogue(), edited, {}, [])
    name = small.ctx.catalogue().staff_by[ADMINISTRATOR].name
    assert (shown.released_by, shown.released_by_name) == (ADMINISTRATOR, name)
    with pytest.raises(HallError) as refused:
        bulletins_actions.edit(small.ctx, EDITOR, small.key(), edited, {"closing": "改"})
    assert code_of(refused) is BulletinCode.BULLETIN_STATE
    assert small.ctx.read(lambda c: bulletins_actions.faults_of(c, small.ctx.hall_id)) == []


def test_an_edit_of_words_changed_by_another_is_a_conflict(small: SmallHall) -> None:
    bulletin = drafted(small)
    seen = {"closing": bulletin.words["closing"]}
    bulletins_actions.edit(
        small.ctx, EDITOR, small.key(), bulletin, {"closing": "请各单位知悉。"}, seen
    )
    with pytest.raises(HallError) as refused:
        bulletins_actions.edit(
            small.ctx, SECOND, small.key(), load(small), {"closing": "请签收。"}, seen
        )
    assert code_of(refused) is CommonCode.CHANGED_MEANWHILE
    assert load(small).words["closing"] == "请各单位知悉。"
    # An edit of another section is no conflict.
    other = {"opening": "本周通报如下。"} if "opening" in bulletin.words else {}
    bulletins_actions.edit(small.ctx, SECOND, small.key(), load(small), other, {})


def released(small: SmallHall) -> Bulletin:
    """Return the week's bulletin, released."""
    bulletin = drafted(small)
    bulletins_actions.edit(small.ctx, EDITOR, small.key(), bulletin, {})
    bulletin = load(small)
    bulletins_actions.release(small.ctx, SECOND, small.key(), bulletin, bulletin.digest)
    return load(small)


def test_one_person_alone_cannot_release(small: SmallHall) -> None:
    bulletin = drafted(small)
    with pytest.raises(HallError) as refused:
        bulletins_actions.release(small.ctx, SECOND, small.key(), bulletin, bulletin.digest)
    assert refused.value.data == {"state": "unchecked"}
    for person in (EDITOR, SECOND):
        bulletins_actions.edit(small.ctx, person, small.key(), load(small), {})
    bulletin = load(small)
    for person in (EDITOR, SECOND):
        with pytest.raises(HallError) as refused:
            bulletins_actions.release(small.ctx, person, small.key(), bulletin, bulletin.digest)
        assert code_of(refused) is BulletinCode.BULLETIN_SECOND


def test_a_released_bulletin_stays_and_later_facts_become_an_amendment(small: SmallHall) -> None:
    frozen = released(small)
    deliver_punches(small, "08:25", day=MONDAY + timedelta(days=1))
    assert load(small).figures == frozen.figures
    changes = small.ctx.read(lambda c: bulletins_actions.changed_since(small.ctx, c, frozen))
    assert ("late", "1", "0") in {(d.name, d.was, d.now) for d in changes}
    n = bulletins_actions.amend(small.ctx, EDITOR, small.key(), frozen, changes, "补收打卡机数据。")
    with pytest.raises(HallError) as refused:
        bulletins_actions.release_amendment(small.ctx, EDITOR, small.key(), WEEK, n)
    assert code_of(refused) is BulletinCode.BULLETIN_SECOND
    with pytest.raises(HallError) as refused:
        bulletins_actions.amend(small.ctx, EDITOR, small.key(), frozen, changes, "又")
    assert code_of(refused) is BulletinCode.BULLETIN_STATE
    bulletins_actions.release_amendment(small.ctx, SECOND, small.key(), WEEK, n)
    assert small.ctx.read(lambda c: bulletins_actions.faults_of(c, small.ctx.hall_id)) == []


def test_a_released_bulletin_cannot_be_edited(small: SmallHall) -> None:
    released(small)
    for statement in (
        update(bulletin).values(words="{}"),
        delete(bulletin),
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            small.ctx.write(lambda tx, s=statement: tx.conn.execute(s))  # type: ignore[misc]


def test_nothing_is_released_while_a_time_clock_has_not_delivered(small: SmallHall) -> None:
    drafted(small)
    small.ctx.write(
        lambda tx: time_clocks_queries.change(
            tx, READER, delivered_until=at(9, day=date(2026, 3, 6))
        )
    )
    bulletins_actions.edit(small.ctx, EDITOR, small.key(), load(small), {})
    bulletin = load(small)
    with pytest.raises(HallError) as refused:
        bulletins_actions.release(small.ctx, SECOND, small.key(), bulletin, bulletin.digest)
    assert refused.value.data == {"state": "pending"}


def test_units_acknowledge_by_their_chief_representative(small: SmallHall) -> None:
    released(small)
    with pytest.raises(HallError) as refused:
        bulletins_actions.acknowledge(small.ctx, EDITOR, small.key(), WEEK)
    assert code_of(refused) is BulletinCode.BULLETIN_ACK


def test_a_week_that_is_not_over_is_not_drafted(small: SmallHall) -> None:
    with pytest.raises(HallError) as refused:
        bulletins_actions.draft(small.ctx, EDITOR, small.key(), WEEK)
    assert refused.value.data == {"state": "running"}
    small.clock.set(at(9, day=NEXT_MONDAY))
    assert bulletins_actions.draft(small.ctx, EDITOR, small.key(), WEEK) == WEEK
