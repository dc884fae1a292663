"""How good an answer a service is: a plain sum of named weights, each with its reason."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import Session

from core.db.models import Language, Location, PhoneNumber, Service, ServiceAtLocation
from core.db.models.freshness import DoubtKind
from core.directory.candidates import Candidate
from core.directory.doubted import doubted
from core.directory.hours import KnownHours, load_hours
from core.directory.names import plain_name
from core.directory.offers import Reason, ReasonCode, is_stale
from core.directory.opening import Hours, Opening, opening
from core.directory.places import PlaceRef, distance
from core.directory.wording import Fit


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much. Nothing here looks at who runs a service or what they pay."""

    named: float = 6.0
    """For a name of which every word was said; less for some of them, the less the more common they are."""
    fits_words: float = 0.6
    """For each unit by which a listing fits what was said (`relevance.Fit.weight`), `most_fitting` at most."""
    most_fitting: float = 6.0
    serves_area: float = 1.0
    near: float = 4.0
    half_distance_km: float = 3.0
    """`near` counts half at this distance: about what an older person goes by bus without changing."""
    far: float = -4.0
    """`near` counts so much less beyond `FAR_KM`."""
    open_now: float = 2.0
    open_as_asked: float = 6.0
    """Who asks for what is open has no use for a closed door, however near."""
    opens_today: float = 1.25
    opens_later: float = 0.75
    speaks: float = 2.5
    checked: float = 1.0
    stale: float = -1.0
    doubted: float = -3.0
    """More than a listing gains by being checked and reachable: somebody stood before a closed door."""
    has_phone: float = 1.5
    fits_age: float = 0.5
    comes_to_them: float = 4.0
    """Asked for only by someone who can't travel: more than any nearness."""


WEIGHTS = Weights()
_OF_CANDIDATES = {
    ReasonCode.SERVES_AREA: WEIGHTS.serves_area,
    ReasonCode.FITS_AGE: WEIGHTS.fits_age,
    ReasonCode.COMES_TO_THEM: WEIGHTS.comes_to_them,
}
NAMED = 0.3
"""The share of a name, by weight, from which it was meant rather than met by chance."""
SLOWLY = 1.5
"""The power by which a part of a name counts less than its share. With 1, common words in
a name bring it forward too often (the judged look-ups); with 2, "lunch club" is no longer Elm Hill Lunch Club."""
FAR_KM = 60.0
"""Further than this nobody goes to a place that doesn't say that it serves them."""

