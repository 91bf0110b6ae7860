"""Differences between an exported assessment and its recomputation, as sentences.

Compared are every total of every release and amendment, the digests, the months of longer periods,
the totals that an amendment names, and what the journal says of each release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from server.assessment_proof.arithmetic import Bounds, LineScore, MonthProof, Result, rounded

Record = Mapping[str, Any]
FORMAT = "hallkeeper-assessment-1"
BOUNDS = ("value", "low", "high")
RELEASES = tuple(f"score_release.{move}" for move in ("check", "release", "release_amendment"))
"""Acts of the journal that are compared."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Line of the journal about the assessment."""

    act: str
    actor: str
    subject: str
    data: Record


@dataclass(frozen=True, slots=True)
class Verdict:
    """Number of totals compared, and every difference."""

    totals: int
    differences: tuple[str, ...]


class Judge:
    """Comparison of one export. `journal`: its lines about the assessment; None leaves them out."""

    def __init__(self, book: Record, journal: Iterable[JournalLine] | None) -> None:
        self._book = book
        self._journal = None if journal is None else list(journal)
        self._totals = 0
        self._newest: dict[str, Record] = {}
        """Release or last amendment of each period that was compared."""
        self._by_digest: dict[str, Record] = {}

    def verdict(self) -> Verdict:
        """Compare the whole file."""
        if self._book.get("format") != FORMAT:
            return Verdict(0, (f"unknown format {self._book.get('format')!r}",))
        differences: list[str] = []
        months_first = sorted(self._book["releases"], key=lambda r: ("month" not in r, r["period"]))
        for release in months_first:
            differences += self._release(release)
        differences += self._missing()
        return Verdict(self._totals, tuple(differences))

    def _release(self, release: Record) -> Iterator[str]:
        period = release["period"]
        if release["checked_by"] == release["released_by"]:
            yield f"{period}: checked and released by one person"
        yield from self._contents(period, release)
        source = _source(release)
        yield from _same_digest(
            period,
            "total",
            release["digest"],
            {"period": period, "source": source, "results": release["results"]},
        )
        sheets = source["sheets"] if "month" in release else source
        facts = {name: value for name, value in source.items() if name != "sheets"}
        yield from _same_digest(period, "sheets", release["sheets_digest"], {"sheets": sheets})
        yield from _same_digest(period, "facts", release["facts_digest"], {"facts": facts})
        self._by_digest[release["digest"]] = release
        before = release
        for amendment in release["amendments"]:
            yield from self._amendment(period, before, amendment)
            before = amendment
        self._newest[period] = before
        yield from self._in_journal(release)

    def _amendment(self, period: str, before: Record, amendment: Record) -> Iterator[str]:
        name = f"{period} amendment {amendment['n']}"
        if amendment["drafted_by"] == amendment["released_by"]:
            yield f"{name}: drafted and released by one person"
        yield from self._contents(name, amendment)
        covered = {key: amendment[key] for key in ("n", "words", "changes", "results")}
        covered |= {"before": before["digest"], "source": _source(amendment)}
        yield from _same_digest(name, "total", amendment["digest"], covered)
        self._by_digest[amendment["digest"]] = amendment
        yield from _same_changes(name, before, amendment)

    def _contents(self, name: str, contents: Record) -> Iterator[str]:
        """Compare the totals of a release or an amendment."""
        month = contents.get("month")
        if month is None:
            # The id of a year has no part behind it, such as 2026-Q4.
            yield from self._longer(name, contents, is_year="-" not in name.split(maxsplit=1)[0])
            return
        proof = MonthProof(month)
        computed = proof.results()
        yield from _same_subjects(name, contents["results"], computed)
        for kind, results in computed.items():
            stated = {entry["code"]: entry for entry in contents["results"].get(kind, ())}
            for result in results:
                self._totals += 1
                parts = list(_unequal(result, stated.get(result.code)))
                if parts:
                    lines = "; ".join(_line_words(proof.lines(kind, result.code)))
                    yield f"{name} {kind} {result.code}: {', '.join(parts)}; lines: {lines}"

    def _longer(self, name: str, contents: Record, *, is_year: bool) -> Iterator[str]:
        source = contents["source"]
        months = []
        for month in source["months"]:
            released = self._by_digest.get(month["digest"])
            if released is None or "month" not in released:
                yield f"{name}: month {month['period']} is not the one released"
                return
            months.append(released)
        computed = {
            kind: _added_up(months, kind, way, is_year=is_year)
            for kind, way in source["longer"].items()
        }
        yield from _same_subjects(name, contents["results"], computed)
        for kind, results in computed.items():
            stated = {entry["code"]: entry for entry in contents["results"].get(kind, ())}
            for result in results:
                self._totals += 1
                parts = list(_unequal(result, stated.get(result.code)))
                if parts:
                    yield f"{name} {kind} {result.code}: {', '.join(parts)}"

    def _missing(self) -> Iterator[str]:
        """Yield releases of the journal that the file lacks."""
        for line in self._journal or ():
            if line.act == "score_release.release" and line.subject not in self._newest:
                yield f"{line.subject}: released, but not in the file"

    def _in_journal(self, release: Record) -> Iterator[str]:
        """Compare who released what with the journal."""
        if self._journal is None:
            return
        period = release["period"]
        lines = [line for line in self._journal if line.subject == period]
        released = [line for line in lines if line.act == "score_release.release"]
        stated = {
            "digest": release["digest"],
            "sheets": release["sheets_digest"],
            "facts": release["facts_digest"],
            "checked_by": release["checked_by"],
        }
        if [(line.actor, dict(line.data)) for line in released] != [
            (release["released_by"], stated)
        ]:
            yield f"{period}: the journal has another release"
        checks = [line for line in lines if line.act == "score_release.check"]
        if not any(
            line.actor == release["checked_by"] and line.data["digest"] == release["digest"]
            for line in checks
        ):
            yield f"{period}: the journal has no check of these totals"
        amended = [
            (line.actor, line.data["n"], line.data["digest"])
            for line in lines
            if line.act == "score_release.release_amendment"
        ]
        if amended != [(a["released_by"], a["n"], a["digest"]) for a in release["amendments"]]:
            yield f"{period}: the journal has other amendments"


