"""Push protocol of ZK-family time clocks (ADMS, `/iclock/…`): conversion of texts, no I/O.

Wire facts and their source marks are those of the hardware notes, A3b. Names and lines come in
UTF-8 or, from Chinese firmware, GB2312; what is not strict UTF-8 is decoded as gb18030. Fingerprint
and face templates are never parsed: the module only detects that a line contains one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.time_clocks.punch_rules import BadLine, PunchLine

MAX_LINE = 300
MAX_COMMANDS = 900_000
"""Most bytes of a response to getrequest (900 KB) [2SRC]."""
ERROR_DELAY = 30
NAME_BYTES = 24
DELAY = 10
STAMPS = ("ATTLOG", "OPERLOG", "ATTPHOTO", "BIODATA", "IDCARD", "ERRORLOG")
IGNORED_TABLES = frozenset({"RTSTATE", "STATUS", "ERRORLOG"})
"""Tables of door states and device faults: no punches, not stored [SRC]."""
TEMPLATE_TABLES = frozenset(
    {"BIODATA", "ATTPHOTO", "FP", "FACE", "FINGERTMP", "BIOPHOTO", "USERPIC", "FVEIN", "IDCARD"}
    | {"TEMPLATEV10", "PALM"}
)
"""Tables with data that a hall must not store: fingers, faces, photos, identity cards."""
ENROLMENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")
SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_MOMENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_TEMPLATE = re.compile(
    r"^\s*(?:FP|FACE|BIODATA|BIOPHOTO|USERPIC|FVEIN|FINGERTMP|PALM)\s|(?:TMP|Tmp|Content)=|"
    r"[A-Za-z0-9+/=]{120,}"
)
_COUNT = re.compile(r"[0-9]{1,9}")
"""Pattern of a count; `isdigit` would accept what `int` rejects: ², or five thousand digits."""
FLAG = re.compile(r"[0-9A-Za-z.+-]{0,16}")
_COMMAND = re.compile(r"\s*ID=([0-9A-Za-z]{1,16})&Return=(-?\d{1,9})(?:&CMD=(.*))?", re.DOTALL)


def decode(raw: bytes) -> str:
    """Return the text of a time clock: strict UTF-8, else gb18030 with replacement marks [2SRC]."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def lines_of(body: bytes) -> Iterator[str]:
    """Yield the lines of a body, each decoded separately, without empty ones.

    Neither LF nor TAB occurs inside a character of UTF-8 or GB18030, so bytes are split first and
    one broken line cannot corrupt the others.
    """
    for raw in body.replace(b"\x00", b" ").split(b"\n"):
        line = decode(raw).strip("\r\n ")
        if line:
            yield line


