"""Which listings are worth comparing: those that share something few others share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from uuid import UUID

from core.directory.duplicates.listings import Listing

LARGEST_BLOCK = 60
"""What more listings than this share says nothing: an agency's one number, a town's name."""
SHORTEST_WORD = 4
CELL_DEGREES = 0.003
"""About 300 m north to south: geocoders disagree by a block."""

Pair = tuple[UUID, UUID]


def pairs_to_compare(listings: Sequence[Listing]) -> set[Pair]:
    """Pairs of ids, the smaller first, that share a number, a house and street, a rare word in one town, or a spot."""
    common = Counter(word for listing in listings for word in _words(listing))
    blocks: dict[tuple[str, ...], set[UUID]] = defaultdict(set)
    for listing in listings:
        for key in _keys(listing, common):
            blocks[key].add(listing.id)
    return {
        pair for ids in blocks.values() if 1 < len(ids) <= LARGEST_BLOCK for pair in combinations(sorted(ids), 2)
    }  # fmt: skip


def _keys(listing: Listing, common: Counter[str]) -> Iterator[tuple[str, ...]]:
    words = sorted(_words(listing), key=lambda word: (common[word], word))
    rare = words[:3]
    for phone in listing.phones:
        yield "phone", phone
    if listing.email:
        yield "email", listing.email
    if "/" in listing.website:  # a page of its own, rather than the front page of an agency
        yield "website", listing.website
    for site in listing.sites:
        if site.house_number:
            yield "house", site.house_number, site.postcode or site.city
        for word in rare:
            yield "word", word, site.postcode[:3] or site.city
        if site.latitude is not None and site.longitude is not None:
            yield from _cells(site.latitude, site.longitude)
    if not listing.sites:
        for word in rare:
            yield "word", word, ""


def _cells(latitude: float, longitude: float) -> Iterator[tuple[str, ...]]:
    """The spot, and those half a step beside it, so that no border runs between neighbours everywhere."""
    for shift in (0.0, 0.5):
        row = int(latitude / CELL_DEGREES + shift)
        column = int(longitude / CELL_DEGREES + shift)
        yield "cell", str(shift), str(row), str(column)


def _words(listing: Listing) -> set[str]:
    return {word for name in listing.names for word in name.split() if len(word) >= SHORTEST_WORD}
