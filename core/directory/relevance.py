"""How well listings fit what somebody said: the rarer a word is, the more it tells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from core.directory.index import Fields, Kept, Reading
from core.directory.names import by_ear, plain
from core.directory.places import PlaceRef
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
SAME_WORD = 80.0
"""Likeness, of 100, from which a misspelt word is one of a place's name."""
HEARD = 75.0
"""Likeness, of 100, from which a word that nobody has is taken for one that somebody has."""

Column = NDArray[np.float64]
"""A number for each listing."""


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
    often = Counter(word for kept in listings for word in set().union(*kept.fields))
    return Rarity(often.__getitem__, len(listings))


@dataclass(frozen=True, slots=True)
class Nearby:
    """The words of a place that was named, and how near each listing is to it, 0 to 1: what is there has its name.

    in_names: what these words count in a name, where others count 1.
    """

    words: frozenset[str]
    of: Mapping[UUID, float]
    in_names: float = 1.0


NOWHERE = Nearby(frozenset(), {})


def words_for(place: PlaceRef, text: str) -> frozenset[str]:
    """The words of `text` that name the place, misspelt or not."""
    names = plain(place.text).split()
    alike = (process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=SAME_WORD) for word in plain(text).split())
    return frozenset(word for word, found in zip(plain(text).split(), alike, strict=True) if found)


def fits(text: str, listings: Sequence[Kept], rarity: Rarity, nearby: Nearby = NOWHERE) -> dict[UUID, Fit]:
    """How well each of `listings` fits `text`."""
    said, whole = things_said(text), plain(text)
    if not said or not listings:
        return {}
    found_there = set().union(*(words for kept in listings for words in kept.fields))
    there, spelt_so = sorted(found_there), [word for one in said for word in (*one.words, *one.joined)]
    asked = [_asked(one, there, found_there, rarity) for one in said]
    table = _Likeness(spelt_so, [word for one in asked for way, _ in one.ways for word in way], there)
    literal = table.said(spelt_so, dict.fromkeys(nearby.words, nearby.in_names))
    of_names = {word for kept in listings for name in kept.names for word in name.split()}
    tells = {word: rarity.tells(rarity.often(word)) for word in of_names}
    like = table.likest([kept.fields for kept in listings])
    near = np.array([nearby.of.get(kept.id, 0.0) for kept in listings])
    like |= {word: np.maximum(like[word], near) for word in nearby.words & like.keys()}
    found, most = {}, sum(one.tells for one in asked)
    for kept, weight in zip(listings, _weights(asked, like), strict=True):
        same = max((fuzz.ratio(whole, name, score_cutoff=SAME_NAME) for name in kept.names), default=0.0) / 100
        name = max((_name_said(name, literal, tells) for name in kept.names if name), default=0.0)
        found[kept.id] = Fit(max(weight / most, same), max(name, same), weight)
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """One thing said: all ways to say it with what each counts, and how much it tells."""

    ways: tuple[tuple[Words, float], ...]
    tells: float


def _asked(one: Said, there: Sequence[str], found_there: Container[str], rarity: Rarity) -> _Asked:
    ways: dict[Words, float] = {one.words: 1.0, **{(word,): 1.0 for word in one.joined}}
    also, often = one.also, min(map(rarity.often, one.words))
    hit = None
    if not often:
        hit = process.extractOne(" ".join(one.words), there, scorer=fuzz.ratio, score_cutoff=HEARD)
        also = also or if_misspelt(one, likest=hit[1] if hit else 0.0)
        often = rarity.often(hit[0]) if hit else 0
    also = tuple(way for way in also if way not in ways and all(word in found_there for word in way))
    usual = often + sum(min(map(rarity.often, way)) for way in (*also, *((word,) for word in one.joined)))
    # A misspelt word may be a rare one of the directory's; what else it may be tells no more for that.
    tells = rarity.tells(often if hit and not one.also else usual)
    ways.update(dict.fromkeys(also, OTHER_WORDS * min(1.0, rarity.tells(usual) / tells)))
    counts = SMALL if one.small else 1.0 if usual else NOBODYS
    return _Asked(tuple(ways.items()), tells * counts)


def _weights(asked: Sequence[_Asked], like: Mapping[str, Column]) -> list[float]:
    """For each listing: what it has of all that was said."""
    has = (np.max([counts * np.min([like[word] for word in way], axis=0) for way, counts in one.ways], axis=0)
           for one in asked)  # fmt: skip
    weights: Column = sum(one.tells * share for one, share in zip(asked, has, strict=True))
    return [float(weight) for weight in weights]


def _name_said(name: str, literal: Mapping[str, float], tells: Mapping[str, float]) -> float:
    words = name.split()
    return sum(literal[word] * tells[word] for word in words) / sum(tells[word] for word in words)


class _Likeness:
    """How like words said are to words that are there, 0 to 1; computed at once."""

    def __init__(self, said: Sequence[str], also: Sequence[str], there: Sequence[str]) -> None:
        """also: other words for what was said, which nobody misspelt: they are there or they aren't."""
        spelt = list(dict.fromkeys(said))
        exact = [word for word in dict.fromkeys(also) if word not in spelt]
        self._said = [*spelt, *exact]
        self._row = {word: number for number, word in enumerate(self._said)}
        self._column = {word: number for number, word in enumerate(there)}
        sounds = [by_ear(word) for word in spelt]
        by_sound = _alike(sounds, [by_ear(word) for word in there])
        by_sound[[len(sound) < SHORTEST_SOUND for sound in sounds]] = 0.0
        self._table = np.zeros((len(self._said), len(there)))
        self._table[: len(spelt)] = np.maximum(_alike(spelt, there), by_sound * BY_EAR)
        for row, word in enumerate(self._said):
            if row >= len(spelt) or len(word) < SHORTEST_MISSPELT or any(letter.isdigit() for letter in word):
                self._table[row] = 0.0
                if word in self._column:
                    self._table[row, self._column[word]] = 1.0

    def likest(self, listings: Sequence[Fields]) -> dict[str, Column]:
        """For each word said, how like it is to the likest word of each listing, by what its fields count."""
        best = np.zeros((len(self._said), len(listings)))
        for field, counts in enumerate((1.0, ORGANIZATION, TOLD)):
            told = [number for number, fields in enumerate(listings) if fields[field]]
            if not told:
                continue
            columns = [self._column[word] for number in told for word in listings[number][field]]
            starts = [0, *accumulate(len(listings[number][field]) for number in told)][:-1]
            for likest, row in zip(best, self._table, strict=True):
                likest[told] = np.maximum(likest[told], np.maximum.reduceat(row[columns], starts) * counts)
        return dict(zip(self._said, best, strict=True))

    def said(self, words: Sequence[str], counts: Mapping[str, float]) -> dict[str, float]:
        """For each word that is there, how like it is to the likest of `words`, which were said; and what that counts
        if not 1."""
        share = np.array([counts.get(word, 1.0) for word in words])[:, np.newaxis]
        best = (self._table[[self._row[word] for word in words]] * share).max(axis=0)
        return dict(zip(self._column, best.tolist(), strict=True))


def _alike(said: Sequence[str], there: Sequence[str]) -> NDArray[np.float64]:
    table = (process.cdist(said, there, scorer=fuzz.ratio).clip(UNLIKE) - UNLIKE) / (100 - UNLIKE)
    alike = table > 0  # nearly none are, and a power takes longer than all else here
    table[alike] **= STEEP
    return np.asarray(table, dtype=np.float64)
