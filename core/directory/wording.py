"""What people say when they ask for a service, taken apart: each thing they said, and the words that mean the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process

from core.directory.names import plain
from intents.normalise import has_han

Words = tuple[str, ...]
"""Words that belong together: "food bank". Each must be there for the whole to be."""

LONGEST_SAID = 40
"""Words of a text that are read."""
LONGEST_PHRASE = 4
SHORTEST_MISSPELT = 5
SAME_WORD = 80.0
"""Likeness, of 100, from which a misspelt word is taken for one that people ask for services with."""
_ORDINAL = re.compile(r"(\d+)(st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, in the form of `plain`: as it stands, joined with its neighbours in case a space
    slipped in, and other words for it. small: it tells no service from another."""

    words: Words
    joined: Words = ()
    also: tuple[Words, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """share: of what was said, how much the listing has, by weight, 0 to 1. name: of its name, how much was said.
    weight: what it has of what was said, as a sum, in which a word that one listing in a thousand has counts 7."""

    share: float
    name: float
    weight: float


def things_said(text: str) -> tuple[Said, ...]:
    """What `text` says, one after the other."""
    words = [piece for word in _letters_together(plain(text).split()[:LONGEST_SAID]) for piece in _pieces(word)]
    return tuple(_said(words))


def if_misspelt(said: Said) -> tuple[Words, ...]:
    """What was said, put right, and other words for it: for a word that no directory has."""
    word = " ".join(said.words)
    if len(word) < SHORTEST_MISSPELT or any(letter.isdigit() for letter in word):
        return ()
    hit = process.extractOne(word, _lexicon().spelt, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
    return (tuple(hit[0].split()), *_lexicon().same[hit[0]]) if hit else ()


@dataclass(frozen=True, slots=True)
class _Lexicon:
    same: dict[str, tuple[Words, ...]]
    small: frozenset[str]
    spelt: Words
    han: Words


@cache
def _lexicon() -> _Lexicon:
    told: dict[str, Any] = tomllib.loads(files("core.directory").joinpath("service_words.toml").read_text("utf-8"))
    same: dict[str, dict[Words, None]] = {}
    for group in told["same"]:
        phrases = dict.fromkeys(plain(phrase) for phrase in group)
        for phrase in phrases:
            same.setdefault(phrase, {}).update({tuple(other.split()): None for other in phrases if other != phrase})
    han = sorted((phrase for phrase in same if has_han(phrase)), key=len, reverse=True)
    small = frozenset(plain(word) for word in told["small"])
    spelt = tuple(phrase for phrase in same if len(phrase) >= SHORTEST_MISSPELT and not has_han(phrase))
    return _Lexicon(
        {phrase: tuple(others) for phrase, others in same.items()}, small, spelt,
        (*han, *(word for word in small if has_han(word))),
    )  # fmt: skip


def _said(words: Sequence[str]) -> Iterator[Said]:
    at = 0
    while at < len(words):
        length = next((n for n in range(LONGEST_PHRASE, 1, -1) if " ".join(words[at : at + n]) in _lexicon().same), 1)
        phrase = tuple(words[at : at + length])
        joined = [words[i] + words[i + 1] for i in (at - 1, at) if length == 1 and 0 <= i < len(words) - 1]
        yield Said(phrase, tuple(joined), _others(" ".join(phrase)), " ".join(phrase) in _lexicon().small)
        at += length


def _others(phrase: str) -> tuple[Words, ...]:
    same, number = _lexicon().same.get(phrase, ()), _ORDINAL.fullmatch(phrase)
    return (*same, (number[1],)) if number else same


def _letters_together(words: Sequence[str]) -> Iterator[str]:
    """ "m f j" is one word."""
    letters = ""
    for word in words:
        if len(word) == 1 and word.isalpha() and not has_han(word):
            letters += word
            continue
        if letters:
            yield letters
            letters = ""
        yield word
    if letters:
        yield letters


def _pieces(word: str) -> Iterator[str]:
    """The words in a run of Chinese characters, which has no spaces: the longest known ones, and what lies between."""
    if not has_han(word):
        yield word
        return
    rest = ""
    while word:
        known = next((phrase for phrase in _lexicon().han if word.startswith(phrase)), "")
        if known and rest:
            yield rest
            rest = ""
        if known:
            yield known
        else:
            rest += word[0]
        word = word[len(known) or 1 :]
    if rest:
        yield rest
