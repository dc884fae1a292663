"""What a message tells of the person it is about: how old they are, that they can't go out. By rules, not learnt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from intents.catalogue_file import Table
from intents.grammar import Grammar, Script

OLDEST = 120
"""Years; more is a slip of the finger, or no age."""
_AGE = "AGE"
"""Stands in a pattern of the file where the years are told."""
_TEN = 10
_LEFT_OUT = " . "  # what stood there is no age, and its neighbours are none of each other's


@dataclass(frozen=True, slots=True)
class PersonWords:
    """How a language tells of a person; the patterns are matched in the form of `plain`.

    age: where the years are told, as the group "age". no_age: what only looks so ("60 and over"). stays_in: that they
    can't go out. goes_out: a message with this in it tells no such thing. numbers: words of numbers and their values.
    """

    script: Script
    age: tuple[re.Pattern[str], ...]
    no_age: tuple[re.Pattern[str], ...]
    stays_in: re.Pattern[str] | None
    goes_out: re.Pattern[str] | None
    numbers: Mapping[str, int]


def load_person(folder: Path, grammars: Mapping[str, Grammar]) -> dict[str, PersonWords]:
    """The words of person.toml in `folder`, by language tag. Raises CatalogueError for what is missing or wrong."""
    top = Table.read(folder / "person.toml")
    return {tag: _words(top.table(tag), grammar.script) for tag, grammar in grammars.items()}


def find_age(message: str, words: PersonWords) -> int | None:
    """The age told, in years, 0 to 120; None where there is none, or several: then nobody knows whose it is."""
    for pattern in words.no_age:
        message = pattern.sub(_LEFT_OUT, message)
    told = {_years(match["age"], words) for pattern in words.age for match in pattern.finditer(message)}
    ages = {age for age in told if age is not None and age <= OLDEST}
    return ages.pop() if len(ages) == 1 else None


def find_stays_in(message: str, words: PersonWords) -> bool:
    """Whether they say that they can't leave the house, and not only for today."""
    if words.stays_in is None or (words.goes_out and words.goes_out.search(message)):
        return False
    return words.stays_in.search(message) is not None


def _words(table: Table, script: Script) -> PersonWords:
    numbers = _numbers(table)
    number = _number(numbers, script)
    return PersonWords(
        script=script,
        age=_patterns(table, "age", number),
        no_age=_patterns(table, "no_age", number),
        stays_in=table.patterns("stays_in"),
        goes_out=table.patterns("goes_out"),
        numbers=numbers,
    )


def _numbers(table: Table) -> dict[str, int]:
    named = table.table("numbers")
    values: dict[str, int] = {}
    for value in named:
        if not value.isdigit():
            raise named.error(value, "must be a number")
        values |= dict.fromkeys(named.words(value), int(value))
    return values


def _number(numbers: Iterable[str], script: Script) -> str:
    """The pattern of a number in digits or words."""
    each = "|".join(sorted(map(re.escape, numbers), key=lambda word: (-len(word), word)))
    if script is Script.HAN:
        return rf"(?<!\d)\d{{1,3}}(?!\d)|(?<!{each})(?:{each}){{1,5}}(?!{each})"
    return rf"(?<!\d)\d{{1,3}}(?!\d)|\b(?:{each})(?: (?:{each})){{0,2}}\b"


def _patterns(table: Table, field: str, number: str) -> tuple[re.Pattern[str], ...]:
    patterns = []
    for text in table.texts(field):
        if text.count(_AGE) != 1:
            raise table.error(field, f"must say {_AGE} once in each pattern")
        try:
            patterns.append(re.compile(text.replace(_AGE, f"(?P<age>{number})")))
        except re.error as error:
            raise table.error(field, f"is not a regular expression ({error})") from error
    return tuple(patterns)


def _years(told: str, words: PersonWords) -> int | None:
    if told.isdigit():
        return int(told)
    if words.script is Script.HAN:
        return _han([words.numbers[character] for character in told])
    return _latin([words.numbers[word] for word in told.split()])


def _latin(values: Sequence[int]) -> int | None:
    """ "eighty two", "ochenta y dos": each number is smaller than what the one before leaves open."""
    parts = [value for value in values if value]
    fits = all(left >= 2 * _TEN and left % _TEN == 0 and right < _TEN for left, right in pairwise(parts))
    return sum(parts) if parts and fits else None


def _han(values: Sequence[int]) -> int | None:
    """ "八十二" is eight times ten and two; "一百零三" is a hundred and three."""
    total, digit = 0, 0
    for value in values:
        if value >= _TEN:
            total, digit = total + max(digit, 1) * value, 0
        elif digit:
            return None  # "八二" counts one by one
        else:
            digit = value
    return total + digit
