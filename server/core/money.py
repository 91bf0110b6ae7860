"""Amounts of money: whole fen (0.01 yuan), shown in figures and in the capitals of receipts."""

from __future__ import annotations

FEN = 100
"""Fen of a yuan."""
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
GROUP = 10_000
MOST = GROUP ** len(_GROUPS) * FEN - 1
"""Most fen that capitals can say."""


def yuan_text(fen: int) -> str:
    """Return an amount in yuan with two decimals, e.g. 1,234.50."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // FEN:,}.{rest % FEN:02d}"


def capital_text(fen: int) -> str:
    """Return an amount in capitals (大写), e.g. 壹仟贰佰叁拾肆元伍角整.

    Rules of 支付结算办法, from memory: one 零 for a run of zeros inside, 整 after yuan or jiao and
    none after fen, 零 between yuan and fen without jiao. Raises ValueError beyond `MOST`.
    """
    if not 0 <= fen <= MOST:
        raise ValueError(f"{fen} fen have no capitals")
    yuan, jiao, cents = fen // FEN, fen % FEN // 10, fen % 10
    text = f"{_whole(yuan)}元" if yuan or not fen else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole(number: int) -> str:
    """Return a whole number in capitals, group by group of four digits."""
    if not number:
        return _DIGITS[0]
    groups: list[int] = []
    while number:
        number, last = divmod(number, GROUP)
        groups.append(last)
    text, owes_zero = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            owes_zero = bool(text)
            continue
        if text and (owes_zero or group < GROUP // 10):
            text += _DIGITS[0]
        text += _group(group) + _GROUPS[place]
        owes_zero = False
    return text


def _group(number: int) -> str:
    """Return up to four digits in capitals; a run of zeros inside is one 零."""
    text, owes_zero = "", False
    for place, digit in reversed([*enumerate(reversed([int(d) for d in str(number)]))]):
        if not digit:
            owes_zero = True
            continue
        text += _DIGITS[0] if owes_zero and text else ""
        text += _DIGITS[digit] + _PLACES[place]
        owes_zero = False
    return text
