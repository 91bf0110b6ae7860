"""Command `hall disclosure`: prints the gaps and says by its exit code if there are any."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from server.catalogue.actions import import_catalogue
from server.cli import disclosure
from server.core import config
from server.core.actors import SYSTEM
from server.hall.opening import open_hall
from support.halls import catalogue


def options(folder: Path, **changed: object) -> Namespace:
    """Return the command's options for a data folder."""
    wanted = {"unit": "", "reference": False, "database": None, "data": folder, "hall": ""}
    return Namespace(**(wanted | changed))


def test_the_reference_hall_has_no_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert disclosure.run(options(tmp_path, reference=True)) == 0
    assert capsys.readouterr().out == "169 个事项，0 处待补充 / 169 items, 0 open findings\n"


def test_gaps_are_printed_with_code_and_counted_by_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disclosure.run(options(tmp_path)) == 2, "no business data yet"
    hall = open_hall(config.load_one(tmp_path, "", database=None))
    import_catalogue(hall.ctx, SYSTEM, catalogue(), "")
    hall.ctx.store.close()
    capsys.readouterr()
    assert disclosure.run(options(tmp_path)) == 1
    everything = capsys.readouterr().out
    assert "tax-1 " in everything
    assert "[result_missing]" in everything
    assert disclosure.run(options(tmp_path, unit="tax")) == 1
    tax = capsys.readouterr().out
    assert len(tax.splitlines()) < len(everything.splitlines())
