"""The push protocol of ZK-family terminals (ADMS, `/iclock/…`): texts in, texts out, nothing else.

Wire facts and their marks are those of the hardware notes, A3b. Names and lines come in UTF-8 or,
from Chinese firmware, GB2312; what is not strict UTF-8 is read as gb18030. It refuses to read
fingerprint and face templates: it only tells that a line holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.punches import BadLine, PunchLine

MAX_LINE = 300
MAX_COMMANDS = 900_000
"""Most bytes of an answer to getrequest (900 KB) [2SRC]."""
ERROR_DELAY = 30
NAME_BYTES = 24
DELAY = 10
STAMPS = ("ATTLOG", "OPERLOG", "ATTPHOTO", "BIODATA", "IDCARD", "ERRORLOG")
SILENT_TABLES = frozenset({"RTSTATE", "STATUS", "ERRORLOG"})
"""States of doors and faults of the terminal itself: no punches, nothing to keep [SRC]."""
TEMPLATE_TABLES = frozenset(
    {"BIODATA", "ATTPHOTO", "FP", "FACE", "FINGERTMP", "BIOPHOTO", "USERPIC", "FVEIN", "IDCARD"}
    | {"TEMPLATEV10", "PALM"}
)
"""Bodies of these hold what a hall must not keep: fingers, faces, photos, identity cards."""
ENROLMENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")
SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_MOMENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_TEMPLATE = re.compile(
    r"^\s*(?:FP|FACE|BIODATA|BIOPHOTO|USERPIC|FVEIN|FINGERTMP|PALM)\s|(?:TMP|Tmp|Content)=|"
    r"[A-Za-z0-9+/=]{120,}"
)
_COUNT = re.compile(r"[0-9]{1,9}")
"""`isdigit` would let through what `int` does not take: ², or five thousand digits."""
FLAG = re.compile(r"[0-9A-Za-z.+-]{0,16}")
_COMMAND = re.compile(r"\s*ID=([0-9A-Za-z]{1,16})&Return=(-?\d{1,9})(?:&CMD=(.*))?", re.DOTALL)


def decoded(raw: bytes) -> str:
    """Text of a terminal: strict UTF-8, else gb18030, else with marks of replacement [2SRC]."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def lines_of(body: bytes) -> Iterator[str]:
    """The lines of a body, each decoded for itself, empty ones left out.

    Neither LF nor TAB occurs inside a character of UTF-8 or GB18030, so bytes are cut first and one
    broken line cannot spoil the others.
    """
    for raw in body.replace(b"\x00", b" ").split(b"\n"):
        line = decoded(raw).strip("\r\n ")
        if line:
            yield line


