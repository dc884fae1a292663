"""Services by name, misspelt or half remembered, in any language the directory has."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from core.db.models import Language, Location, ServiceAtLocation
from core.directory.candidates import active
from core.directory.index import Kept, read_index
from core.directory.judging import language_tag
from core.directory.names import plain
from core.directory.offers import Offer, load_offers
from core.directory.places import PlaceRef, distance

LIKE_ENOUGH = 72.0
"""Likeness, of 100, from which a misspelt name is taken for a known one."""
BY_ORGANIZATION = 4.0
"""Points of likeness by which a service's own name goes before its organization's."""
_Words = list[dict[str, float]]
"""For each word asked for, how like it is to other words, of 100."""
AS_TOLD = 0.8
"""What it counts if the words stand in the name, the description and the address together: less than any good name."""


def find_by_text(
    session: Session, text: str, *, near: PlaceRef | None, at: datetime, language: str, limit: int = 10
) -> tuple[Offer, ...]:
    """Services whose name, or whose organization's, is like `text`, the likest first; then those that are told of in
    its words. Among equally like ones those given in `language` go first, then the nearer ones. at: local, aware."""
    wanted = _sorted_words(plain(text))
    if not wanted:
        return ()
    found = read_index(session).called(text, near)
    words = _likest_words(wanted, found)
    likeness = {kept.id: like for kept in found if (like := _like(wanted, kept, words)) >= LIKE_ENOUGH}
    distances, speaking = _distances(session, likeness, near), _speaking(session, likeness, language)
    order = sorted(likeness, key=lambda i: (-round(likeness[i]), i not in speaking, distances[i], str(i)))
    there = {candidate.id for candidate in active(session, order)}
    return load_offers(session, [i for i in order if i in there][:limit], at=at, place=near)


def _like(wanted: str, kept: Kept, words: _Words) -> float:
    """How like a listing's names, or what is told of it, are to what is wanted; 0 to 100."""
    own = max((_likeness(wanted, name, words) for name in kept.names), default=0.0)
    run_by = max((_likeness(wanted, name, words) for name in kept.organizations), default=0.0) - BY_ORGANIZATION
    if (named := max(own, run_by)) >= LIKE_ENOUGH:
        return named
    return _word_by_word([*" ".join((*kept.names, *kept.organizations)).split(), *kept.words], words) * AS_TOLD


def _likeness(wanted: str, name: str, words: _Words) -> float:
    """How like two names are: as wholes, or all of the words asked for within a longer name."""
    name = _sorted_words(name)
    whole = fuzz.ratio(wanted, name)
    within = fuzz.token_set_ratio(wanted, name) * 0.95 if len(wanted) >= 4 else 0.0
    return max(whole, within, _word_by_word(name.split(), words) * 0.9)


def _likest_words(wanted: str, found: Sequence[Kept]) -> _Words:
    """How like each word asked for is to each word of all that was found, in one go."""
    others = sorted({word for kept in found for text in (*kept.names, *kept.organizations, *kept.words)
                     for word in text.split()})  # fmt: skip
    table = process.cdist(wanted.split(), others, scorer=fuzz.ratio)
    return [dict(zip(others, row, strict=True)) for row in table.tolist()]


def _word_by_word(there: Sequence[str], words: _Words) -> float:
    """The mean likeness of each word asked for to the likest of `there`."""
    return sum(max(map(likeness.__getitem__, there)) for likeness in words) / len(words) if there else 0.0


def _distances(session: Session, ids: dict[UUID, float], near: PlaceRef | None) -> dict[UUID, float]:
    distances: dict[UUID, float] = defaultdict(lambda: math.inf)
    columns = (ServiceAtLocation.service_id, Location.latitude, Location.longitude)
    rows = sa.select(*columns).join(Location).where(ServiceAtLocation.service_id.in_(ids))
    for service_id, latitude, longitude in session.execute(rows):
        km = distance(near, latitude, longitude)
        distances[service_id] = min(distances[service_id], math.inf if km is None else km)
    return distances


def _speaking(session: Session, ids: dict[UUID, float], language: str) -> set[UUID]:
    columns = (Language.service_id, Language.code, Language.name)
    rows = session.execute(sa.select(*columns).where(Language.service_id.in_(ids)))
    return {service_id for service_id, code, name in rows if language_tag(code, name) == language_tag(language, None)}


def _sorted_words(text: str) -> str:
    return " ".join(sorted(text.split()))
