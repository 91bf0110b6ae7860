"""Loader of the reference hall: accepts a folder of the right shape, rejects all others."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from server.catalogue.reference import DataError, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("server.catalogue.reference")) as source:
        shutil.copytree(source, tmp_path / "hall", ignore=shutil.ignore_patterns("*.py"))
    return tmp_path / "hall"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_copy_of_the_folder_loads_the_same_hall(folder: Path) -> None:
    assert load(folder) == load()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("units/slj.toml", 'short = "水利"', 'shrt = "水利"', "units/slj.toml: unknown key shrt"),
        ("units/slj.toml", 'short = "水利"', "", "units/slj.toml: short is missing"),
        ("units/slj.toml", "legal_days = 45", 'legal_days = "45"', "item 1: legal_days: '45'"),
        ("units/slj.toml", "legal_days = 45", "legal_days = true", "True is not int"),
        ("units/slj.toml", 'presence = "hall"', 'presence = "here"', "is none of hall"),
        ("units/slj.toml", 'code = "slj"', 'code = "sl"', "units/slj.toml: code is sl"),
        ("units/slj.toml", 'name = "水利局"', "name = {a = 1}", "is not str"),
        ("units/slj.toml", "materials = [", "materials = 1\nold = [", "unknown key old"),
        ("units/slj.toml", 'keywords = ["打井", "取水证", "抽水"]', "keywords = 1", "not a list"),
        ("units/slj.toml", 'form = "原件1份"', 'shape = "原件1份"', "unknown key shape"),
        ("units/slj.toml", "[[item]]", "[[item", "units/slj.toml: "),
        ("hall.toml", 'hall = "hean"', 'hall = "hean"\ncity = 1', "hall.toml: unknown key city"),
        ("hall.toml", 'hall = "hean"', "", "hall.toml: hall: None is not str"),
        ("hall.toml", 'units = ["scjg"', 'units = ["none"', "units/none.toml: cannot be read"),
        ("hall.toml", "opens = 08:30:00", 'opens = "08:30"', "is not time"),
        ("mandates.toml", "[[mandate]]", "[[mandat]]", "mandates.toml: unknown key mandat"),
    ],
)
def test_an_invalid_folder_is_rejected_with_its_place(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    _edit(folder / file, old, new)
    with pytest.raises(DataError, match=r".") as caught:
        load(folder)
    assert message in str(caught.value)


def test_units_must_be_a_list_and_lists_lists_of_tables(folder: Path) -> None:
    (folder / "hall.toml").write_text('hall = "x"\nname = "x"\nname_en = "x"\nunits = "x"\n')
    with pytest.raises(DataError, match="units is not a list"):
        load(folder)
    (folder / "hall.toml").write_text(
        'hall = "x"\nname = "x"\nname_en = "x"\nunits = []\nzone = 1\n'
    )
    with pytest.raises(DataError, match="zone is not a list of tables"):
        load(folder)