_THREE_LETTERS = {"eng": "en", "spa": "es", "zho": "zh", "chi": "zh", "cmn": "zh", "yue": "zh"}
_CHINESE = frozenset({"mandarin", "cantonese", "mandarin chinese"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its score and the reasons for it."""

    candidate: Candidate
    score: float
    distance_km: float | None
    reasons: tuple[Reason, ...]

    @property
    def order(self) -> tuple[float, float, str, str]:
        """Best first; the same for everyone who asks the same."""
        distance = math.inf if self.distance_km is None else self.distance_km
        return -round(self.score, 6), distance, plain_name(self.candidate.name), str(self.candidate.id)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of some services, by service id. points: (km from the place, location id), nearest first."""

    points: Mapping[UUID, list[tuple[float, UUID]]]
    languages: Mapping[UUID, set[str]]
    hours: KnownHours
    reachable: frozenset[UUID]
    doubted: Mapping[UUID, DoubtKind]
    openings: dict[tuple[tuple[Hours, ...], datetime], Opening] = field(default_factory=dict)
    """What was worked out already: many services have the same hours."""

    def distance(self, service_id: UUID) -> float | None:
        """Kilometres to the nearest location; None where that isn't known."""
        km = min(self.points.get(service_id, ()), default=(math.inf, service_id))[0]
        return None if math.isinf(km) else km

    def opening(self, service_id: UUID, at: datetime) -> Opening:
        """Whether the service is open, at its nearest location if it has several."""
        location_id = min(self.points.get(service_id, ()), default=(0.0, None))[1]
        hours = self.hours.at(service_id, location_id)
        if (hours, at) not in self.openings:
            self.openings[hours, at] = opening(hours, at)
        return self.openings[hours, at]


def judge(
    candidate: Candidate, facts: Facts, *, at: datetime, language: str, fit: Fit | None = None, asks_open: bool = False
) -> Judged:
    """The score of one candidate at `at` (local, aware) for someone who speaks `language` and whose words it fits.
    asks_open: they ask for what is open then."""
    distance = facts.distance(candidate.id)
    weighed = [(_OF_CANDIDATES[reason.code], reason) for reason in candidate.reasons]
    weighed += _by_words(candidate, fit) if fit else ()
    if distance is not None:
        near = WEIGHTS.near * WEIGHTS.half_distance_km / (WEIGHTS.half_distance_km + distance)
        if distance > FAR_KM and not any(reason.code is ReasonCode.SERVES_AREA for reason in candidate.reasons):
            near += WEIGHTS.far
        weighed.append((near, Reason(ReasonCode.NEAR, f"{distance:.1f}")))
    weighed += _by_opening(facts.opening(candidate.id, at), at, asks_open)
    tag = language_tag(language, None)
    if tag in facts.languages.get(candidate.id, ()):
        weighed.append((WEIGHTS.speaks, Reason(ReasonCode.SPEAKS, tag)))
    if candidate.id in facts.reachable:
        weighed.append((WEIGHTS.has_phone, Reason(ReasonCode.HAS_PHONE, "")))
    if candidate.assured:
        stale = is_stale(candidate.assured, at.date())
        code = ReasonCode.STALE if stale else ReasonCode.CHECKED
        weighed.append((WEIGHTS.stale if stale else WEIGHTS.checked, Reason(code, candidate.assured.isoformat())))
    if candidate.id in facts.doubted:
        weighed.append((WEIGHTS.doubted, Reason(ReasonCode.DOUBTED, facts.doubted[candidate.id])))
    return Judged(candidate, sum(w for w, _ in weighed), distance, tuple(reason for _, reason in weighed))


def _by_words(candidate: Candidate, fit: Fit) -> Iterator[tuple[float, Reason]]:
    if fit.name >= NAMED:
        yield WEIGHTS.named * fit.name**SLOWLY, Reason(ReasonCode.NAMED, candidate.name)
    if fit.weight:
        fitting = min(WEIGHTS.fits_words * fit.weight, WEIGHTS.most_fitting)
        yield fitting, Reason(ReasonCode.FITS_WORDS, "")


def _by_opening(found: Opening, at: datetime, asks_open: bool) -> Iterator[tuple[float, Reason]]:
    if found.open_until:
        yield (
            WEIGHTS.open_as_asked if asks_open else WEIGHTS.open_now,
            Reason(ReasonCode.OPEN_NOW, found.open_until.isoformat()),
        )
    elif found.opens_next:
        today = found.opens_next.date() == at.date()
        weight = WEIGHTS.opens_today if today else WEIGHTS.opens_later
        yield weight, Reason(ReasonCode.OPENS_NEXT, found.opens_next.isoformat())


def load_facts(session: Session, ids: Sequence[UUID], place: PlaceRef | None) -> Facts:
    """What is known of the services `ids`, in five queries."""
    points = _points(session, ids, place)
    hours = load_hours(session, ids, {location_id for found in points.values() for _, location_id in found})
    return Facts(points, _languages(session, ids), hours, _reachable(session, ids), doubted(session, ids))


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Statements that are put together once: to do it for each question takes longer than the database needs.
_POINTS = (
    sa.select(ServiceAtLocation.service_id, Location.id, Location.latitude, Location.longitude)
    .join(Location)
    .where(ServiceAtLocation.service_id.in_(_IDS))
)
_LANGUAGES = sa.select(Language.service_id, Language.code, Language.name).where(Language.service_id.in_(_IDS))
# Three joins, each by an index: one join on "either this or that" reads every number there is.
_REACHABLE: sa.CompoundSelect[UUID | None] = sa.union(
    sa.select(PhoneNumber.service_id).where(PhoneNumber.service_id.in_(_IDS), PhoneNumber.number.is_not(None)),
    sa.select(Service.id)
    .join(PhoneNumber, PhoneNumber.organization_id == Service.organization_id)
    .where(Service.id.in_(_IDS), PhoneNumber.number.is_not(None)),
    sa.select(ServiceAtLocation.service_id)
    .join(PhoneNumber, PhoneNumber.location_id == ServiceAtLocation.location_id)
    .where(ServiceAtLocation.service_id.in_(_IDS), PhoneNumber.number.is_not(None)),
)


def _points(session: Session, ids: Sequence[UUID], place: PlaceRef | None) -> dict[UUID, list[tuple[float, UUID]]]:
    points: dict[UUID, list[tuple[float, UUID]]] = defaultdict(list)
    for service_id, location_id, latitude, longitude in session.execute(_POINTS, {"ids": ids}):
        km = distance(place, latitude, longitude)
        points[service_id].append((math.inf if km is None else km, location_id))
    return points


def _languages(session: Session, ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    spoken: dict[UUID, set[str]] = defaultdict(set)
    for service_id, code, name in session.execute(_LANGUAGES, {"ids": ids}):
        spoken[service_id].add(language_tag(code, name))
    return spoken


def _reachable(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Services with a number that can be dialled, their own, their place's or their organization's."""
    return frozenset(found for found in session.scalars(_REACHABLE, {"ids": ids}) if found)


@lru_cache(maxsize=1_024)
def language_tag(code: str | None, name: str | None) -> str:
    """The primary language tag of a language as sources write it: "es", "spa", "es-MX", "Spanish", "Mandarin"."""
    if code:
        primary = code.replace("_", "-").split("-")[0].casefold()
        return _THREE_LETTERS.get(primary, primary)
    told = (name or "").casefold()
    return "zh" if told in _CHINESE else _tags_by_name().get(told, told)


@cache
def _tags_by_name() -> dict[str, str]:
    return {str(name).casefold(): tag for tag, name in Locale.parse("en").languages.items() if len(tag) <= 3}
