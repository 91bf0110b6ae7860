"""Integrity check of past draws: seal, seed, rules, times and records match each other.

They are also compared with the journal. Used by the integrity check and by the office's history.
Reads only, and needs no secret: everything it uses has been published.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from server.core import journal
from server.core.clock import local
from server.spot_checks import draw_proof, queries
from server.spot_checks.queries import DrawCommitment, SpotCheck

WORDS: dict[str, tuple[str, str]] = {
    "seed_lost": ("抽签密码丢失，无法证明", "the seed is lost, nothing can be proven"),
    "seal": ("封存码、抽签密码和规则对不上", "seal, seed and rules do not fit"),
    "late_unsaid": ("开门后才封存却没有注明", "sealed after opening without saying so"),
    "check_missing": ("抽出的查岗缺少记录", "a drawn check is missing from the records"),
    "check_time": ("查岗时间与抽签不符", "a check's time is not the drawn one"),
    "check_extra": ("多出没有抽到的查岗", "a check on record was never drawn"),
    "journal": ("操作日志里的封存与记录不符", "the journal's seal is not the recorded one"),
    "not_sealed": ("当天没有封存抽签密码", "no seed was sealed on that day"),
    "not_revealed": ("过了当天仍未公布抽签密码", "the seed was not revealed afterwards"),
}


def faults_of(conn: Connection, hall_id: str, row: DrawCommitment) -> list[str]:
    """Return the contradictions of a revealed day as codes; empty: proven."""
    rows = queries.of_days(conn, hall_id, row.day, row.day)
    return draw_proof.faults(_day(row, rows)) + _journal_faults(conn, hall_id, row)


def _day(row: DrawCommitment, rows: list[SpotCheck]) -> draw_proof.Day:
    zone = draw_proof.rules_of(row.rules).timezone
    times = tuple(
        (check.n, _minute(check.due_at, zone))
        for check in rows
        if check.kind == "drawn" and check.due_at
    )
    sealed_local = local(row.sealed_at, zone)
    minute = (
        sealed_local.hour * 60 + sealed_local.minute
        if sealed_local.date().isoformat() == row.day
        else -1
    )
    return draw_proof.Day(row.day, row.seal, row.seed, row.rules, minute, times)


def _minute(at: int, zone: str) -> int:
    moment = local(at, zone)
    return moment.hour * 60 + moment.minute


def _journal_faults(conn: Connection, hall_id: str, row: DrawCommitment) -> list[str]:
    """Return `journal` unless the journal has one matching seal and only the revealed seed."""
    lines = journal.of_subject(conn, hall_id, row.day)
    seal_lines = [line for line in lines if line["act"] == "check.seal"]
    revealed_seeds = [line["data"].get("seed") for line in lines if line["act"] == "check.reveal"]
    matches = len(seal_lines) == 1 and seal_lines[0]["at"] == row.sealed_at
    matches = matches and seal_lines[0]["data"]["seal"] == row.seal
    matches = matches and seal_lines[0]["data"]["rules"] == row.rules
    matches = matches and revealed_seeds == ([row.seed] if row.seed else [])
    return [] if matches else ["journal"]


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield every past day that is not proven, in Chinese and English."""
    rows = {row.day: row for row in queries.days(conn, hall_id, "", "9")}
    if not rows:
        return
    days = [day for day in queries.business_days(conn, hall_id) if day >= min(rows)]
    last = max([*rows, *days])
    for day in sorted({*rows, *days}):
        for fault in _faults(conn, hall_id, rows.get(day), last=day == last):
            zh, en = WORDS[fault]
            yield f"{day} 查岗：{zh}", f"{day} spot checks: {en}"


def _faults(conn: Connection, hall_id: str, row: DrawCommitment | None, *, last: bool) -> list[str]:
    if row is None:
        # The newest day may have been opened a moment ago.
        return [] if last else ["not_sealed"]
    if row.revealed_at is None:
        return [] if last else ["not_revealed"]
    return faults_of(conn, hall_id, row)


def recipe(row: DrawCommitment) -> str:
    """Return a shell command that recomputes the seal once the seed is revealed."""
    parts = f"'{row.rules}' {row.day}"
    return f"(printf %s {row.seed} | xxd -r -p; printf %s {parts}) | sha256sum"
