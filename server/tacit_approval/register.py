"""Registration of approval by silence."""

from __future__ import annotations

from server.capability import Capability
from server.tacit_approval import routes
from server.tacit_approval.consent_review import ConsentReview
from server.tacit_approval.silence import SilenceSearch

CAPABILITY = Capability(
    name="tacit_approval",
    routes=(lambda parts: routes.add(parts.api),),
    jobs=(
        lambda hall: SilenceSearch(hall.ctx).update,
        lambda hall: ConsentReview(hall.ctx).update,
    ),
)
