"""The right service for a need, with the reasons; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.models.help_request import UnmetCause
from core.directory.by_name import find_by_text
from core.directory.candidates import final, in_area, merges, with_need
from core.directory.judging import judge, load_facts
from core.directory.offers import Offer, Reason, ReasonCode, load_offers
from core.directory.opening import Opening
from core.directory.places import PlaceRef

__all__ = [
    "Found",
    "Offer",
    "Opening",
    "Query",
    "Reason",
    "ReasonCode",
    "find",
    "find_by_text",
    "service_offer",
]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. at: local, aware. language: a BCP-47 tag. not_these: services already turned down.

    words: how the resident put it, for a service they may have named.
    """

    need: str
    place: PlaceRef | None
    at: datetime
    language: str
    not_these: tuple[UUID, ...] = ()
    limit: int = 3
    words: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The best offers, best first, or the cause why there are none."""

    need: str
    offers: tuple[Offer, ...]
    cause: UnmetCause | None


def find(session: Session, query: Query) -> Found:
    """The best services for a need: at most `query.limit` that serve the place and weren't turned down."""
    candidates = with_need(session, query.need)
    if not candidates:
        return Found(query.need, (), UnmetCause.NO_SERVICE)
    served = in_area(session, candidates, query.place)
    if not served:
        return Found(query.need, (), UnmetCause.NOT_IN_AREA)
    merged = merges(session) if query.not_these else {}
    turned_down = {final(i, merged) for i in query.not_these}
    wanted = [candidate for candidate in served if candidate.id not in turned_down]
    if not wanted:
        return Found(query.need, (), UnmetCause.NONE_ACCEPTED)
    facts = load_facts(session, [candidate.id for candidate in wanted], query.place)
    judged = [judge(candidate, facts, at=query.at, language=query.language, words=query.words) for candidate in wanted]
    best = sorted(judged, key=lambda one: one.order)[: query.limit]
    offers = load_offers(
        session,
        [one.candidate.id for one in best],
        at=query.at,
        place=query.place,
        reasons={one.candidate.id: one.reasons for one in best},
    )
    return Found(query.need, offers, None)


def service_offer(session: Session, service_id: UUID, *, at: datetime, place: PlaceRef | None = None) -> Offer | None:
    """One service as an offer, a merged one as what it was merged into; None when there is none of that id."""
    ids = [final(service_id, merges(session))]
    return next(iter(load_offers(session, ids, at=at, place=place)), None)
