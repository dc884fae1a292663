"""Shorthand written out and slips of the finger mended, before the classifier reads a message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.grammar import Grammar, Script
from intents.normalise import fold_accents

_SHORTEST = 4  # letters: shorter words have too many neighbours
_LONG = 6  # letters from which two slips are forgiven instead of one
_MOST = 12  # unknown words mended in one message, so that any text takes a bounded time


@dataclass(frozen=True, slots=True)
class Words:
    """What a message's words are compared with, in the form of `plain`.

    known: right as they are. targets: what a slip may have meant, by language. is_common: asks a larger
    word list, so that a right word that the catalogue never uses isn't "mended".
    """

    known: frozenset[str]
    targets: Mapping[str, tuple[str, ...]]
    is_common: Callable[[str], bool]


def write_out(normalised: str, grammar: Grammar) -> str:
    """Replace the language's shorthand ("wot", "xq") by the words meant."""
    if grammar.script == Script.HAN:
        for slip, meant in grammar.shorthand.items():
            normalised = normalised.replace(slip, meant)
        return normalised
    return " ".join(grammar.shorthand.get(fold_accents(token), token) for token in normalised.split())


def repair(normalised: str, words: Words, language: str, extra: Collection[str] = ()) -> str:
    """Replace each unknown Latin word of four letters or more by the nearest known word of the language.

    Nearest by optimal string alignment: one slip for up to five letters, two from six. `extra` are further
    right words and targets, such as the directory's names. Text in a language without targets comes back as
    it is.
    """
    targets = words.targets.get(language)
    if not targets:
        return normalised
    tokens = normalised.split()
    mended = 0
    for place, token in enumerate(tokens):
        folded = fold_accents(token)
        if mended >= _MOST or _is_right(token, folded, words, extra):
            continue
        mended += 1
        tokens[place] = _nearest(folded, targets) or _nearest(folded, extra) or token
    return " ".join(tokens)


def _is_right(token: str, folded: str, words: Words, extra: Collection[str]) -> bool:
    if len(folded) < _SHORTEST or not (folded.isascii() and folded.isalpha()):
        return True
    return folded in words.known or folded in extra or words.is_common(token)


def _nearest(word: str, candidates: Collection[str]) -> str | None:
    allowed = 2 if len(word) >= _LONG else 1
    found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=allowed)
    return found[0] if found else None
