"""Opening of an untrusted workbook: checks limits first, then uses openpyxl.

Rejects files that are too large, too large when unpacked, encrypted, or whose XML declares
entities or another encoding. Nothing in the file is executed and no link is followed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

MAX_MEGABYTES = 8
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 300
MAX_PIECES = 600_000
"""Maximum number of strings, cells and rows: 100 kB may contain millions of them, packed."""
_MAX_BYTES = MAX_MEGABYTES * 1024 * 1024
_FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

_STRICT = {
    b"http://purl.oclc.org/ooxml/" + strict: b"http://schemas.openxmlformats.org/" + name
    for strict, name in (
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"drawingml/main", b"drawingml/2006/main"),
    )
}
"""XML names of the transitional form by those of the strict form."""

# Errors of zipfile, ElementTree and openpyxl on files that are no workbooks; openpyxl has no
# error class for most of them.
READ_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


class TooLargeError(Exception):
    """File beyond a limit, packed or unpacked."""


class NotAWorkbookError(Exception):
    """File that is no readable .xlsx."""


def open_workbook(stream: BinaryIO) -> Workbook:
    """Open `stream` for reading; raises TooLargeError or NotAWorkbookError."""
    content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise TooLargeError
    try:
        _inspect(content)
        return openpyxl.load_workbook(
            io.BytesIO(transitional(content)), read_only=True, data_only=False, keep_links=False
        )
    except READ_ERRORS as error:
        raise NotAWorkbookError from error


def _inspect(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # The declared sizes bind: zipfile never unpacks more than a part declares.
        if len(parts) > MAX_PARTS or sum(p.file_size for p in parts) > MAX_UNPACKED:
            raise TooLargeError
        pieces = 0
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                text = archive.read(part)
                _inspect_xml(text)
                pieces += text.count(b"<si>") + text.count(b"<c ") + text.count(b"<row")
                if pieces > MAX_PIECES:
                    raise TooLargeError


def transitional(content: bytes) -> bytes:
    """Return a strict workbook (ISO/IEC 29500) with the names of the transitional form.

    openpyxl reads the transitional form only. Spreadsheet programs offer the strict one as
    "Strict Open XML Spreadsheet"; only the names differ. Any other workbook is returned
    unchanged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    if not any(name in text for text in parts.values() for name in _STRICT):
        return content
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as output:
        for part, text in parts.items():
            converted = text
            for strict, transitional_name in _STRICT.items():
                converted = converted.replace(strict, transitional_name)
            output.writestr(part, converted)
    return target.getvalue()


def _inspect_xml(text: bytes) -> None:
    declared = _ENCODING.match(text.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise NotAWorkbookError
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in text[:4] or _FORBIDDEN.search(text):
        raise NotAWorkbookError
