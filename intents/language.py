"""In which language is this message? Script first, then the catalogue's own words, then what we remember."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.catalogue_file import plain
from intents.foreign import Foreign
from intents.grammar import Grammar, Script
from intents.normalise import normalise

UNDETERMINED = "und"
"""BCP-47 for a language that is not one of ours."""

_LONGEST = 300  # characters looked at: a language shows itself in the first sentences
_DROPPED_IN = 6  # foreign words in a message of somebody who writes Chinese
_SHORT = 2  # words: fewer than three keep the remembered language
_REMEMBERED = 4.0  # nats in favour of the remembered language; a clear sentence still overrules it
_LETTER = 2.0  # nats for a letter that only one language has (ñ)
_FUNCTION_WORD = 1.5  # nats for a small word of one language only
_GRAMS = (1, 2, 3, 4, 5)
_PIECES = 0.3  # weight of the pieces, for they overlap and each says the same again
_SEEN = 3  # phrases that a gram must be in
_SMOOTHING = 0.5

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+")
# Letters of Vietnamese and of Central and Eastern European languages that no offered Latin language has.
_FOREIGN_LETTER = re.compile("[ăđơưạ-ỹąęłśżźčďěňřšťůžőűğışțș]")


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Naive Bayes over words and pieces of words of the catalogue's phrases, for languages in Latin script.

    scores: log-probabilities, shape (grams + 1, languages); the last row is for a gram never seen.
    """

    tags: tuple[str, ...]
    grams: Mapping[str, int]
    scores: NDArray[np.float32]

    def evidence(self, text: str) -> dict[str, float]:
        """Log-likelihood of a text in the form of `plain`, by language."""
        unseen = len(self.scores) - 1
        rows = [self.grams.get(gram, unseen) for gram in set(_grams(text))]
        total = self.scores[rows].sum(axis=0) if rows else np.zeros(len(self.tags))
        return dict(zip(self.tags, total.tolist(), strict=True))


def learn_languages(phrases: Iterable[tuple[str, str]]) -> LanguageModel:
    """Build the model from pairs of language tag and phrase in the form of `plain`."""
    counts: dict[str, Counter[str]] = {}
    for tag, phrase in phrases:
        counts.setdefault(tag, Counter()).update(set(_grams(phrase)))
    tags = tuple(sorted(counts))
    total = Counter[str]()
    for own in counts.values():
        total.update(own)
    grams = {gram: row for row, gram in enumerate(sorted(g for g, count in total.items() if count >= _SEEN))}
    table = np.zeros((len(grams) + 1, len(tags)))
    for column, tag in enumerate(tags):
        for gram, count in counts[tag].items():
            if gram in grams:
                table[grams[gram], column] = count
    # A language of which we have more phrases is no likelier for that: all are counted as if they had equally many.
    table *= table.sum() / len(tags) / table.sum(axis=0)
    scores = np.log(table + _SMOOTHING)
    return LanguageModel(tags, grams, scores.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Heard:
    """tag: one of the offered languages, or "und". other: the language it is instead, where that can be told."""

    tag: str
    other: str | None = None


def detect(
    text: str,
    model: LanguageModel,
    foreign: Foreign,
    grammars: Mapping[str, Grammar],
    *,
    remembered: str | None,
    offered: Collection[str],
) -> Heard:
    """Tell the language of a text: one of the offered ones, or "und" for a language that is none of them.

    One or two words, digits and emoji keep the remembered language; where nothing is remembered, text
    without any letter is taken as the first offered language.
    """
    start = normalise(text[:_LONGEST])
    han = len(_HAN.findall(start))
    words = _LATIN.findall(start)
    other, letters = foreign.by_script(start)
    if (letters > han and letters > sum(map(len, words))) or (other == "ja" and letters * 3 > han):
        return Heard(UNDETERMINED, other)
    by_script = {
        script: [tag for tag in offered if tag in grammars and grammars[tag].script == script] for script in Script
    }
    # One Chinese character says about as much as one word, and people drop English words and names into Chinese.
    mixed = remembered in by_script[Script.HAN] and len(words) <= _DROPPED_IN
    if han and (han >= len(words) or mixed):
        return Heard(_kept(remembered, by_script[Script.HAN]) or UNDETERMINED)
    known = remembered if remembered in offered else None
    if not words:
        return Heard(known or next(iter(offered), UNDETERMINED))
    if known and len(words) <= _SHORT:
        return Heard(known)
    tags = by_script[Script.LATIN]
    strange = foreign.by_words(start)
    if strange or _FOREIGN_LETTER.search(start) or not tags:
        return Heard(UNDETERMINED, strange)
    return Heard(_latin(start, model, foreign, grammars, tags, known))


def _kept(remembered: str | None, tags: list[str]) -> str | None:
    return remembered if remembered in tags else next(iter(tags), None)


def _latin(
    start: str,
    model: LanguageModel,
    foreign: Foreign,
    grammars: Mapping[str, Grammar],
    tags: list[str],
    remembered: str | None,
) -> str:
    words = plain(start)
    evidence, (support, _) = model.evidence(words), foreign.support(start)
    best = {tag: _PIECES * evidence.get(tag, 0.0) + support.get(tag, 0.0) for tag in tags}
    for tag in tags:
        own = grammars[tag]
        others = frozenset[str]().union(*(grammars[other].function_words for other in tags if other != tag))
        best[tag] += _LETTER * sum(letter in own.letters for letter in start)
        best[tag] += _FUNCTION_WORD * sum(word in own.function_words - others for word in words.split())
    if remembered in best:
        best[remembered] += _REMEMBERED
    return max(tags, key=lambda tag: best[tag])


def _grams(text: str) -> Iterable[str]:
    for word in text.split():
        yield f"={word}"
        padded = f" {word} "
        for size in _GRAMS:
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
