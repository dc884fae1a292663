"""Services by name, misspelt or half remembered, in any language the directory has."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Language, Location, ServiceAtLocation
from core.directory.candidates import active
from core.directory.index import read_index
from core.directory.judging import language_tag
from core.directory.offers import Offer, load_offers
from core.directory.places import PlaceRef, distance, resolve_place
from core.directory.relevance import NOWHERE, Nearby, fits, in_directory, words_for

FITS = 0.3
"""Of what was said, the share that a listing must have at least."""
NAME_SAID = 0.15
"""What it adds to that share if the whole name was said: "Homecrest" is Homecrest before Homecrest Bensonhurst."""
NEARER = 0.2
"""What nearness adds: all of it at the place, half at `HALF_DISTANCE_KM`."""
HALF_DISTANCE_KM = 3.0

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_POINTS = (
    sa.select(ServiceAtLocation.service_id, Location.latitude, Location.longitude)
    .join(Location)
    .where(ServiceAtLocation.service_id.in_(_IDS))
)
_LANGUAGES = sa.select(Language.service_id, Language.code, Language.name).where(Language.service_id.in_(_IDS))


def find_by_text(
    session: Session, text: str, *, near: PlaceRef | None, at: datetime, language: str, limit: int = 10
) -> tuple[Offer, ...]:
    """Services that fit `text` best, by their names, their organizations' names or what is told of them; a place in
    the text counts where `near` isn't told. Among equal ones those given in `language` go first. at: local, aware."""
    reading = read_index(session)
    around = near or resolve_place(session, text)
    called = reading.called(text, around)
    distances = _distances(session, [kept.id for kept in called], around)
    nearness = {i: HALF_DISTANCE_KM / (HALF_DISTANCE_KM + km) for i, km in distances.items()}
    nearby = Nearby(words_for(around, text), nearness) if around else NOWHERE
    found = fits(text, called, in_directory(reading), nearby)
    fitting = {i: fit.share + NAME_SAID * fit.name for i, fit in found.items() if fit.share >= FITS}
    speaking = _speaking(session, fitting, language)
    score = {i: share + NEARER * nearness.get(i, 0.0) for i, share in fitting.items()}
    order = sorted(fitting, key=lambda i: (-round(score[i], 2), i not in speaking, distances[i], str(i)))
    there = {candidate.id for candidate in active(session, order)}
    return load_offers(session, [i for i in order if i in there][:limit], at=at, place=near)


def _distances(session: Session, ids: Collection[UUID], near: PlaceRef | None) -> dict[UUID, float]:
    distances: dict[UUID, float] = defaultdict(lambda: math.inf)
    if near is None:
        return distances
    for service_id, latitude, longitude in session.execute(_POINTS, {"ids": list(ids)}):
        km = distance(near, latitude, longitude)
        distances[service_id] = min(distances[service_id], math.inf if km is None else km)
    return distances


def _speaking(session: Session, ids: Collection[UUID], language: str) -> set[UUID]:
    wanted = language_tag(language, None)
    rows = session.execute(_LANGUAGES, {"ids": list(ids)})
    return {service_id for service_id, code, name in rows if language_tag(code, name) == wanted}