def _source(contents: Record) -> Record:
    source: Record = contents["month"] if "month" in contents else contents["source"]
    return source


def _same_digest(name: str, which: str, stated: str, covered: Record) -> Iterator[str]:
    text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != stated:
        yield f"{name}: {which} digest does not fit the contents"


def _same_subjects(
    name: str, stated: Record, computed: Mapping[str, Sequence[Result]]
) -> Iterator[str]:
    for kind in {**stated, **computed}:
        there = [entry["code"] for entry in stated.get(kind, ())]
        here = [result.code for result in computed.get(kind, ())]
        if there != here:
            yield f"{name} {kind}: assessed are {there}, by the roster {here}"


def _unequal(result: Result, stated: Record | None) -> Iterator[str]:
    """Yield what of a result the file states otherwise."""
    if stated is None:
        yield "no result"
        return
    for field, bounds in (("score", result.score), ("deductions", result.deductions)):
        for bound in BOUNDS:
            there, here = Fraction(stated[field][bound]), getattr(bounds, bound)
            if there != here:
                yield f"{field} {bound} {float(there):.2f} instead of {float(here):.2f}"
    for field, value in (
        ("name", result.name),
        ("unit", result.unit),
        ("bad_ratings", result.bad_ratings),
        ("unmeasured", list(result.unmeasured)),
    ):
        if stated[field] != value:
            yield f"{field} {stated[field]!r} instead of {value!r}"
    year = Fraction(stated.get("year", "0"))
    if year != result.year:
        yield f"year {float(year):.2f} instead of {float(result.year):.2f}"


def _line_words(lines: Sequence[LineScore]) -> Iterator[str]:
    for score in lines:
        if score.by_fact or score.unmeasured:
            facts = len(score.by_fact)
            yield f"{score.line['code']} {float(score.points.value):.2f} from {facts} facts"


def _added_up(months: Sequence[Record], kind: str, way: str, *, is_year: bool) -> list[Result]:
    """Return the results of a longer period from those that its months state."""
    order: dict[str, list[Record]] = {}
    for month in months:
        for entry in month["results"].get(kind, ()):
            order.setdefault(entry["code"], []).append(entry)
    results = []
    for code, entries in order.items():
        divisor = len(entries) if way == "mean" else 1
        year = sum((Fraction(entry.get("year", "0")) for entry in entries), Fraction(0))
        once = year if is_year else Fraction(0)
        results.append(
            Result(
                code,
                entries[-1]["name"],
                entries[-1]["unit"],
                _sum(entries, "score", divisor, once),
                _sum(entries, "deductions", 1, -once),
                sum(entry["bad_ratings"] for entry in entries),
                tuple(dict.fromkeys(name for entry in entries for name in entry["unmeasured"])),
                year,
            )
        )
    return results


def _sum(entries: Sequence[Record], field: str, divisor: int, once: Fraction) -> Bounds:
    value, low, high = (
        rounded(
            sum((Fraction(entry[field][bound]) for entry in entries), Fraction(0)) / divisor + once
        )
        for bound in BOUNDS
    )
    return Bounds(value, low, high)


def _same_changes(name: str, before: Record, amendment: Record) -> Iterator[str]:
    """Compare the results that an amendment names with those that it changes."""
    changed = {}
    for kind in {**before["results"], **amendment["results"]}:
        was = {entry["code"]: entry for entry in before["results"].get(kind, ())}
        now = {entry["code"]: entry for entry in amendment["results"].get(kind, ())}
        for code in {**was, **now}:
            if was.get(code) != now.get(code):
                changed[kind, code] = _score(was.get(code)), _score(now.get(code))
    named = {
        (change["subject"], change["code"]): (_number(change["was"]), _number(change["now"]))
        for change in amendment["changes"]
    }
    for kind, code in {**changed, **named}:
        really, in_words = changed.get((kind, code)), named.get((kind, code))
        if really != in_words:
            yield f"{name} {kind} {code}: changed {_words(really)}, named {_words(in_words)}"


_Change = tuple[Fraction | None, Fraction | None]


def _score(entry: Record | None) -> Fraction | None:
    return None if entry is None else Fraction(entry["score"]["value"])


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _words(change: _Change | None) -> str:
    """Return a change as `97.00 to 100.00`; "nothing" for none."""
    if change is None:
        return "nothing"
    was, now = ("none" if value is None else f"{float(value):.2f}" for value in change)
    return f"{was} to {now}"
