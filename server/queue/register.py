"""Registration of the queue: its jobs and alarms; its pages are in kiosk, counters and display."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.queue import (
    announcement_alarms,
    announcements,
    issue_rate_alarms,
    journal_events,
    notice_routes,
    unstaffed_alarms,
)
from server.queue.offline import desk_routes
from server.queue.slip_printing import give_up_slips

CAPABILITY = Capability(
    name="queue",
    in_branch=True,
    routes=(lambda parts: notice_routes.add(parts.api),),
    quiet_alarms=frozenset({"desk_acts", "wait_over_target"}),
    alarms=(
        unstaffed_alarms.alarms,
        announcement_alarms.alarms,
        desk_routes.alarms,
        issue_rate_alarms.alarms,
    ),
    journal_events={
        "ticket": journal_events.ticket_moved,
        "window": journal_events.window_changed,
        "hall_notice": journal_events.notice_changed,
    },
    jobs=(
        lambda hall: partial(give_up_slips, hall.ctx),
        lambda hall: partial(announcements.end_unreported, hall.ctx),
    ),
)
