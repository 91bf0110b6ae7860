"""Papers of the steps of a case: their references, and their bytes for whoever sees the step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Protocol

from flask import Response
from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import HallError
from server.leave import file_queries, files
from server.leave.errors import LeaveCode
from server.leave.files import FileHall, StoredFile
from server.leave.messages import PaperRef
from server.web_api.downloads import ATTACHMENT, INLINE, NOSNIFF, file_response


class StepWithPapers(Protocol):
    """Step of a case; `evidence` is a JSON list of the ids of its papers."""

    @property
    def evidence(self) -> str: ...


def ids_of(steps: Iterable[StepWithPapers]) -> list[str]:
    """Return the ids of the papers of these steps, each once, in order."""
    return list(dict.fromkeys(paper for step in steps for paper in json.loads(step.evidence)))


def papers_of(
    conn: Connection, hall_id: str, steps: Iterable[StepWithPapers]
) -> dict[str, PaperRef]:
    """Return the papers of these steps by id."""
    rows = file_queries.among(conn, hall_id, ids_of(steps))
    return {
        row.id: PaperRef(id=row.id, name=row.name, media=row.media, size=row.size) for row in rows
    }


def of_step(step: StepWithPapers, papers: Mapping[str, PaperRef]) -> list[PaperRef]:
    """Return the papers of one step out of those that were read."""
    return [papers[paper] for paper in ids_of([step]) if paper in papers]


def paper_of(
    hall: FileHall, actor: Actor, steps: Iterable[StepWithPapers], paper: str, of: str
) -> Response:
    """Return a paper of one of these steps to somebody who may see them; journal the reading.

    `of`: whose steps they are. Raises FILE_UNKNOWN.
    """
    if paper not in ids_of(steps):
        raise HallError(LeaveCode.FILE_UNKNOWN)
    return paper_answer(files.read_by(hall, actor, paper, of))


def paper_answer(paper: StoredFile) -> Response:
    """Return a paper's bytes: images inline, all else as a download; nothing can run."""
    return file_response(
        paper.data,
        paper.media,
        paper.name,
        disposition=ATTACHMENT if paper.media == files.PDF else INLINE,
        headers={**NOSNIFF, "Content-Security-Policy": "default-src 'none'; sandbox"},
    )