def moment(text: str) -> datetime | None:
    """`YYYY-MM-DD HH:MM:SS` as a naive time; None when there is no such time."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def attlog(line: str) -> PunchLine | BadLine:
    """One line of table ATTLOG: PIN, time, status, verify, work code, rest [2SRC].

    Fields are parted by TAB; some firmware uses commas or spaces.
    """
    if holds_template(line):
        return BadLine("", "template")
    fields = _fields(line)
    if len(fields) < 2:
        return BadLine(shown(line), "too_short")
    if not ENROLMENT.fullmatch(fields[0]):
        return BadLine(shown(line), "bad_enrolment")
    said = moment(fields[1])
    if said is None:
        return BadLine(shown(line), "bad_time")
    in_out, verify, work_code = (
        field if FLAG.fullmatch(field) else "" for field in [*fields[2:5], "", "", ""][:3]
    )
    return PunchLine(fields[0], said, in_out, verify, work_code, line[:MAX_LINE])


def _fields(line: str) -> list[str]:
    if "\t" in line:
        return [field.strip() for field in line.split("\t")]
    # "1 2026-03-02 08:10:00 0 1": the time itself has a space.
    words = re.split(r"[\s,]+", line.strip())
    if len(words) > 2 and _MOMENT.fullmatch(f"{words[1]} {words[2]}"):
        return [words[0], f"{words[1]} {words[2]}", *words[3:]]
    return words


def unread(line: str) -> BadLine:
    """A line of a shape that nobody knows: its text, or for a picture and the like its length."""
    if holds_template(line):
        return BadLine("", "template")
    text = shown(line)
    if sum(c == "\t" or " " <= c <= "~" for c in text) * 2 < len(text):
        return BadLine(f"({len(line)} characters that are no text)", "unknown_shape")
    return BadLine(text, "unknown_shape")


def holds_template(line: str) -> bool:
    """Whether a line looks like a fingerprint, a face or a picture."""
    return _TEMPLATE.search(line) is not None


def shown(line: str) -> str:
    """A line as it may be kept and shown: control characters made visible, cut to MAX_LINE."""
    return "".join(c if c.isprintable() else ("\t" if c == "\t" else "�") for c in line)[:MAX_LINE]


def pairs(line: str) -> dict[str, str]:
    """`KEY=value` fields parted by TABs (or by commas in `options`)."""
    found = {}
    for part in re.split(r"[\t,]" if "\t" not in line else r"\t", line):
        key, equals, value = part.strip().partition("=")
        if equals and key:
            found[key.rpartition(" ")[2]] = value.strip()
    return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a terminal says of a command: its number, 0 or an error code, and the command's word."""

    number: int
    result: int
    command: str


def answers(body: bytes) -> list[Answer]:
    """A body of devicecmd: `ID=&Return=&CMD=`, one a line or several joined [2SRC]."""
    found = []
    text = decoded(body).replace("\r", "\n")
    for line in re.split(r"\n+(?=\s*ID=)", text):
        match = _COMMAND.match(line)
        if match is not None and match[1].isdigit():
            word = (match[3] or "").strip().partition("\n")[0]
            found.append(Answer(int(match[1]), int(match[2]), shown(word)[:64]))
    return found


def info(text: str) -> dict[str, str | int]:
    """INFO of getrequest: firmware, users, fingerprints, records, address … by commas [2SRC]."""
    fields = text.split(",")
    names = ("firmware", "users", "fingers", "records", "address")
    found: dict[str, str | int] = {}
    for name, value in zip(names, fields, strict=False):
        number = name in ("users", "fingers", "records")
        if number and not _COUNT.fullmatch(value.strip()):
            continue
        found[name] = int(value) if number else shown(value.strip())[:64]
    return found


def options(serial: str, stamps: Mapping[str, str], zone_minutes: int) -> str:
    """The answer to the handshake. TimeZone never stands last: some firmware drops the last line.

    `stamps`: what the terminal itself posted with a table the last time; "0" asks for all it has.
    Whole hours are told as hours, other zones in minutes [2SRC]. Encryption is not offered.
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
    """The answer to getrequest: `C:<id>:<command>` lines, or OK [2SRC]."""
    text = ""
    for number, command in queued:
        line = f"C:{number}:{command}\n"
        if len(text) + len(line) > MAX_COMMANDS:
            break
        text += line
    return text or "OK\n"


def user_update(enrolment: str, name: str, encoding: str = "utf-8") -> str:
    """Bring a name to the terminal [2SRC]: 24 bytes of its encoding, whole characters only."""
    clean = re.sub(r"[\x00-\x1f]", " ", name).encode(encoding, "replace")[:NAME_BYTES]
    return f"DATA UPDATE USERINFO PIN={enrolment}\tName={clean.decode(encoding, 'ignore')}"


def query_attlog(begins: datetime, ends: datetime) -> str:
    """Ask for the records of a period again, both ends included [2SRC]."""
    first, last = begins.isoformat(" ", "seconds"), ends.isoformat(" ", "seconds")
    return f"DATA QUERY ATTLOG StartTime={first}\tEndTime={last}"
