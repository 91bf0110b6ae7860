"""Routes of disclosure: guides for everybody, and what the office has to fill in."""

from __future__ import annotations

from flask import Response

from server.disclosure import paper, views
from server.disclosure.errors import DisclosureCode
from server.disclosure.messages import DisclosureOverview, Guide, GuideList, UnitFindings
from server.queue.errors import QueueCode
from server.web_api import ANYONE, MANAGERS, Api, Call
from server.web_api.downloads import INLINE, file_response
from server.web_api.limits import PHONES

PDF = "application/pdf"


def add(api: Api) -> None:
    """Register the routes."""
    ctx = api.hall.ctx
    papers = paper.GuidePapers()

    @api.get("/items/<code>/guide", who=ANYONE, answer=Guide, codes=(QueueCode.ITEM_UNKNOWN,))
    def item_guide(call: Call) -> Guide:
        """Return the guide of an item: all that is published of it, in the version in force."""
        return views.guide(ctx.catalogue(), call.args["code"], ctx.local())

    @api.get(
        "/items/<code>/guide.pdf",
        who=ANYONE,
        answer=None,
        codes=(QueueCode.ITEM_UNKNOWN,),
        media=PDF,
        policy=PHONES,
    )
    def item_guide_paper(call: Call) -> Response:
        """Return the guide of an item as a PDF, A4, with the address of its page as a QR code."""
        guide = views.guide(ctx.catalogue(), call.args["code"], ctx.local())
        address = f"{api.hall.config.base_url}/items/{guide.code}"
        content = papers.of(guide, address, api.hall.offload)
        return file_response(content, PDF, f"guide-{guide.code}.pdf", disposition=INLINE)

    @api.get("/guides", who=ANYONE, answer=GuideList)
    def guide_list(_call: Call) -> GuideList:
        """Return the items that windows accept today, in short, for boards."""
        return views.briefs(ctx.catalogue(), ctx.local())

    @api.get("/office/disclosure", who=MANAGERS, answer=DisclosureOverview)
    def disclosure_overview(_call: Call) -> DisclosureOverview:
        """Return the number of gaps in the guides of each unit."""
        return views.overview(ctx.catalogue())

    @api.get(
        "/office/disclosure/<unit>",
        who=MANAGERS,
        answer=UnitFindings,
        codes=(DisclosureCode.UNIT_UNKNOWN,),
    )
    def disclosure_of_unit(call: Call) -> UnitFindings:
        """Return a unit's items with the gaps and contradictions in their guides."""
        return views.of_unit(ctx.catalogue(), call.args["unit"])
