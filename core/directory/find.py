"""The right service for a need, with the reasons; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.models.help_request import UnmetCause
from core.directory.by_name import find_by_text
from core.directory.candidates import Candidate, active, followed, in_area
from core.directory.index import Asked, Reading, read_index
from core.directory.judging import WEIGHTS, judge, language_tag, load_facts
from core.directory.offers import Offer, Reason, ReasonCode, load_offers
from core.directory.opening import Opening
from core.directory.person import NOBODY_KNOWN, Person, eligible
from core.directory.places import PlaceRef
from core.directory.relevance import NOWHERE, Nearby, among, fits, words_for
from core.directory.wording import Fit, asks_open

__all__ = [
    "Found",
    "Offer",
    "Opening",
    "Person",
    "Query",
    "Reason",
    "ReasonCode",
    "find",
    "find_by_text",
    "service_offer",
]


ENOUGH = 12
"""Services that serve the place, so that one of them may be good in all else too."""
PLACE_IN_NAME = 0.5
"""What the words of the place count in a name, where others count 1: who asks for lunch in Coop City asks for lunch."""
WIDER = (1, 8, 64)
"""How many times as many services as usual are looked at, one after the other, until there are enough."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. at: local, aware. language: a BCP-47 tag. not_these: services already turned down.

    words: how the resident put it, for a service they may have named. person: who it is for.
    """

    need: str
    place: PlaceRef | None
    at: datetime
    language: str
    not_these: tuple[UUID, ...] = ()
    limit: int = 3
    words: str = ""
    person: Person = NOBODY_KNOWN


@dataclass(frozen=True, slots=True)
class Found:
    """The best offers, best first, or the cause why there are none."""

    need: str
    offers: tuple[Offer, ...]
    cause: UnmetCause | None


def find(session: Session, query: Query) -> Found:
    """The best services for a need: at most `query.limit` that serve the place and weren't turned down."""
    index = read_index(session)
    wanted, cause = _candidates(session, query, index)
    if not wanted:
        return Found(query.need, (), cause)
    ids = [candidate.id for candidate in wanted]
    facts = load_facts(session, ids, query.place)
    fit = _fit(index, query, {i: facts.distance(i) for i in ids})
    asked = asks_open(query.words)
    judged = [
        judge(one, facts, at=query.at, language=query.language, fit=fit.get(one.id), asks_open=asked) for one in wanted
    ]
    best = sorted(judged, key=lambda one: one.order)[: query.limit]
    offers = load_offers(
        session,
        [one.candidate.id for one in best],
        at=query.at,
        place=query.place,
        reasons={one.candidate.id: one.reasons for one in best},
    )
    return Found(query.need, offers, None)


def _fit(index: Reading, query: Query, distances: Mapping[UUID, float | None]) -> dict[UUID, Fit]:
    """How well they fit the words. What the place is called tells little: how near they are counts by itself."""
    if not query.words:
        return {}
    half, listings = WEIGHTS.half_distance_km, index.of(list(distances))
    near = {i: half / (half + km) for i, km in distances.items() if km is not None}
    nearby = Nearby(words_for(query.place, query.words), near, PLACE_IN_NAME) if near and query.place else NOWHERE
    return fits(query.words, listings, among(listings), nearby)


def _candidates(session: Session, query: Query, index: Reading) -> tuple[list[Candidate], UnmetCause | None]:
    """Those to judge; or why there is nobody. Looks further than usual where few of the nearest serve the place."""
    turned_down = set(followed(session, query.not_these).values())
    asked = Asked(query.need, query.place, language_tag(query.language, None), query.words)
    for wide in WIDER:
        ids, nobody_else = index.meeting(asked, wide=wide)
        candidates = active(session, ids)
        if not candidates and nobody_else:
            return [], UnmetCause.NO_SERVICE
        served = in_area(session, candidates, query.place)
        fitting = eligible(session, served, query.person)
        wanted = [candidate for candidate in fitting if candidate.id not in turned_down]
        if nobody_else or len(wanted) >= max(query.limit, ENOUGH):
            break
    if not served:
        return [], UnmetCause.NOT_IN_AREA
    return wanted, UnmetCause.NONE_ACCEPTED if fitting else UnmetCause.NOT_ELIGIBLE


def service_offer(session: Session, service_id: UUID, *, at: datetime, place: PlaceRef | None = None) -> Offer | None:
    """One service as an offer, a merged one as what it was merged into; None when there is none of that id."""
    ids = [*followed(session, [service_id]).values()]
    return next(iter(load_offers(session, ids, at=at, place=place)), None)
