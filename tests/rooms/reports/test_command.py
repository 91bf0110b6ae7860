"""Command `hall report`: the main figures, and the files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from server.catalogue.actions import import_catalogue
from server.cli import report
from server.core import config
from server.core.actors import SYSTEM
from server.hall.opening import open_hall
from support.halls import catalogue


def options(folder: Path, *words: str) -> Namespace:
    """Return the command's options for a data folder."""
    parser = ArgumentParser()
    report.arguments("report", parser)
    return parser.parse_args([*words, "--data", str(folder)])


def test_a_report_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.run(options(tmp_path, "2026-03")) == 2, "no business data yet"
    hall = open_hall(config.load_one(tmp_path, "", database=None))
    import_catalogue(hall.ctx, SYSTEM, catalogue(), "")
    hall.ctx.store.close()
    capsys.readouterr()
    book, paper = tmp_path / "month.xlsx", tmp_path / "month.pdf"
    files = ("--xlsx", str(book), "--pdf", str(paper))
    assert report.run(options(tmp_path, "2026-03", "--by", "item", *files)) == 0
    assert "窗口办理（人次） / Served: 0\n" in capsys.readouterr().out
    assert book.read_bytes().startswith(b"PK")
    assert paper.read_bytes().startswith(b"%PDF")


def test_a_report_of_the_future_and_another_word_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.run(options(tmp_path, "2099-12")) == 2
    assert "lies in the future" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        options(tmp_path, "2026-13")
