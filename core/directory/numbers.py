"""Numbers that people say in words: "club seventy six", "calle noventa y seis", "七十六街"."""

from __future__ import annotations

from collections.abc import Sequence

_UNITS = {
    word: value
    for words in (
        "one two three four five six seven eight nine", "first second third fourth fifth sixth seventh eighth ninth",
        "uno dos tres cuatro cinco seis siete ocho nueve",
    )
    for value, word in enumerate(words.split(), start=1)
}  # fmt: skip
_TEENS = {
    word: value
    for words, start in (
        ("eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 11),
        ("eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 11),
        ("once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve", 11),
        ("veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve", 21),
    )
    for value, word in enumerate(words.split(), start=start)
}
_TENS = {
    word: 10 * value
    for words, start in (
        ("twenty thirty forty fifty sixty seventy eighty ninety", 2),
        ("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 2),
        ("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", 2),
    )
    for value, word in enumerate(words.split(), start=start)
}
_HUNDREDS = frozenset({"hundred", "hundredth"})
CHINESE_FIGURES = "零〇一二两三四五六七八九十百"
_CHINESE = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}


def number_said(words: Sequence[str]) -> tuple[int, int]:
    """The number above ten with which `words` begin, and how many of them say it; (0, 0) where they don't.

    Smaller ones are said so often without being meant as numbers that they stand among the service words instead.
    """
    hundreds, at = _hundreds(words)
    rest = words[at:]
    if rest and rest[0] in ("and", "y") and at:
        rest, at = rest[1:], at + 1
    if not rest:
        return hundreds, at
    if rest[0] in _TEENS or rest[0] == "ten" or rest[0] == "diez":
        return (hundreds + _TEENS.get(rest[0], 10), at + 1) if hundreds or rest[0] in _TEENS else (0, 0)
    if rest[0] not in _TENS:
        return (hundreds + _UNITS[rest[0]], at + 1) if at and rest[0] in _UNITS else (hundreds, at)
    joined = 2 if rest[1:2] == ["y"] else 1
    unit = _UNITS.get(rest[joined], 0) if len(rest) > joined else 0
    return hundreds + _TENS[rest[0]] + unit, at + (joined + 1 if unit else 1)


def _hundreds(words: Sequence[str]) -> tuple[int, int]:
    """ "one hundred", "ciento"; and "one" alone where tens follow, as streets are called: "one twenty fifth"."""
    if words[0] in ("cien", "ciento"):
        return 100, 1
    if words[0] in _UNITS and len(words) > 1:
        if words[1] in _HUNDREDS:
            return 100 * _UNITS[words[0]], 2
        if words[0] in ("one", "two") and (words[1] in _TENS or words[1] in _TEENS):
            return 100 * _UNITS[words[0]], 1
    return 0, 0


def chinese_number(text: str) -> int:
    """七十六 and 七六 are 76, 一百零三 is 103; 0 where `text` is no number."""
    if len(text) > 1 and all(character in _CHINESE for character in text):
        return int("".join(str(_CHINESE[character]) for character in text))
    total = figure = 0
    for character in text:
        if character in "十百":
            total += max(figure, 1) * (10 if character == "十" else 100)
            figure = 0
        elif character in _CHINESE:
            figure = _CHINESE[character]
        else:
            return 0
    return total + figure


def ordinal(number: int) -> str:
    """As streets are numbered: 76th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
