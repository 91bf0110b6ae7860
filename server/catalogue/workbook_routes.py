"""Routes of the business data: versions, import and export of the workbook."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response

from server.catalogue import queries as catalogue_queries
from server.catalogue import workbook
from server.catalogue.actions import import_catalogue
from server.catalogue.errors import CatalogueCode
from server.catalogue.messages import Imported, VersionList, VersionView
from server.core.errors import CommonCode, HallError
from server.web_api import ADMINISTRATORS, MANAGERS, Api, Call
from server.web_api.downloads import file_response
from server.web_api.uploads import uploaded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


MAX_WORKBOOK = 20 * 1024 * 1024


def add(api: Api) -> None:
    """Register the routes of the business data."""
    ctx = api.hall.ctx

    @api.get("/office/versions", who=MANAGERS, answer=VersionList)
    def versions(_call: Call) -> VersionList:
        """Return every version of the business data."""
        rows = ctx.read(lambda c: catalogue_queries.versions(c, ctx.hall_id))
        return VersionList(
            versions=[
                VersionView(
                    version=row["version"],
                    at=row["at"],
                    by=row["by_actor"],
                    digest=row["digest"],
                    note=row["note"],
                )
                for row in rows
            ]
        )

    @api.get("/office/workbook", who=ADMINISTRATORS, answer=None, media=XLSX)
    def download(_call: Call) -> Response:
        """Return the business data as one workbook."""
        business_data = ctx.catalogue()
        stream = BytesIO()
        api.hall.offload(lambda: workbook.export(business_data, stream))
        name = f"hall-{business_data.hall}-v{business_data.version}.xlsx"
        return file_response(stream.getvalue(), XLSX, name)

    @api.post(
        "/office/workbook",
        who=ADMINISTRATORS,
        answer=Imported,
        codes=(CatalogueCode.WORKBOOK, CommonCode.CHANGED_MEANWHILE),
        keyed=False,
        upload=MAX_WORKBOOK,
    )
    def upload(call: Call) -> Imported:
        """Import a workbook: all of it or nothing; the same workbook again changes nothing."""
        content = uploaded(MAX_WORKBOOK // 1024, "workbook")[1]
        parsed = api.hall.offload(lambda: workbook.read(BytesIO(content)))
        if isinstance(parsed, list):
            raise HallError(
                CatalogueCode.WORKBOOK,
                count=len(parsed),
                problems=[_problem(p) for p in parsed[:500]],
            )
        version, new = import_catalogue(ctx, call.actor, parsed, "")
        return Imported(version=version, changed=new)


def _problem(problem: workbook.Problem) -> dict[str, Any]:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "message_zh": problem.zh,
        "message_en": problem.en,
    }
