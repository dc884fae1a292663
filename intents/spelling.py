"""Shorthand written out and slips mended, before the classifier reads a message.

A word that nobody knows is taken for the word that sounds like it ("wotch"), for the one nearest in letters
("watcg"), or for two that run into each other ("nopuedo"). In Chinese the slip is a right sound with the wrong
character.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.grammar import Grammar, Script
from intents.normalise import fold_accents, has_han
from intents.sound import Rewrite, sound_of, syllables_of

_SHORTEST = 4  # letters: shorter words have too many neighbours in letters
_SHORTEST_BY_EAR = 3  # letters
_LONG = 6  # letters from which two slips are forgiven instead of one
_MOST = 12  # unknown words mended in one message, so that any text takes a bounded time
_BY_EAR = 0.5  # what a letter costs where the sound is right
_RANK = 0.3  # what it costs to be the next likely word of a sound
_SPLIT = 1.2  # what it costs to be two words
_HAN_SIZES = (4, 3, 2)  # characters of a Chinese word


@dataclass(frozen=True, slots=True)
class LatinWords:
    """What the words of one language in Latin script are compared with, in the form of `plain`.

    right: words that are right as they are. rare: words too, but oftener a slip for a very usual one. targets: words
    of the catalogue. by_sound: sound = the words that have it, the likeliest first, with spaces between. small: its
    small words, which are what runs into others.
    """

    right: frozenset[str]
    rare: frozenset[str]
    targets: tuple[str, ...]
    by_sound: Mapping[str, str]
    small: frozenset[str]
    rewrites: Sequence[Rewrite]


@dataclass(frozen=True, slots=True)
class HanWords:
    """Chinese words. right: words of one character or more. by_sound: syllables, joined by spaces = the word of the
    catalogue that sounds so.
    """

    right: frozenset[str]
    by_sound: Mapping[str, str]
    syllables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """All that a message's words are compared with, by language."""

    latin: Mapping[str, LatinWords]
    han: HanWords


def write_out(normalised: str, grammar: Grammar) -> str:
    """Replace the language's shorthand ("wot", "xq") by the words meant."""
    if grammar.script == Script.HAN:
        for slip, meant in grammar.shorthand.items():
            normalised = normalised.replace(slip, meant)
        return normalised
    return " ".join(grammar.shorthand.get(fold_accents(token), token) for token in normalised.split())


def repair(normalised: str, words: Words, language: str, extra: Collection[str] = ()) -> str:
    """Give the text with every unknown word replaced by the known word of the language that it may be.

    `extra` are further right words and targets, such as the directory's names. Text in a language without words
    comes back as it is.
    """
    own = words.latin.get(language)
    if own is None:
        return _repair_han(normalised, words.han) if has_han(normalised) else normalised
    tokens = normalised.split()
    mended = 0
    for place, token in enumerate(tokens):
        folded = fold_accents(token)
        if mended >= _MOST or _is_right(folded, own, extra):
            continue
        mended += 1
        tokens[place] = _meant(folded, own, extra) or token
    return " ".join(tokens)


def is_near(word: str, same: str) -> bool:
    """Whether a word may be a spelling of one that sounds the same."""
    return OSA.distance(word, same) <= max(2, len(word) // 2)


def _is_right(folded: str, own: LatinWords, extra: Collection[str]) -> bool:
    if len(folded) < _SHORTEST_BY_EAR or not (folded.isascii() and folded.isalpha()):
        return True
    return folded in own.right or folded in extra


def _meant(word: str, own: LatinWords, extra: Collection[str]) -> str | None:
    found = min(_candidates(word, own, extra), default=None)
    return found[1] if found else None


def _candidates(word: str, own: LatinWords, extra: Collection[str]) -> Iterator[tuple[float, str]]:
    """What the word may be, with what it would cost to believe it."""
    for rank, same in enumerate(own.by_sound.get(sound_of(word, own.rewrites), "").split()):
        if is_near(word, same):
            yield _BY_EAR * OSA.distance(word, same) + _RANK * rank, same
    if len(word) < _SHORTEST or word in own.rare:
        return  # a rare word gives way only to one of the same sound
    allowed = 2 if len(word) >= _LONG else 1
    for pool in (own.targets, extra):
        near = process.extractOne(word, pool, scorer=OSA.distance, score_cutoff=allowed)
        if near:
            yield near[1], near[0]
    for end in range(2, len(word) - 1):
        first, second = word[:end], word[end:]
        if (first in own.small or second in own.small) and first in own.right and second in own.right:
            yield _SPLIT, f"{first} {second}"


def _repair_han(text: str, han: HanWords) -> str:
    """Replace runs with a character that belongs to no word by the catalogue's word of the same sound."""
    strange, loose = _outside_words(text, han.right)
    if not strange:
        return text
    sounds = syllables_of(text, han.syllables)
    mended = list(text)
    for size in _HAN_SIZES:
        for start in range(len(text) - size + 1):
            run = set(range(start, start + size))
            meant = han.by_sound.get(" ".join(sounds[start : start + size]))
            if meant and run <= loose and run & strange:
                mended[start : start + size] = meant
                strange, loose = strange - run, loose - run
    return "".join(mended)


def _outside_words(text: str, right: frozenset[str]) -> tuple[set[int], set[int]]:
    """Places of the characters that no word has, and of those in no word of several, reading the longest words first
    from the left.
    """
    strange, loose = set(), set()
    start = 0
    while start < len(text):
        size = next((size for size in (*_HAN_SIZES, 1) if text[start : start + size] in right), 0)
        if size < 2:
            loose.add(start)
        if not size:
            strange.add(start)
        start += size or 1
    return strange, loose
