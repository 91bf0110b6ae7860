"""Passwords that everybody tries first: common ones, and what can be derived from the hall.

Common words, names, dates, rows of keys and repetitions come with the library zxcvbn; the hall
brings its own words. It answers how many tries somebody needs who knows all of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from server.domain.catalogue import Catalogue

LEAST_TRIES = 10**8
"""zxcvbn's "safely unguessable" while tries are braked, as they are here."""
LONGEST = 72
"""Signs that are judged; zxcvbn takes minutes for some thousand."""
SHORTEST = 4
"""Signs of a word that is taken out; shorter ones are in any text."""


def words_of(catalogue: Catalogue, hall_id: str, staff: str) -> list[str]:
    """Words that a colleague or a passer-by knows of a person and the hall, also as pinyin."""
    person = catalogue.staff_by.get(staff)
    known = [staff, hall_id, catalogue.hall_name, catalogue.hall_name_en]
    known += [person.name] if person is not None else []
    known += [unit.name for unit in catalogue.units]
    return list(dict.fromkeys(word.lower() for name in known for word in _forms(name) if word))


def is_common(password: str, words: Sequence[str]) -> bool:
    """Return True for a password that is guessed in fewer than LEAST_TRIES; takes milliseconds.

    Words of the hall count for nothing: what is left of the password must be hard by itself.
    """
    from zxcvbn import zxcvbn  # 30,000 words that only a new password needs  # noqa: PLC0415

    rest = password[:LONGEST].lower()
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST:
            rest = rest.replace(word, "")
    tries = (
        zxcvbn(text, user_inputs=list(words))["guesses"]
        for text in (password[:LONGEST], rest)
        if text
    )
    return not rest or min(tries) < LEAST_TRIES


def _forms(name: str) -> Iterator[str]:
    """A name, its words, its pinyin whole and by initials, and its parts of two syllables."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    yield name
    yield from re.split(r"\W+", name)
    for chinese in re.findall(r"[\u4e00-\u9fff]+", name):
        sounds = lazy_pinyin(chinese)
        yield from (chinese, "".join(sounds), "".join(sound[0] for sound in sounds))
        yield from (first + second for first, second in itertools.pairwise(sounds))
