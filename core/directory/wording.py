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

from core.directory.misspelt import LONGEST_CHINESE, ChineseSpelling, Spelling
from core.directory.names import SHORT, plain
from core.directory.numbers import CHINESE_FIGURES, chinese_number, number_said, ordinal
from intents.normalise import fold_accents, has_han, normalise

Words = tuple[str, ...]
"""Words that belong together: "food bank". Each must be there for the whole to be."""

LONGEST_SAID = 40
"""Words of a text that are read."""
LONGEST_PHRASE = 4
LONGEST_NUMBER = 3
"""Figures of a number by which streets and clubs are told apart; longer ones are house numbers and postcodes."""
SHORTEST_MISSPELT = 5
SAME_WORD = 80.0
"""Likeness, of 100, from which a misspelt word is taken for one that people ask for services with."""
_ORDINAL = re.compile(r"(\d+)(st|nd|rd|th)")
_CHINESE_NUMBER = re.compile(f"([{CHINESE_FIGURES}]{{2,}})")


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
    words = [piece for word in _letters_together(plain(text).split()[:LONGEST_SAID])
             for run in _CHINESE_NUMBER.split(word) for piece in _pieces(run)]  # fmt: skip
    return tuple(_said(words))


def if_misspelt(said: Said, *, likest: float = 0.0) -> tuple[Words, ...]:
    """What was said, put right, and other words for it: for a word that no directory has. likest: how like it, of 100,
    the likest word of the directory is, which rather is meant than one that is but heard so."""
    word, lexicon = " ".join(said.words), _lexicon()
    if any(letter.isdigit() for letter in word):
        return ()
    meant = lexicon.chinese.put_right(word) if has_han(word) else ""
    if len(word) >= SHORTEST_MISSPELT and not has_han(word):
        hit = process.extractOne(word, lexicon.spelt, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        meant = hit[0] if hit else ""
    if not meant and likest < SAME_WORD:
        meant = plain(lexicon.spelling.put_right(word))
    return (tuple(meant.split()), *lexicon.same[meant]) if meant in lexicon.same else ()


def asks_open(text: str) -> bool:
    """Whether `text` asks for what is open, as most tell it: "open now", "abierto el domingo", "现在开门"."""
    return any(word in _lexicon().open for run in plain(text).split() for word in _pieces(run))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    same: dict[str, tuple[Words, ...]]
    small: frozenset[str]
    open: frozenset[str]
    spelt: Words
    han: frozenset[str]
    spelling: Spelling
    chinese: ChineseSpelling


@cache
def _lexicon() -> _Lexicon:
    told: dict[str, Any] = tomllib.loads(files("core.directory").joinpath("service_words.toml").read_text("utf-8"))
    same: dict[str, dict[Words, None]] = {}
    for group in told["same"]:
        phrases = dict.fromkeys(plain(phrase) for phrase in group)
        for phrase in phrases:
            same.setdefault(phrase, {}).update({tuple(other.split()): None for other in phrases if other != phrase})
    han = [phrase for phrase in same if has_han(phrase)]
    # Shortened only when they are put right: "cort" is nearer to "court" than to "ct".
    written = [word for group in told["same"] for phrase in group for word in fold_accents(normalise(phrase)).split()]
    small, opened = (frozenset(map(plain, told[key])) for key in ("small", "open"))
    spelt = tuple(phrase for phrase in same if len(phrase) >= SHORTEST_MISSPELT and not has_han(phrase))
    return _Lexicon(
        {phrase: tuple(others) for phrase, others in same.items()}, small, opened, spelt,
        frozenset([*han, *(word for word in small | opened if has_han(word))]),
        Spelling([*written, *SHORT]), ChineseSpelling(han),
    )  # fmt: skip


def _said(words: Sequence[str]) -> Iterator[Said]:
    right = [plain(_lexicon().spelling.put_right(word)) or word for word in words]
    at = 0
    while at < len(words):
        number, length = number_said(words[at:])
        meant: Words = (str(number),) if length else ()
        if not length:
            length, meant = _phrase(words[at:], right[at:])
        phrase = tuple(words[at : at + length])
        joined = [words[i] + words[i + 1] for i in (at - 1, at) if length == 1 and 0 <= i < len(words) - 1]
        also = (*_others(" ".join(phrase)), *((meant, *_others(" ".join(meant))) if meant else ()))
        yield Said(phrase, tuple(joined), also, " ".join(phrase) in _lexicon().small)
        at += length


def _phrase(words: Sequence[str], right: Sequence[str]) -> tuple[int, Words]:
    """How many of `words` belong together; and what they are if put `right`, where they only then are known."""
    for length in range(min(LONGEST_PHRASE, len(words)), 1, -1):
        if " ".join(words[:length]) in _lexicon().same:
            return length, ()
        if (meant := " ".join(right[:length])) in _lexicon().same:
            return length, tuple(meant.split())
    return 1, ()


def _others(phrase: str) -> tuple[Words, ...]:
    same, number = _lexicon().same.get(phrase, ()), _ORDINAL.fullmatch(phrase)
    if number:
        return (*same, (number[1],))
    figure = int(phrase) if phrase.isdecimal() and len(phrase) <= LONGEST_NUMBER else chinese_number(phrase)
    return tuple(dict.fromkeys((*same, (str(figure),), (ordinal(figure),)))) if figure else same


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
    if not has_han(word) or _CHINESE_NUMBER.fullmatch(word):
        yield from [word] if word else ()
        return
    rest = ""
    while word:
        known = _known_start(word) or _heard_start(word)
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


def _known_start(text: str) -> str:
    lengths = range(min(len(text), LONGEST_CHINESE), 0, -1)
    return next((text[:length] for length in lengths if text[:length] in _lexicon().han), "")


def _heard_start(text: str) -> str:
    """A start that sounds like a known phrase, unless a known one begins inside it."""
    heard = _lexicon().chinese.at_start(text)
    return heard if not any(len(_known_start(text[at:])) > 1 for at in range(1, len(heard))) else ""
