"""Password strength: rejects common passwords and those derived from the hall's own words.

Common words, names, dates, keyboard rows and repetitions come with the library zxcvbn; the hall
adds its own words. The measure is the number of guesses needed by a person who knows all of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from server.catalogue.model import Catalogue

LEAST_TRIES = 10**8
"""Least guesses; zxcvbn's "safely unguessable" while tries are throttled, as they are here."""
LONGEST = 72
"""Characters that are judged; zxcvbn takes minutes for some thousand."""
SHORTEST = 4
"""Least characters of a hall word that is removed; shorter ones occur in any text."""


def words_of(catalogue: Catalogue, hall_id: str, staff: str) -> list[str]:
    """Return words on the person and the hall that outsiders can know, also as pinyin."""
    person = catalogue.staff_by.get(staff)
    names = [staff, hall_id, catalogue.hall_name, catalogue.hall_name_en]
    names += [person.name] if person is not None else []
    names += [unit.name for unit in catalogue.units]
    return list(dict.fromkeys(word.lower() for name in names for word in _forms(name) if word))


def is_common(password: str, words: Sequence[str]) -> bool:
    """Return True for a password that takes fewer than LEAST_TRIES guesses; takes milliseconds.

    Words of the hall are removed: the rest of the password must be hard to guess by itself.
    """
    from zxcvbn import zxcvbn  # 30,000 words that only a new password needs  # noqa: PLC0415

    remainder = password[:LONGEST].lower()
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST:
            remainder = remainder.replace(word, "")
    tries = (
        zxcvbn(text, user_inputs=list(words))["guesses"]
        for text in (password[:LONGEST], remainder)
        if text
    )
    return not remainder or min(tries) < LEAST_TRIES


def _forms(name: str) -> Iterator[str]:
    """Yield a name, its words, its pinyin whole and by initials, and its parts of two syllables."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    yield name
    yield from re.split(r"\W+", name)
    for chinese in re.findall(r"[\u4e00-\u9fff]+", name):
        sounds = lazy_pinyin(chinese)
        yield from (chinese, "".join(sounds), "".join(sound[0] for sound in sounds))
        yield from (first + second for first, second in itertools.pairwise(sounds))
