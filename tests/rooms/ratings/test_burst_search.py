"""The search for self-rated services proposes each sign of a day that is over once."""

from __future__ import annotations

from server.core.actors import Via
from server.ratings import pad_actions
from server.ratings.burst_search import BurstSearch
from server.ratings.pad_queries import StoredPress
from server.spot_checks import finding_queries
from support.halls import STAFF, SmallHall


def test_a_window_that_rates_itself_is_proposed_to_the_office_the_next_day(
    small: SmallHall,
) -> None:
    small.sign_in("T1")
    for n in range(5):
        small.issue("tax-1")
        ticket, now = small.serve("T1").id, small.clock.now()
        press = StoredPress(f"pad:{n}", "pad", "T1", now + 900, now, 1, ticket, "")
        pad_actions.receive(small.ctx, press, Via("pad", "agent"))
        small.clock.advance(seconds=300)
    search = BurstSearch(small.ctx)
    assert search.update() == 0, "the day is not over"
    small.clock.advance(seconds=86_400)
    assert search.update() == 2
    assert search.update() == 0
    assert BurstSearch(small.ctx).update() == 0, "a restart proposes nothing twice"
    ctx = small.ctx
    rows = ctx.read(lambda c: finding_queries.of_days(c, ctx.hall_id, "2026-03-03", "2026-03-03"))
    assert {(row.kind, row.state, row.staff, row.window) for row in rows} == {
        ("self_rated", "proposed", STAFF["T1"], "T1")
    }
    assert any("5次“非常满意”在结束办理后2秒内按下" in row.facts for row in rows)
