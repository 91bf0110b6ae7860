"""Hypothesis strategies for slip documents."""

from __future__ import annotations

from hypothesis import strategies as st

from devices.printers.document import ALIGNS, QR, Cut, Document, Feed, Line, Pair, Rule, Text

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
lines: st.SearchStrategy[Line] = st.one_of(
    st.builds(
        Text,
        words,
        st.integers(1, 4),
        st.integers(1, 4),
        st.booleans(),
        st.sampled_from(ALIGNS),
        st.booleans(),
    ),
    st.builds(Pair, words, words, st.booleans()),
    st.just(Rule()),
    st.builds(QR, st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)),
    st.builds(Feed, st.integers(1, 20)),
    st.just(Cut()),
)
documents = st.builds(Document, st.lists(lines, max_size=8).map(tuple), st.booleans())
