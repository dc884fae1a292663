"""How sure it is that two listings are one service: named evidence, weighed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from rapidfuzz import fuzz

from core.directory.duplicates.kinds import kinds_of
from core.directory.duplicates.listings import Listing, Site
from core.directory.places import kilometres

# Words that tell no two providers apart.
_EMPTY = frozenset(
    ("the", "of", "and", "for", "a", "an", "at", "in", "inc", "llc", "corp", "co", "ctr", "food", "pantry", "program",
     "programs", "programme", "service", "services", "community", "church", "st", "ave", "la", "el", "de", "del", "los",
     "las", "y")
)  # fmt: skip
_NUMBERS = re.compile(r"\d+")


class Evidence(StrEnum):
    """What is compared. Each is a number from 0 to 1, or nothing where one of the two doesn't tell."""

    NAME = "name"
    OWN_WORDS = "own_words"
    """The names without the words that half the directory bears."""
    CROSSED = "crossed"
    """One's name and the other's organization: some sources name the programme, some who runs it."""
    ORGANIZATION = "organization"
    KIND = "kind"
    """What the names say that it is: a center, meals at home, legal help."""
    DOOR = "door"
    """The same number in a street of the same name."""
    TOWN = "town"
    NEAR = "near"
    PHONE = "phone"
    WEBSITE = "website"
    EMAIL = "email"
    SOURCES = "sources"
    """Two sources: one source seldom lists a thing twice."""
    NAME_HERE = "name_here"
    """Like names at one door or one number: together they say more than each."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds of "the same service": what full evidence adds, and what adds where one of the two doesn't tell."""

    start: float
    per: dict[Evidence, float]
    unknown: dict[Evidence, float]


WEIGHTS = Weights(
    start=-18.48,
    per={
        Evidence.NAME: 2.72,
        Evidence.OWN_WORDS: 1.30,
        Evidence.CROSSED: -0.07,
        Evidence.ORGANIZATION: 2.70,
        Evidence.KIND: 3.72,
        Evidence.DOOR: 1.47,
        Evidence.TOWN: 1.97,
        Evidence.NEAR: 1.37,
        Evidence.PHONE: -1.25,
        Evidence.WEBSITE: -1.38,
        Evidence.EMAIL: -0.18,
        Evidence.SOURCES: 2.45,
        Evidence.NAME_HERE: 3.23,
    },
    unknown={
        Evidence.ORGANIZATION: 3.20,
        Evidence.KIND: 1.86,
        Evidence.DOOR: 1.46,
        Evidence.TOWN: 1.69,
        Evidence.NEAR: 1.65,
        Evidence.PHONE: 0.28,
        Evidence.WEBSITE: 1.56,
        Evidence.EMAIL: 0.74,
    },
)
"""Fitted by scripts/evaluate_duplicates.py --fit to the development half of the labelled pairs; how well they do on
the other half stands in docs/measurements.md."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0 to 1. `evidence`: what was compared, for a person to read."""

    score: float
    evidence: dict[Evidence, float]


def compare(left: Listing, right: Listing) -> dict[Evidence, float]:
    """The evidence for and against; what can't be told is left out."""
    crossed = max((_like(a, b) for a, b in ((left.name, right.organization), (left.organization, right.name))
                   if a and b), default=0.0)  # fmt: skip
    found = {
        Evidence.NAME: _like(left.name, right.name),
        Evidence.OWN_WORDS: _own_words(left.name, right.name),
        Evidence.CROSSED: crossed,
        Evidence.SOURCES: float(left.source_id != right.source_id),
    }
    if left.organization and right.organization:
        found[Evidence.ORGANIZATION] = _like(left.organization, right.organization)
    left_kinds, right_kinds = kinds_of(left.name), kinds_of(right.name)
    if left_kinds and right_kinds:
        found[Evidence.KIND] = len(left_kinds & right_kinds) / len(left_kinds | right_kinds)
    found |= _places(left, right)
    if left.phones and right.phones:
        found[Evidence.PHONE] = float(bool(left.phones & right.phones))
    if left.website and right.website:
        found[Evidence.WEBSITE] = _website(left.website, right.website)
    if left.email and right.email:
        found[Evidence.EMAIL] = float(left.email == right.email)
    here = max(found.get(Evidence.DOOR, 0.0), found.get(Evidence.PHONE, 0.0))
    found[Evidence.NAME_HERE] = max(found[Evidence.NAME], found[Evidence.OWN_WORDS], crossed) * here
    return found


def _like(a: str, b: str) -> float:
    """Names as wholes, whatever the order of their words; numbers in them must agree ("PS 12", "Post 103")."""
    if set(_NUMBERS.findall(a)) != set(_NUMBERS.findall(b)):
        return 0.8 * fuzz.token_sort_ratio(a, b) / 100
    return max(fuzz.token_sort_ratio(a, b), 0.95 * fuzz.token_set_ratio(a, b)) / 100


def _own_words(a: str, b: str) -> float:
    first, second = (" ".join(word for word in name.split() if word not in _EMPTY) for name in (a, b))
    return fuzz.token_sort_ratio(first, second) / 100 if first and second else 0.0


def _places(left: Listing, right: Listing) -> dict[Evidence, float]:
    """The most alike of the places that either names."""
    compared = [_site(a, b) for a, b in product(left.sites, right.sites)]
    return max(compared, key=lambda found: sum(found.values()), default={})


def _site(a: Site, b: Site) -> dict[Evidence, float]:
    found: dict[Evidence, float] = {}
    if a.street and b.street:
        same_house = a.house_number == b.house_number
        found[Evidence.DOOR] = fuzz.token_set_ratio(a.street, b.street) / 100 if same_house else 0.0
    if a.postcode and b.postcode:
        found[Evidence.TOWN] = 1.0 if a.postcode == b.postcode else 0.5 * float(bool(a.city) and a.city == b.city)
    elif a.city and b.city:
        found[Evidence.TOWN] = fuzz.ratio(a.city, b.city) / 100
    if None not in (a.latitude, a.longitude, b.latitude, b.longitude):
        found[Evidence.NEAR] = math.exp(-_km(a, b))
    return found


def _km(a: Site, b: Site) -> float:
    return kilometres(a.latitude or 0.0, a.longitude or 0.0, b.latitude or 0.0, b.longitude or 0.0)


def _website(a: str, b: str) -> float:
    """The same page; or, half, the same host."""
    return 1.0 if a == b else 0.5 * float(a.partition("/")[0] == b.partition("/")[0])


def likeness(left: Listing, right: Listing, weights: Weights | None = None) -> Likeness:
    """How sure it is that both are one service, with the evidence."""
    by = weights or WEIGHTS
    found = compare(left, right)
    odds = by.start + sum(
        by.per.get(kind, 0.0) * found[kind] if kind in found else by.unknown.get(kind, 0.0) for kind in Evidence
    )
    return Likeness(1 / (1 + math.exp(-odds)), found)
