"""How well listings fit what somebody said: the rarer a word is, the more it tells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from core.directory.index import Kept, Reading
from core.directory.names import by_ear, joined, plain
from core.directory.wording import Fit, Said, Words, if_misspelt, things_said

ORGANIZATION, TOLD = 0.93, 0.88
"""What a word counts in an organization's name, and in what else is told, where it counts 1 in a service's own name."""
OTHER_WORDS = 0.9
"""What another word for the same thing counts."""
NOBODYS = 0.25
"""What a word counts that nobody's listing has, of what the rarest word counts: it may be misheard, or idle."""
SMALL = 0.05
"""What a small word counts."""
SHORTEST_MISSPELT = 4
"""Letters; shorter words are too like each other."""
UNLIKE, STEEP = 50.0, 1.6
"""Likeness, of 100, at which a word is another word; and how fast likeness falls with each slip."""
SHORTEST_SOUND = 3
"""Letters of a sound; "zzzzqqqq" is two."""
BY_EAR = 0.92
"""What likeness in sound counts, where likeness in letters counts 1."""
SAME_NAME = 85.0
"""Likeness, of 100, from which the whole text is a name, also one in Chinese, whose words aren't known."""
HEARD = 75.0
"""Likeness, of 100, from which a word that nobody has is taken for one that somebody has."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of how many listings a word stands."""

    often: Callable[[str], int]
    listings: int

    def tells(self, often: int) -> float:
        """The weight of a word that stands in so many."""
        return math.log(1 + self.listings / (1 + often))


def in_directory(reading: Reading) -> Rarity:
    """How rare words are in the whole directory."""
    return Rarity(reading.frequency, reading.listings)


def among(listings: Sequence[Kept]) -> Rarity:
    """How rare words are among `listings`: what tells these apart."""
    often = Counter(word for kept in listings for word in set().union(*_fields(kept)))
    return Rarity(often.__getitem__, len(listings))


@dataclass(frozen=True, slots=True)
class Nearby:
    """The words of a place that was named, and how near each listing is to it, 0 to 1: what is there has its name."""

    words: frozenset[str]
    of: Mapping[UUID, float]


NOWHERE = Nearby(frozenset(), {})


def fits(text: str, listings: Sequence[Kept], rarity: Rarity, nearby: Nearby = NOWHERE) -> dict[UUID, Fit]:
    """How well each of `listings` fits `text`."""
    said, whole = things_said(text), plain(text)
    if not said or not listings:
        return {}
    fields = {kept.id: _fields(kept) for kept in listings}
    there = sorted({word for found in fields.values() for words in found for word in words})
    asked = [_asked(one, there, rarity) for one in said]
    table = _Likeness([word for one in asked for way, _ in one.ways for word in way], there)
    literal = table.said([word for one in said for word in (*one.words, *one.joined)])
    tells = {word: rarity.tells(rarity.often(word)) for kept in listings for word in " ".join(kept.names).split()}
    found = {}
    for kept in listings:
        like = table.likest(fields[kept.id])
        here = {word: max(like.get(word, 0.0), nearby.of.get(kept.id, 0.0)) for word in nearby.words}
        weight = _weight(asked, like | here)
        same = max((fuzz.ratio(whole, name, score_cutoff=SAME_NAME) for name in kept.names), default=0.0) / 100
        name = max((_name_said(name, literal, tells) for name in kept.names if name), default=0.0)
        found[kept.id] = Fit(max(weight / sum(one.tells for one in asked), same), max(name, same), weight)
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """One thing said: all ways to say it with what each counts, and how much it tells."""

    ways: tuple[tuple[Words, float], ...]
    tells: float


def _asked(one: Said, there: Sequence[str], rarity: Rarity) -> _Asked:
    ways: dict[Words, float] = {one.words: 1.0, **{(word,): 1.0 for word in one.joined}}
    also, often = one.also, min(map(rarity.often, one.words))
    if not often:
        also = also or if_misspelt(one)
        hit = process.extractOne(" ".join(one.words), there, scorer=fuzz.ratio, score_cutoff=HEARD)
        often = rarity.often(hit[0]) if hit else 0
    ways.update({way: OTHER_WORDS for way in also if way not in ways})
    often += sum(min(map(rarity.often, way)) for way in (*also, *((word,) for word in one.joined)))
    counts = SMALL if one.small else 1.0 if often else NOBODYS
    return _Asked(tuple(ways.items()), rarity.tells(often) * counts)


def _weight(asked: Sequence[_Asked], like: Mapping[str, float]) -> float:
    return sum(one.tells * max(counts * min(like[word] for word in way) for way, counts in one.ways) for one in asked)


def _name_said(name: str, literal: Mapping[str, float], tells: Mapping[str, float]) -> float:
    words = name.split()
    return sum(literal[word] * tells[word] for word in words) / sum(tells[word] for word in words)


def _fields(kept: Kept) -> tuple[set[str], set[str], set[str]]:
    names, organizations = ({word for name in texts for word in (*name.split(), *joined(name))}
                            for texts in (kept.names, kept.organizations))  # fmt: skip
    return names, organizations, set(kept.words)


class _Likeness:
    """How like words said are to words that are there, 0 to 1; computed at once."""

    def __init__(self, said: Sequence[str], there: Sequence[str]) -> None:
        self._said = list(dict.fromkeys(said))
        self._row = {word: number for number, word in enumerate(self._said)}
        self._column = {word: number for number, word in enumerate(there)}
        sounds = [by_ear(word) for word in self._said]
        by_sound = _alike(sounds, [by_ear(word) for word in there])
        by_sound[[len(sound) < SHORTEST_SOUND for sound in sounds]] = 0.0
        self._table = np.maximum(_alike(self._said, there), by_sound * BY_EAR)
        for row, word in enumerate(self._said):
            if len(word) < SHORTEST_MISSPELT or any(letter.isdigit() for letter in word):
                self._table[row] = [word == other for other in there]

    def likest(self, fields: Sequence[set[str]]) -> dict[str, float]:
        """For each word said, how like it is to the likest word of `fields`, by what each field counts."""
        best = np.zeros(len(self._said))
        for words, counts in zip(fields, (1.0, ORGANIZATION, TOLD), strict=True):
            if words:
                columns = [self._column[word] for word in words]
                best = np.maximum(best, self._table[:, columns].max(axis=1) * counts)
        return dict(zip(self._said, best.tolist(), strict=True))

    def said(self, words: Sequence[str]) -> dict[str, float]:
        """For each word that is there, how like it is to the likest of `words`, which were said."""
        best = self._table[[self._row[word] for word in words]].max(axis=0)
        return dict(zip(self._column, best.tolist(), strict=True))


def _alike(said: Sequence[str], there: Sequence[str]) -> NDArray[np.float64]:
    table = process.cdist(said, there, scorer=fuzz.ratio).clip(UNLIKE) - UNLIKE
    return np.asarray((table / (100 - UNLIKE)) ** STEEP, dtype=np.float64)
