"""What the classifier sees of a message: words, pairs of words and pieces of words; for Chinese, runs of
characters and how they sound, for a pinyin keyboard gets the sound right and the character wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from intents.normalise import has_han
from intents.sound import syllables_of

LONGEST = 1_000
"""Characters of a message that the classifier reads; a need is told well before that."""

OPENING = 300
"""Characters of a message whose meaning as a whole is looked at, and in which several needs are looked for: in longer
texts meanings blur, and no text may take long.
"""

_LATIN_GRAMS = (3, 4, 5)
_HAN_GRAMS = (1, 2, 3)
_SOUND_GRAMS = (2, 3)
_TOKENS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\\s\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def features(text: str, syllables: Mapping[str, str]) -> Mapping[str, int]:
    """Count the features of a text in the form of `plain`. syllables: Chinese character = its sound.

    "=word" is a word, "=two=words" a pair, "~yi~sheng" a sound, everything else a piece of a word with " " for its
    edges.
    """
    text = text[:LONGEST]
    counts: Counter[str] = Counter()
    before = ""
    for token in _TOKENS.findall(text):
        if has_han(token):
            counts.update(_pieces(token, _HAN_GRAMS))
            counts.update(_sounds(syllables_of(token, syllables)))
            before = ""
            continue
        counts[f"={token}"] += 1
        if before:
            counts[f"={before}={token}"] += 1
        counts.update(_pieces(f" {token} ", _LATIN_GRAMS))
        before = token
    return counts


def _pieces(token: str, sizes: tuple[int, ...]) -> list[str]:
    return [token[start : start + size] for size in sizes for start in range(len(token) - size + 1)]


def _sounds(spoken: list[str]) -> list[str]:
    runs = (spoken[start : start + size] for size in _SOUND_GRAMS for start in range(len(spoken) - size + 1))
    return ["".join(f"~{syllable}" for syllable in run) for run in runs]
