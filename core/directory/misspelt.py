"""Words that people ask for services with, known again with a slip: a letter wrong, as it sounds, or in Chinese another
character of the same sound."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import OSA

from core.directory.names import by_ear
from intents.normalise import has_han
from intents.sound import syllables_of

SHORTEST = 4
"""Letters of a word in which one may be wrong, missing, too many or in its neighbour's place."""
SHORTEST_SOUND = 3
"""Letters of a sound; shorter ones are too like each other."""
SHORTEST_CHINESE, LONGEST_CHINESE = 2, 6
"""Characters of a phrase that is known by its sound."""


class Spelling:
    """Known words, found again by a word with one slip. No scan: each known word is kept under all it may have lost."""

    def __init__(self, words: Iterable[str]) -> None:
        """words: in the form of `plain`; the first of several that are equally near is meant."""
        self._words = dict.fromkeys(word for word in words if len(word) >= SHORTEST and word.isascii())
        self._by_sound: dict[str, str] = {}
        self._lost: dict[str, list[str]] = {}
        for word in self._words:
            if len(sound := by_ear(word)) >= SHORTEST_SOUND:
                self._by_sound.setdefault(sound, word)
            for less in _one_less(word):
                self._lost.setdefault(less, []).append(word)

    def put_right(self, word: str) -> str:
        """The known word that `word` is but for one slip, or sounds like; "" where it is known itself or there is none.
        A number is never put right: 3 is not 8."""
        if len(word) < SHORTEST or word in self._words or not word.isalpha() or not word.isascii():
            return ""
        if same := self._by_sound.get(by_ear(word)):
            return same
        near = [
            known for less in _one_less(word) for known in self._lost.get(less, ()) if OSA.distance(word, known) == 1
        ]
        return max(near, key=lambda known: (known[0] == word[0], known[-1] == word[-1]), default="")


def _one_less(word: str) -> Iterator[str]:
    """The word itself, and without each of its letters: two words share one of these if one slip is between them."""
    yield word
    yield from dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word)))


class ChineseSpelling:
    """Known Chinese phrases, found again by what sounds the same."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """phrases: the first of several that sound the same is meant."""
        self._by_sound: dict[str, str] = {}
        for phrase in phrases:
            if len(phrase) >= SHORTEST_CHINESE and has_han(phrase):
                self._by_sound.setdefault(chinese_sound(phrase), phrase)

    def put_right(self, phrase: str) -> str:
        """The known phrase that sounds like `phrase`; "" where there is none or it is that very phrase."""
        meant = self._by_sound.get(chinese_sound(phrase), "")
        return meant if meant != phrase else ""

    def at_start(self, text: str) -> str:
        """The longest start of `text` that sounds like a known phrase."""
        lengths = range(min(len(text), LONGEST_CHINESE), SHORTEST_CHINESE - 1, -1)
        return next((text[:length] for length in lengths if chinese_sound(text[:length]) in self._by_sound), "")


def chinese_sound(text: str) -> str:
    """The syllables of a Chinese text, without tones."""
    return " ".join(syllables_of(text, _syllables()))


@cache
def _syllables() -> dict[str, str]:
    told: dict[str, Any] = tomllib.loads(files("core.directory").joinpath("chinese_sounds.toml").read_text("utf-8"))
    return {character: line.split()[0] for line in told["sounds"] for character in line.split()[1]}
