"""Services by name, misspelt or half remembered, in any language the directory has."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from core.db.models import Language, Location, Organization, Service, ServiceAtLocation, Translation
from core.directory.candidates import ACTIVE, final, merges
from core.directory.judging import language_tag
from core.directory.names import plain, plain_name
from core.directory.offers import Offer, load_offers
from core.directory.places import PlaceRef, distance

LIKE_ENOUGH = 72.0
"""Likeness, of 100, from which a misspelt name is taken for a known one."""
BY_ORGANIZATION = 4.0
"""Points of likeness by which a service's own name goes before its organization's."""
MOST_SPELLINGS = 300

_Names = dict[str, list[tuple[UUID, float]]]


def find_by_text(
    session: Session, text: str, *, near: PlaceRef | None, at: datetime, language: str, limit: int = 10
) -> tuple[Offer, ...]:
    """Services whose name, or whose organization's, is like `text`, the likest first; among equally like ones those
    given in `language`, then the nearer ones. at: local, aware."""
    wanted = _sorted_words(plain(text))
    if not wanted:
        return ()
    names = _names(session)
    likeness: dict[UUID, float] = {}
    hits = process.extract(wanted, list(names), scorer=_likeness, score_cutoff=LIKE_ENOUGH, limit=MOST_SPELLINGS)
    for spelling, score, _ in hits:
        for service_id, less in names[spelling]:
            likeness[service_id] = max(likeness.get(service_id, 0.0), score - less)
    distances, speaking = _distances(session, likeness, near), _speaking(session, likeness, language)
    order = sorted(likeness, key=lambda i: (-round(likeness[i]), i not in speaking, distances[i], str(i)))
    return load_offers(session, order[:limit], at=at, place=near)


def _likeness(wanted: str, name: str, *, score_cutoff: float | None = None) -> float:
    """How like two names are: as wholes, or all of the words asked for within a longer name."""
    whole = fuzz.ratio(wanted, name)
    within = fuzz.token_set_ratio(wanted, name) * 0.95 if len(wanted) >= 4 else 0.0
    return max(whole, within, _word_by_word(wanted, name) * 0.9)


def _word_by_word(wanted: str, name: str) -> float:
    """The mean likeness of each word asked for to the likest word of the name."""
    words, there = wanted.split(), name.split()
    return sum(max(fuzz.ratio(word, other) for other in there) for word in words) / len(words) if there else 0.0


def _names(session: Session) -> _Names:
    """{words of a name in alphabetical order: [(service, points taken off)]}"""
    merged = merges(session)
    names: _Names = defaultdict(list)
    services: dict[UUID, list[UUID]] = defaultdict(list)
    columns = (Service.id, Service.organization_id, Service.name, Service.alternate_name)
    own: dict[UUID, list[UUID]] = {}
    for service_id, organization_id, name, other in session.execute(sa.select(*columns).where(ACTIVE)):
        seen_as = final(service_id, merged)
        services[organization_id].append(seen_as)
        own[service_id] = [seen_as]
        for spelling in filter(None, (name, other)):
            names[_sorted_words(plain_name(spelling))].append((seen_as, 0.0))
    for organization_id, name in session.execute(sa.select(Organization.id, Organization.name)):
        names[_sorted_words(plain_name(name))] += [(i, BY_ORGANIZATION) for i in services[organization_id]]
    translated = sa.select(Translation.entity_id, Translation.text).where(
        Translation.field == "name", Translation.entity.in_(("service", "organization"))
    )
    for entity_id, name in session.execute(translated):
        less = 0.0 if entity_id in own else BY_ORGANIZATION
        found = own.get(entity_id) or services.get(entity_id, [])
        names[_sorted_words(plain_name(name))] += [(i, less) for i in found]
    names.pop("", None)
    return names


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
