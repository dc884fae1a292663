"""Split a message into the pieces that may each tell of a need of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from intents.features import OPENING
from intents.grammar import Grammar, Script
from intents.normalise import fold_accents, has_han, normalise

_MOST = 5  # pieces looked at; nobody tells more needs at once
_FEWEST_WORDS = 2  # in a Latin piece
_FEWEST_HAN = 3  # in a Chinese piece
_PUNCTUATION = r"[.;:!?&+,\n\r。；：！？…，、]+"

Run = tuple[int, int]
"""Pieces from one number up to another, that one left out: (0, 2) is the first two."""


def splitter(grammars: Mapping[str, Grammar]) -> re.Pattern[str]:
    """Compile what separates pieces: punctuation and every language's joiners ("and", "y", "还有")."""
    latin = _joiners(grammars.values(), Script.LATIN)
    han = _joiners(grammars.values(), Script.HAN)
    patterns = [_PUNCTUATION]
    patterns += [rf"\b(?:{'|'.join(map(re.escape, latin))})\b"] if latin else []
    patterns += ["|".join(map(re.escape, han))] if han else []
    return re.compile("|".join(patterns))


def decompose(text: str, separators: re.Pattern[str]) -> tuple[str, ...]:
    """Give the pieces of a message, normalised, where there are at least two; else nothing.

    A piece has two words or three Chinese characters at least; a shorter one belongs to what follows it.
    """
    folded = fold_accents(unicodedata.normalize("NFKC", text).casefold())
    pieces: list[str] = []
    short = ""
    for piece in map(normalise, separators.split(folded[:OPENING])):
        short = _join(short, piece)
        if _is_long_enough(short):
            pieces.append(short)
            short = ""
    if short and pieces:
        pieces[-1] = _join(pieces[-1], short)
    return tuple(pieces[:_MOST]) if len(pieces) > 1 else ()


def runs(count: int) -> Iterator[Run]:
    """Every run of neighbouring pieces that is not the whole message."""
    for length in range(1, count):
        for start in range(count - length + 1):
            yield start, start + length


def joined(pieces: tuple[str, ...], run: Run) -> str:
    """The text of a run."""
    text = ""
    for piece in pieces[slice(*run)]:
        text = _join(text, piece)
    return text


def _join(left: str, right: str) -> str:
    if not left or not right:
        return left or right
    return left + right if has_han(left[-1]) and has_han(right[0]) else f"{left} {right}"


def _is_long_enough(part: str) -> bool:
    return len(part.replace(" ", "")) >= _FEWEST_HAN if has_han(part) else len(part.split()) >= _FEWEST_WORDS


def _joiners(grammars: Iterable[Grammar], script: Script) -> list[str]:
    words = {joiner for grammar in grammars if grammar.script == script for joiner in grammar.joiners}
    return sorted(words, key=lambda word: (-len(word), word))
