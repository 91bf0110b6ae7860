"""Spoken numbers: the kiosk's page and the loudspeakers use one table."""

from __future__ import annotations

import pytest

from display.announcer import digits_zh
from kiosk import views
from server.queue import snapshot
from support.web import Web


@pytest.mark.parametrize("digit_one", ["一", "幺"])
def test_the_kiosk_reads_digits_as_the_loudspeakers_do(web: Web, digit_one: str) -> None:
    web.small.configure(voice_one=digit_one)
    printer = views.printer_view(None, {})
    words = views.kiosk_state(snapshot.take(web.small.ctx), "1", printer, {}, None).digits
    assert "".join(words[int(char)] for char in "0123456789") == digits_zh("0123456789", digit_one)
    assert words[1] == digit_one
