"""Attack with hostile workbooks, day lists and time clock files: limits of time and memory.

Each file is uploaded through the API. It reports a 5xx, more than twenty seconds, more than 400 MB
above the start, a changed catalogue, and a rejected file of which something was stored. The files
are generated here.
"""

from __future__ import annotations

import io
import os
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.attack.api import Target, target
from bench.attack.tally import Tally, errors_logged
from server.catalogue.tables import calendar_day, catalogue_version
from server.catalogue.workbook import export
from server.time_clocks.tables import punch
from support.halls import catalogue

LONGEST, SLOW = 20.0, 3.0
MOST_MEMORY = 400
"""Maximum megabytes that reading one file may add."""
MEGABYTE = 1024 * 1024


def _book() -> bytes:
    stream = io.BytesIO()
    export(catalogue(), stream)
    return stream.getvalue()


def _changed(book: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return out.getvalue()


def _part(book: bytes, end: str, change: Callable[[bytes], bytes]) -> bytes:
    return _changed(book, lambda name, old: change(old) if name.endswith(end) else old)


def _rows(count: int) -> bytes:
    cell = b'<c r="A1" t="inlineStr"><is><t>x</t></is></c>'
    return b"".join(b'<row r="%d">%s</row>' % (n, cell) for n in range(3, count + 3))


def _packed(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><sst><si><t>&c;</t></si></sst>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst/>'
LINK = (
    b'<Relationship Id="rX" Target="file:///etc/passwd" TargetMode="External" Type='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"/>'
)


def workbooks(rows: int = 1_000_000) -> Iterator[tuple[str, bytes]]:
    """Yield every hostile workbook by name; `rows` is the length of the longest."""
    book = _book()
    yield (
        "formula",
        _part(book, "sheet4.xml", lambda x: x.replace(b"<v>", b"<f>WEBSERVICE(1)</f><v>", 1)),
    )
    yield "bomb", _packed("xl/workbook.xml", b"\0" * (41 * MEGABYTE))
    yield "nested bomb", _packed("xl/a.zip", _packed("b.zip", _packed("c", b"\0" * MEGABYTE * 41)))
    yield "declared small", _lying(_packed("xl/workbook.xml", b"\0" * (41 * MEGABYTE)))
    yield (
        "huge strings",
        _part(
            book,
            "sharedStrings.xml",
            lambda _: b"<sst>" + b"<si><t>a</t></si>" * 900_000 + b"</sst>",
        ),
    )
    yield "entities", _part(book, "sharedStrings.xml", lambda _: ENTITIES)
    yield "outside entity", _part(book, "sharedStrings.xml", lambda _: OUTSIDE)
    yield (
        "external link",
        _part(
            book,
            "workbook.xml.rels",
            lambda x: x.replace(b"</Relationships>", LINK + b"</Relationships>"),
        ),
    )
    yield (
        "huge dimension",
        _part(
            book,
            "sheet4.xml",
            lambda x: x.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="'),
        ),
    )
    yield (
        f"{rows} rows",
        _part(
            book, "sheet4.xml", lambda x: x.replace(b"</sheetData>", _rows(rows) + b"</sheetData>")
        ),
    )
    yield "deep XML", _part(book, "styles.xml", lambda _: b"<a>" * 200_000 + b"</a>" * 200_000)
    yield "polyglot", b"%PDF-1.4\n<script>1</script>\n" + book
    yield "text", b"not a workbook"
    yield "nothing", b""
    yield "other format", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


def _lying(archive: bytes) -> bytes:
    """Return the archive with a false unpacked size of one kilobyte in both of its tables."""
    data = bytearray(archive)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(mark) + at
        data[place : place + 4] = (1024).to_bytes(4, "little")
    return bytes(data)


def punches(rows: int = 200_000) -> Iterator[tuple[str, bytes]]:
    """Yield every hostile attlog file by name."""
    line = b"7\t2026-03-02 08:%02d:%02d\t0\t1\t0\t0\n"
    yield "many punches", b"".join(line % (n // 60 % 60, n % 60) for n in range(rows))
    yield "many bad lines", b"x\ty\n" * rows
    yield "one long line", b"7\t" + b"9" * 6 * MEGABYTE
    yield "binary", bytes(range(256)) * 2000
    yield "templates", b"FP PIN=7\tTMP=" + b"A" * 100_000
    yield "script", b"<script>\t2026-03-02 08:00:00\n=1+1\t2026-03-02 08:00:00\n"


def attack(rows: int = 1_000_000) -> Tally:
    """Upload every file through the API, as an administrator."""
    tally = Tally("files")
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        hall = target(Path(folder))
        admin = hall.browsers["administrator"]
        admin.post("/office/readers", {"serial": "DOOR1", "way": "file", "name": "door"})
        admin.post("/office/readers/DOOR1/admit")
        version = hall.web.small.ctx.catalogue().version
        for name, content in workbooks(rows):
            _upload(tally, hall, name, "/office/workbook", "workbook", content)
            now = hall.web.small.ctx.catalogue().version
            if now != version and name not in HARMLESS:
                tally.add_find(f"{name}: the catalogue changed")
            version = now
        for name, content in workbooks(min(rows, 20_000)):
            _upload(
                tally, hall, f"day list, {name}", "/office/calendar/2027/sheet", "file", content
            )
        # An accepted row costs an insert, a rejected line only parsing: so a million of these.
        touches = [*punches(min(rows, 40_000)), (f"{rows} bad lines", b"x\ty\n" * rows)]
        for name, content in touches:
            _upload(tally, hall, name, "/office/readers/DOOR1/file", "file", content)
        hall.web.small.close()
    return tally


HARMLESS = frozenset({"external link", "huge dimension", "polyglot"})
"""Files whose hostile part is ignored; the rest of each is a valid workbook."""


def _upload(tally: Tally, hall: Target, name: str, path: str, field: str, content: bytes) -> None:
    admin = hall.browsers["administrator"]
    before, stored, start = _memory(), _stored_counts(hall), time.monotonic()
    with errors_logged() as errors:
        answer = admin.client.post(
            f"/api/v1{path}",
            data={field: (io.BytesIO(content), "file.xlsx")},
            headers=admin.headers(""),
            content_type="multipart/form-data",
        )
    seconds, grown = time.monotonic() - start, _memory() - before
    code: dict[str, Any] = answer.get_json(silent=True) or {}
    outcome = code.get("code", "taken")
    if answer.status_code != 200 and stored != _stored_counts(hall):
        tally.add_find(f"{path} {name}: refused, and something of it was kept")
    tally.tried[outcome] += 1
    tally.slowest = max(tally.slowest, seconds)
    if seconds > SLOW:
        tally.notes.append(f"{name} ({len(content) // 1024} KB): {seconds:.1f} s, {outcome}")
    if answer.status_code >= 500:
        tally.add_find(f"{path} {name}: {answer.status_code}", " ".join(errors[:1]))
    if seconds > LONGEST or grown > MOST_MEMORY:
        tally.add_find(f"{path} {name}: {seconds:.1f} s, {grown} MB more")


def _stored_counts(hall: Target) -> tuple[int, ...]:
    """Return the numbers of punches, calendar days and catalogue versions."""
    tables = (punch, calendar_day, catalogue_version)
    return hall.web.small.ctx.read(
        lambda c: tuple(c.scalar(select(func.count()).select_from(t)) or 0 for t in tables)
    )


def _memory() -> int:
    """Return the peak memory of this process in megabytes."""
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def resident(pid: int | None = None) -> int:
    """Return the current memory of a process in megabytes."""
    pages = int(Path(f"/proc/{pid or os.getpid()}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
