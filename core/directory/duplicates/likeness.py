"""How sure it is that two listings are one service: named evidence, weighed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from rapidfuzz import fuzz

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
    ORGANIZATION = "organization"
    STREET = "street"
    HOUSE = "house"
    TOWN = "town"
    NEAR = "near"
    PHONE = "phone"
    WEBSITE = "website"
    EMAIL = "email"
    NEEDS = "needs"


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds of "the same service": what full evidence adds, and what adds where one of the two doesn't tell."""

    start: float
    per: dict[Evidence, float]
    unknown: dict[Evidence, float]


WEIGHTS = Weights(0.0, dict.fromkeys(Evidence, 1.0), dict.fromkeys(Evidence, 0.0))
"""Fitted by scripts/evaluate_duplicates.py --fit to the development half of the labelled pairs; how well they do on
the other half stands in docs/measurements.md."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0 to 1. `evidence`: what was compared, for a person to read."""

    score: float
    evidence: dict[Evidence, float]


def compare(left: Listing, right: Listing) -> dict[Evidence, float]:
    """The evidence for and against; what can't be told is left out."""
    names = [*product(left.names, right.names)]
    found = {
        Evidence.NAME: max((_like(a, b) for a, b in names), default=0.0),
        Evidence.OWN_WORDS: max((_own_words(a, b) for a, b in names), default=0.0),
    }
    if left.organization and right.organization:
        found[Evidence.ORGANIZATION] = _like(left.organization, right.organization)
    found |= _places(left, right)
    if left.phones and right.phones:
        found[Evidence.PHONE] = float(bool(left.phones & right.phones))
    if left.website and right.website:
        found[Evidence.WEBSITE] = _website(left.website, right.website)
    if left.email and right.email:
        found[Evidence.EMAIL] = float(left.email == right.email)
    if left.needs and right.needs:
        found[Evidence.NEEDS] = len(left.needs & right.needs) / min(len(left.needs), len(right.needs))
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
        found[Evidence.STREET] = fuzz.token_sort_ratio(a.street, b.street) / 100
        if a.house_number and b.house_number:
            found[Evidence.HOUSE] = float(a.house_number == b.house_number)
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
        by.per[kind] * found[kind] if kind in found else by.unknown.get(kind, 0.0) for kind in Evidence
    )
    return Likeness(1 / (1 + math.exp(-odds)), found)
