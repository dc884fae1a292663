"""In which language is this message? Script first, then the catalogue's own words, then what we remember."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from intents.catalogue_file import plain
from intents.grammar import Grammar, Script
from intents.normalise import normalise

UNDETERMINED = "und"
"""BCP-47 for a language that is not one of ours."""

_LONGEST = 300  # characters looked at: a language shows itself in the first sentences
_SHORT = 2  # words: fewer than three keep the remembered language
_REMEMBERED = 4.0  # nats in favour of the remembered language; a clear sentence still overrules it
_LETTER = 2.0  # nats for a letter that only one language has (ñ)
_FUNCTION_WORD = 1.5  # nats for a small word of one language only
_FAMILIAR = 0.5  # share of known words below which the language may be a foreign one
_FOREIGN = 0.75  # probability from which py3langid's word for a foreign language counts
_GRAMS = (1, 2, 3, 4, 5)
_SMOOTHING = 0.5

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+")
_OTHER_SCRIPT = re.compile("[\u0370-\u1dbf\u3040-\u30ff\u3130-\u318f\uac00-\ud7a3]")
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

    def familiar(self, text: str) -> float:
        """Share of the text's words that are in the catalogue's phrases, 0 to 1."""
        words = text.split()
        return sum(f"={word}" in self.grams for word in words) / len(words) if words else 1.0


def learn_languages(phrases: Iterable[tuple[str, str]]) -> LanguageModel:
    """Build the model from pairs of language tag and phrase in the form of `plain`."""
    counts: dict[str, Counter[str]] = {}
    for tag, phrase in phrases:
        counts.setdefault(tag, Counter()).update(set(_grams(phrase)))
    tags = tuple(sorted(counts))
    grams = {gram: row for row, gram in enumerate(sorted(set().union(*counts.values())))}
    table = np.full((len(grams) + 1, len(tags)), _SMOOTHING)
    for column, tag in enumerate(tags):
        for gram, count in counts[tag].items():
            table[grams[gram], column] += count
    scores = np.log(table / table.sum(axis=0))
    return LanguageModel(tags, grams, scores.astype(np.float32))


def detect(
    text: str,
    model: LanguageModel,
    grammars: Mapping[str, Grammar],
    *,
    remembered: str | None,
    offered: Collection[str],
) -> str:
    """Give the BCP-47 tag of one of the offered languages, or "und" for a language that is none of them.

    One or two words, digits and emoji keep the remembered language; where nothing is remembered, text
    without any letter is taken as the first offered language.
    """
    start = normalise(text[:_LONGEST])
    han, other = len(_HAN.findall(start)), len(_OTHER_SCRIPT.findall(start))
    words = _LATIN.findall(start)
    if other > han and other > sum(map(len, words)):
        return UNDETERMINED
    by_script = {
        script: [tag for tag in offered if tag in grammars and grammars[tag].script == script] for script in Script
    }
    # One Chinese character says about as much as one word, and people drop English words into Chinese.
    if han and han >= len(words):
        return _kept(remembered, by_script[Script.HAN]) or UNDETERMINED
    known = remembered if remembered in offered else None
    if not words:
        return known or next(iter(offered), UNDETERMINED)
    if known and len(words) <= _SHORT:
        return known
    if _FOREIGN_LETTER.search(start):
        return UNDETERMINED
    return _latin(start, model, grammars, by_script[Script.LATIN], known)


def _kept(remembered: str | None, tags: list[str]) -> str | None:
    return remembered if remembered in tags else next(iter(tags), None)


def _latin(
    text: str, model: LanguageModel, grammars: Mapping[str, Grammar], tags: list[str], remembered: str | None
) -> str:
    if not tags:
        return UNDETERMINED
    words = plain(text)
    if len(words.split()) > _SHORT and model.familiar(words) < _FAMILIAR and _foreign(text, tags):
        return UNDETERMINED
    evidence = model.evidence(words)
    best = {tag: evidence.get(tag, -math.inf) for tag in tags}
    for tag in tags:
        own = grammars[tag]
        others = frozenset[str]().union(*(grammars[other].function_words for other in tags if other != tag))
        best[tag] += _LETTER * sum(letter in own.letters for letter in text)
        best[tag] += _FUNCTION_WORD * sum(word in own.function_words - others for word in words.split())
    if remembered in best:
        best[remembered] += _REMEMBERED
    return max(tags, key=lambda tag: best[tag])


def _foreign(text: str, tags: list[str]) -> bool:
    """Ask py3langid, which knows 140 languages, whether the text is in none of ours."""
    ranked: dict[str, float] = dict(_identifier().rank(text))
    best = max(ranked, key=lambda tag: ranked[tag])
    return best not in tags and ranked[best] >= _FOREIGN


@cache
def _identifier():  # type: ignore[no-untyped-def]
    """Loaded at the first message in unfamiliar words: half a second and 80 MB that most days nobody needs."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _grams(text: str) -> Iterable[str]:
    for word in text.split():
        yield f"={word}"
        padded = f" {word} "
        for size in _GRAMS:
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