def moment(text: str) -> datetime | None:
    """Return the naive time of a text `YYYY-MM-DD HH:MM:SS`; None if it is not a valid time."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def attlog(line: str) -> PunchLine | BadLine:
    """Return the punch in one line of table ATTLOG [2SRC], or the reason why there is none.

    Fields: PIN, time, status, verify, work code, rest. They are separated by TAB; some firmware
    uses commas or spaces.
    """
    if holds_template(line):
        return BadLine("", "template")
    fields = _fields(line)
    if len(fields) < 2:
        return BadLine(displayable(line), "too_short")
    if not ENROLMENT.fullmatch(fields[0]):
        return BadLine(displayable(line), "bad_enrolment")
    claimed = moment(fields[1])
    if claimed is None:
        return BadLine(displayable(line), "bad_time")
    in_out, verify, work_code = (
        field if FLAG.fullmatch(field) else "" for field in [*fields[2:5], "", "", ""][:3]
    )
    return PunchLine(fields[0], claimed, in_out, verify, work_code, line[:MAX_LINE])


def _fields(line: str) -> list[str]:
    if "\t" in line:
        return [field.strip() for field in line.split("\t")]
    # "1 2026-03-02 08:10:00 0 1": the time itself has a space.
    words = re.split(r"[\s,]+", line.strip())
    if len(words) > 2 and _MOMENT.fullmatch(f"{words[1]} {words[2]}"):
        return [words[0], f"{words[1]} {words[2]}", *words[3:]]
    return words


def unknown_line(line: str) -> BadLine:
    """Return a line of unknown shape as a BadLine: its text, or its length if it is binary."""
    if holds_template(line):
        return BadLine("", "template")
    text = displayable(line)
    if sum(c == "\t" or " " <= c <= "~" for c in text) * 2 < len(text):
        return BadLine(f"({len(line)} characters that are no text)", "unknown_shape")
    return BadLine(text, "unknown_shape")


def holds_template(line: str) -> bool:
    """Return True if a line looks like a fingerprint, a face or a picture."""
    return _TEMPLATE.search(line) is not None


def displayable(line: str) -> str:
    """Return a line as it may be stored and shown: control characters visible, cut to MAX_LINE."""
    return "".join(c if c.isprintable() else ("\t" if c == "\t" else "�") for c in line)[:MAX_LINE]


def pairs(line: str) -> dict[str, str]:
    """Return the `KEY=value` fields of a line, separated by TABs (or by commas in `options`)."""
    fields = {}
    for part in re.split(r"[\t,]" if "\t" not in line else r"\t", line):
        key, equals, value = part.strip().partition("=")
        if equals and key:
            fields[key.rpartition(" ")[2]] = value.strip()
    return fields


@dataclass(frozen=True, slots=True)
class Answer:
    """Reply to a command: the command's number, 0 or an error code, the command's word."""

    number: int
    result: int
    command: str


def answers(body: bytes) -> list[Answer]:
    """Return the replies in a body of devicecmd [2SRC].

    Format `ID=&Return=&CMD=`, one a line or several joined.
    """
    replies = []
    text = decode(body).replace("\r", "\n")
    for line in re.split(r"\n+(?=\s*ID=)", text):
        match = _COMMAND.match(line)
        if match is not None and match[1].isdigit():
            word = (match[3] or "").strip().partition("\n")[0]
            replies.append(Answer(int(match[1]), int(match[2]), displayable(word)[:64]))
    return replies


def info(text: str) -> dict[str, str | int]:
    """Return the INFO fields of getrequest, separated by commas [2SRC].

    Firmware, users, fingerprints, records, address and more; the first five are used.
    """
    fields = text.split(",")
    names = ("firmware", "users", "fingers", "records", "address")
    values: dict[str, str | int] = {}
    for name, value in zip(names, fields, strict=False):
        number = name in ("users", "fingers", "records")
        if number and not _COUNT.fullmatch(value.strip()):
            continue
        values[name] = int(value) if number else displayable(value.strip())[:64]
    return values


def options(serial: str, stamps: Mapping[str, str], zone_minutes: int) -> str:
    """Return the response to the handshake.

    TimeZone is never last: some firmware drops the last line. `stamps`: the value that the time
    clock last posted with each table; "0" requests all records. Whole hours are sent as hours,
    other zones in minutes [2SRC]. Encryption is not offered.
    """
    zone = zone_minutes // 60 if zone_minutes % 60 == 0 else zone_minutes
    lines = [f"GET OPTION FROM: {serial}"]
    lines += [
        f"{name}Stamp={stamps.get(name, '0' if name == 'ATTLOG' else '9999')}" for name in STAMPS
    ]
    lines += [
        f"ErrorDelay={ERROR_DELAY}",
        f"Delay={DELAY}",
        "TransTimes=00:00;14:05",
        "TransInterval=1",
        "TransFlag=TransData AttLog\tOpLog",
        f"TimeZone={zone}",
        "Realtime=1",
        "Encrypt=None",
        "ServerVer=2.4.1",
        "PushProtVer=2.4.1",
    ]
    return "\n".join(lines) + "\n"


def commands(queued: Iterable[tuple[int, str]]) -> str:
    """Return the response to getrequest: `C:<id>:<command>` lines, or OK [2SRC]."""
    text = ""
    for number, command in queued:
        line = f"C:{number}:{command}\n"
        if len(text) + len(line) > MAX_COMMANDS:
            break
        text += line
    return text or "OK\n"


def user_update(enrolment: str, name: str, encoding: str = "utf-8") -> str:
    """Return the command that sets a name [2SRC]: 24 encoded bytes, whole characters only."""
    clean = re.sub(r"[\x00-\x1f]", " ", name).encode(encoding, "replace")[:NAME_BYTES]
    return f"DATA UPDATE USERINFO PIN={enrolment}\tName={clean.decode(encoding, 'ignore')}"


def query_attlog(begins: datetime, ends: datetime) -> str:
    """Return the command that requests the records of a period, both ends included [2SRC]."""
    first, last = begins.isoformat(" ", "seconds"), ends.isoformat(" ", "seconds")
    return f"DATA QUERY ATTLOG StartTime={first}\tEndTime={last}"
