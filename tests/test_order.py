"""Order of tests for parallel workers: no test is left out, long files come first and whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import order

FILES = (
    "tests/demo/test_a.py",
    "tests/demo/test_b.py",
    "tests/browser/test_kiosk.py",
    "tests/browser/test_new.py",
    "tests/rules/test_c.py",
    "tests/test_d.py",
)


@given(counts=st.tuples(*(st.integers(0, 9) for _ in FILES)), workers=st.integers(1, 4))
def test_every_test_is_there_once_and_files_keep_their_order(
    counts: tuple[int, ...], workers: int
) -> None:
    items = [(f, n) for f, count in zip(FILES, counts, strict=True) for n in range(count)]
    ordered = order.distribute(items, lambda item: item[0], workers)
    assert sorted(ordered) == sorted(items)
    for file in FILES:
        assert [n for f, n in ordered if f == file] == sorted(n for f, n in items if f == file)


@pytest.mark.parametrize("workers", [2, 3])
def test_each_part_begins_with_whole_long_files(workers: int) -> None:
    items = [(f, n) for f in FILES for n in range(3 if order.seconds(f) else 30)]
    ordered = order.distribute(items, lambda item: item[0], workers)
    size = len(ordered) // workers
    parts = [ordered[size * n : size * (n + 1)] for n in range(workers)]
    for part in parts:
        long = [order.seconds(file) > 0 for file, _ in part]
        assert long[0]
        assert long == sorted(long, reverse=True)
    homes = {file: {n for n, part in enumerate(parts) if (file, 0) in part} for file in FILES}
    assert homes["tests/demo/test_a.py"] == homes["tests/demo/test_b.py"]
