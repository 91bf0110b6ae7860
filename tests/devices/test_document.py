"""Device-independent slip document and its JSON form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.document import Document, DocumentError
from support.slips import documents


@given(documents)
def test_a_document_survives_json(document: Document) -> None:
    assert Document.from_json(json.loads(json.dumps(document.to_json()))) == document


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
shapes = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "pair", "rule", "qr", "feed", "cut", "fax"]),
        "text": json_values,
        "width": json_values,
        "left": json_values,
        "right": json_values,
        "data": json_values,
        "lines": json_values,
        "align": json_values,
    },
)


@given(json_values | st.fixed_dictionaries({"lines": st.lists(shapes, max_size=3)}))
def test_any_value_is_a_document_or_a_clear_error(value: object) -> None:
    try:
        document = Document.from_json(value)
    except DocumentError:
        return
    assert Document.from_json(document.to_json()) == document


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "not an object"),
        ({"lines": "x"}, "not a list"),
        ({"lines": [], "copy": 1}, "copy"),
        ({"lines": [{"type": "fax"}]}, "line 1: type"),
        ({"lines": [{"type": "text", "text": "a", "size": 2}]}, "unknown field size"),
        ({"lines": [{"type": "text", "text": "a", "width": 5}]}, "width: 5"),
        ({"lines": [{"type": "text", "text": "a\x1b@"}]}, "control characters"),
        ({"lines": [{"type": "text", "text": "a", "align": "middle"}]}, "align"),
        ({"lines": [{"type": "qr", "data": "号"}]}, "ASCII"),
        ({"lines": [{"type": "qr", "data": "x" * 601}]}, "longer"),
        ({"lines": [{"type": "feed", "lines": 0}]}, "lines: 0"),
        ({"lines": [{"type": "cut"}] * 501}, "more than"),
    ],
)
def test_errors_name_the_place(value: object, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        Document.from_json(value)
